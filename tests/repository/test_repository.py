"""Test the repository as a whole: no local paths, exact lock files, and tests without a network."""

import re
import shutil
import socket
import subprocess
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from support.paths import ROOT

LOCKS = ("build", "runtime", "test")
RECORD_ADDRESSES = frozenset(
    "Pipfile.lock package-lock.json pdm.lock poetry.lock pylock.toml uv.lock yarn.lock".split()
)
PATH_OF_A_MACHINE = re.compile(r"(?<![\w.~-])/(?:home|root|work|Users)/[A-Za-z.]")
NOT_OURS = frozenset(".git .hypothesis .mypy_cache .pytest_cache .ruff_cache .venv __pycache__ outbox".split())


@cache
def repository() -> tuple[Path, ...]:
    """Return the files in git, including untracked ones that are not ignored; without git, all files."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())
    found = (path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts))
    return tuple(path for path in found if path.is_file())


def text_of(path: Path) -> str:
    """Return a file's text, or "" if it is binary."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_path_of_one_machine() -> None:
    named = {
        path.relative_to(ROOT).as_posix(): found[0]
        for path in repository()
        if (found := PATH_OF_A_MACHINE.search(text_of(path)))
    }
    assert named == {}


@pytest.mark.parametrize("folder", ["home", "root", "work", "Users"])
def test_paths_of_a_machine_are_distinguished_from_addresses(folder: str) -> None:
    assert PATH_OF_A_MACHINE.search(f"see '/{folder}/lea/x'")
    assert not PATH_OF_A_MACHINE.search(f"https://exemple.example/{folder}/lea and ./{folder}/lea")


BY_NAME = re.compile(
    r"\b(?:(?:pip|uv|pipx|poetry|pdm|uv tool|uv pip)\s+(?:install|add|run)|uvx)\s+"
    r"(?:--?[\w-]+(?:[= ][\w.]+)?\s+)*[\"']?newsletter(?![\w./@ -]*[@/])"
)


def test_no_document_or_message_installs_newsletter_by_its_name() -> None:
    """The project does not own that name on PyPI; its owner could run code on a reader's machine."""
    files = [path for path in repository() if path != Path(__file__)]
    assert {str(path): found[0] for path in files if (found := BY_NAME.search(text_of(path)))} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pip install newsletter", True),
        ("pip install 'newsletter[preview]'", True),
        ("python -m pip install -U newsletter==1.0", True),
        ("uv tool install newsletter", True),
        ("uvx newsletter build", True),
        ("pipx run newsletter", True),
        ("pip install 'newsletter @ git+https://git.example/newsletter'", False),
        ("pip install --requirement requirements.txt", False),
        ("pip install ./newsletter-1.0.0-py3-none-any.whl", False),
    ],
)
def test_installing_by_name_is_distinguished_from_other_ways(text: str, found: bool) -> None:
    assert bool(BY_NAME.search(text)) is found


def test_no_lock_records_addresses() -> None:
    assert [path for path in repository() if path.name in RECORD_ADDRESSES] == []


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    """Return the versions in a lock file, by package."""
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", lock(name), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_names_versions_and_hashes_only(name: str) -> None:
    package = r"[a-z0-9][a-z0-9-]*(?:\[[a-z0-9,-]+\])?==[\w.]+(?: ; [\w .'<>=()!]+)? \\\n"
    hashes = r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+"
    assert pins(name)
    assert re.sub(package + hashes, "", lock(name)) == ""


def test_locks_name_the_extras() -> None:
    """pip resolves `coverage[toml]` separately from a pinned `coverage` and takes the newest release."""
    assert re.search(r"^coverage\[toml\]==", lock("test"), re.MULTILINE)


def test_locks_agree() -> None:
    build, runtime, test = map(pins, LOCKS)
    assert runtime.items() <= test.items()
    assert {name: test[name] for name in build.keys() & test.keys()} == {
        name: build[name] for name in build.keys() & test.keys()
    }


def test_locks_hold_what_the_project_needs() -> None:
    """If this fails, run `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    optional = project["optional-dependencies"]
    runtime = (*project["dependencies"], *optional["import"], *optional["preview"])
    for name, needs in (("runtime", runtime), ("test", extras)):
        assert {re.split(r"[^\w.-]", need.lower())[0] for need in needs} - pins(name).keys() == set()


def test_no_lock_holds_the_other_mjml() -> None:
    """The package `mjml` would overwrite the module of the same name in mjml-python."""
    assert [name for name in LOCKS if "mjml" in pins(name)] == []


def test_sockets_are_blocked() -> None:
    with socket.socket() as one, pytest.raises(AssertionError, match="network"):
        one.connect(("192.0.2.1", 80))
    with socket.socket() as one, pytest.raises(AssertionError, match="loopback"):
        one.connect(("127.0.0.1", 9))
    with pytest.raises(AssertionError, match="network"):
        socket.getaddrinfo("exemple.example", 443)


@pytest.mark.loopback
def test_marked_tests_reach_this_machine_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with socket.socket() as one, pytest.raises(AssertionError, match="network"):
        one.connect(("192.0.2.1", 80))
