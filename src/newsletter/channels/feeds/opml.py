"""Write the list of feeds in OPML 2.0, which feed readers can import."""

from collections.abc import Iterable
from datetime import datetime

from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.text.dates import format_rfc5322
from newsletter.text.entities import escape, escape_text


def write_opml(feeds: Iterable[FeedMetadata], title: str, updated: datetime) -> str:
    """Return an OPML document with the Atom URLs of `feeds`. `updated` is the date of the newest entry."""
    feeds = tuple(feeds)
    outlines = "".join(map(_outline, feeds))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n<head>\n'
        f"<title>{_escape_html(title)}</title>\n"
        f"<dateModified>{format_rfc5322(updated.replace(microsecond=0))}</dateModified>\n"
        f"<ownerName>{_escape_html(feeds[0].author)}</ownerName>\n</head>\n<body>\n{outlines}</body>\n</opml>\n"
    )


def _outline(meta: FeedMetadata) -> str:
    values = {
        "type": "rss", "text": _as_html(meta.title), "title": _as_html(meta.title), "xmlUrl": meta.address("atom"),
        "htmlUrl": meta.home, "language": meta.lang, "description": _as_html(meta.description),
    }  # fmt: skip
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in values.items() if value)
    return f"<outline{attributes}/>\n"


def _as_html(text: str) -> str:
    """Return a plain text as HTML, which OPML requires. The writer escapes it again for XML."""
    return escape_text(text)


def _escape_html(text: str) -> str:
    return escape_text(_as_html(text))
