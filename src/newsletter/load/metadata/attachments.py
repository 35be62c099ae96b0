"""Attachments: what files that are published as they are hold unseen, by what they are."""

from typing import BinaryIO

from newsletter.load.metadata import exif, films

CHANGES, COMMENTS, POSITION = "changes", "comments", "position"

_ZIP, _PDF = b"PK\3\4", b"%PDF-"
_LARGEST = 100_000_000  # bytes of a TIFF that are read


def hidden_in(stream: BinaryIO) -> tuple[str, ...]:
    """Which of CHANGES, COMMENTS and POSITION are in a file that is no picture. Raises OSError when `stream` does."""
    stream.seek(0)
    head = stream.read(5)
    if head.startswith((_ZIP, _PDF)):
        from newsletter.load.metadata import documents  # noqa: PLC0415 (many builds have no documents)

        return tuple(sorted(documents.find(stream) if head.startswith(_ZIP) else documents.find_in_pdf(stream)))
    if head.startswith(exif.MAGICS):  # TIFF, and what many cameras write as raw pictures
        is_told = exif.has_position(head + stream.read(_LARGEST))
    else:
        is_told = films.has_position(stream)
    return (POSITION,) if is_told else ()
