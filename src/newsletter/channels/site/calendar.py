"""Write an announcement's event as an iCalendar file (RFC 5545). Only this module uses icalendar.

icalendar determines the lines, their order and their parameters, once for each kind of event. This
module fills in the values.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from newsletter.model import Announcement, Event, Publication, Settings
from newsletter.text.urls import permanent_id

_LAST_BUT_ONE = date.max - timedelta(days=1)
_WIDTH = 74  # octets in a line; a continuation line has 75, including its leading blank


def calendar(announcement: Announcement, publication: Publication) -> bytes:
    """Return the content of the .ics file, with CRLF line ends and lines folded at 75 octets.

    `announcement` must have an event.
    """
    settings, event = publication.settings, announcement.event
    assert event is not None
    address = announcement.url or settings.url + announcement.page
    changed = _instant(announcement.updated)
    values = {
        "VERSION": "2.0",
        "PRODID": _text(f"-//{settings.title.replace('//', '/')}//newsletter//{announcement.lang.upper()}"),
        "METHOD": "PUBLISH",
        "UID": _text(permanent_id(announcement, settings)),
        # Do not use the build time, so that equal input produces equal bytes.
        "DTSTAMP": changed,
        "LAST-MODIFIED": changed,
        **_span(event, settings),
        "SUMMARY": _text(announcement.title),
        "DESCRIPTION": _text(f"{announcement.summary}\n\n{address}"),
        "URL": address,
    }
    if place := ", ".join([event.place, *event.address.splitlines()]).strip(", "):
        values["LOCATION"] = _text(place)
    if announcement.tags:
        values["CATEGORIES"] = ",".join(_text(tag.label) for tag in announcement.tags)
    lines = _lines(frozenset(values), event.whole_day)
    return b"".join(_fold(f"{start}:{values[name]}" if name in values else start) for start, name in lines)


def _text(value: str) -> str:
    return value.replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")


def _instant(moment: datetime) -> str:
    """Return an instant in UTC, such as 20241126T083000Z."""
    extended = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{extended.replace('-', '').replace(':', '')}Z"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _span(event: Event, settings: Settings) -> dict[str, str]:
    """Return the start and the end of an event.

    They are instants in UTC or, for a whole-day event, dates in the publication's time zone. The end date is
    exclusive (RFC 5545, section 3.6.1).
    """
    if event.whole_day:
        first = event.start.astimezone(settings.timezone).date()
        last = (event.end or event.start).astimezone(settings.timezone).date()
        if first == date.max:  # there is no later date for the end; without an end, the event lasts one day
            return {"DTSTART": _day(first)}
        return {"DTSTART": _day(first), "DTEND": _day(min(max(first, last), _LAST_BUT_ONE) + timedelta(days=1))}
    start = {"DTSTART": _instant(event.start)}
    # The end must be later than the start. An event without an end has no duration.
    return {**start, "DTEND": _instant(event.end)} if event.end and event.end > event.start else start


@lru_cache(maxsize=64)
def _lines(names: frozenset[str], whole_day: bool) -> tuple[tuple[str, str], ...]:
    """Return the start of each line up to the colon, such as `DTSTART;VALUE=DATE`, and the line's name.

    A `BEGIN` or `END` line is returned whole, with an empty name.
    """
    # Import icalendar only if needed: the import takes as long as a small build, and many publications have no event.
    from icalendar import Calendar  # noqa: PLC0415
    from icalendar import Event as Entry  # noqa: PLC0415

    moment = datetime(2000, 1, 1, tzinfo=UTC)
    container, entry = Calendar(), Entry()
    for name in sorted(names & {"VERSION", "PRODID", "METHOD"}):
        container.add(name, "x")
    for name in sorted(names - {"VERSION", "PRODID", "METHOD"}):
        if name in ("DTSTART", "DTEND"):
            entry.add(name, moment.date() if whole_day else moment)
        else:
            entry.add(name, moment if name in ("DTSTAMP", "LAST-MODIFIED") else ["x"] if name == "CATEGORIES" else "x")
    container.add_component(entry)
    return tuple(_split_lines(container.to_ical().decode()))


def _split_lines(ical: str) -> Iterator[tuple[str, str]]:
    for line in ical.splitlines():
        start = line.partition(":")[0]
        name = start.partition(";")[0]
        yield (line, "") if name in ("BEGIN", "END") else (start, name)


def _fold(line: str) -> bytes:
    """Return a line folded according to RFC 5545, but never inside a character or an escape."""
    octets, start = line.encode(), 0
    if len(octets) <= _WIDTH:
        return octets + b"\r\n"
    pieces = []
    while len(octets) - start > _WIDTH:
        end = start + _WIDTH
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        if octets[end - 1] in b"\\^" and end - 1 > start:
            end -= 1
        pieces.append(octets[start:end])
        start = end
    return b"\r\n ".join((*pieces, octets[start:])) + b"\r\n"
