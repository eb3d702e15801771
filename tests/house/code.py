"""The repository's own source, read as text and as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "handlers", "storage")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is in the repository or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],  # noqa: S607  whatever git is installed
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return tuple(ROOT / name for name in listed if (ROOT / name).is_file())


def modules(*packages: str) -> Iterator[Path]:
    """The Python files of the packages (all of ours where none is named)."""
    for package in packages or PACKAGES:
        yield from sorted(path for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """The file's name from the root, as a reader would write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a file, inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its signature to its end, without its docstring."""
    last = node.end_lineno or node.lineno
    doc = node.body[0]
    said = 0
    if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant):
        said = (doc.end_lineno or doc.lineno) - doc.lineno + 1
    return last - node.lineno + 1 - said


def calls(path: Path) -> Iterator[str]:
    """Every call in a file, as it is written: ``datetime.now``, ``asyncio.sleep``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
