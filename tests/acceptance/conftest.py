from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.clinic import Clinic, living


@pytest.fixture(params=["socket", "http"])
async def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Clinic]:
    async with living(request.param, tmp_path) as clinic:
        yield clinic
