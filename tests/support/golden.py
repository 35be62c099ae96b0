"""Manage golden folders: tests/cases/<name>/ is a project, its expected/ the outbox that it gives.

`make golden` updates them; read the differences before you commit them.
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
OF_BINARY = ".sha256"  # replaces a binary file and contains its hash


def cases() -> list[Path]:
    """Return the folders of the projects."""
    return sorted(path for path in CASES.iterdir() if path.is_dir())


def built(case: Path) -> dict[str, str]:
    """Build the project and return its files in the form used in expected/."""
    with TemporaryDirectory() as folder:
        project, out = Path(folder) / "project", Path(folder) / "outbox"
        shutil.copytree(case, project, ignore=shutil.ignore_patterns("expected"))
        result = newsletter.build(project, now=NOW, out=out)
        assert result.ok, [str(problem) for problem in result.problems]
        return dict(as_text(path, content) for path, content in read(out).items())


def expected(case: Path) -> dict[str, str]:
    """Return the files in expected/."""
    return {path: content.decode() for path, content in read(case / "expected").items()}


def read(folder: Path) -> dict[str, bytes]:
    """Return every file by path, except the manifest, whose hashes change with every other file."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def as_text(path: str, content: bytes) -> tuple[str, str]:
    """Return a file's name and content in expected/: text unchanged, binary content as a hash."""
    try:
        if b"\0" not in content:
            return path, content.decode()
    except UnicodeDecodeError:
        pass
    return path + OF_BINARY, hashlib.sha256(content).hexdigest() + "\n"


def differences(old: dict[str, str], new: dict[str, str]) -> str:
    """Return a unified diff of all files, or "" if they are the same."""
    lines: list[str] = []
    for path in sorted(old.keys() | new.keys()):
        before, after = (files.get(path, "").splitlines(keepends=True) for files in (old, new))
        lines += map(shown, unified_diff(before, after, f"expected/{path}", f"outbox/{path}", n=1))
        if before == after and (path in old) != (path in new):
            lines.append(f"{'-' if path in old else '+'} {path}, which is empty\n")
    return "".join(lines)


def shown(line: str) -> str:
    """Return a line for display: with visible carriage returns, and always with a line feed."""
    return line.rstrip("\n").replace("\r", "␍") + "\n"


def renew(case: Path) -> None:
    """Rewrite expected/."""
    files = built(case)
    shutil.rmtree(case / "expected", ignore_errors=True)
    for path, content in files.items():
        target = case / "expected" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode())


if __name__ == "__main__":
    for each in cases():
        renew(each)
