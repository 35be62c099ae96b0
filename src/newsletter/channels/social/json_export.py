"""Write `<slug>.json`, which describes the snippets of one announcement or issue, with one post per line."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from newsletter.channels.social.counting import bluesky, hashtags, units, x
from newsletter.channels.social.writing.material import Material
from newsletter.channels.social.writing.post import Post, is_near, links, sms_cost, warnings
from newsletter.text.entities import escape_text

_HASHTAG = re.compile(r"(?<!\S)#(\w+)")
_LITTLE_TEXT = "\\|{}@[]()<>#*_~"  # the backslash comes first, because escaping the others adds backslashes
_TO_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def as_json(composed: Iterable[tuple[Material, Sequence[Post]]]) -> list[bytes]:
    """Return the contents of one JSON file for each material and its posts."""
    files: list[tuple[Material, Sequence[Post], list[dict[str, Any]]]] = [
        (material, posts, [{} for _ in posts]) for material, posts in composed
    ]
    numbered = [(post, material.stem, described, number)
                for material, posts, described in files for number, post in enumerate(posts)]  # fmt: skip
    # Posts are sorted by platform for speed: see Composer.all_posts().
    for post, stem, described, number in sorted(numbered, key=lambda each: each[0].platform.name):
        described[number] = describe(post, stem)
    return [_file(material, described) for material, _, described in files]


def _file(material: Material, posts: Sequence[dict[str, Any]]) -> bytes:
    content = {
        "version": 1, material.kind: material.id, "lang": material.lang, "title": material.title, "link": material.link,
        "alt": [{"image": image, "alt": alt} for image, alt in material.alts], "posts": posts,
    }  # fmt: skip
    # Start a line at each post. Inside a text, the quotation marks would be escaped.
    return (_TO_JSON(content).replace('{"platform":', '\n{"platform":') + "\n").encode()


def describe(post: Post, stem: str) -> dict[str, Any]:
    """Return the JSON object for a post. `stem` is the file name of its announcement or issue, without extension."""
    row, text, counted, extra = post.platform, post.text, post.counted, post.extra
    urls, tags, facets = _entities(post)
    utf16, utf8 = units.sizes(text)
    cost = sms_cost(extra) if row.name == "sms" else ""
    result = {
        "platform": row.name, "file": f"{stem}.{post.suffix}", "by_hand": post.by_hand, "count": counted.count,
        "limit": counted.limit, "unit": counted.unit, "certainty": counted.certainty,
        "also": {
            "code_points": len(text), "graphemes": len(text) if post.link else units.graphemes(text),
            "utf16": utf16, "utf8": utf8, **extra,
        },
        "fold": {"characters": row.fold, "shown": post.fold or text} if row.fold else None,
        "links": urls, "hashtags": tags, "facets": facets,
        "dropped": post.dropped, "shortened": post.shortened,
        "warnings": warnings(row, counted.certainty, post.shortened, cost, near=is_near(counted)),
        "source": row.source, "rules_checked": row.checked,
    }  # fmt: skip
    if post.parts > 1:
        result |= {"part": post.part, "parts": post.parts}
    if row.name in ("linkedin", "slack"):  # unlike their text fields, their APIs expect escaped text
        result["api_text"] = escape_text(text) if row.name == "slack" else little_text(text)
    return result


def _entities(post: Post) -> tuple[Sequence[str], Sequence[str], list[dict[str, Any]] | None]:
    """Return the links and hashtags that the platform finds in the text. For Bluesky, return the facets as well."""
    text, row = post.text, post.platform
    tags = hashtags.find(text, row.name)
    if row.name == "bluesky":
        facets = bluesky.facets(text)
        return [each.value for each in facets if each.kind == "link"], tags, [each._asdict() for each in facets]
    if row.name == "x" and post.link:  # the text is simple except for this link
        return x.links_simple(post.link), tags, None
    return links(text, row), tags, None


def little_text(text: str) -> str:
    """Convert a text to LinkedIn's "little text" format, which its API expects."""
    pieces = _HASHTAG.split(text)
    for index, piece in enumerate(pieces):
        pieces[index] = rf"{{hashtag|\#|{_escaped(piece)}}}" if index % 2 else _escaped(piece)
    return "".join(pieces)


def _escaped(text: str) -> str:
    """Escape special characters for LinkedIn, which silently cuts a text at the first unescaped one."""
    for character in _LITTLE_TEXT:
        if character in text:
            text = text.replace(character, f"\\{character}")
    return text
