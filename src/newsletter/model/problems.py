"""Describe and collect problems: what is wrong, where, how serious it is, and how to correct it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

Level = Literal["error", "warning", "info"]

MAX_MESSAGE = 1_000  # characters; messages quote text by authors, which may be long
MAX_ALIKE = 1_000  # problems listed per file and code


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a project file.

    `path` is relative to the project, and always uses slashes. `line` and `column` start at 1; columns count code
    points.
    """

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A single problem. `code` names its kind, in kebab-case; `fix` says how to correct it."""

    place: Place
    code: str
    level: Level
    message: str
    fix: str = ""

    def __str__(self) -> str:
        fix = f"; {self.fix}" if self.fix else ""
        return f"{self.place}: {self.level}: {self.message}{fix} [{self.code}]"


@dataclass(slots=True)
class Problems:
    """Collects the problems found in a run. Iterating over it yields each problem once, sorted by place.

    If `strict` is true, warnings prevent publication, just as errors do. Warnings and notices are dropped if their code
    is in `ignore`; warnings become errors if their code is in `raised`. Files can suppress their own warnings and
    notices: `suppressions` are the places where they do so, the code, and whether this applies to the whole file.
    """

    strict: bool = False
    ignore: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    suppressions: set[tuple[Place, str, bool]] = field(default_factory=set)
    _found: set[Problem] = field(default_factory=set)
    _counts: dict[Level, int] = field(default_factory=lambda: {"error": 0, "warning": 0, "info": 0})
    _dropped: set[tuple[str, int, str]] = field(default_factory=set)
    _alike: Counter[tuple[str, str]] = field(default_factory=Counter)

    def suppress_at(self, place: Place, code: str, *, whole_file: bool) -> None:
        """Suppress warnings and notices with this code on the line of `place`, or in its whole file."""
        self.suppressions.add((place, code, whole_file))
        self._dropped.add((place.path, 0 if whole_file else place.line, code))

    def suppress_like(self, other: "Problems") -> None:
        """Copy the suppressions of `other`."""
        for place, code, whole_file in other.suppressions:
            self.suppress_at(place, code, whole_file=whole_file)

    def take(self) -> "Problems":
        """Remove and return the problems and suppressions collected since the last call.

        Suppressions remain in effect.
        """
        taken = replace(self, _dropped=set())
        self.suppressions, self._found, self._alike = set(), set(), Counter()
        self._counts = {"error": 0, "warning": 0, "info": 0}
        return taken

    def error(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report a problem that prevents publication."""
        self._add(Problem(place, code, "error", message, fix))

    def warning(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report a problem that prevents publication only if the settings say so."""
        if not self._is_dropped(place, code):
            level: Level = "error" if code in self.raised else "warning"
            self._add(Problem(place, code, level, message, fix))

    def notice(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report a fact worth knowing. Notices never prevent publication."""
        if not self._is_dropped(place, code):
            self._add(Problem(place, code, "info", message, fix))

    def _add(self, problem: Problem) -> None:
        if len(problem.message) > MAX_MESSAGE:
            problem = replace(problem, message=f"{problem.message[:MAX_MESSAGE]}…")
        if problem in self._found:
            return
        self._counts[problem.level] += 1
        kind = problem.place.path, problem.code
        self._alike[kind] += 1
        if self._alike[kind] <= MAX_ALIKE:
            self._found.add(problem)
        elif self._alike[kind] == MAX_ALIKE + 1:
            message = f"this file has more problems of this kind; only {MAX_ALIKE:,} are listed"
            self._found.add(replace(problem, message=message, fix="correct these first"))

    def _is_dropped(self, place: Place, code: str) -> bool:
        suppressed = ((place.path, line, code) in self._dropped for line in (0, place.line))
        return code in self.ignore or (bool(self._dropped) and any(suppressed))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems collected elsewhere, such as in another process."""
        for problem in problems:
            self._add(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found))

    def __len__(self) -> int:
        return len(self._found)

    def count(self, level: Level) -> int:
        """Return the number of problems of a level. Takes constant time, because it is called for each file."""
        return self._counts[level]

    @property
    def fatal(self) -> bool:
        """Whether the problems prevent publication."""
        return self._counts["error"] > 0 or (self.strict and self._counts["warning"] > 0)


class Aborted(Exception):
    """The run cannot continue. At least one error among the reported problems says why."""
