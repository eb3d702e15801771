"""Sealing: opens only with its key and in its place."""

import base64

import pytest

from bot.errors import BadSetting, MissingKey, WrongText
from storage import new_key
from storage.cipher import STEP, Keyring, master_keys, pad, unpad

OLD, NEW = b"o" * 32, b"n" * 32
PLAIN = b"we laughed, and then we did not"


@pytest.mark.parametrize("plain", [b"", b"\0", PLAIN, bytes(5000)])
def test_what_was_sealed_opens(plain: bytes) -> None:
    ring = Keyring([NEW])
    assert ring.open(ring.seal(plain, "table", b"row"), "table", b"row") == plain


def test_the_same_text_is_never_sealed_alike() -> None:
    ring = Keyring([NEW])
    sealed = {ring.seal(PLAIN, "table") for _ in range(50)}
    assert len(sealed) == 50
    assert not any(PLAIN[:8] in one for one in sealed)


@pytest.mark.parametrize("place", [("table", "other"), ("tabler", "ow"), ("table",), ()])
def test_it_opens_only_in_its_place(place: tuple[str, ...]) -> None:
    ring = Keyring([NEW])
    with pytest.raises(WrongText):
        ring.open(ring.seal(PLAIN, "table", "row"), *place)


def test_every_changed_byte_is_noticed() -> None:
    ring = Keyring([NEW])
    sealed = ring.seal(PLAIN, "table")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(WrongText):
            ring.open(bytes(changed), "table")


@pytest.mark.parametrize("length", [0, 1, 9, 20, 30])
def test_a_shortened_text_is_noticed(length: int) -> None:
    ring = Keyring([NEW])
    with pytest.raises(WrongText):
        ring.open(ring.seal(PLAIN, "table")[:length], "table")


def test_the_newest_key_seals_and_any_opens() -> None:
    old, both, new = Keyring([OLD]), Keyring([NEW, OLD]), Keyring([NEW])
    before, after = old.seal(PLAIN, "table"), both.seal(PLAIN, "table")
    assert both.open(before, "table") == new.open(after, "table") == PLAIN
    assert both.is_newest(after)
    assert not both.is_newest(before)
    with pytest.raises(WrongText):
        new.open(before, "table")


def test_a_new_key_can_be_used() -> None:
    written = new_key()
    ring = master_keys([written])
    again = master_keys([f" {written.rstrip('=')}\n"])
    assert again.open(ring.seal(PLAIN, "table"), "table") == PLAIN
    assert new_key() != written


def test_no_key_is_refused() -> None:
    with pytest.raises(MissingKey):
        master_keys([])


@pytest.mark.parametrize(
    "text",
    ["", "secret!", base64.urlsafe_b64encode(b"x" * 31).decode(), "é" * 44, "A" * 43 + "+"],
)
def test_a_malformed_key_is_named_by_its_place_alone(text: str) -> None:
    with pytest.raises(BadSetting) as raised:
        master_keys([new_key(), text])
    assert "key 2" in str(raised.value)
    assert not text or text not in str(raised.value)


@pytest.mark.parametrize(("length", "steps"), [(0, 1), (STEP - 4, 1), (STEP - 3, 2), (2 * STEP, 3)])
def test_padding_fills_up_to_a_step(length: int, steps: int) -> None:
    plain = b"\0" * length
    assert len(pad(plain)) == steps * STEP
    assert unpad(pad(plain)) == plain
