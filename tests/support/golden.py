"""Golden folders: tests/cases/<name>/ is a small project, its expected/ the outbox that it gives.

`make golden` renews them; read the differences before you commit them.
"""

import hashlib
import shutil
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory

import newsletter
from support.paths import TESTS

CASES = TESTS / "cases"
NOW = datetime(2024, 12, 1, 9, tzinfo=UTC)
OF_BINARY = ".sha256"  # stands for a file that is not text: its hash


def cases() -> list[Path]:
    """The projects."""
    return sorted(path for path in CASES.iterdir() if path.is_dir())


def built(case: Path) -> dict[str, str]:
    """What the project gives now, as expected/ holds it."""
    with TemporaryDirectory() as folder:
        project, out = Path(folder) / "project", Path(folder) / "outbox"
        shutil.copytree(case, project, ignore=shutil.ignore_patterns("expected"))
        result = newsletter.build(project, now=NOW, out=out)
        assert result.ok, [str(problem) for problem in result.problems]
        return dict(as_text(path, content) for path, content in read(out).items())


def expected(case: Path) -> dict[str, str]:
    """What the project gave when the folder was last renewed."""
    return {path: content.decode() for path, content in read(case / "expected").items()}


def read(folder: Path) -> dict[str, bytes]:
    """Every file, by path; not the manifest, which is of hashes and changes with each of them."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def as_text(path: str, content: bytes) -> tuple[str, str]:
    """Name and content in expected/: texts as they are, of other files the hash."""
    try:
        if b"\0" not in content:
            return path, content.decode()
    except UnicodeDecodeError:
        pass
    return path + OF_BINARY, hashlib.sha256(content).hexdigest() + "\n"


def differences(old: dict[str, str], new: dict[str, str]) -> str:
    """A unified diff of all files; "" when they are the same."""
    lines: list[str] = []
    for path in sorted(old.keys() | new.keys()):
        before, after = (files.get(path, "").splitlines(keepends=True) for files in (old, new))
        lines += map(shown, unified_diff(before, after, f"expected/{path}", f"outbox/{path}", n=1))
        if before == after and (path in old) != (path in new):
            lines.append(f"{'-' if path in old else '+'} {path}, which is empty\n")
    return "".join(lines)


def shown(line: str) -> str:
    """A line in one line: carriage returns can be seen, and a missing end is no matter."""
    return line.rstrip("\n").replace("\r", "␍") + "\n"


def renew(case: Path) -> None:
    """Write expected/ again."""
    files = built(case)
    shutil.rmtree(case / "expected", ignore_errors=True)
    for path, content in files.items():
        target = case / "expected" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode())


if __name__ == "__main__":
    for each in cases():
        renew(each)
