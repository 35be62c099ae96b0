"""calendar: an announcement's event as an iCalendar file (RFC 5545). icalendar is used here only."""

from datetime import UTC, date, datetime, timedelta

from newsletter.addresses import permanent_id
from newsletter.model import Announcement, Event, Publication, Settings


def calendar(announcement: Announcement, publication: Publication) -> bytes:
    """The file's bytes: CRLF, lines folded at 75 octets. `announcement` has an event."""
    # It takes as long to import as a small build; many publications have no event.
    from icalendar import Calendar  # noqa: PLC0415
    from icalendar import Event as Entry  # noqa: PLC0415

    settings, event = publication.settings, announcement.event
    assert event is not None
    address = announcement.url or settings.url + announcement.page
    entry = Entry()
    entry.add("uid", permanent_id(announcement, settings))
    # Not the time of the build: equal input gives equal bytes.
    entry.add("dtstamp", announcement.updated.astimezone(UTC))
    entry.add("last-modified", announcement.updated.astimezone(UTC))
    for name, moment in _span(event, settings):
        entry.add(name, moment)
    entry.add("summary", announcement.title)
    entry.add("description", f"{announcement.summary}\n\n{address}")
    entry.add("url", address)
    if place := ", ".join([event.place, *event.address.splitlines()]).strip(", "):
        entry.add("location", place)
    if announcement.tags:
        entry.add("categories", [tag.label for tag in announcement.tags])
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", f"-//{settings.title.replace('//', '/')}//newsletter//{announcement.lang.upper()}")
    made.add("method", "PUBLISH")
    made.add_component(entry)
    written: bytes = made.to_ical()
    return written


def _span(event: Event, settings: Settings) -> list[tuple[str, date | datetime]]:
    """Start and end: days in the publication's zone, the end exclusive (§3.6.1), or instants in UTC."""
    if event.whole_day:
        first = event.start.astimezone(settings.timezone).date()
        last = (event.end or event.start).astimezone(settings.timezone).date()
        return [("dtstart", first), ("dtend", max(first, last) + timedelta(days=1))]
    start = [("dtstart", event.start.astimezone(UTC))]
    # An end must lie behind the start; without one the event takes no time.
    return [*start, ("dtend", event.end.astimezone(UTC))] if event.end and event.end > event.start else [*start]
