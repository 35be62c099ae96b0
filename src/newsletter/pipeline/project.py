"""Open a project, which is a folder with settings, announcements and templates."""

from dataclasses import dataclass
from pathlib import Path

from newsletter.load.settings import load_settings
from newsletter.model import Settings
from newsletter.model.problems import Problems


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder and its settings."""

    root: Path
    settings: Settings


def open_project(root: Path, problems: Problems) -> Project:
    """Read the settings of the project at `root`. Raises Aborted if they cannot be used."""
    return Project(root, load_settings(root, problems))
