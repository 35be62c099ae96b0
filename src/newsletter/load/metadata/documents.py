"""Find tracked changes, comments and geotagged photographs in office documents, ZIP archives and PDF files.

Word, LibreOffice and similar programs save documents as ZIP archives. Other ZIP archives, such as photo collections,
are searched in the same way. PDF files are searched only for photographs. The amount of data read and unpacked is
limited.
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
_PATTERNS = (
    (CHANGES, re.compile(rb"<w:(?:ins|del|moveFrom|moveTo|[a-z]{1,4}PrChange)[\s/>]")),
    (
        CHANGES,
        re.compile(rb"<text:changed-region[\s/>]|<table:(?:cell-content-change|insertion|deletion|movement)[\s/>]"),
    ),
    (COMMENTS, re.compile(rb"<(?:w:comment|office:annotation|p:cm|p188:cm|comment|threadedComment)[\s/>]")),
)
_MAX_MATCH = 40  # maximum length in bytes of a match of these patterns
_PHOTOGRAPH = re.compile(r".+\.jpe?g", re.IGNORECASE | re.DOTALL)
_JPEG = re.compile(rb"\xff\xd8\xff[\xe0\xe1]")

_MAX_DIRECTORY = 4_000_000  # size limit in bytes of the central directory, which zipfile reads at once
_END, _END_SIZE = b"PK\5\6", 22  # the record with the size of the directory; a comment may follow
_LOCATOR, _LOCATOR_SIZE = b"PK\6\7", 20  # precedes _END in archives larger than 4 GB, which are not searched
_MAX_TAIL = _END_SIZE + 65_536
_MAX_PARTS = 2_000  # entries searched per file
_MAX_UNPACKED = 50_000_000  # bytes unpacked per file, from all entries together
_HEAD = 100_000  # bytes unpacked from a photograph
_PIECE = 1 << 16
# bz2 and lzma are excluded because zipfile cannot limit the size of their output.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# The exceptions that zipfile raises for damaged or unusual files.
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, LookupError, NotImplementedError, RuntimeError, ValueError)


def find_in_pdf(stream: BinaryIO) -> set[str]:
    """Return {POSITION} if a PDF file contains a geotagged photograph, else an empty set.

    Raises OSError if reading from `stream` fails.
    """
    stream.seek(0)
    content = stream.read(_MAX_UNPACKED)
    photographs = islice(_JPEG.finditer(content), _MAX_PARTS)
    has_position = any(jpeg.has_position(content[each.start() : each.start() + _HEAD]) for each in photographs)
    return {POSITION} if has_position else set()


def find(stream: BinaryIO) -> set[str]:
    """Return the kinds of hidden data in a ZIP archive: any of CHANGES, COMMENTS and POSITION.

    Raises OSError if reading from `stream` fails.
    """
    found: set[str] = set()
    if _has_directory(stream):
        with suppress(*_FAULTS), zipfile.ZipFile(stream) as archive:
            left = _MAX_UNPACKED
            for entry in islice(filter(_is_searched, archive.infolist()), _MAX_PARTS):
                with suppress(*_FAULTS):
                    for piece in _pieces(archive, entry, max(0, left)):
                        left -= len(piece)
                        found |= _search(entry.filename, piece)
    return found


def _has_directory(stream: BinaryIO) -> bool:
    """Return whether the file has a central directory of at most _MAX_DIRECTORY bytes, where zipfile expects it."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _MAX_TAIL))
    tail = stream.read(_MAX_TAIL)
    end = len(tail) - _END_SIZE
    if end < 0 or not (tail.startswith(_END, end) and tail.endswith(b"\0\0")):
        end = tail.rfind(_END)
    is_zip64 = end >= _LOCATOR_SIZE and tail.startswith(_LOCATOR, end - _LOCATOR_SIZE)
    return end >= 0 and not is_zip64 and int.from_bytes(tail[end + 12 : end + 16], "little") <= _MAX_DIRECTORY


def _is_searched(entry: zipfile.ZipInfo) -> bool:
    match = _TEXTS.fullmatch(entry.filename) or _PHOTOGRAPH.fullmatch(entry.filename)
    return match is not None and entry.compress_type in _METHODS


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """Yield at most `most` bytes of an entry: the beginning of a photograph, or XML in overlapping pieces."""
    with archive.open(entry) as stream:
        if not _TEXTS.fullmatch(entry.filename):
            yield stream.read(min(most, _HEAD))
            return
        before = b""
        while most > 0 and (piece := stream.read(min(most, _PIECE))):
            most -= len(piece)
            yield before + piece
            before = piece[-_MAX_MATCH:]


def _search(name: str, content: bytes) -> set[str]:
    if _TEXTS.fullmatch(name):
        return {kind for kind, pattern in _PATTERNS if pattern.search(content)}
    return {POSITION} if jpeg.has_position(content) else set()
