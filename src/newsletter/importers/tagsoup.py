"""Rewrite untrusted HTML so that parsing it takes limited time and memory.

libxml2 compares each attribute of an element with all others, and searches all open elements for
each end tag. So this module first tokenizes the page in linear time, as in the HTML standard
(§13.2.5), and writes it out again. In the result, no tag has many attributes, no stray `<` can
begin another tag, and every end tag has a start tag.
"""

import re
from collections import Counter
from collections.abc import Iterator

from newsletter.importers.draft import Unreadable
from newsletter.text.html import VOID_ELEMENTS

MAX_TAGS = 100_000  # each comment and each `<` in the text counts as one
MAX_ATTRIBUTES = 64  # of one tag; more are dropped
MAX_OPEN = 2_000  # open elements, except those that need no end tag

_TAG = re.compile(r"<(/?)([a-zA-Z][\w:.-]*+)[^\t\n\f\r />]*+", re.ASCII)
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r >\"'][^\t\n\f\r >]*+)|(?=>)))?"
)
_END = re.compile(r"[\t\n\f\r /]*+>")
_SHORT_COMMENT = re.compile(r"<!---?>")
_BOGUS_COMMENT = re.compile(r"<[!?]|</[^a-zA-Z]")
# The content of these elements is text up to their end tag. Browsers show it only for _SHOWN.
_TEXT_ONLY = frozenset("script style textarea title iframe noembed noframes xmp plaintext".split())
_SHOWN = frozenset(("title", "xmp"))
# These elements need no end tag. They are empty, or end with their parent or before a sibling of
# their kind.
_SELF_ENDING = VOID_ELEMENTS | frozenset(
    "param p li dt dd tr td th thead tbody tfoot option optgroup rt rp colgroup".split()
)


def rewrite(content: str) -> str:
    """Rewrite a page with limited attributes and balanced tags.

    Raises Unreadable if there are too many tags, or if they are nested too deep.
    """
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
            position = _after_comment(content, start)
            if position == start:  # a `<` in the text
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
                opened[""] += 1  # the total
            if opened[""] > MAX_OPEN:
                raise Unreadable(f"its elements are nested deeper than {MAX_OPEN:,} levels")
    yield content[position:]


def _end_tag(name: str, opened: Counter[str]) -> str:
    """Return the end tag, or "" if no element of this name is open."""
    if opened[name]:
        opened[name] -= 1
        opened[""] -= 1
    elif name not in _SELF_ENDING:
        return ""
    return f"</{name}>"


def _attributes(content: str, position: int) -> tuple[str, int]:
    """Return the attributes of a tag, escaped, and the position after the tag.

    The slash of `<br/>` is returned with the attributes.
    """
    attributes: list[str] = []
    while (end := _END.match(content, position)) is None:
        match = _ATTRIBUTE.match(content, position)
        if match is None:
            return "".join(attributes), len(content)
        position = match.end()
        name = match[1].translate(_NOT_IN_NAMES)
        if name and len(attributes) < MAX_ATTRIBUTES:
            value = next((group for group in match.groups()[1:] if group is not None), None)
            attributes.append(f" {name}" if value is None else f' {name}="{value.translate(_IN_VALUES)}"')
    slash = "/" if end[0].endswith("/>") else ""
    return "".join(attributes) + slash, end.end()


_NOT_IN_NAMES = {ord(character): None for character in "<\"'="}
_IN_VALUES = {ord('"'): "&quot;", ord("<"): "&lt;"}


def _text_only(content: str, position: int, name: str) -> tuple[str, int]:
    """Return what browsers show of a text-only element, and the position after it."""
    end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(content, position)
    inside = content[position : end.start() if end else len(content)]
    after = content.find(">", end.end()) if end else -1
    return inside.replace("<", "&lt;") if name in _SHOWN else "", after + 1 if after >= 0 else len(content)


def _after_comment(content: str, start: int) -> int:
    """Return the position after a comment, doctype or processing instruction.

    Return `start` if none begins there.
    """
    if content.startswith("<!--", start):
        short = _SHORT_COMMENT.match(content, start)
        end = short.end() if short else content.find("-->", start + 4) + 3
        return end if end > 2 else len(content)
    if _BOGUS_COMMENT.match(content, start):
        end = content.find(">", start)
        return end + 1 if end >= 0 else len(content)
    return start
