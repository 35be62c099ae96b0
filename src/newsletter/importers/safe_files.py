"""archive: office files and XML that may be hostile: zip bombs, paths that lead out, entities, depth."""

import io
import os
import stat
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from newsletter.importers.draft import Unreadable
from newsletter.importers.trees import shallow

MAX_FILE = 50 * 2**20  # bytes of a file that is taken in
MAX_UNPACKED = 200 * 2**20
MAX_XML = 30 * 2**20  # bytes of one part: a tree takes about ten times as much memory
MAX_PARTS = 5_000
MAX_MARKUP = 500_000  # `<` and `=` of all XML in one document: each tag and attribute takes up to 2 KB of memory
_FORMATS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what office programs write; others unpack in bursts


def read(path: Path, most: int = MAX_FILE) -> bytes:
    """A file's bytes, at most `most`. Raises Unreadable when it is larger, or anything but an ordinary file.

    Opening a pipe waits for somebody to write into it, and a device may never end: neither is waited for.
    """
    try:
        # The kind is asked of what was opened, not of the name, which may stand for something else by then.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise Unreadable("it is not an ordinary file")
            content = stream.read(most + 1)
    except OSError as fault:
        raise Unreadable(f"it cannot be read: {fault.strerror}") from None
    if len(content) > most:
        raise Unreadable(f"it weighs more than {most // 2**20} MB; leave large pictures out of it")
    return content


class Archive:
    """A zip file whose parts are read in memory, never unpacked onto the disk."""

    def __init__(self, content: bytes) -> None:
        """Raises Unreadable for a file that is no zip file, or one made to do harm."""
        # Counted before zipfile makes an object of each.
        if (count := content.count(b"PK\x01\x02")) > MAX_PARTS:
            raise Unreadable(f"it holds {count:,} parts; a document has fewer than {MAX_PARTS:,}")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error):
            raise Unreadable("it is damaged, or no such file; open it and save it again") from None
        entries = self._zip.infolist()
        # What an entry says of its size is checked again while it is read.
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Unreadable(f"it would unpack to more than {MAX_UNPACKED // 2**20} MB")
        for entry in entries:
            if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
                raise Unreadable(f"its part '{entry.filename}' leads out of it; do not trust this file")
            if entry.flag_bits & 1:
                raise Unreadable("it is protected by a password; save it without")
            if entry.compress_type not in _FORMATS:
                raise Unreadable("it is packed in an unusual way; open it and save it again")
        self._left = MAX_UNPACKED
        self._markup = MAX_MARKUP

    def names(self) -> tuple[str, ...]:
        """The names of the parts."""
        return tuple(self._zip.namelist())

    def read(self, name: str) -> bytes:
        """A part's bytes; none for one that is missing. Raises Unreadable for one that is damaged or too large."""
        try:
            with self._zip.open(name) as stream:
                content = stream.read(self._left + 1)
        except KeyError:
            return b""
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise Unreadable(f"its part '{name}' is damaged; open it and save it again") from None
        except Exception as fault:  # zlib, bz2 and lzma have errors of their own
            raise Unreadable(f"its part '{name}' is damaged ({type(fault).__name__})") from None
        self._left -= len(content)
        if self._left < 0:
            raise Unreadable(f"it would unpack to more than {MAX_UNPACKED // 2**20} MB")
        return content

    def tree(self, name: str) -> etree._Element | None:
        """A part of XML as a tree; None when it is missing or empty."""
        content = self.read(name)
        return self.parse(content) if content else None

    def parse(self, content: bytes) -> etree._Element:
        """XML of this document as a tree. Raises Unreadable, also when all XML together is too much."""
        self._markup -= content.count(b"<") + content.count(b"=")
        if self._markup < 0:
            raise Unreadable("it holds more markup than a document of some hundred pages")
        return xml(content)


class _Begun(Exception):
    """The root element has come: there is no document type."""


def xml(content: bytes) -> etree._Element:
    """XML as a tree: of bounded depth, no entities, no DTD, no network. Raises Unreadable."""
    if len(content) > MAX_XML:
        raise Unreadable(f"its text weighs more than {MAX_XML // 2**20} MB")
    try:
        _refuse_doctype(content)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True,
            remove_comments=True,
        )  # fmt: skip
        tree = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, expat.ExpatError, LookupError) as fault:
        raise Unreadable(f"its XML is damaged: {fault}") from None
    if tree.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(_DOCTYPE)
    return shallow(tree)


_DOCTYPE = "its XML declares a document type or entities; do not trust this file"


def _refuse_doctype(content: bytes) -> None:
    """Raises Unreadable for XML with a document type, before anything in it has been worked out.

    What a document type declares may be of any size: entities, but also values that each element then has.
    """

    def doctype(*_: object) -> None:
        raise Unreadable(_DOCTYPE)

    def begun(*_: object) -> None:
        raise _Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begun
    with suppress(_Begun):
        parser.Parse(content, True)
