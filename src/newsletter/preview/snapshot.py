"""Store everything that was read from a project at one moment."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path

from newsletter.check.duplicates import Claim
from newsletter.compose import compose
from newsletter.model import Announcement, Asset, IssueFile, Publication, Settings
from newsletter.model.problems import Level, Problem, Problems

Stamp = tuple[int, int, int]  # modification time (ns), size and inode of a file; zeros if it does not exist


@dataclass(frozen=True, slots=True)
class SourceState:
    """An announcement or issue file, and the result of checking it.

    `claims` are the names that the file claims, or None if it cannot be read. `shown` is the last version without an
    error; `stale` is true if that is not the current version. `collector` contains the problems of the file;
    `problems` are the same, sorted by place. `assets` are the project files that it uses. `is_reviewed` is false as
    long as the hints on links, writing and pictures are missing.
    """

    path: str
    stamp: Stamp
    claims: tuple[Claim, ...] | None
    shown: Announcement | IssueFile | None
    stale: bool
    collector: Problems
    problems: tuple[Problem, ...]
    assets: tuple[tuple[str, Stamp], ...]
    is_reviewed: bool = True


@dataclass(frozen=True)
class Snapshot:
    """The project at the moment `now`.

    `files` maps the path of every announcement and issue file to its state. `settings_stale` is true if the settings
    have an error; `settings` are then the last valid ones. `paths` are the readable announcement files. `common`
    contains the problems that do not come from a single file.
    """

    root: Path
    now: datetime
    settings: Settings
    settings_stale: bool
    files: Mapping[str, SourceState]
    announcements: tuple[Announcement, ...]
    issue_files: tuple[IssueFile, ...]
    paths: frozenset[str]
    logo: Asset | None
    publication: Publication
    common: Problems

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, sorted by place."""
        return tuple(sorted({*self.common, *(each for file in self.files.values() for each in file.problems)}))

    @cached_property
    def unreviewed(self) -> int:
        """The number of files whose review has not ended."""
        return sum(not file.is_reviewed for file in self.files.values())

    def problems_of(self, path: str) -> tuple[Problem, ...]:
        """Return the problems of one file, sorted by place."""
        own = self.files[path].problems if path in self.files else ()
        return tuple(sorted({*own, *(each for each in self.common if each.place.path == path)}))

    def reports(self, problem: Problem) -> bool:
        """Return whether the snapshot contains this problem."""
        return problem in self.problems_of(problem.place.path)

    @cached_property
    def levels(self) -> Counter[Level]:
        """The number of problems of each level."""
        levels = Counter[Level]()
        for (_, level), count in self.counts.items():
            levels[level] += count
        return levels

    @cached_property
    def counts(self) -> Counter[tuple[str, Level]]:
        """The number of problems by path and level."""
        counts = Counter[tuple[str, Level]]()
        for problem in chain(self.common, *(file.problems for file in self.files.values())):
            counts[problem.place.path, problem.level] += 1
        return counts

    def new_collector(self) -> Problems:
        """Return an empty collector that ignores warnings, or makes them errors, as the settings and files request."""
        problems = new_collector(self.settings)
        problems.suppress_like(self.common)
        return problems

    def compose(self, announcement: Announcement, now: datetime) -> tuple[Publication, tuple[Problem, ...]]:
        """Return the publication as of `now` and its problems. `announcement` replaces the one from the same file."""
        problems = self.new_collector()
        others = (each for each in self.announcements if each.source.path != announcement.source.path)
        publication = compose(
            self.settings, (*others, announcement), self.issue_files, now, problems, paths=self.paths, logo=self.logo
        )
        return publication, tuple(problems)


def new_collector(settings: Settings) -> Problems:
    """Return an empty collector that ignores warnings, or makes them errors, as the settings request."""
    return Problems(ignore=frozenset(settings.check.ignore), raised=frozenset(settings.check.error))
