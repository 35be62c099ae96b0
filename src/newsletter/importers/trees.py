"""Parse HTML into a tree of limited depth, and remove what its author hid."""

import re
from collections.abc import Callable

from lxml import etree, html

from newsletter.importers import tagsoup
from newsletter.importers.draft import Unreadable

MAX_DEPTH = 200
BLOCKS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 hr html "
    "li main ol p pre section summary table ul".split()
)
_HIDDEN = re.compile(
    r"(?:display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse)|mso-hide\s*+:\s*+all"
    r"|(?<![\w-])(?:font-size|opacity)\s*+:\s*+[0.]++(?:%|[a-z]++)?\s*+(?:[;!]|\Z)"
    r"|(?<![\w-])color\s*+:\s*+transparent"
    r"|(?<![\w-])(?:left|top|text-indent)\s*+:\s*+-[0-9]{3})",
    re.I,
)
_FLAT = re.compile(r"(?<![\w-])(?:max-)?(?:height|width)\s*+:\s*+(?:[0.]++(?:%|[a-z]++)?|1px)\s*+(?:[;!]|\Z)", re.I)
_CLIPPED = re.compile(r"overflow(?:-[xy])?\s*+:\s*+(?:hidden|clip)", re.I)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


def parse(content: str) -> etree._Element:
    """Parse a page into a tree, including its scripts.

    Raises Unreadable if the page is too deep, too large or empty.
    """
    rewritten = tagsoup.rewrite(content)
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(rewritten, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable("it is empty") from None
    return require_shallow(tree)


def require_shallow(tree: etree._Element) -> etree._Element:
    """Return the tree. Raises Unreadable if it is too deep for recursive functions."""
    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise Unreadable(f"its elements are nested deeper than {MAX_DEPTH} levels")
    return tree


def empty_hidden(tree: etree._Element) -> int:
    """Turn elements that browsers hide into empty `template` elements; return their number."""
    hidden = [
        each
        for each in tree.iter(etree.Element)
        if each.get("hidden") is not None
        or _hides(each.get("style") or "")
        or (each.tag == "dialog" and each.get("open") is None)
    ]
    for each in hidden:
        tail = each.tail
        each.clear()
        each.tag, each.tail = "template", tail
    return len(hidden)


def _hides(style: str) -> bool:
    """Return whether a style attribute hides its element."""
    plain = _COMMENT.sub(" ", style) if "/*" in style else style
    return bool(_HIDDEN.search(plain) or (_FLAT.search(plain) and _CLIPPED.search(plain)))


def block_holders(tree: etree._Element) -> set[etree._Element]:
    """Return every element with a block among its descendants."""
    holders: set[etree._Element] = set()
    for block in tree.iter(*BLOCKS):
        parent = block.getparent()
        while parent is not None and parent not in holders:
            holders.add(parent)
            parent = parent.getparent()
    return holders


def any_ancestor_or_self(
    element: etree._Element, test: Callable[[etree._Element], bool], known: dict[etree._Element, bool]
) -> bool:
    """Return whether `test` is true for an element or one of its ancestors.

    `known` caches the answers for one tree, so that testing all of its elements takes linear time.
    """
    visited: list[etree._Element] = []
    current: etree._Element | None = element
    while current is not None and current not in known:
        visited.append(current)
        if test(current):
            known[current] = True
            break
        current = current.getparent()
    answer = current is not None and known[current]
    known.update(dict.fromkeys(visited, answer))
    return answer
