"""The HTTP interface of the program: OGC API – Processes, on this machine."""
from __future__ import annotations

import contextlib
import http.client
import json
from typing import Any, Dict, Iterator, Optional
from urllib.parse import urlsplit


class Lost(Exception):
    """The program does not answer, or no longer."""


class Refused(Exception):
    """The program refuses a request; it is told why."""


class Client:
    """Speaks with one running program; from any thread."""

    # Every answer comes at once but events, and the end of a job that is
    # being cancelled: its statements have to stop.
    PATIENCE = 60.0

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Prefer": "respond-async",
        }

    def start(self, process: str, inputs: Dict[str, Any]) -> str:
        """Starts an algorithm; returns the path of its job."""
        body = json.dumps({"inputs": inputs, "response": "document"})
        path = f"/processes/{process}/execution"
        with self._answer("POST", path, body, self.PATIENCE) as response:
            return urlsplit(response.getheader("Location", "")).path

    def events(self, job: str, since: int) -> Iterator[Dict[str, Any]]:
        """What a job tells after the event with a number, until its end."""
        path = f"{job}/events?since={since}"
        with self._answer("GET", path, None, None) as response:
            for line in response:
                yield json.loads(line)

    def dismiss(self, job: str) -> None:
        """Cancels a job, and waits for its end."""
        with self._answer("DELETE", job, None, None):
            pass

    @contextlib.contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        body: Optional[str],
        patience: Optional[float],
    ) -> Iterator[http.client.HTTPResponse]:
        """Sends a request; whatever cuts the answer short is Lost."""
        connection = http.client.HTTPConnection(
            self._host, self._port, timeout=patience
        )
        try:
            connection.request(method, path, body, self._headers)
            with connection.getresponse() as response:
                if response.status >= 400:
                    raise Refused(explain(json.loads(response.read())))
                yield response
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Lost(str(error)) from error
        finally:
            connection.close()


def explain(problem: Dict[str, Any]) -> str:
    """A problem document as a text: what, more about it, what to do."""
    inputs = problem.get("inputs")
    lines = list(inputs.values()) if inputs else [problem.get("detail", "")]
    lines += [problem.get("failureDetail", ""), problem.get("object", "")]
    lines.append(problem.get("hint", ""))
    return "\n".join(line for line in lines if line)
