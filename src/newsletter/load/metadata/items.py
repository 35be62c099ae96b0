"""Items: which parts of an AVIF or HEIC file are pictures, which are metadata, and where both lie."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from newsletter.load.metadata.boxes import Box, boxes
from newsletter.load.metadata.malformed import Malformed, number

Range = tuple[int, int]  # offsets of the first byte and of the one behind the last

# Coded pictures, and those that are put together from others. Everything else is metadata.
_PICTURES = frozenset(
    {
        b"av01",
        b"hvc1",
        b"lhv1",
        b"avc1",
        b"vvc1",
        b"evc1",
        b"jpeg",
        b"j2k1",
        b"unci",
        b"grid",
        b"iovl",
        b"iden",
        b"tmap",
    }
)
_FULL = 4  # bytes of version and flags at the beginning of a full box
_WIDTHS = frozenset({0, 4, 8})
_VAGUE = "it does not say clearly where its pictures are"


class HeifItem(NamedTuple):
    """An item as `iinf` lists it: its number, the offset of its type, which its name follows, and of its end."""

    number: int
    kind: int
    end: int
    is_picture: bool


def listed(content: bytes, box: Box) -> Iterator[HeifItem]:
    """The items that the box `iinf` lists. Raises Malformed, also when a number comes twice."""
    seen = set()
    version = number(content, box.content, "B")
    for entry in boxes(content, box.content + _FULL + (4 if version else 2), box.end):
        version = number(content, entry.content, "B")
        if entry.kind != b"infe" or version not in (2, 3):
            raise Malformed("an item of it has no type")
        start = entry.content + _FULL
        item = number(content, start, ">H" if version == 2 else ">I")
        kind = start + (4 if version == 2 else 6)
        if item in seen or kind + 4 > entry.end:
            raise Malformed(_VAGUE)
        seen.add(item)
        yield HeifItem(item, kind, entry.end, content[kind : kind + 4] in _PICTURES)


def locate(
    content: bytes, box: Box, data: list[Range], own: list[Range], shown: Collection[int]
) -> tuple[list[Range], list[Range]]:
    """Where the items `shown` lie and where all others do, each range once, from the box `iloc`.

    `data` are the contents of the boxes `mdat`, `own` that of `idat`. Raises Malformed when anything lies elsewhere,
    and when metadata shares bytes with a picture.
    """
    pictures: list[Range] = []
    others: list[Range] = []
    in_file: list[Range] = []
    in_own: list[Range] = []
    begin = own[0][0] if own else 0
    for item, is_own, ranges in _Locations(content, box).items():
        found = [(start + begin, end + begin) for start, end in ranges] if is_own else ranges
        (in_own if is_own else in_file).extend(found)
        (pictures if item in shown else others).extend(found)
    if merged([*data, *own, *in_file]) != merged([*data, *own]) or merged([*own, *in_own]) != merged(own):
        raise Malformed("a picture lies outside it")
    pictures, others = merged(pictures), merged(others)
    if _size(pictures) + _size(others) != _size(merged([*pictures, *others])):
        raise Malformed("its metadata lies within a picture")
    return pictures, others


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same bytes, in order and each once."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _size(ranges: list[Range]) -> int:
    return sum(end - start for start, end in ranges)


@dataclass(slots=True)
class _Locations:
    """Reads the box `iloc`, whose fields have the widths that it begins with."""

    content: bytes
    box: Box
    position: int = 0

    def items(self) -> Iterator[tuple[int, bool, list[Range]]]:
        """Number of each item, whether its offsets count from the beginning of `idat` (else the file's), its ranges."""
        self.position = self.box.content
        version = self._take(_FULL) >> 24
        sizes = self._take(2)
        widths = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15 if version else 0)
        if version > 2 or not _WIDTHS.issuperset(widths):
            raise Malformed(_VAGUE)
        for _ in range(self._take(4 if version == 2 else 2)):
            item = self._take(4 if version == 2 else 2)
            method = self._take(2) & 15 if version else 0
            if self._take(2) or method > 1:  # in another file, or within another item
                raise Malformed(_VAGUE)
            yield item, method == 1, self._ranges(*widths)

    def _ranges(self, offset: int, length: int, base: int, index: int) -> list[Range]:
        begin = self._take(base)
        ranges = []
        for _ in range(self._take(2)):
            self._take(index)
            start = begin + self._take(offset)
            size = self._take(length)
            if not size:  # which means: up to the end of the file
                raise Malformed(_VAGUE)
            ranges.append((start, start + size))
        return ranges

    def _take(self, width: int) -> int:
        """The next number, of so many bytes; 0 for none."""
        if self.position + width > self.box.end:
            raise Malformed("it is cut short")
        self.position += width
        return int.from_bytes(self.content[self.position - width : self.position], "big")
