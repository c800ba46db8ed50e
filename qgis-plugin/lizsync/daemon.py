"""The program lizsync that runs beside QGIS: found, started, ended."""
from __future__ import annotations

import collections
import hashlib
import json
import os
import shutil
import subprocess  # nosec: see Daemon._launch
import threading
from pathlib import Path
from typing import Deque, Optional

from .client import Client
from .texts import tr

NAME = "lizsync.exe" if os.name == "nt" else "lizsync"
VARIABLE = "LIZSYNC_BIN"
HOMEPAGE = "https://github.com/lizsync/lizsync/releases"


class DaemonError(Exception):
    """The program cannot be found or started, or has ended; says why."""


class Program:
    """Where the program is looked for."""

    def __init__(
        self, setting: str, folder: Path, own_folder: Path, version: str
    ) -> None:
        """setting is what a person has chosen, or empty; folder the
        plugin's, own_folder one that the person may write to."""
        self._setting = setting
        self._inside = folder / "bin" / NAME
        self._own_folder = own_folder
        self._version = version

    def find(self) -> Path:
        """The program, ready to be run."""
        places = (
            (self._setting, tr("the setting of the LizSync plugin")),
            (os.environ.get(VARIABLE, ""), f"${VARIABLE}"),
        )
        for path, place in places:
            if not path:
                continue
            if os.access(path, os.X_OK) and os.path.isfile(path):
                return Path(path)
            raise DaemonError(
                tr(
                    "{place} names {path}, which is not a program that can "
                    "be run: correct or clear it."
                ).format(place=place, path=path)
            )
        if self._inside.is_file():
            return self._copy()
        found = shutil.which(NAME)
        if found:
            return Path(found)
        raise DaemonError(
            tr(
                "The program lizsync, which does the work, was not found. "
                "Either install the ZIP of the plugin for this system, which "
                "has it inside, from {homepage}; or put lizsync into a folder "
                "of PATH; or say where it is in Settings, Options, "
                "Processing, Providers, LizSync."
            ).format(homepage=HOMEPAGE)
        )

    def _copy(self) -> Path:
        """The program inside the plugin, in a folder of this version.

        QGIS does not make it executable when it unzips the plugin, and
        Windows locks a program that runs, so that the plugin could not be
        replaced.
        """
        content = self._inside.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        programs = self._own_folder / "bin"
        folder = programs / f"{self._version}-{digest}"
        program = folder / NAME
        try:
            if not (program.is_file() and program.read_bytes() == content):
                folder.mkdir(parents=True, exist_ok=True)
                part = folder / f"{NAME}.{os.getpid()}"
                part.write_bytes(content)
                part.chmod(0o700)
                part.replace(program)
        except OSError as error:
            raise DaemonError(
                tr("The program lizsync cannot be copied: {error}").format(
                    error=error
                )
            ) from error
        for other in programs.iterdir():
            if other != folder:
                # One that still runs elsewhere goes another time.
                shutil.rmtree(other, ignore_errors=True)
        return program


class Daemon:
    """The running program: one for each QGIS, from the first run on.

    It ends when its standard input is closed, which the system does also
    when QGIS is killed.
    """

    READY = 20.0  # seconds to start in; it takes a tenth of one
    END = 10.0  # seconds for its jobs to stop in

    def __init__(self, digest: str) -> None:
        """digest is that of the catalogue that the program has to have."""
        self._digest = digest
        self._lock = threading.Lock()
        self._process: Optional[subprocess.Popen] = None
        self._client: Optional[Client] = None
        self._log: Deque[str] = collections.deque(maxlen=20)
        self._stopped = False

    @property
    def pid(self) -> Optional[int]:
        """The process, while it runs."""
        running = self._process
        if running is None or running.poll() is not None:
            return None
        return running.pid

    def client(self, program: Program) -> Client:
        """Speaks with the program, which is started when it does not run."""
        with self._lock:
            if self._stopped:
                raise DaemonError(tr("The LizSync plugin is no longer there."))
            if self.pid is None or self._client is None:
                self._end()
                self._client = self._start(program.find())
            return self._client

    def stop(self) -> None:
        """Ends the program, for good, and waits for it."""
        with self._lock:
            self._stopped = True
            self._end()

    def last_words(self) -> str:
        """How a program that is no more has ended, for a message."""
        process = self._process
        if process is None:
            return tr("It was stopped.")
        try:
            code = process.wait(self.END)
        except subprocess.TimeoutExpired:
            return ""
        log = "\n".join(self._log)
        return tr("Exit code {code}. {log}").format(code=code, log=log)

    def _end(self) -> None:
        process, self._process, self._client = self._process, None, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(self.END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()

    def _launch(self, program: Path) -> subprocess.Popen:
        # No shell, and nothing of its arguments comes from elsewhere. In a
        # session of its own Ctrl-C ends no job before it is cancelled.
        command = [str(program), "serve", "--lifeline", "stdin"]
        command += ["--log-level", "warning"]
        try:
            return subprocess.Popen(  # nosec
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise DaemonError(
                tr("The program {program} cannot be run: {error}").format(
                    program=program, error=error
                )
            ) from error

    def _start(self, program: Path) -> Client:
        process = self._launch(program)
        self._process = process
        self._log = log = collections.deque(maxlen=20)
        first: Deque[bytes] = collections.deque()

        def listen() -> None:
            if process.stderr:
                with process.stderr as lines:
                    for line in lines:
                        log.append(line.decode(errors="replace").rstrip())

        def await_first() -> None:
            if process.stdout:
                first.append(process.stdout.readline())

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        waiter = threading.Thread(target=await_first, daemon=True)
        waiter.start()
        waiter.join(self.READY)
        try:
            ready = json.loads(first.popleft())
            digest = ready.get("catalogue")
            client = Client(ready["url"], ready["token"])
        except (IndexError, KeyError, ValueError, AttributeError):
            self._end()
            listener.join(self.END)
            raise DaemonError(
                tr(
                    "The program {program} does not start as lizsync does. "
                    "{log}"
                ).format(program=program, log="\n".join(log))
            ) from None
        if digest != self._digest:
            self._end()
            raise DaemonError(
                tr(
                    "The program {program} ({version}) is not of the version "
                    "of this plugin: they know different algorithms. Install "
                    "both from one release, {homepage}."
                ).format(
                    program=program,
                    version=ready.get("version", "?"),
                    homepage=HOMEPAGE,
                )
            )
        return client
