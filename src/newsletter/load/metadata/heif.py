"""AVIF and HEIC: metadata is overwritten with zeros, since pictures are found by their offsets, which must not move.

ISO/IEC 23008-12 (HEIF) and 14496-12. The box `meta` lists the items of a file (pictures, Exif, XMP) and where each
lies. Items that are no pictures, and boxes that are not needed to show one, become zeros of the type `free`, which
readers skip. How a picture is turned is told by its properties (`irot`, `imir`), which stay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from newsletter.load.metadata.boxes import Box, boxes
from newsletter.load.metadata.items import HeifItem, Range, listed, locate
from newsletter.load.metadata.malformed import Malformed, number

_BRANDS = frozenset(
    {b"avif", b"avis", b"avio", b"mif1", b"mif2", b"msf1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
)

# Boxes that are kept, by the box they are in. `moov` is an image sequence, an animation.
_IN_FILE = frozenset({b"ftyp", b"meta", b"mdat", b"moov"})
_IN_META = frozenset({b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat", b"dinf", b"grpl"})
_IN_MOOV = frozenset({b"mvhd", b"trak", b"mvex"})
_IN_TRAK = frozenset({b"tkhd", b"edts", b"tref", b"mdia", b"trgr"})
# Properties that describe a picture in words and dates: description, alternative text, times.
_DESCRIBING = frozenset({b"udes", b"altt", b"crtt", b"mdft", b"uuid", b"free", b"skip"})
_TRACKS = frozenset({b"pict", b"auxv"})
_FREE = b"free"
_NAMES = frozenset({b"", b"Color", b"Alpha", b"Depth"})
_LONGEST_FTYP = 4096  # bytes of the box that names brands


def matches(head: bytes) -> bool:
    """Whether a file that begins in this way names this family, as its main or another brand."""
    if head[4:8] != b"ftyp":
        return False
    length = int.from_bytes(head[:4], "big")
    if not 12 <= length <= _LONGEST_FTYP:
        return True  # no film begins so: better looked at too closely than too little
    named = {head[8:12], *(head[at : at + 4] for at in range(16, length, 4))}
    return not _BRANDS.isdisjoint(named)


def strip(content: bytes) -> bytes:
    """The picture without metadata, as long as before, but for what was appended. Raises Malformed."""
    return _Cleaner(content).clean()


@dataclass(slots=True)
class _Cleaner:
    """Overwrites a copy of the file `content`."""

    content: bytes
    copy: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.copy = bytearray(self.content)

    def clean(self) -> bytes:
        """The copy, without metadata."""
        top: list[Box] = []
        for box in boxes(self.content, 0, len(self.content)):
            if box.kind == b"ftyp" and top:
                break  # a film that a telephone appended
            top.append(box)
        self._free_others(top, _IN_FILE)
        data = [(box.content, box.end) for box in top if box.kind == b"mdat"]
        films = [box for box in top if box.kind == b"moov"]
        # The pictures of a sequence lie between those that `meta` lists. Elsewhere, what is not listed was deleted.
        doomed = [each for film in films for each in self._sequence(film, data)] if films else data
        self._items(_only(top, b"meta"), data, doomed)
        return bytes(self.copy[: top[-1].end])

    def _sequence(self, film: Box, data: list[Range]) -> Iterator[Range]:
        """Overwrite what describes the film or a track of it; gives where items lie that are listed there."""
        lists = self._inside(film, _IN_MOOV, b"meta")
        for track in self._inside(film, None, b"trak"):
            lists += self._inside(track, _IN_TRAK, b"meta")
            for media in self._inside(track, None, b"mdia"):
                handler = _only(list(boxes(self.content, media.content, media.end)), b"hdlr")
                if self.content[handler.content + 8 : handler.content + 12] not in _TRACKS:
                    raise Malformed("it holds sound or notes beside its pictures")
        for meta in lists:
            inner = list(boxes(self.content, meta.content + 4, meta.end))
            own = [(box.content, box.end) for box in inner if box.kind == b"idat"]
            yield from locate(self.content, _only(inner, b"iloc"), data, own, frozenset())[1]

    def _items(self, meta: Box, data: list[Range], doomed: Iterable[Range]) -> None:
        """Overwrite metadata, and of the ranges `doomed` all that belongs to no picture."""
        inner = list(boxes(self.content, meta.content + 4, meta.end))
        self._free_others(inner, _IN_META)
        for container in self._inside(_only(inner, b"iprp"), None, b"ipco"):
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
        for start, end in (*others, *own, *doomed):
            self._zero(start, end)
        for start, end in pictures:
            self.copy[start:end] = self.content[start:end]
        for item in items:
            self._name(item)

    def _name(self, item: HeifItem) -> None:
        """Overwrite the name of an item, unless it only says what encoders say; and the type of metadata."""
        name = item.kind + 4
        if not item.is_picture:
            self.copy[item.kind : name] = _FREE
        if not item.is_picture or self.content[name : item.end].rstrip(b"\0") not in _NAMES:
            self._zero(name, item.end)

    def _inside(self, box: Box, kept: frozenset[bytes] | None, wanted: bytes) -> list[Box]:
        """The boxes of the type `wanted` in a box, where all but those of the types `kept` are overwritten."""
        inner = list(boxes(self.content, box.content, box.end))
        if kept is not None:
            self._free_others(inner, kept)
        return [each for each in inner if each.kind == wanted]

    def _free_others(self, found: list[Box], kept: frozenset[bytes]) -> None:
        for box in found:
            if box.kind not in kept:
                self._free(box)

    def _free(self, box: Box) -> None:
        self.copy[box.start + 4 : box.start + 8] = _FREE
        self._zero(box.content, box.end)

    def _zero(self, start: int, end: int) -> None:
        self.copy[start:end] = bytes(end - start)


def _only(found: list[Box], kind: bytes) -> Box:
    """The one box of a type. Raises Malformed when there is none, or more than one: readers would disagree."""
    matching = [box for box in found if box.kind == kind]
    if len(matching) != 1:
        raise Malformed(f"it has {len(matching) or 'no'} boxes '{kind.decode()}'")
    return matching[0]
