"""The sums of learned weights, which are checked when they are loaded."""

import hashlib
import json
from pathlib import Path


def seal(folder: Path) -> None:
    """Write ``sha256.json`` over the weights in a folder."""
    sums = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.suffix in {".npz", ".onnx", ".bin"}
    }
    (folder / "sha256.json").write_text(json.dumps(sums, indent=2) + "\n", "utf-8")
