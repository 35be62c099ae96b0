"""Define the public format of announcement files and issue files: their keys, with the type of each."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from newsletter import text
from newsletter.load.fields import (
    EMAIL,
    ID,
    LANGUAGE,
    SLUG,
    Bool,
    Choice,
    Date,
    FieldType,
    ListOf,
    MappingOf,
    Text,
    Url,
)
from newsletter.model import Attachment, Author, Event, Fields, Image, Items, Link, Node, Scalar, Social, Tag
from newsletter.text.dates import Moment

PLATFORMS = (
    "x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "instagram", "telegram",
    "whatsapp", "slack", "teams", "discord", "sms",
)  # fmt: skip

MAX_TITLE = 150  # characters
MAX_SUMMARY = 300
MAX_PREHEADER = 110
# Maximum length of a tag in file names. These end in .atom.xml, and file systems allow 255 bytes.
_MAX_TAG = 240

# Any target that a link in a body may have.
_ANY_TARGET = Url(("mailto", "tel", "site", "announcement", "file", "anchor"))


# Keys, on any level, whose text readers see. Social media posts are excluded: for example, SMS cannot encode ’.
READ = frozenset("title subject summary caption credit alt label place".split())


def texts_for_readers(node: Node, key: str = "") -> Iterator[Scalar]:
    """Yield the values in front matter that readers see, in file order."""
    if isinstance(node, Fields):
        for name, value in node.pairs:
            if name.value != "social":
                yield from texts_for_readers(value, name.value)
    elif isinstance(node, Items):
        for item in node.items:
            yield from texts_for_readers(item, key)
    elif key in READ:
        yield node


_SOCIAL: dict[str, FieldType] = {
    "hashtags": ListOf(Text(100)),
    "skip": ListOf(Choice(PLATFORMS)),
    "thread": Bool(),
    "sms_ascii": Bool(),
}
_SOCIAL |= {name: Text(70_000, lines=True) for name in PLATFORMS}


def _event(start: Moment, end: Moment | None = None, **others: Any) -> Event:
    return Event(start.value, end.value if end else None, whole_day=start.bare, **others)


def _social(**keys: Any) -> Social:
    texts = tuple((name, keys.pop(name)) for name in PLATFORMS if name in keys)
    return Social(**keys, texts=texts)


def tags(labels: tuple[str, ...]) -> tuple[Tag, ...]:
    """Return a tag for each label. If several labels have the same slug, the first one is used."""
    by_slug: dict[str, Tag] = {}
    for label in labels:
        slug = _tag_slug(label)
        by_slug.setdefault(slug, _tag(label, slug))
    return tuple(by_slug.values())


def _tag_slug(label: str) -> str:
    """Return the slug of a label, in ASCII. A slug too long for a file name is truncated and ends in a hash."""
    slug = text.fold_or_hex(label)
    if len(slug) <= _MAX_TAG:
        return slug
    return f"{slug[:200].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:16]}"


@lru_cache(maxsize=4096)
def _tag(label: str, slug: str) -> Tag:
    """Return the same object for the same tag, so that it is pickled once per batch."""
    return Tag(label, slug)


ANNOUNCEMENT = MappingOf(
    {
        "title": Text(MAX_TITLE),
        "subject": Text(MAX_TITLE),
        "date": Date(),
        "id": Text(100, ID, "lowercase letters, digits and hyphens", "bad-id"),
        "slug": Text(100, SLUG, "lowercase letters, digits and single hyphens", "bad-slug"),
        "aliases": ListOf(Text(100, SLUG, "lowercase letters, digits and single hyphens", "bad-slug")),
        "updated": Date(),
        "summary": Text(MAX_SUMMARY, lines=True),
        "lang": Text(35, LANGUAGE, "a language such as fr"),
        "tags": ListOf(Text(60)),
        "authors": ListOf(
            MappingOf(
                {"name": Text(100), "email": Text(254, EMAIL, "an address"), "url": Url()}, Author, ("name",), "name"
            )
        ),
        "image": MappingOf(
            {"src": Text(300), "alt": Text(1000, lines=True), "caption": Text(300), "credit": Text(100)},
            Image,
            ("src", "alt"),
        ),
        "action": MappingOf({"label": Text(60), "url": _ANY_TARGET}, Link, ("label", "url"), rename={"label": "title"}),
        "links": ListOf(MappingOf({"title": Text(200), "url": _ANY_TARGET}, Link, ("title", "url"))),
        "event": MappingOf(
            {"start": Date(), "end": Date(), "place": Text(200), "address": Text(300, lines=True), "url": _ANY_TARGET},
            _event,
            ("start",),
        ),
        "attachments": ListOf(MappingOf({"src": Text(300), "title": Text(200)}, Attachment, ("src", "title"))),
        "url": Url(),
        "issue": Text(60, r"[A-Za-z0-9][A-Za-z0-9-]*", "the id of an issue, or none"),
        "draft": Bool(),
        "expires": Date(),
        "social": MappingOf(_SOCIAL, _social),
    },
    required=("title", "date"),
)

ISSUE_FILE = MappingOf(
    {
        "title": Text(MAX_TITLE),
        "subject": Text(MAX_TITLE),
        "summary": Text(MAX_SUMMARY, lines=True),
        "lang": Text(35, LANGUAGE, "a language such as fr"),
        "lead": Text(100, ID, "the id of an announcement", "bad-id"),
        "order": ListOf(Text(100, ID, "the id of an announcement", "bad-id")),
    }
)
