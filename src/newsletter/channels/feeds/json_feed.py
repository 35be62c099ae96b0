"""Write feeds in JSON Feed 1.1 (https://jsonfeed.org/version/1.1)."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from newsletter.channels.feeds.entry import Entry
from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.text.dates import format_rfc3339


def write_item(entry: Entry) -> str:
    """Return an item as JSON on one line. Texts except the content are plain text and not escaped as HTML."""
    return _json(
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.html,
            "summary": entry.summary,
            "image": entry.lead.url if entry.lead else None,
            "date_published": format_rfc3339(entry.published),
            "date_modified": format_rfc3339(entry.updated),
            "authors": [
                {"name": each.name, "url": each.url} if each.url else {"name": each.name} for each in entry.authors
            ],
            "tags": list(entry.labels),
            "language": entry.lang,
            "attachments": [
                {"url": each.url, "mime_type": each.media_type, "title": each.title, "size_in_bytes": each.size}
                for each in entry.enclosures
            ],
        }
    )


def write_json(meta: FeedMetadata, items: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a feed in pieces. `items` contains results of `write_item` in UTF-8."""
    feed = _json(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": meta.title,
            "home_page_url": meta.home,
            "feed_url": meta.address("json"),
            "next_url": meta.address("json", meta.feed.previous) if meta.feed.previous else None,
            "description": meta.description,
            "icon": meta.logo,
            "favicon": meta.logo,
            "authors": [{"name": meta.author, "url": meta.site}],
            "language": meta.lang,
            "hubs": [{"type": "WebSub", "url": meta.hub}] if meta.hub else None,
        }
    )
    yield f'{feed[:-1]}, "items": ['.encode()
    separator = b"\n"
    for item in items:
        yield separator
        yield item
        separator = b",\n"
    yield b"\n]}\n"


def _json(values: dict[str, Any]) -> str:
    """Return `values` as a JSON object, without empty values."""
    return json.dumps({key: value for key, value in values.items() if value}, ensure_ascii=False)
