"""making: what channels make of a publication, looked at as it is made. It brings Jinja, mrml and premailer along."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from newsletter import workers
from newsletter.channels import CHANNELS, channel, prepare
from newsletter.model import Artefact, Publication, Settings, Share
from newsletter.problems import Place, Problems, Stop
from newsletter.rules.inspection import Inspection
from newsletter.rules.project import Chosen
from newsletter.templates import Templates

Kept = TypeVar("Kept")


def open_templates(root: Path, settings: Settings, problems: Problems) -> Templates:
    """The theme of the project at `root`. Raises Stop when there is none of that name."""
    templates = Templates(root, problems, settings.theme)
    if settings.theme not in templates.themes():
        problems.error(
            Place(settings.path), "unknown-theme", f"there is no theme '{settings.theme}'",
            f"use {' or '.join(templates.themes())}",
        )  # fmt: skip
        raise Stop
    return templates


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the files of the channels in `only`. Faults go to `problems`."""

    root: Path
    templates: Templates
    problems: Problems
    only: Collection[str]

    def prepare(self) -> None:
        """Do what is the same for every publication, once, for all processes that are to make something."""
        for name in self.only:
            prepare(name, self.templates)

    def make(
        self, take: Callable[[Artefact], Kept], publication: Publication, jobs: int, *, thorough: bool = False
    ) -> Iterator[Kept]:
        """What `take` gives for each file, by so many processes (0: as many as pay).

        When `thorough`, every rule looks at what is made, in this process.
        """

        def make(share: Share) -> Iterator[Kept]:
            mine = replace(publication, share=share)
            chosen = Chosen(self.root, publication.settings)
            inspection = Inspection(chosen, mine, self.templates, self.problems, thorough)
            for name in CHANNELS:
                if name in self.only:
                    for artefact in channel(name)(mine, self.templates, self.problems):
                        inspection.take(artefact)
                        yield take(artefact)
            inspection.finish()

        count = len(publication.announcements)
        processes = 1 if thorough else jobs or workers.fitting(count)
        yield from workers.spread(make, self.problems, processes)
