"""library: what scripts may call. Each call is one run: it raises nothing for bad announcements."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path

from newsletter.model.problems import Aborted, Place, Problem, Problems
from newsletter.outbox.tree import Busy, DiskFault
from newsletter.workers import WorkerLost

__all__ = ["Busy", "DiskFault", "Place", "Problem", "Result", "WorkerLost", "build", "count", "find_problems"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run gave: every problem, by place, and what happened to the outbox.

    `ok` is False when an error (or, if strict, a warning) kept the outbox as it was; then the
    numbers are 0. `written` counts files that are new or changed, `files` all of them.
    """

    ok: bool
    problems: tuple[Problem, ...]
    files: int = 0
    written: int = 0
    removed: int = 0


def build(
    project: str | PathLike[str] = ".",
    *,
    now: datetime,
    out: str | PathLike[str] | None = None,
    only: Collection[str] | None = None,
    strict: bool = False,
    force: bool = False,
) -> Result:
    """Build the outbox of the project in the folder `project`, as at `now` (an aware datetime).

    `out` is another outbox than `project`/outbox; `only` a choice of email, feeds, site and social,
    which needs `out`. When nothing changed since the last build, nothing is made, unless `force`.
    Raises ValueError for a naive `now` and wrong choices, Busy when another build is running,
    DiskFault when the disk refuses, WorkerLost when the system ended a process of the build.

        newsletter.build("my-project", now=datetime(2024, 12, 1, tzinfo=UTC), out="/tmp/preview")
    """
    from newsletter import pipeline
    from newsletter.channels import CHANNELS

    _aware(now)
    if only is not None and (out is None or not set(only) <= CHANNELS.keys()):
        raise ValueError(f"`only` needs `out`, and may hold {', '.join(CHANNELS)}")
    problems = Problems(strict=strict)
    try:
        opened = pipeline.open_project(Path(project).resolve(), problems)
        outbox = Path(out) if out else opened.root / "outbox"
        channels = CHANNELS if only is None else only
        published = pipeline.publish(opened, now, problems, outbox, channels, force=force)
    except Aborted:
        return Result(False, tuple(problems))
    return Result(True, tuple(problems), published.files, published.written, published.removed)


def find_problems(project: str | PathLike[str] = ".", *, now: datetime) -> tuple[Problem, ...]:
    """Every problem of the project as at `now`; nothing is written.

        errors = [p for p in newsletter.find_problems("my-project", now=now) if p.level == "error"]

    Raises ValueError for a naive `now`.
    """
    from newsletter import pipeline

    _aware(now)
    problems = Problems()
    with suppress(Aborted):
        pipeline.find_problems(pipeline.open_project(Path(project).resolve(), problems), now, problems)
    return tuple(problems)


def count(text: str) -> dict[str, dict[str, int | str | bool]]:
    """How long a text is on each platform: `count`, `limit`, `unit`, `certainty`, `valid`, and more.

    newsletter.count("Été à Genève !")["bluesky"]["count"]
    """
    from newsletter.channels.social.counting.count import as_json, count_all

    return as_json(count_all(text))


def _aware(now: datetime) -> None:
    if now.utcoffset() is None:
        raise ValueError("`now` must be an aware datetime, such as datetime.now(UTC)")
