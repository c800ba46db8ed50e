"""The algorithms, and the rules of conflicts, as the program has them."""
from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List


class Catalogue:
    """The content of catalogue.json, which the program writes."""

    def __init__(self, file: Path) -> None:
        content = file.read_bytes()
        told = json.loads(content)
        self.algorithms: List[Dict[str, Any]] = told["algorithms"]
        # What each rule of conflicts means, by its name.
        self.rules: Dict[str, str] = {
            rule["name"]: rule["description"]
            for rule in told["conflict_rules"]
        }
        # By it the program tells that it has the same algorithms.
        self.digest: str = hashlib.sha256(content).hexdigest()
