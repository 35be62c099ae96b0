"""Test that a calendar file contains what the announcement says, whatever its texts are."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import pipeline
from newsletter.channels.site.calendar import calendar
from newsletter.model import Event, Publication, Tag
from newsletter.model.problems import Problems
from newsletter.text.urls import permanent_id
from support.paths import ROOT

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def publication() -> Publication:
    problems = Problems()
    return pipeline.read(pipeline.open_project(ROOT, problems), NOW, problems)


signs = st.sampled_from([*"abc éœ«»’;,:\\^\"'|<>&%=", "\u00a0", "😀", "👩‍👩‍👧", "\u0301", "\\n", "\\;"])
lines = st.lists(signs, max_size=60).map("".join)
moments = st.datetimes(
    datetime(1000, 1, 2), datetime(9998, 12, 30), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))])
).map(lambda moment: moment.replace(microsecond=0))
events = st.builds(
    Event, start=moments, end=st.none() | moments, place=lines, address=st.lists(lines, max_size=3).map("\n".join),
    whole_day=st.booleans(),
)  # fmt: skip


def values(ical: bytes) -> dict[str, list[str]]:
    """Return the values of each property, by a reader of our own: those of icalendar before version 7 have faults."""
    found: dict[str, list[str]] = {}
    for line in ical.decode().replace("\r\n ", "").split("\r\n"):
        start, _, raw = line.partition(":")
        parts = re.findall(r"(?:[^\\,]|\\.)+", raw) if start == "CATEGORIES" else [raw]
        found[start.partition(";")[0]] = [
            re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], part) for part in parts
        ]
    return found


@given(title=lines, summary=lines, event=events, updated=moments, labels=st.lists(lines.filter(bool), max_size=3))
def test_calendar_files_can_be_read_back(
    publication: Publication, title: str, summary: str, event: Event, updated: datetime, labels: list[str]
) -> None:
    announcement = replace(
        publication.announcements[0], title=title, summary=summary, event=event, updated=updated,
        tags=tuple(Tag(label, "x") for label in labels),
    )  # fmt: skip
    written = calendar(announcement, publication)
    read = values(written)
    assert (read["SUMMARY"], read["UID"]) == ([title], [permanent_id(announcement, publication.settings)])
    assert read["DESCRIPTION"][0].startswith(f"{summary}\n\nhttps://")
    assert read.get("CATEGORIES", []) == labels
    start = event.start.astimezone(publication.settings.timezone).date() if event.whole_day else event.start
    digits = start.astimezone(UTC).isoformat() if isinstance(start, datetime) else start.isoformat()
    assert read["DTSTART"] == [digits.replace("-", "").replace(":", "").replace("+0000", "Z")]
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
