"""status: which announcements are public, scheduled, drafts or expired; which feeds a deployment changes."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import Folder, Format, Now, Out, moment, refuse, run, shown

if TYPE_CHECKING:
    from newsletter.model.problems import Problems
    from newsletter.pipeline import Project

_ORDER = ("scheduled", "public", "draft", "expired")


def status(
    directory: Folder = None,
    now: Now = "",
    due: Annotated[bool, typer.Option("--due", help="Only what is still to become public, next first.")] = False,
    changed_since: Annotated[
        Path | None,
        typer.Option(
            "--changed-since",
            metavar="MANIFEST",
            help="Instead, the feeds of the outbox that an earlier manifest.json has not, or not so.",
        ),
    ] = None,
    out: Out = None,
    format: Format = "text",
) -> None:
    """Every announcement with its state, date and issue.

    Examples:

      newsletter status

      newsletter status --due --format json

      newsletter status --changed-since published/manifest.json
    """
    if changed_since is not None and (due or now):
        refuse("--changed-since compares two outboxes; leave --due and --now out")
    with run(directory, format, strict=False) as (project, problems):
        if changed_since is not None:
            _tell_changed(project, out or project.root / "outbox", changed_since, problems, format)
            return
        rows = _rows(project, moment(now, project), problems)
        if due:
            rows = [row for row in rows if row["state"] == "scheduled"]
        rows.sort(key=lambda row: (_ORDER.index(str(row["state"])), str(row["date"]), str(row["id"])), reverse=not due)
        rows.sort(key=lambda row: _ORDER.index(str(row["state"])))
        for row in rows:
            print(json.dumps(row, ensure_ascii=False) if format == "json" else _line(row))
        if not rows and format != "json":
            print("nothing is scheduled" if due else "there are no announcements; begin one: newsletter new TITLE")


def _rows(project: "Project", at: datetime, problems: "Problems") -> list[dict[str, object]]:
    """What is said of each announcement."""
    from newsletter import pipeline
    from newsletter.compose import state
    from newsletter.compose.issues import issue_id, period

    zone = project.settings.timezone
    rows: list[dict[str, object]] = []
    for announcement in pipeline.CheckStage(project, problems, reviewed=False).run().announcements:
        issue = issue_id(announcement, project.settings)
        span = period(issue)
        rows.append(
            {
                "state": state(announcement, at),
                "date": announcement.date.astimezone(zone).isoformat(timespec="minutes"),
                "issue": issue,
                "open": span is not None and at.astimezone(zone).date() < span[1],
                "id": announcement.id,
                "lang": announcement.lang,
                "title": announcement.title,
                "path": announcement.source.path,
            }
        )
    return rows


def _tell_changed(project: "Project", out: Path, earlier: Path, problems: "Problems", format: str) -> None:
    """The addresses of the feeds that changed, one a line."""
    from newsletter.model import MANIFEST
    from newsletter.outbox.manifest import changed_feeds, read_manifest

    now = out / MANIFEST
    entries = read_manifest(now, shown(now), "run 'newsletter build'", problems)
    before = read_manifest(earlier, shown(earlier), "name the manifest.json of an earlier build", problems)
    for path in changed_feeds(entries, before):
        address = project.settings.url + path.removeprefix("site/")
        if format == "json":
            print(json.dumps({"path": path, "url": address, "sha256": entries[path]["sha256"]}))
        else:
            print(address)


def _line(row: dict[str, object]) -> str:
    issue = f"{row['issue'] or '–'}{' (open)' if row['open'] else ''}"
    date = str(row["date"])[:16].replace("T", " ")
    return f"{row['state']:<9}  {date}  {issue:<14}  {row['lang']}  {row['title']}  ({row['path']})"
