"""The command line: ``python -m bot``. Every command is a few words to what was handed in."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec, Protocol

import typer
from rich.console import Console

from bot.deidentify import Deidentifier, review_row
from bot.doctor import Finding
from bot.errors import AttuneError, Misconfigured
from bot.guidance import Guidance, Score, answer_row, marked_pairs, question_from_row
from handlers.jsonl import Row, stream

P = ParamSpec("P")

JsonLines = Annotated[
    bool, typer.Option("--jsonl", help="Read JSON Lines from standard input, answer the same way.")
]


class Operations(Protocol):
    """What the composition root offers to an operator."""

    async def run(self) -> None:
        """Serve as the settings say, clock included; the playground without credentials."""
        ...

    async def web(self) -> None:
        """Serve Slack over HTTP, without a clock."""
        ...

    async def worker(self) -> None:
        """Run the clock and the deliveries, without a web server."""
        ...

    async def playground(self) -> None:
        """Serve the playground, whatever credentials are set."""
        ...

    async def migrate(self) -> str:
        """Bring the database to the newest schema; return a sentence."""
        ...

    async def doctor(self) -> Sequence[Finding]:
        """Check settings, database, migrations, key, Slack token, scopes and clock."""
        ...

    async def deliveries(self, state: str | None, kind: str | None, limit: int) -> str:
        """List rows of the ledger, latest due first."""
        ...

    async def retry(self, delivery: str) -> str:
        """Plan a failed or dropped delivery anew; return a sentence."""
        ...

    async def cancel(self, delivery: str) -> str:
        """Drop a planned delivery; return a sentence."""
        ...

    async def digests(self, digest: str | None) -> str:
        """List the released digests, or show one."""
        ...

    def new_key(self) -> str:
        """Return a new encryption key."""
        ...


def create_cli(operations: Operations) -> typer.Typer:
    """Return the command line over ``operations``."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="Attune: weekly reflections, anonymised, and attuned phrasing.",
    )
    _add_servers(app, operations)
    _add_housekeeping(app, operations)
    _add_engines(app)
    return app


def _add_servers(app: typer.Typer, operations: Operations) -> None:
    @app.command()
    @explained
    def run() -> None:
        """Serve as the settings say. Without Slack credentials this is the playground."""
        _finish(operations.run())

    @app.command()
    @explained
    def web() -> None:
        """Serve Slack over HTTP, without a clock (run workers beside it)."""
        _finish(operations.web())

    @app.command()
    @explained
    def worker() -> None:
        """Run the clock and the deliveries, without a web server."""
        _finish(operations.worker())

    @app.command()
    @explained
    def playground() -> None:
        """Serve the local stand-in for Slack, with sample people."""
        _finish(operations.playground())


def _add_housekeeping(app: typer.Typer, operations: Operations) -> None:
    @app.command()
    @explained
    def migrate() -> None:
        """Bring the database to the newest schema."""
        typer.echo(asyncio.run(operations.migrate()))

    @app.command()
    @explained
    def doctor() -> None:
        """Check settings, database, key, Slack and clock, and print what to fix."""
        findings = asyncio.run(operations.doctor())
        console = Console()
        for one in findings:
            mark = "[green]ok  [/green]" if one.ok else "[red]fix [/red]"
            console.print(f"{mark} {one.name}: {one.sentence}", highlight=False)
        raise typer.Exit(0 if all(one.ok for one in findings) else 1)

    @app.command()
    @explained
    def deliveries(
        *,
        state: Annotated[
            str | None,
            typer.Option(help="planned, attempting, sent, failed or dropped."),
        ] = None,
        kind: Annotated[str | None, typer.Option(help="Such as check_in or digest.")] = None,
        limit: Annotated[int, typer.Option(min=1, help="How many, latest due first.")] = 50,
        retry: Annotated[
            str | None, typer.Option(metavar="ID", help="Plan a failed or dropped one anew.")
        ] = None,
        cancel: Annotated[
            str | None, typer.Option(metavar="ID", help="Drop one that is still planned.")
        ] = None,
    ) -> None:
        """Show deliveries; plan one anew, or drop one."""
        if retry is not None:
            typer.echo(asyncio.run(operations.retry(retry)))
        elif cancel is not None:
            typer.echo(asyncio.run(operations.cancel(cancel)))
        else:
            typer.echo(asyncio.run(operations.deliveries(state, kind, limit)))

    @app.command()
    @explained
    def digest(
        digest_id: Annotated[
            str | None, typer.Argument(help="The digest's id, from the list.")
        ] = None,
    ) -> None:
        """List released digests, or print one."""
        typer.echo(asyncio.run(operations.digests(digest_id)))

    @app.command()
    def key() -> None:
        """Print a new encryption key for ATTUNE_KEYS."""
        typer.echo(operations.new_key())


def _add_engines(app: typer.Typer) -> None:
    @app.command()
    @explained
    def phrase(
        text: Annotated[
            str | None, typer.Argument(help="A question, as you would type it.")
        ] = None,
        *,
        jsonl: JsonLines = False,
        score: Annotated[
            Path | None,
            typer.Option(
                exists=True,
                dir_okay=False,
                help="Pairs with the stance that your supervisors gave them, as JSON Lines.",
            ),
        ] = None,
    ) -> None:
        """Read how a draft lands, and offer attuned alternatives."""
        guidance = Guidance()
        if score is not None:
            marked = list(marked_pairs(score.read_text(encoding="utf-8").splitlines()))
            typer.echo(_figures(*asyncio.run(guidance.score(marked))))
            return

        async def answer(row: Row) -> Row:
            name, asked = question_from_row(row)
            if isinstance(asked, str):
                return answer_row(name, await guidance.ask(asked))
            return answer_row(name, await guidance.ask_pair(asked))

        _answer(answer, text, jsonl=jsonl)

    @app.command()
    @explained
    def deidentify(
        text: Annotated[str | None, typer.Argument(help="A text with names in it.")] = None,
        *,
        jsonl: JsonLines = False,
    ) -> None:
        """Take names and other details out of a text."""
        deidentifier = Deidentifier()

        async def answer(row: Row) -> Row:
            text = row["text"]
            if not isinstance(text, str):
                raise TypeError
            return review_row(row.get("id"), text, deidentifier.review(text))

        _answer(answer, text, jsonl=jsonl)


def _figures(score: Score, gated: int) -> str:
    subtype = "none marked" if score.subtype is None else f"{score.subtype:.3f}"
    return (
        f"{score.pairs} pairs read; {gated} more went to the safety answer and were not read.\n"
        f"Macro-F1 {score.macro_f1:.3f}; one pole taken for the other {score.swaps:.3f}.\n"
        f"Told {score.told:.3f}, right when told {score.right_when_told:.3f}; "
        f"calibration error {score.calibration_error:.3f}.\n"
        f"Kind of move right: {subtype}."
    )


def _answer(
    answer: Callable[[Row], Coroutine[Any, Any, Row]], text: str | None, *, jsonl: bool
) -> None:
    if jsonl:
        asyncio.run(stream(sys.stdin.buffer, sys.stdout.buffer, answer))
    elif text:
        Console().print_json(data=asyncio.run(answer({"id": "1", "text": text})))
    else:
        raise typer.BadParameter("Give a text, or --jsonl and lines on standard input.")


def _finish(serving: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(serving)
    except KeyboardInterrupt:
        typer.echo("Attune has stopped.", err=True)


def explained(command: Callable[P, None]) -> Callable[P, None]:
    """Print what is wrong in a sentence, and leave with 2 (set-up) or 1 (anything passing)."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except AttuneError as error:
            typer.echo(f"Attune: {error}", err=True)
            raise typer.Exit(2 if isinstance(error, Misconfigured) else 1) from None

    return run
