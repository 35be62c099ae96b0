"""Read office files and XML that may be hostile: zip bombs, paths out of the archive, entities, deep nesting."""

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
from newsletter.importers.trees import require_shallow

MAX_FILE = 50 * 2**20  # bytes of an imported file
MAX_UNPACKED = 200 * 2**20
MAX_XML = 30 * 2**20  # bytes of one part: a tree takes about ten times as much memory
MAX_PARTS = 5_000
MAX_MARKUP = 500_000  # `<` and `=` in all XML of one document: each tag and attribute takes up to 2 KB of memory
# Office programs write no other formats, and zipfile does not limit how much those unpack at a time.
_FORMATS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read(path: Path, most: int = MAX_FILE) -> bytes:
    """Return the bytes of a file. Raises Unreadable if there are more than `most`, or if it is not an ordinary file.

    Never blocks: opening a pipe would wait for a writer, and reading a device may never end.
    """
    try:
        # The type is checked on the open file: the name could refer to another file by then.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise Unreadable("it is not an ordinary file")
            content = stream.read(most + 1)
    except OSError as fault:
        raise Unreadable(f"it cannot be read: {fault.strerror}") from None
    if len(content) > most:
        raise Unreadable(f"it is larger than {most // 2**20} MB; leave large pictures out")
    return content


class Archive:
    """A zip file whose parts are read into memory, never unpacked to disk.

    Raises Unreadable if the content is not a zip file, or a malicious one.
    """

    def __init__(self, content: bytes) -> None:
        # Counted before zipfile makes an object for each.
        if (count := content.count(b"PK\x01\x02")) > MAX_PARTS:
            raise Unreadable(f"it has {count:,} parts; a document has fewer than {MAX_PARTS:,}")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error):
            raise Unreadable("it is damaged, or not of this type; open it and save it again") from None
        entries = self._zip.infolist()
        # The declared sizes may be false; read() checks the real ones.
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Unreadable(f"it would unpack to more than {MAX_UNPACKED // 2**20} MB")
        for entry in entries:
            if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
                raise Unreadable(f"its part '{entry.filename}' leads out of it; do not trust this file")
            if entry.flag_bits & 1:
                raise Unreadable("it is protected by a password; save it without one")
            if entry.compress_type not in _FORMATS:
                raise Unreadable("it is compressed in an unusual way; open it and save it again")
        self._left = MAX_UNPACKED
        self._markup = MAX_MARKUP

    def names(self) -> tuple[str, ...]:
        """Return the names of the parts."""
        return tuple(self._zip.namelist())

    def read(self, name: str) -> bytes:
        """Return the bytes of a part, b"" if it is missing. Raises Unreadable if it is damaged or too large."""
        try:
            with self._zip.open(name) as stream:
                content = stream.read(self._left + 1)
        except KeyError:
            return b""
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise Unreadable(f"its part '{name}' is damaged; open it and save it again") from None
        except Exception as fault:  # zlib, bz2 and lzma have their own errors
            raise Unreadable(f"its part '{name}' is damaged ({type(fault).__name__})") from None
        self._left -= len(content)
        if self._left < 0:
            raise Unreadable(f"it would unpack to more than {MAX_UNPACKED // 2**20} MB")
        return content

    def tree(self, name: str) -> etree._Element | None:
        """Return an XML part as a tree, or None if it is missing or empty."""
        content = self.read(name)
        return self.parse(content) if content else None

    def parse(self, content: bytes) -> etree._Element:
        """Return XML of this document as a tree. Raises Unreadable, also if all its XML together is too large."""
        self._markup -= content.count(b"<") + content.count(b"=")
        if self._markup < 0:
            raise Unreadable("it has more markup than a document of several hundred pages")
        return xml(content)


class _RootReached(Exception):
    """Ends the search for a document type at the root element."""


def xml(content: bytes) -> etree._Element:
    """Parse XML into a tree of bounded depth, without entities, DTD or network. Raises Unreadable."""
    if len(content) > MAX_XML:
        raise Unreadable(f"its text is larger than {MAX_XML // 2**20} MB")
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
    return require_shallow(tree)


_DOCTYPE = "its XML declares a document type or entities; do not trust this file"


def _refuse_doctype(content: bytes) -> None:
    """Raise Unreadable for XML with a document type, before anything in it is expanded.

    A document type can declare entities and default attributes for every element, which expand without bound.
    """

    def doctype(*_: object) -> None:
        raise Unreadable(_DOCTYPE)

    def root(*_: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    with suppress(_RootReached):
        parser.Parse(content, True)
