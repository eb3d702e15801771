"""Cold start and memory: the whole of Attune beside a bare Bolt application, in one run.

Each is a process of its own. "start" is from launching it until it answers on loopback, the best
of several; "memory" is what is resident then (VmRSS), and for Attune again after a reflection was
de-identified and a digest's picture drawn, which load what is loaded only when needed.

    python -m tests.benchmarks.bench_start [--rounds 3]
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BARE = """
import os, uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
async def authorize(enterprise_id, team_id, user_id):
    return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-1")
app = AsyncApp(signing_secret="made-up", authorize=authorize)
uvicorn.run(AsyncSlackRequestHandler(app), port=int(os.environ["PORT"]), log_level="error")
"""

USED = """
import asyncio, re
from datetime import date
from pathlib import Path
from bot.bootstrap import assemble
from bot.deidentify import Deidentifier
from bot.digests import Band, Digest, Figures
from bot.digests.chart import draw
from bot.guidance import Guidance
Deidentifier().review("Saw Anna again on 4 March, and her brother Marcus.")
asyncio.run(Guidance().ask('Client: "Am I a bad patient?" Me: "No, you are not."'))
week = Figures(date(2026, 1, 5), 4.0, 3.0, 3.5)
day = date(2026, 1, 5)
draw(Digest("d", "t", "Team", "w", "t.1", day, 5, Band.MOST, week, pulls={"ATTUNED": 5}))
print(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def free_port() -> int:
    """A port on which nothing listens yet."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def started(command: list[str], port: int, folder: Path) -> Iterator[tuple[int, float]]:
    """Run ``command`` until it answers; yield its process id and the seconds that took."""
    env = os.environ | {"ATTUNE_PORT": str(port), "PORT": str(port), "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603  our own words
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not answers(port):
                if process.poll() is not None:
                    sys.exit(f"{command} ended with {process.returncode}")
            yield process.pid, time.perf_counter() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def answers(port: int) -> bool:
    """Tell whether something answers HTTP there, with whatever status."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def resident(pid: int) -> float:
    """Resident memory in MiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    rounds = options.parse_args().rounds
    servers = {
        "bare bolt": [sys.executable, "-c", BARE],
        "attune run": [sys.executable, "-m", "bot", "run"],
    }
    write = sys.stdout.write
    write(f"{'process':<20}{'start s':>9}{'to bare':>9}{'memory MiB':>12}{'to bare':>9}\n")
    first: tuple[float, float] | None = None
    with tempfile.TemporaryDirectory() as folder:
        for name, command in servers.items():
            seen = []
            for _ in range(rounds):
                port = free_port()
                with started(command, port, Path(folder)) as (pid, seconds):
                    seen.append((seconds, resident(pid)))
            best = min(one[0] for one in seen), min(one[1] for one in seen)
            first = first or best
            write(f"{name:<20}{best[0]:>9.2f}{best[0] / first[0]:>9.2f}")
            write(f"{best[1]:>12.0f}{best[1] / first[1]:>9.2f}\n")
        done = subprocess.run(  # noqa: S603  our own words
            [sys.executable, "-c", USED], cwd=ROOT, capture_output=True, text=True, check=True
        )
    write(f"all engines loaded  {'':>18}{int(done.stdout) / 1024:>12.0f}\n")


if __name__ == "__main__":
    main()
