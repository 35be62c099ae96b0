"""Test the structure of the tests: locations, imports, and use of private members."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.paths import ROOT, TESTS

# Folders besides those of the packages in src/newsletter: kinds of tests, and shared code.
KINDS = frozenset("equivalence hostile repository support system".split())
READ = frozenset("cases data oracles problems releases snippets".split())

PACKAGE = ROOT / "src/newsletter"
FILES = sorted(path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts)

# Private members that tests use anyway: file -> "their names: why". Prefer tests through public functions, or
# make the name public.
EXCEPTIONS = {
    "equivalence/test_mail_sections.py": "_neighbours _new_sections: which pairs of sections a check may skip",
    "equivalence/test_templates.py": "_attempts _rendered _shape _signatures _text _warm_up: when a template is "
    "traced, and what Jinja gives without a trace",
    "hostile/test_theme_output.py": "_shape _text _warm_up: what is checked while a template is traced",
    "hostile/test_themes.py": "_environment _of _rendered _shape _text _warm_up: attacks while a template is traced, "
    "and what the sandbox lets templates see",
}


def room_of(path: Path) -> Path:
    return path.relative_to(TESTS).parent


def is_test(name: str) -> bool:
    return name == "conftest" or name.startswith("test_")


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def shared_from_tests(tree: ast.Module) -> list[str]:
    """Return the imports from a test file or conftest."""
    return [
        f"{line}: imports {dotted}: move shared code to tests/support"
        for line, dotted in imported(tree)
        if any(map(is_test, dotted.split(".")[:-1] or [dotted])) or is_test(dotted)
    ]


def is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.endswith("__") and name.isidentifier()


def private_members(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and name of every private member that is imported, read or patched."""
    libraries = {dotted for _, dotted in imported(tree) if not dotted.startswith(("newsletter", "support"))}
    for line, dotted in imported(tree):
        if dotted.startswith("newsletter") and is_private(name := dotted.rpartition(".")[2]):
            yield line, name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in {"self", *libraries}):
                yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("setattr", "getattr", "delattr")):
            for each in node.args:
                if isinstance(each, ast.Constant) and is_private(each.value):
                    yield each.lineno, str(each.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_test_file_imports_another(path: Path) -> None:
    assert shared_from_tests(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_tests_are_in_the_folder_of_what_they_test() -> None:
    for path in FILES:
        room = room_of(path)
        if is_test(path.stem) and path != TESTS / "conftest.py":
            assert room.parts and room.parts[0] != "support", (
                f"{path.name}: move it to the folder of the package that it tests"
            )
            sound = room.parts[0] in KINDS or (PACKAGE / room).is_dir() or (PACKAGE / f"{room}.py").is_file()
            assert sound, f"{room}: neither a package of src/newsletter nor one of {', '.join(sorted(KINDS))}"
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    rooms = {path.stem for path in PACKAGE.iterdir()}
    assert folders <= KINDS | READ | rooms


def test_private_members_stay_private() -> None:
    used: dict[str, set[str]] = {}
    places = {}
    for path in FILES:
        name = path.relative_to(TESTS).as_posix()
        for line, member in private_members(ast.parse(path.read_text(encoding="utf-8"))):
            used.setdefault(name, set()).add(member)
            places[name, member] = f"tests/{name}:{line}: {member}"
    allowed = {(name, member) for name, text in EXCEPTIONS.items() for member in text.partition(":")[0].split()}
    assert [place for key, place in places.items() if key not in allowed] == []
    assert sorted(allowed - places.keys()) == [], "no longer used: remove them from EXCEPTIONS"


@pytest.mark.parametrize(
    "line",
    [
        "from newsletter.text import _fold", "text._fold('x')", "monkeypatch.setattr(text, '_fold', None)",
        "getattr(text, '_fold')", "a.b()._c",
    ],
)  # fmt: skip
def test_private_members_are_found(line: str) -> None:
    assert len(list(private_members(ast.parse(line)))) == 1


@pytest.mark.parametrize(
    "line", ["import os\nos._exit(0)", "self._x = 1", "x.__dict__", "text.fold()", "getattr(x, 'y')"]
)
def test_other_members_are_not(line: str) -> None:
    assert list(private_members(ast.parse(line))) == []


@pytest.mark.parametrize("line", ["from test_cli import run", "import conftest", "from tests.cli.test_cli import run"])
def test_imports_of_tests_are_found(line: str) -> None:
    assert len(shared_from_tests(ast.parse(line))) == 1
