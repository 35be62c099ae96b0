"""Problems: what is wrong, where, how bad, and what would be right."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

Level = Literal["error", "warning", "info"]

MAX_ALIKE = 1_000  # problems of one code in one file that are listed


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file of the project.

    `path` is POSIX and relative to the project; `line` and `column` start at 1,
    columns count code points.
    """

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault. `code` is kebab-case and names the fault, `fix` says what would be right."""

    place: Place
    code: str
    level: Level
    message: str
    fix: str = ""

    def __str__(self) -> str:
        cure = f"; {self.fix}" if self.fix else ""
        return f"{self.place}: {self.level}: {self.message}{cure} [{self.code}]"


@dataclass(slots=True)
class Problems:
    """Collects every problem of one run; reading gives them sorted by place, each once.

    When `strict`, a warning stops publication as an error does. Warnings with a code in `ignore`
    are dropped, those with one in `raised` become errors; a file may excuse its own.
    """

    strict: bool = False
    ignore: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    suppressions: set[tuple[Place, str]] = field(default_factory=set)
    _found: set[Problem] = field(default_factory=set)
    _counts: dict[Level, int] = field(default_factory=lambda: {"error": 0, "warning": 0, "info": 0})
    _dropped: set[tuple[str, int, str]] = field(default_factory=set)
    _alike: Counter[tuple[str, str]] = field(default_factory=Counter)

    def suppress_at(self, place: Place, code: str, *, whole_file: bool) -> None:
        """Drop warnings with this code: those of the file, or those of the place's line."""
        self.suppressions.add((place, code))
        self._dropped.add((place.path, 0 if whole_file else place.line, code))

    def suppress_like(self, other: "Problems") -> None:
        """Drop what `other` drops because a file excuses it."""
        self.suppressions |= other.suppressions
        self._dropped |= other._dropped  # noqa: SLF001 (one of its own)

    def error(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report a fault that stops publication."""
        self._add(Problem(place, code, "error", message, fix))

    def warning(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report a fault that does not stop publication, unless settings say so."""
        if not self._is_dropped(place, code):
            level: Level = "error" if code in self.raised else "warning"
            self._add(Problem(place, code, level, message, fix))

    def notice(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report what is good to know; it never stops publication."""
        if not self._is_dropped(place, code):
            self._add(Problem(place, code, "info", message, fix))

    def _add(self, problem: Problem) -> None:
        if problem in self._found:
            return
        self._counts[problem.level] += 1
        kind = problem.place.path, problem.code
        self._alike[kind] += 1
        if self._alike[kind] <= MAX_ALIKE:
            self._found.add(problem)
        elif self._alike[kind] == MAX_ALIKE + 1:
            told = f"there are more problems of this kind in this file than the {MAX_ALIKE:,} that are listed"
            self._found.add(replace(problem, message=told, fix="correct these first"))

    def _is_dropped(self, place: Place, code: str) -> bool:
        lines = ((place.path, line, code) in self._dropped for line in (0, place.line))
        return code in self.ignore or (bool(self._dropped) and any(lines))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take over problems found elsewhere, such as in another process."""
        for problem in problems:
            self._add(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found))

    def __len__(self) -> int:
        return len(self._found)

    def count(self, level: Level) -> int:
        """How many problems have this level. Each file asks, so that this may not take longer the more there are."""
        return self._counts[level]

    @property
    def fatal(self) -> bool:
        """True when nothing may be published."""
        return self._counts["error"] > 0 or (self.strict and self._counts["warning"] > 0)


class Aborted(Exception):
    """The run cannot go on: its problems hold at least one error, which says why."""
