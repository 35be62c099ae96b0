"""The `status` command: list announcements with their state, or feeds that changed since an earlier build."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import Folder, Format, Now, Out, display_path, moment, refuse, run

if TYPE_CHECKING:
    from newsletter.model.problems import Problems
    from newsletter.pipeline import Project

_ORDER = ("scheduled", "public", "draft", "expired")


def status(
    directory: Folder = None,
    now: Now = "",
    due: Annotated[bool, typer.Option("--due", help="List only scheduled announcements, the next one first.")] = False,
    changed_since: Annotated[
        Path | None,
        typer.Option(
            "--changed-since",
            metavar="MANIFEST",
            help="List only feeds that are new or changed since this manifest.json.",
        ),
    ] = None,
    out: Out = None,
    format: Format = "text",
) -> None:
    """List every announcement with its state, date and issue.

    Examples:

      newsletter status

      newsletter status --due --format json

      newsletter status --changed-since published/manifest.json
    """
    if changed_since is not None and (due or now):
        refuse("--changed-since compares two outboxes; it cannot be combined with --due or --now")
    with run(directory, format, strict=False) as (project, problems):
        if changed_since is not None:
            _print_changed_feeds(project, out or project.root / "outbox", changed_since, problems, format)
            return
        rows = _rows(project, moment(now, project), problems)
        if due:
            rows = [row for row in rows if row["state"] == "scheduled"]
        rows.sort(key=lambda row: (_ORDER.index(str(row["state"])), str(row["date"]), str(row["id"])), reverse=not due)
        rows.sort(key=lambda row: _ORDER.index(str(row["state"])))
        for row in rows:
            print(json.dumps(row, ensure_ascii=False) if format == "json" else _line(row))
        if not rows and format != "json":
            print("nothing is scheduled" if due else "there are no announcements; create one: newsletter new TITLE")


def _rows(project: "Project", now: datetime, problems: "Problems") -> list[dict[str, object]]:
    """Return a row for each announcement, with the keys of the JSON output."""
    from newsletter import pipeline
    from newsletter.compose import state
    from newsletter.compose.issues import issue_id, period

    zone = project.settings.timezone
    rows: list[dict[str, object]] = []
    for announcement in pipeline.CheckStage(project, problems, reviewed=False).run().announcements:
        issue = issue_id(announcement, project.settings)
        dates = period(issue)
        rows.append(
            {
                "state": state(announcement, now),
                "date": announcement.date.astimezone(zone).isoformat(timespec="minutes"),
                "issue": issue,
                "open": dates is not None and now.astimezone(zone).date() < dates[1],
                "id": announcement.id,
                "lang": announcement.lang,
                "title": announcement.title,
                "path": announcement.source.path,
            }
        )
    return rows


def _print_changed_feeds(project: "Project", out: Path, earlier: Path, problems: "Problems", format: str) -> None:
    """Print the URL of each feed in the outbox `out` that is new or changed since the manifest `earlier`."""
    from newsletter.model import MANIFEST
    from newsletter.outbox.manifest import changed_feeds, read_manifest

    current = out / MANIFEST
    entries = read_manifest(current, display_path(current), "run 'newsletter build'", problems)
    before = read_manifest(earlier, display_path(earlier), "name the manifest.json of an earlier build", problems)
    for path in changed_feeds(entries, before):
        url = project.settings.url + path.removeprefix("site/")
        if format == "json":
            print(json.dumps({"path": path, "url": url, "sha256": entries[path]["sha256"]}))
        else:
            print(url)


def _line(row: dict[str, object]) -> str:
    issue = f"{row['issue'] or '–'}{' (open)' if row['open'] else ''}"
    date = str(row["date"])[:16].replace("T", " ")
    return f"{row['state']:<9}  {date}  {issue:<14}  {row['lang']}  {row['title']}  ({row['path']})"
