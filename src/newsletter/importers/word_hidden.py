"""word_hidden: what Word does not show of a document, or shows so that nobody can read it, is taken out of its XML."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

_OFF = ("0", "false", "off", "none")
# On paper as white as this nobody reads a text.
_WHITE = re.compile(r"f[a-f0-9]f[a-f0-9]f[a-f0-9]")
_SMALLEST = 4  # half points; what is smaller is a line or a speck
_UNSEEN_SHAPE = re.compile(r"(?:^|;)\s*(?:visibility\s*:\s*hidden|display\s*:\s*none)", re.IGNORECASE)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def _value(element: etree._Element) -> str:
    """Its `w:val`, in lower case; switches that have none are on."""
    return (_attribute(element, "val") or "on").lower()


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute in the namespace of the element, of which there are two (transitional and strict)."""
    space, closing, _ = str(element.tag).rpartition("}")
    return str(element.get(f"{space}{closing}{name}") or "")


def _switch(properties: etree._Element | None, *names: str) -> bool | None:
    """Whether one of the switches is on; None when none of them is there."""
    found = [_value(each) not in _OFF for name in names for each in _children(properties, name)]
    return any(found) if found else None


def _style(properties: etree._Element | None, name: str) -> str:
    return next((_value(each) for each in _children(properties, name)), "")


def _first(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


class HidingStyles:
    """The styles of a document that hide: by switches, or by a colour that cannot be seen."""

    def __init__(self, trees: Iterable[etree._Element]) -> None:
        self._above: dict[str, str] = {}
        self._hides: dict[str, bool | None] = {}
        self._pale: dict[str, bool | None] = {}
        # Of paragraphs, runs and tables that name none.
        self._default: dict[str, str] = {}
        self.is_dark_page = False
        for tree in trees:
            self.is_dark_page = self.is_dark_page or any(True for _ in tree.iterchildren("{*}background"))
            for each in tree.iterchildren("{*}style") if _local(tree) == "styles" else ():
                name = _attribute(each, "styleId").lower()
                properties = _first(each, "rPr")
                self._hides[name] = _switch(properties, "vanish", "webHidden")
                self._pale[name] = _is_pale(properties)
                self._above[name] = _style(each, "basedOn")
                if (_attribute(each, "default") or "off").lower() not in _OFF:
                    self._default[_attribute(each, "type")] = name

    def hides(self, kind: str, name: str) -> bool:
        """Whether the style of this name, or the one that holds where none is named, hides."""
        return bool(self._found(self._hides, kind, name))

    def is_pale(self, kind: str, name: str) -> bool:
        """Whether it makes text as white as paper, or too small to be seen."""
        return bool(self._found(self._pale, kind, name))

    def _found(self, known: dict[str, bool | None], kind: str, name: str) -> bool | None:
        style = name or self._default.get(kind, "")
        answer: bool | None = None
        passed: dict[str, bool | None] = {}
        while style in known and style not in passed and answer is None:
            answer = passed[style] = known[style]
            style = self._above[style]
        # The same holds of all that were passed: a long row of styles is walked once.
        known.update(dict.fromkeys(passed, bool(answer)))
        return answer


def _is_pale(properties: etree._Element | None) -> bool | None:
    """Whether text is white or too small; None when neither colour nor size is said."""
    colour, size = _style(properties, "color"), _style(properties, "sz")
    if size.isdecimal() and len(size) < 5 and int(size) < _SMALLEST:
        return True
    return bool(_WHITE.fullmatch(colour)) if colour else None


def _is_shaded(properties: etree._Element | None) -> bool:
    """Whether something else than white paper may be behind what has these properties."""
    fills = [_attribute(each, "fill").lower() for each in _children(properties, "shd")]
    fills += [_value(each) for each in _children(properties, "highlight")]
    return any(fill not in ("", "auto", "none", "white") and not _WHITE.fullmatch(fill) for fill in fills)


def remove_hidden(tree: etree._Element, styles: HidingStyles) -> int:
    """Take out what Word does not show; gives how many pieces that were."""
    hidden = [*_hidden_cells(tree), *_hidden_shapes(tree)]
    grounds: dict[etree._Element, bool] = {}
    for paragraph in tree.iter("{*}p"):
        style = _style(_first(paragraph, "pPr"), "pStyle")
        for run in paragraph.iterdescendants("{*}r"):
            properties = _first(run, "rPr")
            own = _style(properties, "rStyle")
            switched = _switch(properties, "vanish", "webHidden")
            if switched is None:
                switched = styles.hides("paragraph", style) or styles.hides("character", own)
            pale = _is_pale(properties)
            if pale is None:
                pale = styles.is_pale("character", own) or styles.is_pale("paragraph", style)
            if switched or (pale and not styles.is_dark_page and not _is_on_ground(run, grounds)):
                hidden.append(run)
    count = 0
    for each in hidden:
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)
            count += 1
    return count


def _hidden_cells(tree: etree._Element) -> Iterator[etree._Element]:
    """Rows that are hidden, and rows and cells whose deletion is tracked."""
    for row in tree.iter("{*}tr"):
        properties = _first(row, "trPr")
        if _switch(properties, "hidden") or _children(properties, "del"):
            yield row
    for cell in tree.iter("{*}tc"):
        if _children(_first(cell, "tcPr"), "cellDel"):
            yield cell


def _hidden_shapes(tree: etree._Element) -> Iterator[etree._Element]:
    for each in tree.iter("{*}inline", "{*}anchor"):
        if str(each.get("hidden") or "off").lower() not in _OFF or any(
            str(told.get("hidden") or "off").lower() not in _OFF for told in _children(each, "docPr")
        ):
            yield each
    for each in tree.iter("{*}pict", "{*}object"):
        if any(_UNSEEN_SHAPE.search(str(shape.get("style") or "")) for shape in each):
            yield each


def _is_on_ground(run: etree._Element, known: dict[etree._Element, bool]) -> bool:
    """Whether a run stands on a coloured ground, or may: in a shape, or in a table with a style."""
    if _is_shaded(_first(run, "rPr")):
        return True
    above = run.getparent()
    return above is not None and _has_ground(above, known)


def _has_ground(element: etree._Element, known: dict[etree._Element, bool]) -> bool:
    passed: list[etree._Element] = []
    here: etree._Element | None = element
    answer = False
    while here is not None and not answer:
        if here in known:
            answer = known[here]
            break
        passed.append(here)
        kind = _local(here)
        answer = (
            kind == "txbxContent"
            or _is_shaded(_first(here, f"{kind}Pr"))
            or bool(kind == "tbl" and _style(_first(here, "tblPr"), "tblStyle"))
        )
        here = here.getparent()
    known.update(dict.fromkeys(passed, answer))
    return answer
