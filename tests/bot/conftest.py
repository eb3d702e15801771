"""A clinic in memory for tests of services, and examples that are the same at every run."""

from functools import cache

import pytest
from hypothesis import settings

from bot import bootstrap
from bot.deidentify import Deidentifier
from tests.fakes import House

settings.register_profile("attune", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("attune")

_deidentifier = cache(Deidentifier)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """All services over memory; the word lists of de-identification are loaded once for all."""
    monkeypatch.setattr(bootstrap, "Deidentifier", _deidentifier)
    return House()
