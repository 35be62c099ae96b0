"""telling: `<slug>.json`, everything that is known of an announcement's snippets, one post a line.

Most of it is the same for every post of a platform, so it is written as text, not as objects.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quote

from newsletter.channels.social import bluesky, hashtags, units, x
from newsletter.channels.social.material import Material
from newsletter.channels.social.platforms import PLATFORMS, Certainty, Platform
from newsletter.channels.social.posts import Post, costs, is_near, links, warnings

Tags = tuple[Sequence[str], str]  # hashtags with their sign, and all of them as JSON

_NO_TAGS: Tags = (), '"hashtags":[]'
_WITH_API = ("linkedin", "slack")  # what their interfaces for programs want differs from what one pastes
_HASHTAG = re.compile(r"(?<!\S)#(\w+)")
_LITTLE_TEXT = re.compile(r"[|{}@\[\]()<>#\\*_~]")


def as_json(material: Material, posts: Sequence[Post]) -> bytes:
    """The file that tells everything of an announcement's snippets."""
    alts = ",".join([f'{{"image":{quote(image)},"alt":{quote(alt)}}}' for image, alt in material.alts])
    file, closings = f"{quote(material.stem)[:-1]}.", _Closings(material.tags)
    told = ",".join([_post(post, file, closings) for post in posts])
    return (
        f'{{"version":1,"{material.kind}":{quote(material.id)},"lang":{quote(material.lang)},'
        f'"title":{quote(material.title)},"link":{quote(material.link)},"alt":[{alts}],"posts":[{told}]}}\n'
    ).encode()


class _Closings(dict[str, Tags | None]):
    """The hashtags that make up a last line, by that line; None where it holds anything else."""

    def __init__(self, ours: frozenset[str]) -> None:
        self.ours = ours

    def __missing__(self, line: str) -> Tags | None:
        tags = line.split(" ")
        # Ours are whole on every platform; they hold nothing that JSON writes otherwise.
        told = '","'.join([tag[1:] for tag in tags])
        found = self[line] = (tags, f'"hashtags":["{told}"]') if self.ours.issuperset(tags) else None
        return found


def _post(post: Post, file: str, closings: _Closings) -> str:
    """What is told of a post; `file` begins the name of its file, as JSON."""
    row, text, counted, by_hand, dropped, shortened, number, parts, link = post
    name, certainty, fold = row.name, counted.certainty, row.fold
    tags = _closing(closings, text, by_hand=by_hand)
    if name == "bluesky":
        found = _facets(post, tags)
    else:
        links_told = _links_of(link, name == "x") if link else f'"links":{_list(links(text, row))}'
        found = f'{links_told},{_hashtags(row, text, tags)},"facets":null'
    extra = ""
    for key, value in counted.extra:
        extra += f',"{key}":{value if value.__class__ is int else quote(str(value))}'
    shown = f'{{"characters":{fold},"shown":{quote(post.fold or text)}}}' if fold else "null"
    cost = costs(post) if name == "sms" else ""
    end = _ending(row, certainty, dropped, shortened, cost, is_near(counted) if certainty != "exact" else False)
    if parts > 1:
        end += f',"part":{number},"parts":{parts}'
    if name in _WITH_API:
        end += f',"api_text":{quote(_api_text(text, name, tags))}'
    length, (utf16, utf8) = len(text), units.sizes(text)
    return (
        f'\n{{"platform":"{name}","file":{file}{post.suffix}","by_hand":{"true" if by_hand else "false"},'
        f'"count":{counted.count},"limit":{counted.limit},"unit":"{counted.unit}","certainty":"{certainty}",'
        f'"also":{{"code_points":{length},"graphemes":{length if link else units.graphemes(text)},'
        f'"utf16":{utf16},"utf8":{utf8}{extra}}},"fold":{shown},{found},{end}}}'
    )


def _closing(closings: _Closings, text: str, *, by_hand: bool) -> Tags | None:
    """The hashtags of ours that a text ends with, when it has no others; None when others may be in it."""
    typed = text.count("#")
    if not typed and "＃" not in text:
        return _NO_TAGS
    found = None if by_hand else closings[text[text.rfind("\n") + 1 :]]
    return found if found and len(found[0]) == typed else None


def _hashtags(row: Platform, text: str, tags: Tags | None) -> str:
    if tags is None:
        return f'"hashtags":{_list(hashtags.found(text, row.name))}'
    return tags[1] if row.hashtags != "none" else _NO_TAGS[1]


# All snippets of an announcement have the same link, or nearly so.
@lru_cache(maxsize=64)
def _links_of(link: str, on_x: bool) -> str:
    """The links of a text that is even around its only one: as X finds them, or any other but Bluesky."""
    return f'"links":{_list(x.links_even(link) if on_x else links(link, PLATFORMS["facebook"]))}'


def _facets(post: Post, tags: Tags | None) -> str:
    """Links and hashtags of a text for Bluesky, then both with their places."""
    text = post.text
    if tags is None or not post.link or "$" in text or "＃" in text:
        facets = bluesky.facets(text)
    else:
        facets = bluesky.facets_even(text, post.link, tags[0])
    addresses = _list([value for kind, value, _, _ in facets if kind == "link"])
    places = [
        f'{{"kind":"{kind}","value":{quote(value)},"start":{start},"end":{end}}}' for kind, value, start, end in facets
    ]
    return f'"links":{addresses},{_hashtags(post.platform, text, tags)},"facets":[{",".join(places)}]'


def _list(texts: Sequence[str]) -> str:
    return f"[{','.join(map(quote, texts))}]" if texts else "[]"


@lru_cache(maxsize=512)
def _ending(
    row: Platform, certainty: Certainty, dropped: Sequence[str], shortened: Sequence[str], cost: str, near: bool
) -> str:
    """What hardly differs between the texts for one platform."""
    warned = warnings(row, certainty, shortened, cost, near=near)
    return (
        f'"dropped":{_list(dropped)},"shortened":{_list(shortened)},"warnings":{_list(warned)},'
        f'"source":{quote(row.source)},"rules_checked":{quote(row.checked)}'
    )


def _api_text(text: str, platform: str, tags: Tags | None) -> str:
    """The text as the platform's interface for programs wants it, which differs from what one pastes."""
    if platform == "slack":
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if tags and tags[0]:
        head = text[: text.rfind("\n") + 1]
        return _escaped(head) + " ".join([rf"{{hashtag|\#|{tag[1:]}}}" for tag in tags[0]])
    pieces = _HASHTAG.split(text)
    for index, piece in enumerate(pieces):
        pieces[index] = rf"{{hashtag|\#|{_escaped(piece)}}}" if index % 2 else _escaped(piece)
    return "".join(pieces)


def _escaped(text: str) -> str:
    """LinkedIn cuts a text in silence at the first of these signs that is not escaped."""
    return _LITTLE_TEXT.sub(r"\\\g<0>", text) if _LITTLE_TEXT.search(text) else text
