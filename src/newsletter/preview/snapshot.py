"""snapshot: the project at one moment, as every screen of it is made."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path

from newsletter.compose import compose
from newsletter.model import Announcement, Asset, IssueFile, Publication, Settings, Source
from newsletter.model.problems import Level, Problem, Problems

Stamp = tuple[int, int, int]  # when a file changed (ns), its size, its inode; zeros where there is none


@dataclass(frozen=True, slots=True)
class SourceState:
    """One file: as it was found, what it says, and what is wrong with it (`told`, by place).

    `shown` is what it said when it was last sound, and `stale` then tells that it no longer is.
    `assets` are the project files it names, with their stamps.
    """

    path: str
    stamp: Stamp
    source: Source | None
    shown: Announcement | IssueFile | None
    stale: bool
    problems: Problems
    told: tuple[Problem, ...]
    assets: tuple[tuple[str, Stamp], ...]


@dataclass(frozen=True)
class Snapshot:
    """The project at one moment: everything that the screens are made from.

    `settings_stale`: the settings cannot be read, those shown are the last good ones.
    """

    root: Path
    now: datetime
    settings: Settings
    settings_stale: bool
    entries: Mapping[str, SourceState]
    announcements: tuple[Announcement, ...]
    issue_files: tuple[IssueFile, ...]
    paths: frozenset[str]
    logo: Asset | None
    publication: Publication
    common: Problems

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong, by place."""
        return tuple(sorted({*self.common, *(each for entry in self.entries.values() for each in entry.told)}))

    def problems_of(self, path: str) -> tuple[Problem, ...]:
        """What is wrong with one file."""
        own = self.entries[path].told if path in self.entries else ()
        return tuple(sorted({*own, *(each for each in self.common if each.place.path == path)}))

    def tells(self, problem: Problem) -> bool:
        """Whether it is among `problems`."""
        return problem in self.problems_of(problem.place.path)

    @cached_property
    def levels(self) -> Counter[Level]:
        """How many problems of each level there are."""
        found = Counter[Level]()
        for (_, level), count in self.counts.items():
            found[level] += count
        return found

    @cached_property
    def counts(self) -> Counter[tuple[str, Level]]:
        """How many problems of each level a file has."""
        found = Counter[tuple[str, Level]]()
        for problem in chain(self.common, *(entry.told for entry in self.entries.values())):
            found[problem.place.path, problem.level] += 1
        return found

    def collector(self) -> Problems:
        """An empty collector that takes warnings as settings and files want them."""
        problems = collector(self.settings)
        problems.suppress_like(self.common)
        return problems

    def compose(self, announcement: Announcement, now: datetime) -> tuple[Publication, tuple[Problem, ...]]:
        """The publication at `now` with `announcement` in its own place, and what is wrong with it then."""
        problems = self.collector()
        others = (each for each in self.announcements if each.source.path != announcement.source.path)
        publication = compose(
            self.settings, (*others, announcement), self.issue_files, now, problems, paths=self.paths, logo=self.logo
        )
        return publication, tuple(problems)


def collector(settings: Settings) -> Problems:
    """A collector that takes warnings as the settings want them."""
    return Problems(ignore=frozenset(settings.check.ignore), raised=frozenset(settings.check.error))
