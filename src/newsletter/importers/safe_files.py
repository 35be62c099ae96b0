"""Read office files and XML that may be hostile.

They may be zip bombs, contain paths out of the archive, declare entities, or be deeply nested.
"""

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
# Office programs use only these. For other formats, zipfile does not limit how much it unpacks at
# a time.
_FORMATS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read(path: Path, most: int = MAX_FILE) -> bytes:
    """Return the content of a regular file.

    Raises Unreadable if it has more than `most` bytes or is not a regular file. Never blocks:
    opening a pipe would wait for a writer, and reading a device may never end.
    """
    try:
        # Check the type of the open file, because the name may refer to another file by now.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise Unreadable("it is not an ordinary file")
            content = stream.read(most + 1)
    except OSError as fault:
        raise Unreadable(f"it cannot be read: {fault.strerror}") from None
    if len(content) > most:
        raise Unreadable(f"it is larger than {most // 2**20} MB; leave out large pictures")
    return content


class Archive:
    """A zip file whose parts are read into memory, never unpacked to disk.

    Raises Unreadable if the content is not a zip file, or is malicious.
    """

    def __init__(self, content: bytes) -> None:
        # Count the parts before zipfile creates an object for each.
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
                raise Unreadable(f"its part '{entry.filename}' points outside the archive; do not trust this file")
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
        """Return the content of a part, or b"" if it is missing.

        Raises Unreadable if the part is damaged or too large.
        """
        try:
            with self._zip.open(name) as stream:
                content = stream.read(self._left + 1)
        except KeyError:
            return b""
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise Unreadable(f"its part '{name}' is damaged; open it and save it again") from None
        except Exception as fault:  # zlib, bz2 and lzma have their own exceptions
            raise Unreadable(f"its part '{name}' is damaged ({type(fault).__name__})") from None
        self._left -= len(content)
        if self._left < 0:
            raise Unreadable(f"it would unpack to more than {MAX_UNPACKED // 2**20} MB")
        return content

    def tree(self, name: str) -> etree._Element | None:
        """Parse an XML part into a tree; return None if it is missing or empty."""
        content = self.read(name)
        return self.parse(content) if content else None

    def parse(self, content: bytes) -> etree._Element:
        """Parse XML of this document into a tree.

        Raises Unreadable if it is invalid, or if all XML of the document together is too large.
        """
        self._markup -= content.count(b"<") + content.count(b"=")
        if self._markup < 0:
            raise Unreadable("it has more markup than a document of several hundred pages")
        return xml(content)


class _RootReached(Exception):
    """Ends the search for a document type, at the root element."""


def xml(content: bytes) -> etree._Element:
    """Parse XML into a tree of limited depth, without entities, DTD or network access.

    Raises Unreadable.
    """
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

    A document type can declare entities and default attributes for every element, which expand
    without limit.
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
