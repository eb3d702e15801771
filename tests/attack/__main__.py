"""``make attack``: a year in many clinics, attacked week by week. Takes about four minutes."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.attack.clinics import WEEKS, Shape
from tests.attack.dump import copies_left, derived_keys, linked, lived
from tests.attack.measure import COLLUDERS, RULES, Year, attacked

SIZES = (
    (4, 1), (6, 1), (8, 1), (12, 1), (60, 1), (8, 2), (12, 2), (16, 2), (12, 3), (24, 3), (20, 4),
    (32, 4), (45, 6), (60, 8),
)  # fmt: skip
RATES = (0.3, 0.5, 0.65, 0.8, 0.95)
OVERLAPS = (0.0, 0.15, 0.4)


def main() -> None:
    shapes = [
        Shape(*size, rate, overlap) for size in SIZES for rate in RATES for overlap in OVERLAPS
    ]
    total, started = Year(), monotonic()
    for number, shape in enumerate(shapes, 1):
        found = attacked(shape, WEEKS)
        total.add(found)
        print(  # noqa: T201  a program for a terminal
            f"{number:3}/{len(shapes)}  {shape.clinicians:2} clinicians, {shape.teams} teams, "
            f"rate {shape.rate:.2f}, overlap {shape.overlap:.2f}: isolating weeks, two colluders: "
            + ", ".join(f"{rule} {found.isolating[rule, 2]}" for rule in RULES)
            + f"  ({monotonic() - started:.0f} s)",
            flush=True,
        )
    print(report(total))  # noqa: T201  a program for a terminal
    linking = asyncio.run(_dumped())
    isolated = any(total.isolating["Attune", number] for number in COLLUDERS)
    sys.exit(1 if isolated or linking else 0)


async def _dumped() -> bool:
    """Attack the database file of a year; tell whether anybody was linked to a row."""
    print("\na year in a database file, copied each week", flush=True)  # noqa: T201  a program for a terminal
    with TemporaryDirectory() as folder:
        weeks = await lived(Path(folder), WEEKS)
        found = linked(weeks)
        for name, scored in found.items():
            print(f"rows sorted {name}: right for {scored}")  # noqa: T201  a program for a terminal
        keys, copies = derived_keys(weeks), copies_left(weeks)
    print(f"rows whose key is a hash of a member: {keys}; rows with an older copy: {copies}")  # noqa: T201  a program for a terminal
    return any(one.is_better_than_luck for one in found.values()) or bool(keys or copies)


def report(total: Year) -> str:
    lines = [f"\n{total.weeks} weeks, {total.publishable} publishable answers (teams of five on)"]
    lines.append("| Rule | alone | one colluder | two colluders | answers still told |")
    lines.append("|---|---|---|---|---|")
    for rule in RULES:
        weeks = " | ".join(
            f"{total.isolating[rule, number]} ({total.isolating[rule, number] / total.weeks:.0%})"
            for number in COLLUDERS
        )
        lines.append(f"| {rule} | {weeks} | {_share(total.told[rule], total.publishable)} |")
    small, counts = total.small, total.counts
    lines += [
        f"with means: {_share(total.means, total.publishable)} of the publishable answers",
        f"counts that five share and that are told: {_share(counts['told'], counts['shared'])}",
        f"small clinics: told {_share(small['told'], small['publishable'])}, best safe release "
        + _share(small["best"], small["publishable"]),
        f"small clinics, with means: {_share(small['means'], small['publishable'])}, best safe "
        + _share(small["best_means"], small["publishable"]),
        f"how Attune was attacked with success: {dict(total.how) or 'not at all'}",
    ]
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "nothing to tell"


if __name__ == "__main__":
    main()
