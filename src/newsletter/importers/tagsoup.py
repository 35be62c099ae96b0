"""tagsoup: HTML of unknown origin, written out again so that the parser's time and memory are bounded.

libxml2 compares each attribute of an element with all others, and searches all open elements for each end tag. So
what it gets is tokenised here first, in linear time, as the HTML standard has it (§13.2.5), and written out again: no
tag has many attributes, no `<` is left that could begin another, and end tags have something to end.
"""

import re
from collections import Counter
from collections.abc import Iterator

from newsletter.importers.draft import Unreadable
from newsletter.text.html import VOID_ELEMENTS

MAX_TAGS = 100_000  # comments, and each `<` of the text, count as one
MAX_ATTRIBUTES = 64  # of one tag; further ones are dropped
MAX_OPEN = 2_000  # start tags whose end tag has not come, but for those that need none

_TAG = re.compile(r"<(/?)([a-zA-Z][\w:.-]*+)[^\t\n\f\r />]*+", re.ASCII)
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r >\"'][^\t\n\f\r >]*+)|(?=>)))?"
)
_END = re.compile(r"[\t\n\f\r /]*+>")
_SHORT_COMMENT = re.compile(r"<!---?>")
_BOGUS_COMMENT = re.compile(r"<[!?]|</[^a-zA-Z]")
# Their content is text until their own end tag; browsers show it for these two only.
_TEXT_ONLY = frozenset("script style textarea title iframe noembed noframes xmp plaintext".split())
_SHOWN = frozenset(("title", "xmp"))
# These end where their parent or the next of their kind does, without an end tag.
_SELF_ENDING = VOID_ELEMENTS | frozenset(
    "param p li dt dd tr td th thead tbody tfoot option optgroup rt rp colgroup".split()
)


def rewrite(content: str) -> str:
    """The same page with bounded tags. Raises Unreadable for more tags, or deeper ones, than an announcement has."""
    return "".join(_pieces(content))


def _pieces(content: str) -> Iterator[str]:
    position, tags, opened = 0, 0, Counter[str]()
    while (start := content.find("<", position)) >= 0:
        yield content[position:start]
        tags += 1
        if tags > MAX_TAGS:
            raise Unreadable(f"it has more than {MAX_TAGS:,} tags; an announcement has a few hundred")
        tag = _TAG.match(content, start)
        if tag is None:
            position = _behind_comment(content, start)
            if position == start:  # a `<` of the text
                yield "&lt;"
                position += 1
            continue
        attributes, position = _attributes(content, tag.end())
        name = tag[2].lower()
        if tag[1]:
            yield _end_tag(name, opened)
        elif name in _TEXT_ONLY:
            text, position = _text_only(content, position, name)
            yield f"<{name}{attributes}>{text}</{name}>"
        else:
            yield f"<{name}{attributes}>"
            if not attributes.endswith("/") and name not in _SELF_ENDING:
                opened[name] += 1
                opened[""] += 1  # of all names
            if opened[""] > MAX_OPEN:
                raise Unreadable(f"its elements are nested deeper than {MAX_OPEN:,} levels")
    yield content[position:]


def _end_tag(name: str, opened: Counter[str]) -> str:
    """The end tag, unless nothing with this name is open."""
    if opened[name]:
        opened[name] -= 1
        opened[""] -= 1
    elif name not in _SELF_ENDING:
        return ""
    return f"</{name}>"


def _attributes(content: str, position: int) -> tuple[str, int]:
    """The attributes of a tag as they are written out, with the slash of `<br/>`, and where the tag ends."""
    kept: list[str] = []
    while (end := _END.match(content, position)) is None:
        found = _ATTRIBUTE.match(content, position)
        if found is None:
            return "".join(kept), len(content)
        position = found.end()
        name = found[1].translate(_NOT_IN_NAMES)
        if name and len(kept) < MAX_ATTRIBUTES:
            value = next((each for each in found.groups()[1:] if each is not None), None)
            kept.append(f" {name}" if value is None else f' {name}="{value.translate(_IN_VALUES)}"')
    slash = "/" if end[0].endswith("/>") else ""
    return "".join(kept) + slash, end.end()


_NOT_IN_NAMES = {ord(character): None for character in "<\"'="}
_IN_VALUES = {ord('"'): "&quot;", ord("<"): "&lt;"}


def _text_only(content: str, position: int, name: str) -> tuple[str, int]:
    """What is shown of an element whose content is text, and where it ends."""
    end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(content, position)
    inside = content[position : end.start() if end else len(content)]
    behind = content.find(">", end.end()) if end else -1
    return inside.replace("<", "&lt;") if name in _SHOWN else "", behind + 1 if behind >= 0 else len(content)


def _behind_comment(content: str, start: int) -> int:
    """Where a comment, doctype or processing instruction ends; `start` when none begins there."""
    if content.startswith("<!--", start):
        short = _SHORT_COMMENT.match(content, start)
        end = short.end() if short else content.find("-->", start + 4) + 3
        return end if end > 2 else len(content)
    if _BOGUS_COMMENT.match(content, start):
        end = content.find(">", start)
        return end + 1 if end >= 0 else len(content)
    return start
