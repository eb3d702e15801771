"""Marked text goes in through every sealed field, and never lies in a file in the clear."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.clinic.model import Installation, Workspace
from bot.deidentify.model import restored
from bot.digests.model import Band, Digest, Figures
from bot.reflections.model import AnonymousReflection, Window, WindowState
from storage import new_key, open_storage

MARKED = "marked-heron-"
DAY = date(2026, 11, 23)
WINDOW = Window(
    "T1.x", "T1", "W1", DAY, datetime(2026, 11, 26, tzinfo=UTC), 5, b"marked-heron-salt"
)


def lying_in(folder: Path, but: str = "no file") -> bytes:
    files = [file for file in sorted(folder.iterdir()) if not file.name.endswith(but)]
    return b"".join(file.read_bytes() for file in files)


async def test_no_marked_text_lies_in_any_file(url: str, file: Path) -> None:
    storage = await open_storage(url, [new_key()])
    async with storage.clinic() as clinic:
        hidden = frozenset({f"{MARKED}hide"})
        await clinic.save_workspace(Workspace("W-plain", always_hide=hidden, never_hide=hidden))
        await clinic.install(Installation("W1", "Clinic", "B1", frozenset(), f"{MARKED}token"))
    async with storage.reflections() as reflections:
        await reflections.open_windows([WINDOW])
        said = AnonymousReflection(words=restored(f"{MARKED}words"))
        await reflections.put(WINDOW.id, b"k" * 32, said)
    async with storage.digests() as digests:
        words = (f"{MARKED}quoted",)
        figures = Figures(DAY, bond=4.0)
        await digests.freeze(
            Digest("D1", "T1", "Harbour", "W1", "x", DAY, 5, Band.FEW, figures, words=words)
        )
    lying = lying_in(file.parent)
    assert len(lying) > len(lying_in(file.parent, but="-wal"))  # the log is looked at too
    assert b"W-plain" in lying  # so the search finds what is there
    assert MARKED.encode() not in lying
    await storage.close()
    assert MARKED.encode() not in lying_in(file.parent)


async def test_what_is_destroyed_leaves_no_sealed_copy(url: str, file: Path) -> None:
    storage = await open_storage(url, [new_key()])
    key = b"a random key of thirty-two bytes"
    async with storage.reflections() as reflections:
        await reflections.open_windows([WINDOW])
        await reflections.put(WINDOW.id, key, AnonymousReflection())
        await reflections.tally(WINDOW.id, "bond", b"a tag of one person")
    assert key in lying_in(file.parent)
    async with storage.reflections() as reflections:
        await reflections.destroy(WINDOW.id)
        await reflections.destroy_tallies(WINDOW.id)
        released = replace(WINDOW, state=WindowState.RELEASED, salt=b"")
        await reflections.save_window(released)
    lying = lying_in(file.parent)
    assert key not in lying
    assert b"a tag of one person" not in lying
    await storage.close()
