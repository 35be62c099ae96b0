"""Problems: what is wrong, where, how serious it is, and how to correct it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

Level = Literal["error", "warning", "info"]

MAX_MESSAGE = 1_000  # characters; messages quote what authors wrote
MAX_ALIKE = 1_000  # problems listed with the same code in the same file


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file of the project.

    `path` is relative to the project, with slashes. `line` and `column` start at 1; columns count code points.
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
    """Collects the problems of a run. Iteration yields each problem once, sorted by place.

    If `strict`, a warning stops publication like an error. Warnings and notices whose code is in `ignore` are dropped;
    warnings whose code is in `raised` become errors. A file may suppress its own warnings: `suppressions` are the
    places of such comments, the code that each names, and whether it holds for the whole file.
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
        """Drop warnings with this code in the whole file of a place, or on its line only."""
        self.suppressions.add((place, code, whole_file))
        self._dropped.add((place.path, 0 if whole_file else place.line, code))

    def suppress_like(self, other: "Problems") -> None:
        """Add the suppressions of `other` to these."""
        for place, code, whole_file in other.suppressions:
            self.suppress_at(place, code, whole_file=whole_file)

    def take(self) -> "Problems":
        """Return the problems and suppressions collected since the last call, and remove them from this object.

        Warnings that were suppressed before are still dropped.
        """
        taken = replace(self, _dropped=set())
        self.suppressions, self._found, self._alike = set(), set(), Counter()
        self._counts = {"error": 0, "warning": 0, "info": 0}
        return taken

    def error(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report a problem that stops publication."""
        self._add(Problem(place, code, "error", message, fix))

    def warning(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report a problem that stops publication only if the settings say so."""
        if not self._is_dropped(place, code):
            level: Level = "error" if code in self.raised else "warning"
            self._add(Problem(place, code, level, message, fix))

    def notice(self, place: Place, code: str, message: str, fix: str = "") -> None:
        """Report something worth knowing, which never stops publication."""
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
            message = f"this file has more problems of this kind than the {MAX_ALIKE:,} that are listed"
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
        """Whether nothing may be published."""
        return self._counts["error"] > 0 or (self.strict and self._counts["warning"] > 0)


class Aborted(Exception):
    """The run cannot continue. At least one error among its problems says why."""
