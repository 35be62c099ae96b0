"""Make the feeds of a small project."""

from datetime import UTC, datetime

from newsletter import pipeline
from newsletter.model import Artefact
from newsletter.model.problems import Problems
from support.project import Project

NOW = datetime(2024, 12, 15, 10, tzinfo=UTC)
BASE = "https://exemple.example/"


def made(project: Project, now: datetime = NOW) -> dict[str, Artefact]:
    """Return the channel's artefacts, by path relative to site/feeds/."""
    problems = Problems()
    artefacts = pipeline.build(pipeline.open_project(project.root, problems), now, problems, channels=["feeds"])
    found = {each.path.removeprefix("site/feeds/"): each for each in artefacts}
    assert not problems.fatal, list(map(str, problems))
    return found


def built(project: Project, now: datetime = NOW) -> dict[str, bytes]:
    return {path: artefact.data for path, artefact in made(project, now).items()}


def set_up(project: Project, lines: str) -> None:
    """Add lines to the settings."""
    path = project.root / "pyproject.toml"
    path.write_text(f"{path.read_text()}\n{lines}\n")
