"""Provide the public functions for use in scripts. Errors in a project are returned as problems, never raised."""

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
    """The result of a build.

    `ok` is False if an error (or, if strict, a warning) prevented the build; the outbox is then unchanged, and all
    numbers are 0. `problems` is sorted by place. `files` is the number of files in the outbox, `written` the number of
    new or changed files, and `removed` the number of deleted files.
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
    """Build the outbox of the project in the folder `project` as of `now`, an aware datetime.

    `out` is the folder of the outbox, by default `outbox` in the project. `only` limits the build to some of the
    channels email, feeds, site and social; it requires `out`. If `strict` is true, warnings are treated as errors.
    Unless `force` is true, nothing is rendered if nothing has changed since the last build.

    Raises ValueError if `now` is naive or `only` is invalid, Busy if another build is running, DiskFault if a file
    cannot be read or written, and WorkerLost if the system killed a worker process.

        newsletter.build("my-project", now=datetime(2024, 12, 1, tzinfo=UTC), out="/tmp/preview")
    """
    from newsletter import pipeline
    from newsletter.channels import CHANNELS

    _require_aware(now)
    if only is not None and (out is None or not set(only) <= CHANNELS.keys()):
        raise ValueError(f"`only` requires `out`, and may contain {', '.join(CHANNELS)}")
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
    """Return all problems of the project as of `now`, an aware datetime, sorted by place. Nothing is written.

        errors = [p for p in newsletter.find_problems("my-project", now=now) if p.level == "error"]

    Raises ValueError if `now` is naive.
    """
    from newsletter import pipeline

    _require_aware(now)
    problems = Problems()
    with suppress(Aborted):
        pipeline.find_problems(pipeline.open_project(Path(project).resolve(), problems), now, problems)
    return tuple(problems)


def count(text: str) -> dict[str, dict[str, int | str | bool]]:
    """Return the length of a text on each platform, keyed by platform.

    Each value is a dictionary with the keys `count`, `limit`, `unit`, `certainty`, `valid` and others.

        newsletter.count("Été à Genève !")["bluesky"]["count"]
    """
    from newsletter.channels.social.counting.count import as_json, count_all

    return as_json(count_all(text))


def _require_aware(now: datetime) -> None:
    if now.utcoffset() is None:
        raise ValueError("`now` must be an aware datetime, such as datetime.now(UTC)")
