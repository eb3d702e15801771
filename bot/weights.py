"""Learned weights: only files that were measured are used, and small networks run on them.

The one file that imports onnxruntime and tokenizers. Nothing is fetched: weights and wordpieces
lie in the repository and are checked by their sha256.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from tokenizers import Encoding

_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # half a character, which no piece can hold
WORDPIECES: Final = Path(__file__).with_name("wordpieces")
"""The pieces that our networks cut words into: those of all-MiniLM-L6-v2."""


class Network:
    """A small network with the wordpieces it reads.

    It reads one text at a time, on one thread, and may be called from several.
    """

    def __init__(self, file: Path, longest: int | None = None) -> None:
        """Load a network; of a text with more than ``longest`` pieces the rest is left out."""
        import numpy as np  # noqa: PLC0415  heavy, and not needed where there are no weights
        import onnxruntime  # noqa: PLC0415  the same
        from tokenizers import Tokenizer  # noqa: PLC0415  the same

        verify(WORDPIECES)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._array: Any = np.array
        self._session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._pieces = Tokenizer.from_file(str(WORDPIECES / "tokenizer.json"))
        self._pieces.no_padding()
        if longest is None:
            self._pieces.no_truncation()
        else:
            self._pieces.enable_truncation(longest)

    def pieces(self, first: str, second: str | None = None, *, bare: bool = False) -> Encoding:
        """Cut a text or a pair into pieces; ``bare`` ones come without opening and closing."""
        one, other = (text and _SURROGATE.sub("\ufffd", text) for text in (first, second))
        return self._pieces.encode(one or "", other, add_special_tokens=not bare)

    def run(self, *rows: Sequence[Any]) -> np.ndarray[Any, Any]:
        """Return the first output for one text; ``rows`` are its inputs in the network's order."""
        feed = {
            name: self._array([row], dtype="int64")
            for name, row in zip(self._inputs, rows, strict=True)
        }
        states: np.ndarray[Any, Any] = self._session.run(None, feed)[0][0]
        return states


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
