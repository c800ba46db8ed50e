"""The algorithms as the program describes them."""
from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List


class Catalogue:
    """The content of catalogue.json, which the program writes."""

    def __init__(self, file: Path) -> None:
        content = file.read_bytes()
        self.algorithms: List[Dict[str, Any]] = json.loads(content)[
            "algorithms"
        ]
        # By it the program tells that it has the same algorithms.
        self.digest: str = hashlib.sha256(content).hexdigest()
