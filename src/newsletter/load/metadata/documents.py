"""Documents of Word, LibreOffice and the like: tracked changes, comments, and photographs that tell a position.

These are zip files, and so are collections of photographs, which are looked at as well. In PDF, only photographs are
looked at. What is read and unpacked is bounded.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from newsletter.load.metadata import jpeg
from newsletter.load.metadata.attachments import CHANGES, COMMENTS, POSITION

_TEXTS = re.compile(
    r"word/(?:document|footnotes|endnotes|header\d*|footer\d*|comments)\.xml|content\.xml|styles\.xml"
    r"|ppt/comments/[^/]+\.xml|xl/(?:comments|threadedComments)[^/]*(?:/[^/]+)?\.xml"
)
_SIGNS = (
    (CHANGES, re.compile(rb"<w:(?:ins|del|moveFrom|moveTo|[a-z]{1,4}PrChange)[\s/>]")),
    (
        CHANGES,
        re.compile(rb"<text:changed-region[\s/>]|<table:(?:cell-content-change|insertion|deletion|movement)[\s/>]"),
    ),
    (COMMENTS, re.compile(rb"<(?:w:comment|office:annotation|p:cm|p188:cm|comment|threadedComment)[\s/>]")),
)
_LONGEST_SIGN = 40  # bytes
_PHOTOGRAPH = re.compile(r".+\.jpe?g", re.IGNORECASE | re.DOTALL)
_JPEG = re.compile(rb"\xff\xd8\xff[\xe0\xe1]")

_LARGEST_LIST = 4_000_000  # bytes of the list of parts; zipfile reads it as a whole
_END, _END_SIZE = b"PK\5\6", 22  # the record that says how long the list is; a comment may follow
_LOCATOR, _LOCATOR_SIZE = b"PK\6\7", 20  # stands before it in files of more than 4 GB, which are not looked at
_LONGEST_TAIL = _END_SIZE + 65_536
_MOST_PARTS = 2_000  # that are looked at
_MOST = 50_000_000  # bytes that are unpacked of them all
_HEAD = 100_000  # bytes of a photograph that are unpacked
_PIECE = 1 << 16
# bz2 and lzma unpack without bounds.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What zipfile raises for damaged and strange files.
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, LookupError, NotImplementedError, RuntimeError, ValueError)


def find_in_pdf(stream: BinaryIO) -> set[str]:
    """POSITION if a photograph in a PDF says where it was taken. Raises OSError when `stream` does."""
    stream.seek(0)
    content = stream.read(_MOST)
    photographs = islice(_JPEG.finditer(content), _MOST_PARTS)
    is_told = any(jpeg.has_position(content[each.start() : each.start() + _HEAD]) for each in photographs)
    return {POSITION} if is_told else set()


def find(stream: BinaryIO) -> set[str]:
    """Which of CHANGES, COMMENTS and POSITION a zip file holds. Raises OSError when `stream` does."""
    found: set[str] = set()
    if _is_listed(stream):
        with suppress(*_FAULTS), zipfile.ZipFile(stream) as archive:
            left = _MOST
            for entry in islice(filter(_is_telling, archive.infolist()), _MOST_PARTS):
                with suppress(*_FAULTS):
                    for piece in _pieces(archive, entry, max(0, left)):
                        left -= len(piece)
                        found |= _signs(entry.filename, piece)
    return found


def _is_listed(stream: BinaryIO) -> bool:
    """Whether the file ends in a list of parts that is not too long, where zipfile looks for it."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _LONGEST_TAIL))
    tail = stream.read(_LONGEST_TAIL)
    at = len(tail) - _END_SIZE
    if at < 0 or not (tail.startswith(_END, at) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END)
    is_zip64 = at >= _LOCATOR_SIZE and tail.startswith(_LOCATOR, at - _LOCATOR_SIZE)
    return at >= 0 and not is_zip64 and int.from_bytes(tail[at + 12 : at + 16], "little") <= _LARGEST_LIST


def _is_telling(entry: zipfile.ZipInfo) -> bool:
    wanted = _TEXTS.fullmatch(entry.filename) or _PHOTOGRAPH.fullmatch(entry.filename)
    return wanted is not None and entry.compress_type in _METHODS


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """At most so many bytes of a part: the beginning of a photograph; a text in pieces, which overlap by a sign."""
    with archive.open(entry) as stream:
        if not _TEXTS.fullmatch(entry.filename):
            yield stream.read(min(most, _HEAD))
            return
        before = b""
        while most > 0 and (piece := stream.read(min(most, _PIECE))):
            most -= len(piece)
            yield before + piece
            before = piece[-_LONGEST_SIGN:]


def _signs(name: str, content: bytes) -> set[str]:
    if _TEXTS.fullmatch(name):
        return {what for what, sign in _SIGNS if sign.search(content)}
    return {POSITION} if jpeg.has_position(content) else set()
