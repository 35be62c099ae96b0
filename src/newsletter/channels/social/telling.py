"""telling: `<slug>.json`, everything that is known of an announcement's snippets, one post a line.

Most of it is the same for every post of a platform, so it is written as text, not as objects.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from json.encoder import encode_basestring as quote

from newsletter.channels.social import bluesky, hashtags, units, x
from newsletter.channels.social.material import Material
from newsletter.channels.social.platforms import Platform
from newsletter.channels.social.posts import Post, links, warnings

_WITH_API = ("linkedin", "slack")  # what their interfaces for programs want differs from what one pastes
_HASHTAG = re.compile(r"(?<!\S)#(\w+)")
_LITTLE_TEXT = re.compile(r"[|{}@\[\]()<>#\\*_~]")


def as_json(material: Material, posts: Sequence[Post]) -> bytes:
    """The file that tells everything of an announcement's snippets."""
    alts = ",".join([f'{{"image":{quote(image)},"alt":{quote(alt)}}}' for image, alt in material.alts])
    told = "".join([_post(material, post, "\n" if post is posts[0] else ",\n") for post in posts])
    return (
        f'{{"version":1,"{material.kind}":{quote(material.id)},"lang":{quote(material.lang)},'
        f'"title":{quote(material.title)},"link":{quote(material.link)},"alt":[{alts}],"posts":[{told}]}}\n'
    ).encode()


def _post(material: Material, post: Post, before: str) -> str:
    row, text, counted, tags = post.platform, post.text, post.counted, _closing(material, post)
    extra = "".join(
        [f',"{name}":{value if value.__class__ is int else quote(str(value))}' for name, value in counted.extra]
    )
    found = _facets(post, tags) if row.name == "bluesky" else f'{_links(post)},{_hashtags(post, tags)},"facets":null'
    fold = f'{{"characters":{row.fold},"shown":{quote(post.fold or text)}}}' if row.fold else "null"
    part = f',"part":{post.part},"parts":{post.parts}' if post.parts > 1 else ""
    api_text = f',"api_text":{quote(_api_text(text, row.name, tags))}' if row.name in _WITH_API else ""
    return (
        f'{before}{{"platform":"{row.name}","file":{quote(f"{material.stem}.{post.suffix}")},'
        f'"by_hand":{"true" if post.by_hand else "false"},"count":{counted.count},"limit":{counted.limit},'
        f'"unit":"{counted.unit}","certainty":"{counted.certainty}","also":{{"code_points":{len(text)},'
        f'"graphemes":{len(text) if post.link else units.graphemes(text)},"utf16":{units.utf16(text)},'
        f'"utf8":{units.utf8(text)}{extra}}},"fold":{fold},{found},"dropped":{_list(post.dropped)},'
        f'"shortened":{_list(post.shortened)},"warnings":{_list(warnings(post))},{_source(row)}{part}{api_text}}}'
    )


def _closing(material: Material, post: Post) -> Sequence[str] | None:
    """The hashtags of ours that a text ends with, when it has no others; None when others may be in it."""
    text = post.text
    if "#" not in text and "＃" not in text:
        return ()
    last = text[text.rfind("\n") + 1 :].split(" ")
    ours = not post.by_hand and len(last) == text.count("#") and material.tags.issuperset(last)
    return last if ours else None


def _hashtags(post: Post, tags: Sequence[str] | None) -> str:
    if tags is None:
        return f'"hashtags":{_list(hashtags.found(post.text, post.platform.name))}'
    # Ours are whole on every platform; they hold nothing that JSON writes otherwise.
    if not tags or post.platform.hashtags == "none":
        return '"hashtags":[]'
    told = '","'.join([tag[1:] for tag in tags])
    return f'"hashtags":["{told}"]'


def _links(post: Post) -> str:
    return _links_of(post.link, post.platform) if post.link else f'"links":{_list(links(post.text, post.platform))}'


# All snippets of an announcement have the same link, or nearly so.
@lru_cache(maxsize=256)
def _links_of(link: str, row: Platform) -> str:
    """The links of a text that is even around its only one."""
    return f'"links":{_list(x.links_even(link) if row.name == "x" else links(link, row))}'


def _facets(post: Post, tags: Sequence[str] | None) -> str:
    """Links and hashtags of a text for Bluesky, then both with their places."""
    text = post.text
    if tags is None or not post.link or "$" in text or "＃" in text:
        facets = bluesky.facets(text)
    else:
        facets = bluesky.facets_even(text, post.link, tags)
    addresses = _list([each.value for each in facets if each.kind == "link"])
    places = [
        f'{{"kind":"{each.kind}","value":{quote(each.value)},"start":{each.start},"end":{each.end}}}' for each in facets
    ]
    return f'"links":{addresses},{_hashtags(post, tags)},"facets":[{",".join(places)}]'


def _list(texts: Sequence[str]) -> str:
    return f"[{','.join(map(quote, texts))}]" if texts else "[]"


@cache
def _source(row: Platform) -> str:
    return f'"source":{quote(row.source)},"rules_checked":{quote(row.checked)}'


def _api_text(text: str, platform: str, tags: Sequence[str] | None) -> str:
    """The text as the platform's interface for programs wants it, which differs from what one pastes."""
    if platform == "slack":
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if tags:
        head = text[: text.rfind("\n") + 1]
        return _escaped(head) + " ".join([rf"{{hashtag|\#|{tag[1:]}}}" for tag in tags])
    pieces = _HASHTAG.split(text)
    for index, piece in enumerate(pieces):
        pieces[index] = rf"{{hashtag|\#|{_escaped(piece)}}}" if index % 2 else _escaped(piece)
    return "".join(pieces)


def _escaped(text: str) -> str:
    """LinkedIn cuts a text in silence at the first of these signs that is not escaped."""
    return _LITTLE_TEXT.sub(r"\\\g<0>", text) if _LITTLE_TEXT.search(text) else text
