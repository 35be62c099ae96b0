"""posts: a snippet with what is known of it, as `<slug>.json` tells it."""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from newsletter.channels.social import bluesky, hashtags, units, x
from newsletter.channels.social.count import Count
from newsletter.channels.social.material import Material
from newsletter.channels.social.platforms import Platform

_NEAR = 5  # units below the limit within which a count that is no exact one is doubtful
_ADDRESS = re.compile(r"https?://[^\s«»]+")
_LITTLE_TEXT = re.compile(r"[|{}@\[\]()<>#\\*_~]")


class Post(NamedTuple):
    """One text to paste; `part` of `parts` when it belongs to a thread.

    `link` is the one that the text is even around (see even.py), empty when it is no such text.
    """

    platform: Platform
    text: str
    counted: Count
    by_hand: bool = False
    dropped: tuple[str, ...] = ()
    shortened: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    link: str = ""

    @property
    def suffix(self) -> str:
        """What its file's name ends with: `x.txt`, in a thread `x.2.txt`."""
        return f"{self.platform.name}{f'.{self.part}' if self.part > 1 else ''}.txt"

    @property
    def fold(self) -> str:
        """What the platform shows before one asks for more; empty when it shows everything."""
        fold = self.platform.fold
        if fold is None or len(self.text) <= fold:
            return ""
        # The link may be what is cut: each of its characters stands alone, too.
        return self.text[:fold] if self.link else "".join(units.clusters(self.text)[:fold])

    @property
    def offenders(self) -> str:
        """The characters that force UCS-2 on a text message, those that nobody sees by their names."""
        found = str(self.extra.get("offenders", ""))
        return " ".join(each if each.isprintable() else unicodedata.name(each, "?").lower() for each in found)

    @property
    def extra(self) -> dict[str, int | str]:
        """What else the platform looks at."""
        return dict(self.counted.extra)


def links(text: str, platform: Platform) -> tuple[str, ...]:
    """What becomes a link; where only addresses with a protocol are told, only those."""
    if "." not in text:
        return ()
    if platform.name == "bluesky":
        return tuple(each.value for each in bluesky.facets(text) if each.kind == "link")
    if platform.links == "23, bare domains too":
        return tuple(link.url for link in x.links(text))
    return tuple(found.rstrip(".,;:!?)…’'\"\u00a0") for found in _ADDRESS.findall(text))


def warnings(post: Post) -> tuple[str, ...]:
    """What the reader of the files should know of a text, in plain words."""
    found = [f"the {name} is shortened" for name in post.shortened]
    if post.extra.get("offenders"):
        found.append(
            f"{post.offenders} cannot be sent in GSM-7: {post.extra['segments']} parts; "
            f"{post.extra['segments_if_transliterated']} without accents"
        )
    if post.counted.certainty != post.platform.certainty:
        found.append("an emoji or a domain is newer than the table that is counted with: the count is an upper bound")
    if post.counted.certainty != "exact" and 0 <= post.counted.limit - post.counted.count <= _NEAR:
        found.append(f"near the limit, and the count is {post.counted.certainty}")
    return tuple(found)


def as_json(material: Material, posts: Iterable[Post]) -> bytes:
    """The file that tells everything of an announcement's snippets; one post a line."""
    whole = {
        "version": 1,
        material.kind: material.id,
        "lang": material.lang,
        "title": material.title,
        "link": material.link,
        "alt": [{"image": image, "alt": alt} for image, alt in material.alts],
        "posts": [_post(material, post) for post in posts],
    }
    # No text holds this as it stands: within a text, a quotation mark has a backslash before it.
    return _ENCODE(whole).replace('{"platform":', '\n{"platform":').encode() + b"\n"


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _post(material: Material, post: Post) -> dict[str, Any]:
    row, text, counted = post.platform, post.text, post.counted
    extra = post.extra
    facets = bluesky.facets(text) if row.name == "bluesky" else None
    told: dict[str, Any] = {
        "platform": row.name,
        "file": f"{material.stem}.{post.suffix}",
        "by_hand": post.by_hand,
        "count": counted.count,
        "limit": counted.limit,
        "unit": counted.unit,
        "certainty": counted.certainty,
        "also": {
            "code_points": len(text), "graphemes": units.graphemes(text),
            "utf16": units.utf16(text), "utf8": units.utf8(text), **extra,
        },
        "fold": {"characters": row.fold, "shown": post.fold or text} if row.fold else None,
        "links": links(text, row) if facets is None else [each.value for each in facets if each.kind == "link"],
        "hashtags": _hashtags(material, post),
        "facets": facets and [
            {"kind": each.kind, "value": each.value, "start": each.start, "end": each.end} for each in facets
        ],
        "dropped": post.dropped,
        "shortened": post.shortened,
        "warnings": warnings(post),
        "source": row.source,
        "rules_checked": row.checked,
    }  # fmt: skip
    if post.parts > 1:
        told["part"], told["parts"] = post.part, post.parts
    if row.name in ("linkedin", "slack"):
        told["api_text"] = _api_text(text, row.name)
    return told


def _hashtags(material: Material, post: Post) -> Iterable[str]:
    """The hashtags that the platform makes of a text."""
    if "#" not in post.text and "＃" not in post.text:
        return ()
    last = post.text.rpartition("\n")[2].split(" ")
    if not post.by_hand and len(last) == post.text.count("#") and material.tags.issuperset(last):
        # Ours are whole on every platform, and there are no others.
        return [tag[1:] for tag in last] if post.platform.hashtags != "none" else ()
    return hashtags.found(post.text, post.platform.name)


def _api_text(text: str, platform: str) -> str:
    """The text as the platform's interface for programs wants it, which differs from what one pastes."""
    if platform == "slack":
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # LinkedIn cuts a text in silence at the first of these signs that is not escaped.
    if not _LITTLE_TEXT.search(text):
        return text
    pieces = re.split(r"(?<!\S)#(\w+)", text)
    for index, piece in enumerate(pieces):
        escaped = _LITTLE_TEXT.sub(r"\\\g<0>", piece)
        pieces[index] = rf"{{hashtag|\#|{escaped}}}" if index % 2 else escaped
    return "".join(pieces)
