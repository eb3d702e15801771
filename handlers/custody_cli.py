"""The command line's part about what is kept: backups, keys, export, erasure."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Protocol

import typer

from handlers.cli import explained

Workspace = Annotated[str, typer.Argument(help="The workspace's id, such as T0123ABCD.")]
OneTeam = Annotated[str | None, typer.Option("--team", help="One team's id; else everything.")]


class Custody(Protocol):
    """What the composition root offers to whoever looks after what is kept."""

    async def backup(self, folder: Path) -> str:
        """Write two files; return a sentence."""
        ...

    async def restore(self, files: Sequence[Path]) -> str:
        """Fill an empty database; return a sentence."""
        ...

    async def rotate(self) -> str:
        """Wrap all data keys with the newest key; return a sentence."""
        ...

    async def export(self, workspace: str, team: str | None) -> str:
        """Return a team or a workspace as JSON."""
        ...

    async def erase(self, workspace: str, team: str | None) -> str:
        """Destroy a team or a workspace; return a sentence."""
        ...


def add_custody(app: typer.Typer, custody: Custody) -> None:
    """Add the commands over ``custody`` to the command line."""

    @app.command()
    @explained
    def backup(folder: Annotated[Path, typer.Argument(help="Where the two files go.")]) -> None:
        """Write the two stores into two files, under the two keys of ATTUNE_BACKUP_KEYS."""
        typer.echo(asyncio.run(custody.backup(folder)))

    @app.command()
    @explained
    def restore(files: Annotated[list[Path], typer.Argument(help="One backup, or both.")]) -> None:
        """Fill a new, migrated database from backups."""
        typer.echo(asyncio.run(custody.restore(files)))

    @app.command()
    @explained
    def export(workspace: Workspace, team: OneTeam = None) -> None:
        """Print what is kept of a workspace or a team as JSON, without any reflection."""
        typer.echo(asyncio.run(custody.export(workspace, team)))

    @app.command()
    @explained
    def erase(
        workspace: Workspace,
        team: OneTeam = None,
        *,
        yes: Annotated[bool, typer.Option("--yes", help="Do it: nothing brings it back.")] = False,
    ) -> None:
        """Destroy all that is kept of a workspace or a team."""
        if not yes:
            raise typer.BadParameter("This destroys data for good. Add --yes to do it.")
        typer.echo(asyncio.run(custody.erase(workspace, team)))

    keys = typer.Typer(no_args_is_help=True, help="Look after the encryption keys.")
    app.add_typer(keys, name="keys")

    @keys.command("rotate")
    @explained
    def rotate() -> None:
        """Wrap all data keys with the newest of ATTUNE_KEYS, also while Attune runs."""
        typer.echo(asyncio.run(custody.rotate()))

    @keys.callback()
    def about() -> None:
        """Look after the encryption keys."""
