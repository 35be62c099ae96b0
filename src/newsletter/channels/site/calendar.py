"""Write an announcement's event as an iCalendar file (RFC 5545). Only this module uses icalendar."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import Any

from newsletter.model import Announcement, Event, Publication, Settings
from newsletter.text.urls import permanent_id

_LAST_BUT_ONE = date.max - timedelta(days=1)


def calendar(announcement: Announcement, publication: Publication) -> bytes:
    """Return the content of the .ics file, with CRLF line ends and lines folded at 75 octets.

    `announcement` must have an event.
    """
    # Import icalendar only if needed: the import takes as long as a small build, and many publications have no event.
    from icalendar import Calendar  # noqa: PLC0415
    from icalendar import Event as Entry  # noqa: PLC0415

    container, entry = Calendar(), Entry()
    title = publication.settings.title.replace("//", "/")
    container.add("VERSION", "2.0")
    container.add("PRODID", f"-//{title}//newsletter//{announcement.lang.upper()}")
    container.add("METHOD", "PUBLISH")
    for name, value in _properties(announcement, publication.settings):
        entry.add(name, value)
    container.add_component(entry)
    ical: bytes = container.to_ical()
    return ical


def _properties(announcement: Announcement, settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield the name and the value of each property of the event."""
    event = announcement.event
    assert event is not None
    address = announcement.url or settings.url + announcement.page
    changed = announcement.updated.astimezone(UTC)
    yield "UID", permanent_id(announcement, settings)
    # Do not use the build time, so that equal input produces equal bytes.
    yield "DTSTAMP", changed
    yield "LAST-MODIFIED", changed
    yield from _span(event, settings)
    yield "SUMMARY", announcement.title
    yield "DESCRIPTION", f"{announcement.summary}\n\n{address}"
    yield "URL", address
    if place := ", ".join([event.place, *event.address.splitlines()]).strip(", "):
        yield "LOCATION", place
    if announcement.tags:
        yield "CATEGORIES", [tag.label for tag in announcement.tags]


def _span(event: Event, settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield the start and the end of an event.

    They are instants in UTC or, for a whole-day event, dates in the publication's time zone. The end date is
    exclusive (RFC 5545, section 3.6.1).
    """
    if event.whole_day:
        first = event.start.astimezone(settings.timezone).date()
        last = (event.end or event.start).astimezone(settings.timezone).date()
        yield "DTSTART", first
        if first < date.max:  # there is no later date for the end; without an end, the event lasts one day
            yield "DTEND", min(max(first, last), _LAST_BUT_ONE) + timedelta(days=1)
        return
    yield "DTSTART", event.start.astimezone(UTC)
    # The end must be later than the start. An event without an end has no duration.
    if event.end and event.end > event.start:
        yield "DTEND", event.end.astimezone(UTC)
