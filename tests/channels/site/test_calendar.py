"""Test that calendar files are the same with and without the fast path."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from newsletter import pipeline
from newsletter.channels.site.calendar import calendar
from newsletter.model import Event, Publication, Tag
from newsletter.model.problems import Problems
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


@given(title=lines, summary=lines, event=events, updated=moments, labels=st.lists(lines.filter(bool), max_size=3))
def test_it_is_what_icalendar_writes(
    publication: Publication, title: str, summary: str, event: Event, updated: datetime, labels: list[str]
) -> None:
    announcement = replace(
        publication.announcements[0], title=title, summary=summary, event=event, updated=updated,
        tags=tuple(Tag(label, "x") for label in labels),
    )  # fmt: skip
    written = calendar(announcement, publication)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NEWSLETTER_PLAIN", "calendar-files")
        assert calendar(announcement, publication) == written
    assert Calendar.from_ical(written).walk("VEVENT")[0]["SUMMARY"] == title
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
