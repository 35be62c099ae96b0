"""telling: `<slug>.json`, everything that is known of an announcement's snippets, one post a line.

Most of it is the same for every post of a platform, so it is written as text, not as objects.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quote

from newsletter.channels.social.counting import bluesky, hashtags, units, x
from newsletter.channels.social.counting.count import Extra
from newsletter.channels.social.counting.platforms import PLATFORMS, Certainty, Platform
from newsletter.channels.social.writing.material import Material
from newsletter.channels.social.writing.post import Post, costs, is_near, links, warnings
from newsletter.text.entities import escape_text

Tags = tuple[Sequence[str], str]  # hashtags with their sign, and all of them as JSON

_NO_TAGS: Tags = (), '"hashtags":[]'
_WITH_API = ("linkedin", "slack")  # what their interfaces for programs want differs from what one pastes
_HASHTAG = re.compile(r"(?<!\S)#(\w+)")
_LITTLE_TEXT = "\\|{}@[]()<>#*_~"  # what stands before all others is what is written before them


def as_json(composed: Iterable[tuple[Material, Sequence[Post]]]) -> list[bytes]:
    """For each announcement the file that tells everything of its snippets."""
    posts: list[tuple[Post, str, _Closings, list[str], int]] = []
    files = []
    for material, texts in composed:
        file, closings, told = f"{quote(material.stem)[:-1]}.", _Closings(material.tags), [""] * len(texts)
        posts += [(post, file, closings, told, number) for number, post in enumerate(texts)]
        files.append((material, told))
    # One platform after the other: the processor is quicker at what it has just done.
    for post, file, closings, told, number in sorted(posts, key=lambda each: each[0].platform.name):
        told[number] = _post(post, file, closings)
    return [_file(material, ",".join(told)) for material, told in files]


def _file(material: Material, told: str) -> bytes:
    alts = ",".join([f'{{"image":{quote(image)},"alt":{quote(alt)}}}' for image, alt in material.alts])
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
    length = graphemes = len(text)
    utf16, utf8 = units.sizes(text)
    if link:  # then each character is a grapheme
        found = _around(row, text, link, tags)
    else:
        graphemes = units.graphemes(text)
        found = _facets(text) if name == "bluesky" else (_list(links(text, row)), "null")
    if name == "sms":
        extra, cost = _message(counted.extra)
    else:
        extra, cost = _extra(counted.extra) if counted.extra else "", ""
    shown = f'{{"characters":{fold},"shown":{quote(text[:fold] if link else post.fold or text)}}}' if fold else "null"
    end = _ending(row, certainty, dropped, shortened, cost, is_near(counted) if certainty != "exact" else False)
    if parts > 1:
        end += f',"part":{number},"parts":{parts}'
    if name in _WITH_API:
        end += f',"api_text":{quote(_api_text(text, name, tags))}'
    return (
        f'\n{{"platform":"{name}","file":{file}{post.suffix}","by_hand":{"true" if by_hand else "false"},'
        f'"count":{counted.count},"limit":{counted.limit},"unit":"{counted.unit}","certainty":"{certainty}",'
        f'"also":{{"code_points":{length},"graphemes":{graphemes},"utf16":{utf16},"utf8":{utf8}{extra}}},'
        f'"fold":{shown},"links":{found[0]},{_hashtags(row, text, tags)},"facets":{found[1]},{end}}}'
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
        return f'"hashtags":{_list(hashtags.find(text, row.name))}'
    return tags[1] if row.hashtags != "none" else _NO_TAGS[1]


def _around(row: Platform, text: str, link: str, tags: Tags | None) -> tuple[str, str]:
    """Links and facets, as JSON, of a text that is simple around its only link."""
    if row.name != "bluesky":
        return _links_of(link, row.name == "x"), "null"
    if tags is None or "$" in text or "＃" in text:
        return _facets(text)
    return _addresses(link), _places(text.encode(), link, tags[0])


# All snippets of an announcement have the same link, or nearly so.
@lru_cache(maxsize=64)
def _links_of(link: str, on_x: bool) -> str:
    """The links of such a text: as X finds them, or any other but Bluesky."""
    return _list(x.links_simple(link) if on_x else links(link, PLATFORMS["facebook"]))


@lru_cache(maxsize=64)
def _addresses(link: str) -> str:
    """The links of such a text as Bluesky finds them."""
    return _list([each.value for each in bluesky.facets_simple(link) if each.kind == "link"])


def _places(data: bytes, link: str, tags: Sequence[str]) -> str:
    """The facets of such a text, in UTF-8; `tags` are its hashtags, one after the other behind link and last words."""
    at = data.find(link.encode("ascii"))
    found = [_facet(kind, value, at + start, at + end) for kind, value, start, end in bluesky.facets_simple(link)]
    at = len(data) - len(" ".join(tags).encode())
    for tag in tags:
        end = at + len(tag.encode())
        found.append(f'{{"kind":"tag","value":"{tag[1:]}","start":{at},"end":{end}}}')
        at = end + 1
    return f"[{','.join(found)}]"


def _facets(text: str) -> tuple[str, str]:
    """Links and facets, as JSON, of any text for Bluesky."""
    facets = bluesky.facets(text)
    return _list([each.value for each in facets if each.kind == "link"]), f"[{','.join([_facet(*f) for f in facets])}]"


def _facet(kind: str, value: str, start: int, end: int) -> str:
    return f'{{"kind":"{kind}","value":{quote(value)},"start":{start},"end":{end}}}'


def _extra(extra: Extra) -> str:
    told = ""
    for key, value in extra:
        told += f',"{key}":{value if value.__class__ is int else quote(str(value))}'
    return told


@lru_cache(maxsize=256)
def _message(extra: Extra) -> tuple[str, str]:
    """What else is told of a text message, and what its signs cost: both come again in others."""
    return _extra(extra), costs(dict(extra))


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
        return escape_text(text)
    if tags and tags[0]:
        head = text[: text.rfind("\n") + 1]
        return _escaped(head) + " ".join([rf"{{hashtag|\#|{tag[1:]}}}" for tag in tags[0]])
    pieces = _HASHTAG.split(text)
    for index, piece in enumerate(pieces):
        pieces[index] = rf"{{hashtag|\#|{_escaped(piece)}}}" if index % 2 else _escaped(piece)
    return "".join(pieces)


def _escaped(text: str) -> str:
    """LinkedIn cuts a text in silence at the first of these signs that is not escaped."""
    for sign in _LITTLE_TEXT:
        if sign in text:
            text = text.replace(sign, f"\\{sign}")
    return text
