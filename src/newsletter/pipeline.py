"""pipeline: load → check → compose → channels, on one screen."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter import fix
from newsletter.channels import CHANNELS, channel
from newsletter.check import Checker
from newsletter.clashes import find_clashes
from newsletter.compose import compose
from newsletter.files import ProjectFiles, Refused
from newsletter.load import load, load_issues
from newsletter.model import Announcement, Artefact, Asset, IssueFile, Publication, Settings
from newsletter.problems import Place, Problems, Stop
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


def read(project: Project, now: datetime, problems: Problems) -> Publication:
    """The publication at `now`."""
    found = gather(project, problems)
    return compose(
        project.settings, found.announcements, found.issue_files, now, problems, paths=found.paths, logo=found.logo
    )  # fmt: skip


def build(
    project: Project,
    now: datetime,
    problems: Problems,
    only: Collection[str] = CHANNELS,
    tally: Counter[str] | None = None,
) -> Iterator[Artefact]:
    """Every file of the outbox at `now`, as it is made, by the channels in `only`.

    Faults go to `problems`; what a summary may want to say of the work is counted in `tally`.

    Raises Stop when the announcements hold an error: then nothing is to be published.
    """
    publication = read(project, now, problems)
    if problems.fatal:
        raise Stop
    templates = open_templates(project, problems, Counter() if tally is None else tally)
    for name in CHANNELS:
        if name in only:
            yield from channel(name)(publication, templates, problems)


def open_templates(project: Project, problems: Problems, tally: Counter[str]) -> Templates:
    """The theme of the project. Raises Stop when there is none of that name."""
    templates = Templates(project.root, problems, project.settings.theme, tally)
    if project.settings.theme not in templates.themes():
        problems.error(
            Place(project.settings.path), "unknown-theme", f"there is no theme '{project.settings.theme}'",
            f"use {' or '.join(templates.themes())}",
        )  # fmt: skip
        raise Stop
    return templates


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
