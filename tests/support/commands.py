"""Run commands in this process."""

import hashlib
from pathlib import Path

from typer.testing import CliRunner, Result

from newsletter.cli import app


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
