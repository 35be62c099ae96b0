"""report: problems as text for people, JSON Lines for programs, annotations for GitHub and GitLab."""

import hashlib
import json
from collections.abc import Iterable
from typing import TextIO

from newsletter import text
from newsletter.model.problems import Problem

FORMATS = ("text", "json", "github", "gitlab")

_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m"}
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}
_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def report(
    problems: Iterable[Problem], format: str, *, stdout: TextIO, stderr: TextIO, prefix: str = "", colour: bool = False
) -> None:
    """Write the problems: text to `stderr`, the other formats to `stdout`.

    `prefix` is the project's path in its repository, for `github` and `gitlab`.
    """
    if format == "text":
        for problem in problems:
            print(_line(problem, colour), file=stderr)
    elif format == "json":
        for problem in problems:
            print(json.dumps(_fields(problem), ensure_ascii=False), file=stdout)
    elif format == "github":
        for problem in problems:
            print(_annotation(problem, prefix), file=stdout)
    else:
        print(json.dumps(_code_quality(problems, prefix), ensure_ascii=False, indent=1), file=stdout)


def summary(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning`, or ""."""
    levels = [problem.level for problem in problems]
    counts = ((level, levels.count(level)) for level in ("error", "warning", "info"))
    return ", ".join(f"{count} {level}{'s' if count > 1 else ''}" for level, count in counts if count)


def _visible(message: str) -> str:
    """Control and bidi characters spelled out: file names may be hostile, terminals obey."""
    shown = message.encode("utf-8", "backslashreplace").decode()
    for offset, _ in reversed(list(text.forbidden(shown))):
        shown = shown[:offset] + shown[offset].encode("unicode_escape").decode() + shown[offset + 1 :]
    return shown.replace("\n", "\\n").replace("\t", "\\t")


def _line(problem: Problem, colour: bool) -> str:
    if not colour:
        return _visible(str(problem))
    cure = f"; {problem.fix}" if problem.fix else ""
    return (
        f"{_BOLD}{_visible(str(problem.place))}:{_PLAIN} {_COLOURS[problem.level]}{problem.level}:{_PLAIN} "
        f"{_visible(problem.message + cure)} {_DIM}[{problem.code}]{_PLAIN}"
    )


def _fields(problem: Problem) -> dict[str, str | int]:
    place = problem.place
    return {
        "path": place.path, "line": place.line, "column": place.column, "level": problem.level,
        "code": problem.code, "message": problem.message, "fix": problem.fix,
    }  # fmt: skip


def _annotation(problem: Problem, prefix: str) -> str:
    """A workflow command; escaped as the runner's own toolkit does (actions/toolkit, command.ts)."""

    def escape(value: str, more: bool) -> str:
        value = _visible(value).replace("%", "%25")
        return value.replace(":", "%3A").replace(",", "%2C") if more else value

    place = problem.place
    path = escape(f"{prefix}/{place.path}" if prefix else place.path, more=True)
    cure = f"; {problem.fix}" if problem.fix else ""
    return (
        f"::{_GITHUB[problem.level]} file={path},line={place.line},col={place.column},"
        f"title={escape(problem.code, more=True)}::{escape(problem.message + cure, more=False)}"
    )


def _code_quality(problems: Iterable[Problem], prefix: str) -> list[dict[str, object]]:
    """GitLab's Code Quality report; fingerprints are equal from run to run and unique in one."""
    seen: dict[str, int] = {}
    entries: list[dict[str, object]] = []
    for problem in problems:
        path = f"{prefix}/{problem.place.path}" if prefix else problem.place.path
        key = f"{path}|{problem.code}|{problem.message}"
        seen[key] = seen.get(key, 0) + 1
        cure = f"; {problem.fix}" if problem.fix else ""
        entries.append(
            {
                "description": _visible(problem.message + cure),
                "check_name": problem.code,
                "fingerprint": hashlib.sha256(f"{key}|{seen[key]}".encode(errors="backslashreplace")).hexdigest(),
                "severity": _SEVERITIES[problem.level],
                "location": {"path": _visible(path), "lines": {"begin": problem.place.line}},
            }
        )
    return entries
