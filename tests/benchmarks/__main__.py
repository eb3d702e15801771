"""All benchmarks, one after the other, each in a process of its own: ``make bench``."""

import subprocess
import sys

for name in (
    "bench_tick",
    "bench_deliveries",
    "bench_during_tick",
    "bench_slash_command",
    "bench_start",
):
    sys.stdout.write(f"\n{name}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
    subprocess.run(command, check=True)  # noqa: S603  our own
