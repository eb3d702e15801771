"""Sealing: AES-256-GCM with a ring of keys, and padding so that a length says little.

A sealed text is ``version (1) · key id (8) · nonce (12) · ciphertext and tag``. Header and
place (table, row key) are authenticated, so that a sealed text opens only where it was put:
two rows cannot be swapped. Random 96-bit nonces are safe for 2^32 texts a key (NIST SP
800-38D, 8.3); every team has its own key.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from bot.errors import BadSetting, MissingKey, WrongText

KEY_BYTES: Final = 32
STEP: Final = 512
"""Padded texts are a multiple of this many bytes."""

_VERSION: Final = b"\x01"
_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_HEADER_BYTES: Final = len(_VERSION) + _ID_BYTES
_LENGTH_BYTES: Final = 4
_NAME_BYTES: Final = 63


class Keyring:
    """Keys, newest first: the first seals, any opens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take keys of 32 bytes each, at least one."""
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._newest = _key_id(keys[0])

    def seal(self, plain: bytes, *place: str | bytes) -> bytes:
        """Return ``plain`` sealed for ``place`` (the table and the row's key)."""
        header = _VERSION + self._newest
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return (
            header + nonce + self._ciphers[self._newest].encrypt(nonce, plain, header + _at(place))
        )

    def open(self, sealed: bytes, *place: str | bytes) -> bytes:
        """Return what was sealed for ``place``; raise ``WrongText`` when it does not open."""
        header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        cipher = self._ciphers.get(header[len(_VERSION) :])
        if header[: len(_VERSION)] != _VERSION or cipher is None or len(rest) < _NONCE_BYTES:
            raise WrongText
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + _at(place))
        except InvalidTag:
            raise WrongText from None

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether the newest key sealed this."""
        return sealed[len(_VERSION) : _HEADER_BYTES] == self._newest


def master_keys(texts: Sequence[str]) -> Keyring:
    """Read the master keys, newest first: 32 bytes each in URL-safe base64.

    Raises:
        MissingKey: There is none.
        BadSetting: One cannot be read; the message gives its place, never the key.
    """
    if not texts:
        raise MissingKey
    return Keyring([_read(text, place) for place, text in enumerate(texts, start=1)])


def new_key() -> str:
    """Return a new master key, as it is written into the settings."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class Names:
    """Seals short names so that equal ones look equal (AES-SIV, RFC 5297): a database can then keep
    them apart and count them, and says nothing of what they are, not even their length.
    """

    def __init__(self, secret: bytes, *place: str | bytes) -> None:
        """Take a secret of any length, and where the names are put."""
        self._cipher = AESSIV(hmac.digest(secret, b"attune names" + _at(place), hashlib.sha512))

    def seal(self, name: str) -> str:
        """Return ``name`` sealed, as text; raise ``ValueError`` where it is too long."""
        plain = name.encode()
        if len(plain) >= _NAME_BYTES:
            message = "the name is too long"
            raise ValueError(message)
        filled = bytes([len(plain)]) + plain.ljust(_NAME_BYTES, b"\0")
        return base64.urlsafe_b64encode(self._cipher.encrypt(filled, None)).decode()

    def open(self, sealed: str) -> str:
        """Return the name; raise ``WrongText`` when it does not open."""
        try:
            filled = self._cipher.decrypt(base64.urlsafe_b64decode(sealed), None)
        except (InvalidTag, binascii.Error):
            raise WrongText from None
        return filled[1 : 1 + filled[0]].decode()


def pad(plain: bytes) -> bytes:
    """Return ``plain`` with its length in front, filled up to the next multiple of ``STEP``."""
    whole = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    return whole.ljust(-(-len(whole) // STEP) * STEP, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what was padded."""
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"attune key id" + key).digest()[:_ID_BYTES]


def _at(place: Sequence[str | bytes]) -> bytes:
    parts = [part.encode() if isinstance(part, str) else part for part in place]
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def _read(text: str, place: int) -> bytes:
    try:
        stripped = text.strip()
        whole = stripped + "=" * (-len(stripped) % 4)  # shells and forms like to eat the "="
        key = base64.b64decode(whole, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadSetting(name="ATTUNE_KEYS", why=f"key {place} is not 32 bytes in URL-safe base64")
    return key
