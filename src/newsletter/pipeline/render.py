"""The stage in which channels render the publication, and rules check each rendered file.

This module is slow to import.
"""

import itertools
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from newsletter import channels, workers
from newsletter.channels import CHANNELS
from newsletter.model import Artefact, Job, Publication, Settings
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.model.refusals import SHORTAGES
from newsletter.rules.rendered.inspection import Inspection, PartOfSite
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.theme.fastpath.code_cache import open_cache
from newsletter.theme.templates import Templates

Added = TypeVar("Added")

_RENAMED = {"mail": "email", "web": "site"}  # folders of a theme: their names in an earlier version, and today


def open_templates(root: Path, settings: Settings, problems: Problems, out: Path | None = None) -> Templates:
    """Open the theme of the project at `root`. Nothing is cached inside the project or the outbox `out`.

    Raises Aborted if the theme does not exist, cannot be read, or has folders named as in an earlier version.
    """
    unreadable = list(_unreadable_folders(root / "templates"))
    for folder in unreadable:
        # Otherwise its files would seem absent, and those of the default theme would be published instead.
        place = Place(os.path.relpath(folder, root))
        problems.error(place, "unreadable", "this folder cannot be read", "change its permissions")
    moved = [] if unreadable else list(_moved_folders(root))
    for old, new in moved:
        message = f"the templates in '{old}' are not used: this folder is now called '{new}'"
        problems.error(Place(old), "moved-template", message, f"git mv {old} {new}")
    if unreadable or moved:
        raise Aborted
    code_cache = open_cache((root, out) if out else (root,))
    templates = Templates(root, problems, settings.theme, code_cache=code_cache)
    if settings.theme not in templates.themes():
        problems.error(
            Place(settings.path), "unknown-theme", f"the theme '{settings.theme}' does not exist",
            f"use {' or '.join(templates.themes())}",
        )  # fmt: skip
        raise Aborted
    return templates


def _moved_folders(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the folders of a project's themes that still have their former name, each with its new name."""
    themes = ("templates", *(path.relative_to(root).as_posix() for path in sorted(root.glob("templates/themes/*"))))
    for theme in themes:
        for old, new in _RENAMED.items():
            if (root / theme / old).is_dir():
                yield f"{theme}/{old}", f"{theme}/{new}"


def _unreadable_folders(top: Path) -> Iterator[str]:
    """Yield the folders in a theme, itself included, whose files cannot be listed or opened."""
    if os.path.isdir(top) and not _is_readable(str(top)):
        yield str(top)
    for folder, folders, _ in os.walk(top):
        yield from itertools.filterfalse(_is_readable, (os.path.join(folder, name) for name in folders))


def _is_readable(folder: str) -> bool:
    """Return whether the files in a folder can be listed and opened. Raises OSError if the machine lacks resources."""
    try:
        os.stat(f"{folder}/.")
        os.scandir(folder).close()
    except OSError as fault:
        if fault.errno in SHORTAGES:
            raise
        return False
    return True


@dataclass(frozen=True, slots=True)
class RenderStage:
    """Renders the files of `channels`; problems go to `problems`."""

    root: Path
    templates: Templates
    problems: Problems
    channels: Collection[str]

    def prepare(self) -> None:
        """Do the work that is the same for every publication, once, before worker processes are forked."""
        for name in self.channels:
            channels.prepare(name, self.templates)

    def run(
        self, publication: Publication, add: Callable[[Artefact], Added], jobs: int = 0, thorough: bool = False
    ) -> Iterator[Added]:
        """Yield what `add` returns for each file. It is called in the process that rendered the file.

        `jobs` is the number of worker processes (0: chosen automatically). If `thorough` is true, every rule checks
        what is rendered.
        """
        settings = ProjectSettings(self.root, publication.settings)
        inspection = Inspection(settings, publication, self.templates, self.problems, thorough)

        def render(job: Job) -> Iterator[Added | PartOfSite]:
            for batch in workers.batches(job()):
                for artefact in batch:
                    inspection.add(artefact)
                yield from [add(artefact) for artefact in batch]
            if thorough:
                yield inspection.finish()

        parts: list[PartOfSite] = []
        all_jobs = [
            job for name in CHANNELS if name in self.channels
            for job in channels.jobs(name, publication, self.templates, self.problems)
        ]  # fmt: skip
        count = jobs or workers.worker_count(len(publication.announcements))
        for result in workers.run(render, all_jobs, self.problems, count):
            if isinstance(result, PartOfSite):
                parts.append(result)
            else:
                yield result
        if thorough:
            inspection.finish_all(parts)
