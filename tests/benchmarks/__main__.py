"""All benchmarks, one after the other: ``make bench``."""

import runpy
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
    runpy.run_module(f"tests.benchmarks.{name}", run_name="__main__")
