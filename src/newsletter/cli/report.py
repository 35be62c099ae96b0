"""Write problems as text, as JSON Lines, or as annotations for GitHub or GitLab."""

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
    """Write problems in one of FORMATS: text to `stderr`, the others to `stdout`.

    `prefix` is the project's path in its repository; `github` and `gitlab` use it. `colour` applies to `text`.
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
    """Return the number of problems of each level, such as `2 errors, 1 warning`; "" if there are none."""
    levels = [problem.level for problem in problems]
    counts = ((level, levels.count(level)) for level in ("error", "warning", "info"))
    return ", ".join(f"{count} {level}{'s' if count > 1 else ''}" for level, count in counts if count)


def _escape(message: str) -> str:
    """Escape control and bidirectional characters, because file names may be hostile and terminals obey them."""
    escaped = message.encode("utf-8", "backslashreplace").decode()
    for offset, _ in reversed(list(text.forbidden(escaped))):
        escaped = escaped[:offset] + escaped[offset].encode("unicode_escape").decode() + escaped[offset + 1 :]
    return escaped.replace("\n", "\\n").replace("\t", "\\t")


def _line(problem: Problem, colour: bool) -> str:
    if not colour:
        return _escape(str(problem))
    return (
        f"{_BOLD}{_escape(str(problem.place))}:{_PLAIN} {_COLOURS[problem.level]}{problem.level}:{_PLAIN} "
        f"{_escape(_message_and_fix(problem))} {_DIM}[{problem.code}]{_PLAIN}"
    )


def _message_and_fix(problem: Problem) -> str:
    return f"{problem.message}; {problem.fix}" if problem.fix else problem.message


def _fields(problem: Problem) -> dict[str, str | int]:
    place = problem.place
    return {
        "path": place.path, "line": place.line, "column": place.column, "level": problem.level,
        "code": problem.code, "message": problem.message, "fix": problem.fix,
    }  # fmt: skip


def _annotation(problem: Problem, prefix: str) -> str:
    """Return a GitHub workflow command, escaped as in actions/toolkit, command.ts."""

    def escape_text(value: str) -> str:
        return _escape(value).replace("%", "%25")

    def escape_property(value: str) -> str:
        return escape_text(value).replace(":", "%3A").replace(",", "%2C")

    place = problem.place
    path = escape_property(f"{prefix}/{place.path}" if prefix else place.path)
    return (
        f"::{_GITHUB[problem.level]} file={path},line={place.line},col={place.column},"
        f"title={escape_property(problem.code)}::{escape_text(_message_and_fix(problem))}"
    )


def _code_quality(problems: Iterable[Problem], prefix: str) -> list[dict[str, object]]:
    """Return a GitLab Code Quality report. Fingerprints are unique in a report and stable from run to run."""
    occurrences: dict[str, int] = {}
    entries: list[dict[str, object]] = []
    for problem in problems:
        path = f"{prefix}/{problem.place.path}" if prefix else problem.place.path
        key = f"{path}|{problem.code}|{problem.message}"
        occurrences[key] = occurrences.get(key, 0) + 1
        unique_key = f"{key}|{occurrences[key]}"
        entries.append(
            {
                "description": _escape(_message_and_fix(problem)),
                "check_name": problem.code,
                "fingerprint": hashlib.sha256(unique_key.encode(errors="backslashreplace")).hexdigest(),
                "severity": _SEVERITIES[problem.level],
                "location": {"path": _escape(path), "lines": {"begin": problem.place.line}},
            }
        )
    return entries
