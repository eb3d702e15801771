"""Receipts: the only way back to a reflection.

The writer holds a random receipt; the store knows its keyed hash alone, so that neither the
database nor whoever reads it can find a person's reflection.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

LENGTH: Final = 24
"""Characters of a receipt: 18 random bytes, base64."""


def new_receipt() -> str:
    """Return a random receipt."""
    return secrets.token_urlsafe(18)


def receipt_key(secret: bytes, receipt: str) -> bytes:
    """Return the 32 bytes under which the store knows ``receipt``."""
    return hmac.digest(secret, b"receipt:" + receipt.encode(), sha256)


def member_tag(salt: bytes, member: str) -> bytes:
    """Return a tag that tells people apart within one window, as long as its salt exists."""
    return hmac.digest(salt, b"member:" + member.encode(), sha256)
