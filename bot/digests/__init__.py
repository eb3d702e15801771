"""The weekly digest: what may be told of a closed window, frozen, composed and delivered."""

from bot.digests.model import Band, Digest, Figures, Leaning, Withheld
from bot.digests.port import DigestStore
from bot.digests.service import Digests, Upcoming

__all__ = ["Band", "Digest", "DigestStore", "Digests", "Figures", "Leaning", "Upcoming", "Withheld"]
