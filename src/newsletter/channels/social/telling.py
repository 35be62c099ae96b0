"""telling: `<slug>.json`, everything that is known of an announcement's snippets, one post a line.

Most of it is the same for every post of a platform, so it is written as text, not as objects.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from json.encoder import encode_basestring as quote

from newsletter.channels.social import bluesky, hashtags, units, x
from newsletter.channels.social.material import Material
from newsletter.channels.social.platforms import PLATFORMS, Platform
from newsletter.channels.social.posts import Post, links, warnings

_WITH_API = ("linkedin", "slack")  # what their interfaces for programs want differs from what one pastes
_HASHTAG = re.compile(r"(?<!\S)#(\w+)")
_LITTLE_TEXT = re.compile(r"[|{}@\[\]()<>#\\*_~]")


def as_json(material: Material, posts: Sequence[Post]) -> bytes:
    """The file that tells everything of an announcement's snippets."""
    alts = ",".join([f'{{"image":{quote(image)},"alt":{quote(alt)}}}' for image, alt in material.alts])
    stem = quote(material.stem)[:-1]
    told = ",".join([_post(material, post, stem) for post in posts])
    return (
        f'{{"version":1,"{material.kind}":{quote(material.id)},"lang":{quote(material.lang)},'
        f'"title":{quote(material.title)},"link":{quote(material.link)},"alt":[{alts}],"posts":[{told}]}}\n'
    ).encode()


def _post(material: Material, post: Post, stem: str) -> str:
    """What is told of a post; `stem` begins the name of its file, as JSON."""
    row, text, counted, by_hand, dropped, shortened, number, parts, link = post
    tags = _closing(material, text, by_hand=by_hand)
    if row.name == "bluesky":
        found = _facets(post, tags)
    else:
        told = _links_of(link, row) if link else f'"links":{_list(links(text, row))}'
        found = f'{told},{_hashtags(row, text, tags)},"facets":null'
    extra = "".join(
        [f',"{name}":{value if value.__class__ is int else quote(str(value))}' for name, value in counted.extra]
    )
    fold = f'{{"characters":{row.fold},"shown":{quote(post.fold or text)}}}' if row.fold else "null"
    part = f',"part":{number},"parts":{parts}' if parts > 1 else ""
    api_text = f',"api_text":{quote(_api_text(text, row.name, tags))}' if row.name in _WITH_API else ""
    return (
        f'\n{{"platform":"{row.name}","file":{stem}.{post.suffix}","by_hand":{"true" if by_hand else "false"},'
        f'"count":{counted.count},"limit":{counted.limit},"unit":"{counted.unit}","certainty":"{counted.certainty}",'
        f'"also":{{"code_points":{len(text)},"graphemes":{len(text) if link else units.graphemes(text)},'
        f'"utf16":{units.utf16(text)},"utf8":{units.utf8(text)}{extra}}},"fold":{fold},{found},'
        f'"dropped":{_list(dropped)},"shortened":{_list(shortened)},"warnings":{_list(warnings(post))},'
        f"{_source(row)}{part}{api_text}}}"
    )


def _closing(material: Material, text: str, *, by_hand: bool) -> Sequence[str] | None:
    """The hashtags of ours that a text ends with, when it has no others; None when others may be in it."""
    typed = text.count("#")
    if not typed and "＃" not in text:
        return ()
    last = text[text.rfind("\n") + 1 :].split(" ")
    return last if not by_hand and len(last) == typed and material.tags.issuperset(last) else None


def _hashtags(row: Platform, text: str, tags: Sequence[str] | None) -> str:
    if tags is None:
        return f'"hashtags":{_list(hashtags.found(text, row.name))}'
    # Ours are whole on every platform; they hold nothing that JSON writes otherwise.
    if not tags or row.hashtags == "none":
        return '"hashtags":[]'
    told = '","'.join([tag[1:] for tag in tags])
    return f'"hashtags":["{told}"]'


def _links_of(link: str, row: Platform) -> str:
    """The links of a text that is even around its only one."""
    return f'"links":{_list(x.links_even(link))}' if row.name == "x" else _address(link)


# All snippets of an announcement have the same link, or nearly so.
@lru_cache(maxsize=16)
def _address(link: str) -> str:
    """The links of such a text where only addresses with a protocol are told."""
    return f'"links":{_list(links(link, PLATFORMS["facebook"]))}'


def _facets(post: Post, tags: Sequence[str] | None) -> str:
    """Links and hashtags of a text for Bluesky, then both with their places."""
    text = post.text
    if tags is None or not post.link or "$" in text or "＃" in text:
        facets = bluesky.facets(text)
    else:
        facets = bluesky.facets_even(text, post.link, tags)
    addresses = _list([each.value for each in facets if each.kind == "link"])
    places = [
        f'{{"kind":"{kind}","value":{quote(value)},"start":{start},"end":{end}}}' for kind, value, start, end in facets
    ]
    return f'"links":{addresses},{_hashtags(post.platform, text, tags)},"facets":[{",".join(places)}]'


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
