"""Known vulnerabilities in what is locked: ``python -m tests.house.audit``.

Fails on any that is not exempt. Says how many packages could not be looked up: where the
vulnerability service cannot be reached, silence is not a clean bill.
"""

import json
import subprocess
import sys
from typing import Any, Final

LOCKS: Final = ("requirements.lock", "tests/requirements.lock")

EXEMPT: Final[dict[str, str]] = {}
"""Vulnerability id → why it cannot harm here, and until when to look again."""


def main() -> int:
    """Print what was found; return the exit code."""
    known = audited = unknown = 0
    for lock in LOCKS:
        for package in _audit(lock):
            found = [one["id"] for one in package.get("vulns", ()) if one["id"] not in EXEMPT]
            known += len(found)
            audited += "vulns" in package and "skip_reason" not in package
            unknown += "skip_reason" in package
            for name in found:
                sys.stdout.write(f"{package['name']} {package['version']}: {name}\n")
    sys.stdout.write(
        f"{audited} packages audited, {known} vulnerabilities; {unknown} could not be looked up\n"
    )
    return 1 if known else 0


def _audit(lock: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    command += ["--progress-spinner", "off", "--format", "json", "-r", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.exit(f"pip-audit could not run: {done.stderr.strip().splitlines()[-1:]}")
    return found


if __name__ == "__main__":
    sys.exit(main())
