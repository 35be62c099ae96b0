"""keys: the public format of announcement files and issue files, as one table each."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from newsletter import text
from newsletter.load.fields import EMAIL, ID, LANGUAGE, SLUG, Choice, Flag, Kind, Many, Record, Text, Web, When
from newsletter.model import Attachment, Author, Event, Fields, Image, Items, Link, Node, Scalar, Social, Tag
from newsletter.text.dates import Moment

PLATFORMS = (
    "x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "instagram", "telegram",
    "whatsapp", "slack", "teams", "discord", "sms",
)  # fmt: skip

_LONGEST_TAG = 240  # characters of a tag in file names, which end in .atom.xml and have at most 255 bytes

# Links may lead wherever a body's links may.
_ANYWHERE = Web(("mailto", "tel", "site", "announcement", "file", "anchor"))


# Keys of texts for readers, wherever they stand. What is written for a platform is left as it is: an SMS has no ’.
READ = frozenset("title summary caption credit alt label place".split())


def texts_for_readers(node: Node, key: str = "") -> Iterator[Scalar]:
    """The values of front matter that readers read, in the file's order."""
    if isinstance(node, Fields):
        for name, value in node.pairs:
            if name.value != "social":
                yield from texts_for_readers(value, name.value)
    elif isinstance(node, Items):
        for item in node.items:
            yield from texts_for_readers(item, key)
    elif key in READ:
        yield node


_SOCIAL: dict[str, Kind] = {
    "hashtags": Many(Text(100)),
    "skip": Many(Choice(PLATFORMS)),
    "thread": Flag(),
    "sms_ascii": Flag(),
}
_SOCIAL |= {name: Text(70_000, lines=True) for name in PLATFORMS}


def _event(start: Moment, end: Moment | None = None, **others: Any) -> Event:
    return Event(start.value, end.value if end else None, whole_day=start.bare, **others)


def _social(**keys: Any) -> Social:
    texts = tuple((name, keys.pop(name)) for name in PLATFORMS if name in keys)
    return Social(**keys, texts=texts)


def tags(labels: tuple[str, ...]) -> tuple[Tag, ...]:
    """Labels with their slugs; of labels that fold alike the first is kept."""
    found: dict[str, Tag] = {}
    for label in labels:
        slug = _tag_slug(label)
        found.setdefault(slug, _tag(label, slug))
    return tuple(found.values())


def _tag_slug(label: str) -> str:
    """The label in ASCII. One that would be too long for a file's name ends in its hash instead."""
    slug = text.fold_or_hex(label)
    if len(slug) <= _LONGEST_TAG:
        return slug
    return f"{slug[:200].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:16]}"


@lru_cache(maxsize=4096)
def _tag(label: str, slug: str) -> Tag:
    """One object for each tag: it travels between processes once a batch."""
    return Tag(label, slug)


ANNOUNCEMENT = Record(
    {
        "title": Text(150),
        "date": When(),
        "id": Text(100, ID, "small letters, digits and hyphens", "bad-id"),
        "slug": Text(100, SLUG, "small letters, digits and single hyphens", "bad-slug"),
        "aliases": Many(Text(100, SLUG, "small letters, digits and single hyphens", "bad-slug")),
        "updated": When(),
        "summary": Text(300, lines=True),
        "lang": Text(35, LANGUAGE, "a language such as fr"),
        "tags": Many(Text(60)),
        "authors": Many(
            Record(
                {"name": Text(100), "email": Text(254, EMAIL, "an address"), "url": Web()}, Author, ("name",), "name"
            )
        ),
        "image": Record(
            {"src": Text(300), "alt": Text(1000, lines=True), "caption": Text(300), "credit": Text(100)},
            Image,
            ("src", "alt"),
        ),
        "action": Record({"label": Text(60), "url": _ANYWHERE}, Link, ("label", "url"), rename={"label": "title"}),
        "links": Many(Record({"title": Text(200), "url": _ANYWHERE}, Link, ("title", "url"))),
        "event": Record(
            {"start": When(), "end": When(), "place": Text(200), "address": Text(300, lines=True), "url": _ANYWHERE},
            _event,
            ("start",),
        ),
        "attachments": Many(Record({"src": Text(300), "title": Text(200)}, Attachment, ("src", "title"))),
        "url": Web(),
        "issue": Text(60, r"[A-Za-z0-9][A-Za-z0-9-]*", "the id of an issue, or none"),
        "draft": Flag(),
        "expires": When(),
        "social": Record(_SOCIAL, _social),
    },
    required=("title", "date"),
)

ISSUE_FILE = Record(
    {
        "title": Text(150),
        "summary": Text(300, lines=True),
        "lang": Text(35, LANGUAGE, "a language such as fr"),
        "lead": Text(100, ID, "the id of an announcement", "bad-id"),
        "order": Many(Text(100, ID, "the id of an announcement", "bad-id")),
    }
)
