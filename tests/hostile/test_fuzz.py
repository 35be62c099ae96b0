"""Fuzz the program: any input must give located problems, or an outbox that passes verification.

`make fuzz` tries 20,000 random inputs; CI tries 300, always the same. Inputs that once failed are kept
in corpus/.
"""

import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import settings as limits

import newsletter
from newsletter.model import Settings
from newsletter.model.problems import Problem, Problems
from newsletter.outbox import publish as outbox
from newsletter.pipeline import render
from newsletter.rules.registry import RULES
from newsletter.theme.templates import Templates
from support import strategies
from support.paths import ROOT, TESTS

NOW = datetime(2024, 12, 1, tzinfo=UTC)
CORPUS = TESTS / "hostile/corpus"
ORDINARY = b"---\ntitle: Un prix\ndate: 2024-11-20\nid: b\ntags: [Un]\n---\n\nUn **texte**.\n"
SETTINGS = "".join(f"{key} = {strategies.as_toml(value)}\n" for key, value in strategies.VALID.items()).encode()


def share(of_all: float) -> int:
    """Return a share of the profile's examples."""
    return max(1, round(limits.default.max_examples * of_all))


def png() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b"")


@contextmanager
def project(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Make a temporary project with these files, and two more that announcements may name."""
    root = Path(tempfile.mkdtemp())
    try:
        ours = {"newsletter.toml": SETTINGS, "announcements/photo.png": png(), "announcements/note.txt": b"x"}
        for name, content in {**ours, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield root
    finally:
        shutil.rmtree(root)


def assert_sound(files: Mapping[str, bytes], *, thorough: bool) -> str:
    """Build these files, and if `thorough`, check them too.

    All problems must be located; a build without an error must give an outbox that passes
    verification. Returns the outcome for the statistics.
    """
    with project(files) as root:
        result = newsletter.build(root, now=NOW)
        assert_located(root, result.problems)
        if result.ok:
            assert result.files and not list(outbox.verify(root / "outbox"))
        else:
            assert any(problem.level == "error" for problem in result.problems)
            assert not (root / "outbox").exists()
        if thorough:
            assert_located(root, newsletter.find_problems(root, now=NOW))
    return "built" if result.ok else "refused"


def assert_located(root: Path, problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        assert problem.code in RULES and problem.message, problem
        path, line, column = problem.place.path, problem.place.line, problem.place.column
        file = next((each for each in (root / path, ROOT / path) if each.exists()), None)
        assert file is not None or problem.code in ("no-settings", "missing-template"), problem
        assert column >= 1 and 1 <= line <= lines_of(file) + 1, (
            problem
        )  # something missing may be reported at the end of the file


def lines_of(file: Path | None) -> int:
    return (
        1 + file.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
        if file and file.is_file()
        else 1
    )


@pytest.fixture(scope="module")
def compiled() -> Iterator[None]:
    """Compile the default theme once for all examples."""
    known: dict[str, Templates] = {}
    real = render.open_templates

    def opened(root: Path, settings: Settings, problems: Problems, out: Path | None) -> Templates:
        found = known.get(settings.theme)
        if found is None:
            found = known[settings.theme] = real(root, settings, problems, out)
        found.problems = problems
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "open_templates", opened)
        yield


@given(strategies.names, strategies.announcements, strategies.st.integers(0, 9))
@limits(max_examples=share(0.6))
def test_announcements(compiled: None, name: str, content: bytes, chance: int) -> None:
    event(assert_sound({f"announcements/{name}": content, "announcements/b.md": ORDINARY}, thorough=not chance))


@given(strategies.settings, strategies.st.integers(0, 9))
@limits(max_examples=share(0.15))
def test_settings(content: bytes, chance: int) -> None:
    event(assert_sound({"newsletter.toml": content, "announcements/b.md": ORDINARY}, thorough=not chance))


@given(strategies.themes, strategies.st.integers(0, 9))
@limits(max_examples=share(0.25))
def test_themes(theme: tuple[str, bytes], chance: int) -> None:
    name, content = theme
    event(assert_sound({f"templates/{name}": content, "announcements/b.md": ORDINARY}, thorough=not chance))


@pytest.mark.parametrize("case", sorted(CORPUS.iterdir()), ids=lambda case: case.name)
def test_what_once_failed(case: Path) -> None:
    """Each folder contains a project, without the files that every project has."""
    files = {path.relative_to(case).as_posix(): path.read_bytes() for path in case.rglob("*") if path.is_file()}
    assert_sound({"announcements/b.md": ORDINARY, **files}, thorough=True)
