"""Find the items in an AVIF or HEIC file, distinguish pictures from metadata, and locate their bytes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from newsletter.load.metadata.boxes import Box, boxes
from newsletter.load.metadata.malformed import Malformed, number

Range = tuple[int, int]  # the offset of the first byte, and the offset after the last byte

# The types of coded pictures and of pictures derived from others. All other types are metadata.
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
_FULL = 4  # size in bytes of the version and flags at the beginning of a full box
_WIDTHS = frozenset({0, 4, 8})
_AMBIGUOUS = "it does not say clearly where its pictures are"


class HeifItem(NamedTuple):
    """An item in the `iinf` box. `kind` is the offset of its type, which its name follows, and `end` its end offset."""

    number: int
    kind: int
    end: int
    is_picture: bool


def listed(content: bytes, box: Box) -> Iterator[HeifItem]:
    """Yield the items listed in the `iinf` box. Raises Malformed if it is damaged or a number occurs twice."""
    numbers = set()
    version = number(content, box.content, "B")
    for entry in boxes(content, box.content + _FULL + (4 if version else 2), box.end):
        version = number(content, entry.content, "B")
        if entry.kind != b"infe" or version not in (2, 3):
            raise Malformed("one of its items has no type")
        start = entry.content + _FULL
        item = number(content, start, ">H" if version == 2 else ">I")
        kind = start + (4 if version == 2 else 6)
        if item in numbers or kind + 4 > entry.end:
            raise Malformed(_AMBIGUOUS)
        numbers.add(item)
        yield HeifItem(item, kind, entry.end, content[kind : kind + 4] in _PICTURES)


def locate(
    content: bytes, box: Box, data: list[Range], own: list[Range], shown: Collection[int]
) -> tuple[list[Range], list[Range]]:
    """Return the byte ranges of the items `shown`, and those of all other items, from the `iloc` box.

    `data` contains the ranges of the `mdat` boxes, and `own` the range of the `idat` box. Raises Malformed if an item
    lies outside these ranges, or if metadata and a picture overlap.
    """
    pictures: list[Range] = []
    others: list[Range] = []
    in_file: list[Range] = []
    in_own: list[Range] = []
    begin = own[0][0] if own else 0
    for item, is_own, ranges in _Locations(content, box).items():
        absolute = [(start + begin, end + begin) for start, end in ranges] if is_own else ranges
        (in_own if is_own else in_file).extend(absolute)
        (pictures if item in shown else others).extend(absolute)
    if merged([*data, *own, *in_file]) != merged([*data, *own]) or merged([*own, *in_own]) != merged(own):
        raise Malformed("a picture lies outside it")
    pictures, others = merged(pictures), merged(others)
    if _size(pictures) + _size(others) != _size(merged([*pictures, *others])):
        raise Malformed("its metadata lies within a picture")
    return pictures, others


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Merge overlapping and adjacent ranges, and sort them."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _size(ranges: list[Range]) -> int:
    return sum(end - start for start, end in ranges)


@dataclass(slots=True)
class _Locations:
    """Reads the `iloc` box, which begins with the widths of its fields."""

    content: bytes
    box: Box
    position: int = 0

    def items(self) -> Iterator[tuple[int, bool, list[Range]]]:
        """Yield the number of each item, whether its offsets are relative to `idat` (not the file), and its ranges."""
        self.position = self.box.content
        version = self._take(_FULL) >> 24
        sizes = self._take(2)
        widths = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15 if version else 0)
        if version > 2 or not _WIDTHS.issuperset(widths):
            raise Malformed(_AMBIGUOUS)
        for _ in range(self._take(4 if version == 2 else 2)):
            item = self._take(4 if version == 2 else 2)
            method = self._take(2) & 15 if version else 0
            if self._take(2) or method > 1:  # the data is in another file or another item
                raise Malformed(_AMBIGUOUS)
            yield item, method == 1, self._ranges(*widths)

    def _ranges(self, offset: int, length: int, base: int, index: int) -> list[Range]:
        begin = self._take(base)
        ranges = []
        for _ in range(self._take(2)):
            self._take(index)
            start = begin + self._take(offset)
            size = self._take(length)
            if not size:  # 0 means to the end of the file
                raise Malformed(_AMBIGUOUS)
            ranges.append((start, start + size))
        return ranges

    def _take(self, width: int) -> int:
        """Read the next `width` bytes as a number (0 if `width` is 0). Raises Malformed beyond the end of the box."""
        if self.position + width > self.box.end:
            raise Malformed("it is cut short")
        self.position += width
        return int.from_bytes(self.content[self.position - width : self.position], "big")
