"""The rules of the house. A rule without a test here is not a rule."""

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot import errors
from bot.settings import Settings
from tests.house.code import ROOT, calls, functions, length, modules, name_of, tracked, tree

TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "Procfile",
    "README.md", "SECURITY.md", "bot", "docs", "handlers", "manifest.json", "pyproject.toml",
    "requirements.lock", "storage", "tests",
}  # fmt: skip
TEXT = {".py", ".md", ".toml", ".json", ".lock", ".js", ".css", ".html", ".txt", ""}


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        if path.suffix in TEXT:
            yield name_of(path), path.read_text(encoding="utf-8")


def test_nothing_stands_at_the_top_but_what_a_reader_expects() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_modules_stay_under_400_lines() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def test_functions_stay_under_60_lines() -> None:
    long = [
        f"{name_of(path)}: {one.name}"
        for path in modules()
        for one in functions(path)
        if length(one) > 60 and "migrations" not in path.parts  # a schema is one long list
    ]
    assert long == []


def is_handler(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return bool(node.args.args) and ast.unparse(node.args.args[0]).endswith(": Call")


def test_handlers_are_at_most_15_lines() -> None:
    long = {
        f"{name_of(path)}: {one.name}": length(one)
        for path in (ROOT / "handlers" / "slack").glob("*.py")
        for one in functions(path)
        if is_handler(one) and length(one) > 15
    }
    assert long == {}


@pytest.mark.parametrize("clock", ["datetime.now", "datetime.utcnow", "date.today", "time.time"])
def test_the_clock_is_an_argument(clock: str) -> None:
    allowed = {"handlers/clock.py", "handlers/playground/state.py"}
    asking = {name_of(path) for path in modules() if clock in set(calls(path))}
    assert asking - allowed == set()


def test_rules_and_tests_do_not_sleep() -> None:
    waiting = {"time.sleep", "asyncio.sleep"}
    # A server tells by a flag alone that it has started.
    looking = {"bot/operations.py": ["asyncio.sleep(0.01)"]}
    for path in [*modules("bot", "storage"), *(ROOT / "tests").rglob("test_*.py")]:
        naps = [
            node
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and ast.unparse(node.func) in waiting
            and ast.unparse(node.args[0]) != "0"  # giving way to other tasks
        ]
        assert [ast.unparse(nap) for nap in naps] == looking.get(name_of(path), []), name_of(path)


def test_no_work_is_left_open_in_the_code() -> None:
    open_work = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    assert [name for name, text in texts() if open_work.search(text)] == []


def test_nothing_names_this_machine_or_a_registry() -> None:
    machine = re.compile(r"(?<![\w.])/(wor" r"k|hom" r"e|roo" r"t)/\w")
    registry = re.compile(r"(py" r"pi\.org|python" r"hosted|registry\.npm" r"js|deb\.deb" r"ian)")
    for name, text in texts():
        assert not machine.search(text), name
        assert not registry.search(text), name


def test_an_exemption_says_why() -> None:
    """Every noqa, type: ignore and nosec carries words after its code."""
    bare = re.compile(r"#\s*(noqa|nosec|type:\s*ignore)(:\s*[A-Z0-9, ]+|\[[\w, -]+\])?\s*$")
    found = [
        f"{name}:{number}"
        for name, text in texts()
        if name.endswith(".py")
        for number, line in enumerate(text.splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_public_functions_of_the_product_say_what_they_mean() -> None:
    total = said = 0
    for path in modules():
        for one in functions(path):
            if not one.name.startswith("_"):
                total += 1
                said += ast.get_docstring(one) is not None
    assert said / total >= 0.9


def test_twins_rather_than_mocks() -> None:
    tests = list((ROOT / "tests").rglob("test_*.py"))
    count = sum(one.name.startswith("test_") for path in tests for one in functions(path))
    mocks = sum(name.split(".")[-1] in {"Mock", "MagicMock", "AsyncMock", "patch"}
                for path in tests for name in calls(path))  # fmt: skip
    assert mocks / count <= 0.05


def test_the_tree_of_exceptions_names_them_all() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or "")) | {"AttuneError"}
    defined = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}
    assert drawn == defined - {"Any"}


def test_every_exception_is_on_that_page() -> None:
    """Others may only refine one of them or be private to a parser."""
    for path in modules("bot", "storage"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base) for base in node.bases}
                assert not bases & {"Exception", "BaseException"} or path.name == "errors.py"


def test_features_have_the_same_rooms() -> None:
    for feature in ("checkins", "clinic", "deliveries", "digests", "reflections"):
        names = {path.name for path in (ROOT / "bot" / feature).glob("*.py")}
        assert {"__init__.py", "model.py", "port.py", "service.py"} <= names, feature


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    for field in Settings.model_fields.values():
        assert f"`{field.alias}`" in page
        assert (field.description or "") in page


def test_declared_names_exist() -> None:
    """What a package declares in ``__all__`` is what it offers."""
    for path in modules("bot"):
        if path.name != "__init__.py" or path.parent.name == "bot":
            continue
        module = __import__(name_of(path.parent).replace("/", "."), fromlist=["*"])
        assert module.__all__ == sorted(
            module.__all__, key=lambda name: (not name.isupper(), not name[0].isupper(), name)
        )
        for name in module.__all__:
            assert hasattr(module, name), f"{module.__name__}.{name}"


IMPORT_ALL = """
import os, sys
touched = []
class Watched(dict):
    def get(self, key, default=None):
        touched.append(key)
        return super().get(key, default)
    def __getitem__(self, key):
        touched.append(key)
        return super().__getitem__(key)
    def __contains__(self, key):
        touched.append(key)
        return super().__contains__(key)
os.environ = Watched(os.environ)
import importlib, socket
socket.socket.connect = None
for name in sys.argv[1:]:
    importlib.import_module(name)
print([key for key in touched if key.startswith(("ATTUNE", "SLACK"))])
"""


def test_importing_reads_no_settings_and_opens_no_connection() -> None:
    names = [
        name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in modules()
        if "migrations" not in path.parts and "lists" not in path.parts
        and path.name != "__main__.py"
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", IMPORT_ALL, *names],
        cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_lock_files_hold_hashes_for_everything() -> None:
    for lock in ("requirements.lock", "tests/requirements.lock"):
        text = (ROOT / lock).read_text()
        pins = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert pins
        for block in re.split(r"\n(?=[a-z0-9])", text):
            assert "--hash=sha256:" in block


def test_ci_runs_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text()
    script = (ROOT / ".ci" / "run").read_text()
    commands = re.findall(r"^make \w+", script, re.MULTILINE)
    assert commands == ["make check", "make test"]
    assert all(command in readme for command in commands)


def test_the_manifest_of_the_house_is_true() -> None:
    """The map in ``bot/__init__.py`` names what is there."""
    page = (ROOT / "bot" / "__init__.py").read_text()
    for feature in sorted(path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")):
        assert feature in page, feature


def paths_in(text: str) -> set[str]:
    return set(re.findall(r"\]\((?!http)([^)#]+)", text))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_lead_somewhere(page: str) -> None:
    for link in paths_in((ROOT / page).read_text()):
        assert (ROOT / link).exists(), link


def test_docs_link_to_pages_that_exist() -> None:
    for path in (ROOT / "docs").rglob("*.md"):
        for link in paths_in(path.read_text()):
            assert (path.parent / link).exists(), f"{name_of(path)} → {link}"


def test_python_files_have_readers_in_mind() -> None:
    """Every module begins with a sentence on what it is for."""
    for path in modules():
        if "versions" not in path.parts:
            assert ast.get_docstring(tree(path)), name_of(path)
