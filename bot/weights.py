"""Files of learned weights: only those that were measured are used."""

import hashlib
import json
from pathlib import Path


def verify(folder: Path) -> None:
    """Compare the files of a folder with its ``sha256.json``.

    Raises:
        FileNotFoundError: A file is missing.
        ValueError: A file is not the one that was measured.
    """
    sums: dict[str, str] = json.loads((folder / "sha256.json").read_text(encoding="utf-8"))
    for name, known in sums.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != known:
            message = f"{name} is not the file that was measured"
            raise ValueError(message)
