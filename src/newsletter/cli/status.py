"""status: which announcements are public, scheduled, drafts or expired."""

import json
from typing import Annotated

import typer

from newsletter.cli.running import Folder, Format, Now, moment, run

_ORDER = ("scheduled", "public", "draft", "expired")


def status(
    directory: Folder = None,
    now: Now = "",
    due: Annotated[bool, typer.Option("--due", help="Only what is still to become public, next first.")] = False,
    format: Format = "text",
) -> None:
    """Every announcement with its state, date and issue.

    Examples:

      newsletter status

      newsletter status --due --format json
    """
    from newsletter import pipeline
    from newsletter.compose import state
    from newsletter.issues import issue_id, period

    with run(directory, format, strict=False) as (project, problems):
        at = moment(now, project)
        zone = project.settings.timezone
        rows = []
        for announcement in pipeline.gather(project, problems).announcements:
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
        if due:
            rows = [row for row in rows if row["state"] == "scheduled"]
        rows.sort(key=lambda row: (_ORDER.index(str(row["state"])), row["date"], row["id"]), reverse=not due)
        rows.sort(key=lambda row: _ORDER.index(str(row["state"])))
        for row in rows:
            print(json.dumps(row, ensure_ascii=False) if format == "json" else _line(row))
        if not rows and format != "json":
            print("nothing is scheduled" if due else "there are no announcements; begin one: newsletter new TITLE")


def _line(row: dict[str, object]) -> str:
    issue = f"{row['issue'] or '–'}{' (open)' if row['open'] else ''}"
    date = str(row["date"])[:16].replace("T", " ")
    return f"{row['state']:<9}  {date}  {issue:<14}  {row['lang']}  {row['title']}  ({row['path']})"
