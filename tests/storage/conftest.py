"""A migrated SQLite file for each test, copied from one that is made once."""

import asyncio
import shutil
from pathlib import Path

import pytest

from storage import upgrade


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "attune.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture
def file(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "attune.db"))


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"
