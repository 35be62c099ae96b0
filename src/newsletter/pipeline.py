"""pipeline: load → check → compose → channels, on one screen."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from newsletter import fix, workers
from newsletter.channels import CHANNELS, channel
from newsletter.check import Checker
from newsletter.clashes import find_clashes
from newsletter.compose import compose
from newsletter.files import ProjectFiles, Refused
from newsletter.load import load, load_issues
from newsletter.model import Announcement, Artefact, Asset, IssueFile, Publication, Settings, Share
from newsletter.problems import Place, Problems, Stop
from newsletter.rules import RULES
from newsletter.rules.inspection import Inspection, review, review_codes
from newsletter.rules.project import Chosen
from newsletter.rules.written import Written
from newsletter.settings import load_settings
from newsletter.templates import Templates


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with settings, announcements and templates."""

    root: Path
    settings: Settings


def open_project(root: Path, problems: Problems) -> Project:
    """The project at `root`. Raises Stop when its settings cannot be used."""
    return Project(root, load_settings(root, problems))


@dataclass(frozen=True, slots=True)
class Gathered:
    """All announcements that could be read, visible or not, and what belongs to them."""

    announcements: tuple[Announcement, ...]
    issue_files: tuple[IssueFile, ...]
    paths: frozenset[str]
    logo: Asset | None


def gather(project: Project, problems: Problems) -> Gathered:
    """Every announcement and issue file, checked."""
    sources = tuple(load(project.root, problems))
    issue_sources = tuple(load_issues(project.root, problems))
    find_clashes(sources, project.settings, problems)
    files = ProjectFiles(project.root)
    checker = Checker(project.settings, files, problems)
    return Gathered(
        tuple(a for source in sources if (a := checker.announcement(source)) is not None),
        tuple(f for source in issue_sources if (f := checker.issue_file(source)) is not None),
        frozenset(source.path for source in sources),
        find_logo(project.settings, files, problems),
    )


def read(project: Project, now: datetime, problems: Problems, *, thorough: bool = False) -> Publication:
    """The publication at `now`; every file that could be read is reviewed, visible or not (see `build`)."""
    found = gather(project, problems)
    chosen = Chosen(project.root, project.settings)
    review_codes(chosen, RULES, problems)
    written: tuple[Announcement | IssueFile, ...] = (*found.announcements, *found.issue_files)
    for each in written:
        review(each, chosen, problems, thorough=thorough)
    return compose(
        project.settings, found.announcements, found.issue_files, now, problems, paths=found.paths, logo=found.logo
    )  # fmt: skip


def build(
    project: Project,
    now: datetime,
    problems: Problems,
    only: Collection[str] = CHANNELS,
    *,
    jobs: int = 0,
    thorough: bool = False,
) -> Iterator[Artefact]:
    """Every file of the outbox at `now`, as it is made, by the channels in `only`.

    `jobs` is the number of processes (0: as many as pay). Faults go to `problems`. When
    `thorough`, every rule looks at what is made, not only those that may stop a build; that is one
    process's work.

    Raises Stop when the announcements hold an error: then nothing is to be published.
    """
    publication = read(project, now, problems, thorough=thorough)
    if problems.fatal:
        raise Stop
    templates = open_templates(project, problems)

    def make(share: Share) -> Iterator[Artefact]:
        mine = replace(publication, share=share)
        inspection = Inspection(Chosen(project.root, project.settings), publication, templates, problems, thorough)
        for name in CHANNELS:
            if name in only:
                for artefact in channel(name)(mine, templates, problems):
                    inspection.take(artefact)
                    yield artefact
        inspection.finish()

    processes = 1 if thorough else jobs or workers.fitting(len(publication.announcements))
    yield from workers.spread(make, problems, processes)


def open_templates(project: Project, problems: Problems) -> Templates:
    """The theme of the project. Raises Stop when there is none of that name."""
    templates = Templates(project.root, problems, project.settings.theme)
    if project.settings.theme not in templates.themes():
        problems.error(
            Place(project.settings.path), "unknown-theme", f"there is no theme '{project.settings.theme}'",
            f"use {' or '.join(templates.themes())}",
        )  # fmt: skip
        raise Stop
    return templates


def check(project: Project, now: datetime, problems: Problems) -> None:
    """Everything that is wrong at `now`, by every rule that needs no other tool.

    Raises Stop when the announcements or templates hold an error that ends the run.
    """
    for _ in build(project, now, problems, thorough=True):
        pass


def outgoing(project: Project, now: datetime) -> Iterator[tuple[str, Place]]:
    """Every web address that visible announcements and issues link to, less our own, with its places."""
    publication = read(project, now, Problems())
    files = (issue.file for issue in publication.issues if issue.file)
    holders: tuple[Announcement | IssueFile, ...] = (*publication.announcements, *files)
    for holder in holders:
        for _, target, place in Written(holder, project.settings).links:
            found = holder.targets.get(target)
            if (
                found
                and not found.site
                and re.match("https?:", found.url)
                and not found.url.startswith(project.settings.url)
            ):
                yield found.url, place()


def find_logo(settings: Settings, files: ProjectFiles, problems: Problems) -> Asset | None:
    """The organisation's logo; None when there is none that can be used, which is then reported."""
    if not settings.organisation.logo:
        return None
    try:
        return files.find(settings.path, settings.organisation.logo, image=True)
    except Refused as fault:
        problems.error(Place(settings.path), fault.code, f"organisation.logo: {fault.message}", fault.fix)
        return None


def write_ids(project: Project, problems: Problems) -> tuple[tuple[str, str], ...]:
    """Write missing ids into announcement files; gives (path, id) of each that was changed."""
    # What is wrong with a file is told when it is checked.
    return fix.write_ids(project.root, tuple(load(project.root, Problems())), problems)


def write_typography(project: Project, problems: Problems) -> tuple[fix.Mended, ...]:
    """Mend the typography of announcement and issue files; gives those that were changed."""
    silent = Problems()
    sources = (*load(project.root, silent), *load_issues(project.root, silent))
    return fix.write_typography(project.root, sources, project.settings.language, problems)
