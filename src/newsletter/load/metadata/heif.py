"""Remove metadata from AVIF and HEIC files.

The `meta` box lists the items of a file (pictures, Exif, XMP) with their offsets. Cutting bytes out would invalidate
these offsets, so metadata is overwritten with zeros instead. Items other than pictures, and boxes not needed to display
a picture, get the type `free`, which readers skip. The orientation is in the properties `irot` and `imir`, which are
kept. See ISO/IEC 23008-12 (HEIF) and 14496-12.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from newsletter.load.metadata.boxes import Box, boxes
from newsletter.load.metadata.items import HeifItem, Range, listed, locate
from newsletter.load.metadata.malformed import Malformed, number

_BRANDS = frozenset(
    {b"avif", b"avis", b"avio", b"mif1", b"mif2", b"msf1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
)

# The boxes to keep, by parent box. `moov` is an image sequence (an animation).
_IN_FILE = frozenset({b"ftyp", b"meta", b"mdat", b"moov"})
_IN_META = frozenset({b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat", b"dinf", b"grpl"})
_IN_MOOV = frozenset({b"mvhd", b"trak", b"mvex"})
_IN_TRAK = frozenset({b"tkhd", b"edts", b"tref", b"mdia", b"trgr"})
# Properties that are metadata: description, alternative text, times.
_DESCRIBING = frozenset({b"udes", b"altt", b"crtt", b"mdft", b"uuid", b"free", b"skip"})
_TRACKS = frozenset({b"pict", b"auxv"})
_FREE = b"free"
_NAMES = frozenset({b"", b"Color", b"Alpha", b"Depth"})
_MAX_FTYP = 4096  # maximum size in bytes of the box with the brands


def matches(head: bytes) -> bool:
    """Return whether a file is AVIF or HEIC, by the brands in its first bytes `head`."""
    if head[4:8] != b"ftyp":
        return False
    length = int.from_bytes(head[:4], "big")
    if not 12 <= length <= _MAX_FTYP:
        return True  # a video does not begin like this; if in doubt, remove metadata
    brands = {head[8:12], *(head[offset : offset + 4] for offset in range(16, length, 4))}
    return not _BRANDS.isdisjoint(brands)


def strip(content: bytes) -> bytes:
    """Return the picture with its metadata overwritten and without appended data. Raises Malformed if it is damaged."""
    return _Cleaner(content).clean()


@dataclass(slots=True)
class _Cleaner:
    """Overwrites the metadata in a copy of `content`."""

    content: bytes
    copy: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.copy = bytearray(self.content)

    def clean(self) -> bytes:
        """Return the copy without metadata. Raises Malformed."""
        top: list[Box] = []
        for box in boxes(self.content, 0, len(self.content)):
            if box.kind == b"ftyp" and top:
                break  # a video appended by a phone
            top.append(box)
        self._free_others(top, _IN_FILE)
        data = [(box.content, box.end) for box in top if box.kind == b"mdat"]
        films = [box for box in top if box.kind == b"moov"]
        # The pictures of a sequence lie between those that `meta` lists. In other files, unlisted data is erased.
        unlisted = [each for film in films for each in self._clean_sequence(film, data)] if films else data
        self._clean_items(_only(top, b"meta"), data, unlisted)
        return bytes(self.copy[: top[-1].end])

    def _clean_sequence(self, film: Box, data: list[Range]) -> Iterator[Range]:
        """Overwrite the metadata of an image sequence and its tracks; yield the byte ranges of their items."""
        lists = self._children(film, _IN_MOOV, b"meta")
        for track in self._children(film, None, b"trak"):
            lists += self._children(track, _IN_TRAK, b"meta")
            for media in self._children(track, None, b"mdia"):
                handler = _only(list(boxes(self.content, media.content, media.end)), b"hdlr")
                if self.content[handler.content + 8 : handler.content + 12] not in _TRACKS:
                    raise Malformed("it contains tracks other than pictures")
        for meta in lists:
            inner = list(boxes(self.content, meta.content + 4, meta.end))
            own = [(box.content, box.end) for box in inner if box.kind == b"idat"]
            yield from locate(self.content, _only(inner, b"iloc"), data, own, frozenset())[1]

    def _clean_items(self, meta: Box, data: list[Range], unlisted: Iterable[Range]) -> None:
        """Overwrite the metadata that `meta` lists, and the ranges `unlisted` except for the pictures in them."""
        inner = list(boxes(self.content, meta.content + 4, meta.end))
        self._free_others(inner, _IN_META)
        for container in self._children(_only(inner, b"iprp"), None, b"ipco"):
            for each in boxes(self.content, container.content, container.end):
                if each.kind in _DESCRIBING:
                    self._free(each)
        items = list(listed(self.content, _only(inner, b"iinf")))
        shown = {item.number for item in items if item.is_picture}
        main = _only(inner, b"pitm").content
        if number(self.content, main + 4, ">I" if number(self.content, main, "B") else ">H") not in shown:
            raise Malformed("its main picture is of an unknown kind")
        own = [(box.content, box.end) for box in inner if box.kind == b"idat"]
        pictures, others = locate(self.content, _only(inner, b"iloc"), data, own, shown)
        for start, end in (*others, *own, *unlisted):
            self._zero(start, end)
        for start, end in pictures:
            self.copy[start:end] = self.content[start:end]
        for item in items:
            self._clean_name(item)

    def _clean_name(self, item: HeifItem) -> None:
        """Overwrite the name of an item unless it is one that encoders write by default.

        If the item is metadata, its type is overwritten, too.
        """
        name = item.kind + 4
        if not item.is_picture:
            self.copy[item.kind : name] = _FREE
        if not item.is_picture or self.content[name : item.end].rstrip(b"\0") not in _NAMES:
            self._zero(name, item.end)

    def _children(self, box: Box, kept: frozenset[bytes] | None, kind: bytes) -> list[Box]:
        """Return the child boxes of type `kind`, and overwrite those whose types are not in `kept` (None: keep all)."""
        inner = list(boxes(self.content, box.content, box.end))
        if kept is not None:
            self._free_others(inner, kept)
        return [each for each in inner if each.kind == kind]

    def _free_others(self, siblings: list[Box], kept: frozenset[bytes]) -> None:
        for box in siblings:
            if box.kind not in kept:
                self._free(box)

    def _free(self, box: Box) -> None:
        self.copy[box.start + 4 : box.start + 8] = _FREE
        self._zero(box.content, box.end)

    def _zero(self, start: int, end: int) -> None:
        self.copy[start:end] = bytes(end - start)


def _only(siblings: list[Box], kind: bytes) -> Box:
    """Return the only box of a type.

    Raises Malformed unless there is exactly one: readers would disagree about which of several boxes to use.
    """
    matching = [box for box in siblings if box.kind == kind]
    if len(matching) != 1:
        raise Malformed(f"it has {len(matching) or 'no'} boxes '{kind.decode()}'")
    return matching[0]
