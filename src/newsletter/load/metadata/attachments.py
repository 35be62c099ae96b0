"""Find hidden data in attachments, which are published unchanged."""

from typing import BinaryIO

from newsletter.load.metadata import exif, films

CHANGES, COMMENTS, POSITION = "changes", "comments", "position"

_ZIP, _PDF = b"PK\3\4", b"%PDF-"
_MAX_TIFF = 100_000_000  # bytes read from a TIFF file


def hidden_in(stream: BinaryIO) -> tuple[str, ...]:
    """Return the kinds of hidden data in a file other than a picture: any of CHANGES, COMMENTS and POSITION.

    Raises OSError if reading from `stream` fails.
    """
    stream.seek(0)
    head = stream.read(5)
    if head.startswith((_ZIP, _PDF)):
        from newsletter.load.metadata import documents  # noqa: PLC0415 (many builds need no documents)

        return tuple(sorted(documents.find(stream) if head.startswith(_ZIP) else documents.find_in_pdf(stream)))
    if head.startswith(exif.MAGICS):  # TIFF, which includes the raw formats of many cameras
        has_position = exif.has_position(head + stream.read(_MAX_TIFF))
    else:
        has_position = films.has_position(stream)
    return (POSITION,) if has_position else ()
