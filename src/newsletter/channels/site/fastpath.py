"""Fast path: write one calendar file for each kind of event with icalendar, and fill in the values of the others.

Events are of the same kind if they have the same properties, with values of the same types.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

Value = str | date | list[str]
Property = tuple[str, Value]  # a name and a value; datetimes are in UTC
Write = Callable[[Iterable[Property], Iterable[Property]], bytes]

_WIDTH = 74  # octets in a line; a continuation line has 75, including its leading blank
_EXAMPLES: dict[type, Value] = {
    str: "x",
    list: ["x"],
    date: date(2000, 1, 1),
    datetime: datetime(2000, 1, 1, tzinfo=UTC),
}


def fill(container: Sequence[Property], entry: Sequence[Property], write: Write) -> bytes:
    """Return the same bytes as `write(container, entry)`, which writes the first event of each kind."""
    values = {name: _text(name, value) for name, value in (*container, *entry)}
    lines = _lines(write, *(tuple((name, type(value)) for name, value in part) for part in (container, entry)))
    return b"".join(_fold(f"{start}:{values[name]}" if name in values else start) for start, name in lines)


def _text(name: str, value: Value) -> str:
    if isinstance(value, str):
        return value if name == "URL" else _escape(value)
    if isinstance(value, list):
        return ",".join(map(_escape, value))
    digits = value.isoformat().replace("-", "")
    return f"{digits.replace(':', '')[:15]}Z" if isinstance(value, datetime) else digits


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")


@lru_cache(maxsize=64)
def _lines(
    write: Write, container: tuple[tuple[str, type], ...], entry: tuple[tuple[str, type], ...]
) -> tuple[tuple[str, str], ...]:
    """Return the start of each line up to the colon, such as `DTSTART;VALUE=DATE`, and the line's name.

    A `BEGIN` or `END` line is returned whole, with an empty name.
    """
    example = write(*([(name, _EXAMPLES[kind]) for name, kind in part] for part in (container, entry)))
    return tuple(_split_lines(example.decode()))


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
