"""The stages of a run, in order: load → check → compose → render → publish.

Each stage is one function or class: `CheckStage` reads and checks the files, `compose` decides what is visible,
`RenderStage` renders the files of every channel, and `OutboxWriter` publishes them.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.channels import CHANNELS
from newsletter.compose import compose
from newsletter.model import Artefact, Publication
from newsletter.model.problems import Aborted, Problems
from newsletter.outbox.inputs import environment_hash, fingerprint
from newsletter.outbox.publish import OutboxWriter, Published, Receipt, publish_with
from newsletter.pipeline.check import CheckStage, OnProgress, ignore_progress
from newsletter.pipeline.project import Project, open_project

if TYPE_CHECKING:
    from newsletter.pipeline.render import RenderStage

__all__ = ["CheckStage", "Project", "build", "find_problems", "inspect", "open_project", "publish", "read"]


def read(project: Project, now: datetime, problems: Problems, *, thorough: bool = False, jobs: int = 1) -> Publication:
    """Load, check and compose; return the publication as of `now`. Every file is checked, visible or not."""
    return _compose(CheckStage(project, problems, jobs, thorough), now)


def build(
    project: Project,
    now: datetime,
    problems: Problems,
    channels: Collection[str] = CHANNELS,
    *,
    jobs: int = 0,
    on_progress: OnProgress = ignore_progress,
) -> Iterator[Artefact]:
    """Run all stages up to rendering, and yield every file that these channels make, as of `now`.

    `jobs` is the number of worker processes (0: chosen automatically). Raises Aborted if the announcements have an
    error.
    """
    publication = _compose(CheckStage(project, problems, jobs, on_progress=on_progress), now)
    if problems.fatal:
        raise Aborted
    yield from _render_stage(project, problems, channels).run(publication, lambda artefact: artefact, jobs)


def publish(  # noqa: PLR0913 (what a command lets its user choose)
    project: Project,
    now: datetime,
    problems: Problems,
    out: Path,
    channels: Collection[str] = CHANNELS,
    *,
    jobs: int = 0,
    force: bool = False,
    on_progress: OnProgress = ignore_progress,
    on_receipt: Callable[[Receipt], None] = lambda receipt: None,
) -> Published:
    """Run all stages: make `out` contain what `project` publishes as of `now`, or leave it as it is.

    Nothing is rendered if `out` was built from the same inputs and is intact, unless `force` is true. `on_receipt` is
    called for each file of the outbox. Raises Aborted if the project has an error, and Busy or DiskFault as
    publish_with() does.
    """
    render_stage = cache(lambda: _render_stage(project, problems, channels, out))
    check_stage = CheckStage(
        project, problems, jobs, overlap=lambda: render_stage().prepare(), on_progress=on_progress
    )  # fmt: skip

    def receipts(outbox: OutboxWriter) -> Iterator[Receipt]:
        before = environment_hash(project.root, project.settings)
        publication = _compose(check_stage, now)
        if problems.fatal:
            raise Aborted
        inputs = fingerprint(before, publication, channels)
        existing = outbox.reusable(inputs, jobs)
        if existing is not None:
            yield from existing
            return
        problems_before = len(problems)
        yield from render_stage().run(publication, outbox.add, jobs)
        # A problem in a rendered file must be reported by every build, and what changed in the meantime must be
        # rendered again. Assets are compared with their checked version when they are copied.
        if len(problems) == problems_before and environment_hash(project.root, project.settings) == before:
            outbox.commit(inputs)

    def reported(outbox: OutboxWriter) -> Iterator[Receipt]:
        for receipt in receipts(outbox):
            on_receipt(receipt)
            yield receipt

    return publish_with(reported, out, problems, force=force, project=project.root)


def inspect(
    project: Project,
    now: datetime,
    problems: Problems,
    *,
    jobs: int = 0,
    is_wanted: Callable[[str], bool] = lambda path: False,
    on_progress: OnProgress = ignore_progress,
) -> Iterator[Artefact | None]:
    """Apply every rule that needs no other program, and report everything that is wrong as of `now`.

    Once a file of the outbox is checked, yields the file if its path is wanted, or else None. Raises Aborted if the
    announcements or templates have an error that ends the run.
    """
    publication = _compose(CheckStage(project, problems, jobs, thorough=True, on_progress=on_progress), now)
    if problems.fatal:
        raise Aborted
    stage = _render_stage(project, problems, CHANNELS)
    stage.prepare()
    yield from stage.run(publication, lambda each: each if is_wanted(each.path) else None, jobs, thorough=True)


def find_problems(project: Project, now: datetime, problems: Problems) -> None:
    """Report the same problems as inspect(), without yielding files."""
    for _ in inspect(project, now, problems):
        pass


def _compose(stage: CheckStage, now: datetime) -> Publication:
    checked = stage.run()
    return compose(
        stage.project.settings, checked.announcements, checked.issue_files, now, stage.problems,
        paths=checked.paths, logo=checked.logo,
    )  # fmt: skip


def _render_stage(
    project: Project, problems: Problems, channels: Collection[str], out: Path | None = None
) -> "RenderStage":
    """Return the stage with the project's templates. Raises Aborted if the chosen theme does not exist."""
    # This imports Jinja, mrml and premailer, which is slow, and unnecessary if nothing is rendered.
    from newsletter.pipeline.render import RenderStage, open_templates  # noqa: PLC0415

    templates = open_templates(project.root, project.settings, problems, out)
    return RenderStage(project.root, templates, problems, channels)
