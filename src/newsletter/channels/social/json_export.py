"""Write `<slug>.json`, which describes the snippets of one announcement or issue, one post per line.

Most values are the same for every post of a platform, so the JSON is put together as text instead of objects.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quote

from newsletter.channels.social.counting import bluesky, hashtags, units, x
from newsletter.channels.social.counting.count import Extra
from newsletter.channels.social.counting.platforms import PLATFORMS, Certainty, Platform
from newsletter.channels.social.writing.material import Material
from newsletter.channels.social.writing.post import Post, is_near, links, sms_cost, warnings
from newsletter.text.entities import escape_text

Tags = tuple[Sequence[str], str]  # hashtags including `#`, and the JSON of all of them

_NO_TAGS: Tags = (), '"hashtags":[]'
_WITH_API = ("linkedin", "slack")  # their APIs expect a text other than the one to paste
_HASHTAG = re.compile(r"(?<!\S)#(\w+)")
_LITTLE_TEXT = "\\|{}@[]()<>#*_~"  # the backslash comes first, because escaping the others adds backslashes


def as_json(composed: Iterable[tuple[Material, Sequence[Post]]]) -> list[bytes]:
    """Return the JSON file for each material."""
    posts: list[tuple[Post, str, _ClosingTags, list[str], int]] = []
    files = []
    for material, texts in composed:
        file, closing_tags, entries = f"{quote(material.stem)[:-1]}.", _ClosingTags(material.tags), [""] * len(texts)
        posts += [(post, file, closing_tags, entries, number) for number, post in enumerate(texts)]
        files.append((material, entries))
    # Processing one platform after the other makes better use of the processor's caches.
    for post, file, closing_tags, entries, number in sorted(posts, key=lambda each: each[0].platform.name):
        entries[number] = _post_json(post, file, closing_tags)
    return [_file_json(material, ",".join(entries)) for material, entries in files]


def _file_json(material: Material, entries: str) -> bytes:
    alts = ",".join([f'{{"image":{quote(image)},"alt":{quote(alt)}}}' for image, alt in material.alts])
    return (
        f'{{"version":1,"{material.kind}":{quote(material.id)},"lang":{quote(material.lang)},'
        f'"title":{quote(material.title)},"link":{quote(material.link)},"alt":[{alts}],"posts":[{entries}]}}\n'
    ).encode()


class _ClosingTags(dict[str, Tags | None]):
    """Maps the last line of a text to its hashtags; None if the line contains anything else."""

    def __init__(self, own_tags: frozenset[str]) -> None:
        self.own_tags = own_tags

    def __missing__(self, line: str) -> Tags | None:
        tags = line.split(" ")
        # No platform cuts the hashtags of the material, and they need no escaping in JSON.
        joined = '","'.join([tag[1:] for tag in tags])
        result = self[line] = (tags, f'"hashtags":["{joined}"]') if self.own_tags.issuperset(tags) else None
        return result


def _post_json(post: Post, file: str, closing_tags: _ClosingTags) -> str:
    """Return the JSON of a post; `file` is the start of its file name, as JSON."""
    row, text, counted, by_hand, dropped, shortened, number, parts, link = post
    name, certainty, fold = row.name, counted.certainty, row.fold
    tags = _tags_at_end(closing_tags, text, by_hand=by_hand)
    length = graphemes = len(text)
    utf16, utf8 = units.sizes(text)
    if link:  # the text is simple, so each character is one grapheme
        links_json, facets_json = _simple_links_and_facets(row, text, link, tags)
    else:
        graphemes = units.graphemes(text)
        links_json, facets_json = (
            _links_and_facets(text) if name == "bluesky" else (_json_list(links(text, row)), "null")
        )
    if name == "sms":
        extra, cost = _sms_extra(counted.extra)
    else:
        extra, cost = _extra_json(counted.extra) if counted.extra else "", ""
    shown = f'{{"characters":{fold},"shown":{quote(text[:fold] if link else post.fold or text)}}}' if fold else "null"
    ending = _ending(row, certainty, dropped, shortened, cost, is_near(counted) if certainty != "exact" else False)
    if parts > 1:
        ending += f',"part":{number},"parts":{parts}'
    if name in _WITH_API:
        ending += f',"api_text":{quote(_api_text(text, name, tags))}'
    return (
        f'\n{{"platform":"{name}","file":{file}{post.suffix}","by_hand":{"true" if by_hand else "false"},'
        f'"count":{counted.count},"limit":{counted.limit},"unit":"{counted.unit}","certainty":"{certainty}",'
        f'"also":{{"code_points":{length},"graphemes":{graphemes},"utf16":{utf16},"utf8":{utf8}{extra}}},'
        f'"fold":{shown},"links":{links_json},{_hashtags_json(row, text, tags)},"facets":{facets_json},{ending}}}'
    )


def _tags_at_end(closing_tags: _ClosingTags, text: str, *, by_hand: bool) -> Tags | None:
    """Return the hashtags of the last line if the text has no others; None if it may have."""
    typed = text.count("#")
    if not typed and "＃" not in text:
        return _NO_TAGS
    tags = None if by_hand else closing_tags[text[text.rfind("\n") + 1 :]]
    return tags if tags and len(tags[0]) == typed else None


def _hashtags_json(row: Platform, text: str, tags: Tags | None) -> str:
    if tags is None:
        return f'"hashtags":{_json_list(hashtags.find(text, row.name))}'
    return tags[1] if row.hashtags != "none" else _NO_TAGS[1]


def _simple_links_and_facets(row: Platform, text: str, link: str, tags: Tags | None) -> tuple[str, str]:
    """Return links and facets, as JSON, of a text that is simple around its only link."""
    if row.name != "bluesky":
        return _links_json(link, row.name == "x"), "null"
    if tags is None or "$" in text or "＃" in text:
        return _links_and_facets(text)
    return _addresses(link), _places(text.encode(), link, tags[0])


# Almost all snippets of an announcement have the same link.
@lru_cache(maxsize=64)
def _links_json(link: str, on_x: bool) -> str:
    """Return the links of such a text, as found by X or by platforms without documented rules."""
    return _json_list(x.links_simple(link) if on_x else links(link, PLATFORMS["facebook"]))


@lru_cache(maxsize=64)
def _addresses(link: str) -> str:
    """Return the links of such a text, as found by Bluesky."""
    return _json_list([each.value for each in bluesky.facets_simple(link) if each.kind == "link"])


def _places(data: bytes, link: str, tags: Sequence[str]) -> str:
    """Return the facets of such a text, given in UTF-8; `tags` are the hashtags at its end."""
    offset = data.find(link.encode("ascii"))
    facets = []
    for kind, value, start, end in bluesky.facets_simple(link):
        facets.append(_facet_json(kind, value, offset + start, offset + end))
    offset = len(data) - len(" ".join(tags).encode())
    for tag in tags:
        end = offset + len(tag.encode())
        facets.append(f'{{"kind":"tag","value":"{tag[1:]}","start":{offset},"end":{end}}}')
        offset = end + 1
    return f"[{','.join(facets)}]"


def _links_and_facets(text: str) -> tuple[str, str]:
    """Return links and facets, as JSON, of any text for Bluesky."""
    facets = bluesky.facets(text)
    urls = [each.value for each in facets if each.kind == "link"]
    return _json_list(urls), f"[{','.join([_facet_json(*each) for each in facets])}]"


def _facet_json(kind: str, value: str, start: int, end: int) -> str:
    return f'{{"kind":"{kind}","value":{quote(value)},"start":{start},"end":{end}}}'


def _extra_json(extra: Extra) -> str:
    result = ""
    for key, value in extra:
        result += f',"{key}":{value if value.__class__ is int else quote(str(value))}'
    return result


@lru_cache(maxsize=256)
def _sms_extra(extra: Extra) -> tuple[str, str]:
    """Return further values of a text message as JSON, and sms_cost(); cached because they repeat."""
    return _extra_json(extra), sms_cost(dict(extra))


def _json_list(texts: Sequence[str]) -> str:
    return f"[{','.join(map(quote, texts))}]" if texts else "[]"


@lru_cache(maxsize=512)
def _ending(
    row: Platform, certainty: Certainty, dropped: Sequence[str], shortened: Sequence[str], cost: str, near: bool
) -> str:
    """Return the last members, which are nearly the same for all texts of a platform."""
    messages = warnings(row, certainty, shortened, cost, near=near)
    return (
        f'"dropped":{_json_list(dropped)},"shortened":{_json_list(shortened)},"warnings":{_json_list(messages)},'
        f'"source":{quote(row.source)},"rules_checked":{quote(row.checked)}'
    )


def _api_text(text: str, platform: str, tags: Tags | None) -> str:
    """Return the text as the API of a platform expects it."""
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
    """Escape characters for LinkedIn, which silently cuts a text at the first one that is not escaped."""
    for character in _LITTLE_TEXT:
        if character in text:
            text = text.replace(character, f"\\{character}")
    return text
