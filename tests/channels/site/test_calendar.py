"""Test that calendar files are what the icalendar library writes, for any announcement."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar import Event as Entry

from newsletter import pipeline
from newsletter.channels.site.calendar import calendar
from newsletter.model import Announcement, Event, Publication, Tag
from newsletter.model.problems import Problems
from newsletter.text.urls import permanent_id
from support.paths import ROOT

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def publication() -> Publication:
    problems = Problems()
    return pipeline.read(pipeline.open_project(ROOT, problems), NOW, problems)


def by_icalendar(announcement: Announcement, publication: Publication) -> bytes:
    settings, event = publication.settings, announcement.event
    assert event is not None
    address = announcement.url or settings.url + announcement.page
    entry, made = Entry(), Calendar()
    entry.add("uid", permanent_id(announcement, settings))
    entry.add("dtstamp", announcement.updated.astimezone(UTC))
    entry.add("last-modified", announcement.updated.astimezone(UTC))
    if event.whole_day:
        first = event.start.astimezone(settings.timezone).date()
        last = (event.end or event.start).astimezone(settings.timezone).date()
        entry.add("dtstart", first)
        entry.add("dtend", max(first, last) + timedelta(days=1))
    else:
        entry.add("dtstart", event.start.astimezone(UTC))
        if event.end and event.end > event.start:
            entry.add("dtend", event.end.astimezone(UTC))
    entry.add("summary", announcement.title)
    entry.add("description", f"{announcement.summary}\n\n{address}")
    entry.add("url", address)
    if place := ", ".join([event.place, *event.address.splitlines()]).strip(", "):
        entry.add("location", place)
    if announcement.tags:
        entry.add("categories", [tag.label for tag in announcement.tags])
    made.add("version", "2.0")
    made.add("prodid", f"-//{settings.title.replace('//', '/')}//newsletter//{announcement.lang.upper()}")
    made.add("method", "PUBLISH")
    made.add_component(entry)
    written: bytes = made.to_ical()
    return written


signs = st.sampled_from([*"abc éœ«»’;,:\\^\"'|<>&%=", "\u00a0", "😀", "👩‍👩‍👧", "\u0301", "\\n", "\\;"])
lines = st.lists(signs, max_size=60).map("".join)
moments = st.datetimes(
    datetime(1000, 1, 2), datetime(9998, 12, 30), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))])
).map(lambda moment: moment.replace(microsecond=0))
events = st.builds(
    Event, start=moments, end=st.none() | moments, place=lines, address=st.lists(lines, max_size=3).map("\n".join),
    whole_day=st.booleans(),
)  # fmt: skip


@given(title=lines, summary=lines, event=events, updated=moments, labels=st.lists(lines.filter(bool), max_size=3))
def test_it_is_what_icalendar_writes(
    publication: Publication, title: str, summary: str, event: Event, updated: datetime, labels: list[str]
) -> None:
    announcement = replace(
        publication.announcements[0], title=title, summary=summary, event=event, updated=updated,
        tags=tuple(Tag(label, "x") for label in labels),
    )  # fmt: skip
    written = calendar(announcement, publication)
    assert written == by_icalendar(announcement, publication)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
