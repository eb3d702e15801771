"""One de-identifier for all tests of the feature: it takes a second to load."""

import pytest

from bot.deidentify import Deidentifier


@pytest.fixture(scope="session")
def deidentifier() -> Deidentifier:
    return Deidentifier()
