"""Attune on several processes, on this machine: ``make run-distributed``.

A PostgreSQL of its own from the test wheel, the playground as Slack, and the Procfile's ``web``
and two ``worker`` under honcho. Nothing of it stays: it ends with Ctrl-C.

    python -m tests.distributed [--workers 2]
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final

from handlers.clock import SystemClock
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground
from handlers.playground.state import BOT_TOKEN
from storage import new_key
from tests.benchmarks.bench_start import answers, free_port
from tests.benchmarks.postgres import postgres

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE: Final = 60.0


def tell(words: str) -> None:
    """Show progress."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def settings(database_url: str, slack_url: str, secret: str, port: int) -> dict[str, str]:
    """Return the environment of the processes."""
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": secret,
        "ATTUNE_SLACK_API_URL": f"{slack_url}/api/",
        "ATTUNE_DATABASE_URL": database_url,
        "ATTUNE_KEYS": new_key(),
        "ATTUNE_PORT": str(port),
        "ATTUNE_TICK_SECONDS": "5",
    }


async def run(workers: int, database_url: str) -> int:
    """Run until a signal; return the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    slack = sample_workspace(now=SystemClock().now)
    playground = Playground(slack)
    async with running_playground(playground) as slack_url:
        port = free_port()
        env = settings(database_url, slack_url, slack.app.signing_secret, port)
        tell("2/4 migrations (Procfile: release)")
        migrated = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "migrate"), cwd=ROOT, env=env
        )
        if await migrated.wait():
            return 1
        tell(f"3/4 web and {workers} workers (honcho)")
        crew = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "honcho", "start", "-c", f"web=1,worker={workers}"),
            *("web", "worker"),
            cwd=ROOT,
            env=env,
            start_new_session=True,  # Ctrl-C reaches this process alone, which passes it on
        )
        ended = asyncio.create_task(crew.wait())
        asked = asyncio.create_task(stop.wait())
        try:
            if await listening(port, ended):
                playground.http.configure(f"http://127.0.0.1:{port}/slack/events")
                tell(f"4/4 Slack's stand-in is open at {slack_url}; Ctrl-C ends it all")
                await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not ended.done():
                crew.send_signal(signal.SIGTERM)
            asked.cancel()
            code = await ended
        return 0 if stop.is_set() else code or 1


async def listening(port: int, ended: "asyncio.Task[int]") -> bool:
    """Wait until the web process answers; False where everything ended before."""
    async with asyncio.timeout(PATIENCE):
        while not ended.done():
            if await asyncio.to_thread(answers, port):
                return True
            await asyncio.sleep(0.2)
    return False


def main() -> None:
    """Start everything, wait, and take it down."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--workers", type=int, default=2)
    workers = asked.parse_args().workers
    tell("1/4 a PostgreSQL of its own")
    with postgres() as server:
        code = asyncio.run(run(workers, server.create()))
        tell("everything has ended; PostgreSQL is taken down")
    sys.exit(code)


if __name__ == "__main__":
    main()
