"""Test sets that nobody may change once they were sealed."""

import hashlib

from tests.scorecard.gold import FROZEN, SUMS


def sealed(name: str) -> str:
    """The text of a frozen file; raise ``ValueError`` where it is not the one that was sealed."""
    content = (FROZEN / name).read_bytes()
    known = (FROZEN / SUMS).read_text(encoding="utf-8").splitlines()
    if f"{hashlib.sha256(content).hexdigest()}  {name}" not in known:
        message = f"{name} is not the file that was sealed"
        raise ValueError(message)
    return content.decode()
