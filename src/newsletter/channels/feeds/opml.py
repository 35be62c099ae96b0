"""opml: the list of all feeds, for readers that import one (OPML 2.0)."""

from collections.abc import Iterable
from datetime import datetime

from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.text.dates import posted
from newsletter.text.entities import escape, escape_text


def write_opml(heads: Iterable[FeedMetadata], title: str, updated: datetime) -> str:
    """Every feed that one can subscribe to, as Atom."""
    heads = tuple(heads)
    outlines = "".join(map(_outline, heads))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n<head>\n'
        f"<title>{_html(title)}</title>\n"
        f"<dateModified>{posted(updated.replace(microsecond=0))}</dateModified>\n"
        f"<ownerName>{_html(heads[0].author)}</ownerName>\n</head>\n<body>\n{outlines}</body>\n</opml>\n"
    )


def _outline(head: FeedMetadata) -> str:
    values = {
        "type": "rss", "text": _twice(head.title), "title": _twice(head.title), "xmlUrl": head.address("atom"),
        "htmlUrl": head.home, "language": head.lang, "description": _twice(head.description),
    }  # fmt: skip
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in values.items() if value)
    return f"<outline{attributes}/>\n"


def _twice(text: str) -> str:
    """The specification has HTML in these texts."""
    return escape_text(text)


def _html(text: str) -> str:
    return escape_text(_twice(text))
