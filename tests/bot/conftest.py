"""A clinic in memory for tests of services."""

from functools import cache

import pytest

from bot import bootstrap
from bot.deidentify import Deidentifier
from tests.fakes import House

_deidentifier = cache(Deidentifier)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """All services over memory; the word lists of de-identification are loaded once for all."""
    monkeypatch.setattr(bootstrap, "Deidentifier", _deidentifier)
    return House()
