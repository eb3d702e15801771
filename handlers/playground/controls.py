"""What the page may ask of the clinic behind the bot: move its clock, let the others answer."""

from datetime import datetime
from typing import Protocol

__all__ = ["Controls"]


class Controls(Protocol):
    """Implemented where the bot is put together; the playground only shows the buttons."""

    def now(self) -> datetime:
        """The clock the bot lives by."""
        ...

    async def jump(self, to: str) -> str:
        """Move the clock to ``next-checkin``, ``next-digest``, ``hour`` or ``day``.

        Returns:
            One sentence for the page: what the clock now shows, what happened on the way.

        Raises:
            ValueError: ``to`` is none of these, or there is nothing ahead to move to.
        """
        ...

    async def others_answer(self, me: str) -> str:
        """Let the sample clinicians other than ``me`` answer their open check-ins.

        Returns:
            One sentence for the page.
        """
        ...
