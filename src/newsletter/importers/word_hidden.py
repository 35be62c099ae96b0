"""Remove the text in Word's XML that Word hides, or shows in a form that nobody can read."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from newsletter.importers.trees import any_ancestor_or_self

_OFF = ("0", "false", "off", "none")
_WHITE = re.compile(r"f[a-f0-9]f[a-f0-9]f[a-f0-9]")  # colours that are invisible on white paper
_SMALLEST = 4  # half points; smaller text looks like a line or a dot
_INVISIBLE_SHAPE = re.compile(r"(?:^|;)\s*(?:visibility\s*:\s*hidden|display\s*:\s*none)", re.IGNORECASE)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def _first(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _attribute(element: etree._Element, name: str) -> str:
    """Return an attribute in the namespace of its element, which is that of transitional or of strict documents."""
    space, closing, _ = str(element.tag).rpartition("}")
    return str(element.get(f"{space}{closing}{name}") or "")


def _value(element: etree._Element) -> str:
    """Return `w:val` in lower case; a switch without it is on."""
    return (_attribute(element, "val") or "on").lower()


def _text_value(properties: etree._Element | None, name: str) -> str:
    """Return the value of the first property called `name`, or "" if there is none."""
    first = _first(properties, name)
    return "" if first is None else _value(first)


def _is_on(properties: etree._Element | None, *names: str) -> bool | None:
    """Return whether one of these switches is on, or None if none of them is present."""
    found = [_value(each) not in _OFF for name in names for each in _children(properties, name)]
    return any(found) if found else None


def _is_pale(properties: etree._Element | None) -> bool | None:
    """Return whether text is white or too small to see, or None if the properties set no colour."""
    colour, size = _text_value(properties, "color"), _text_value(properties, "sz")
    if size.isdecimal() and len(size) < 5 and int(size) < _SMALLEST:
        return True
    return bool(_WHITE.fullmatch(colour)) if colour else None


class HidingStyles:
    """The styles of a document that hide text, by a switch, a white colour or a tiny size.

    `trees` are all XML parts of the document.
    """

    def __init__(self, trees: Iterable[etree._Element]) -> None:
        self._parents: dict[str, str] = {}
        self._hides: dict[str, bool | None] = {}
        self._pale: dict[str, bool | None] = {}
        self._defaults: dict[str, str] = {}  # default styles of paragraphs, runs and tables
        self.is_dark_page = False
        for tree in trees:
            self.is_dark_page = self.is_dark_page or any(True for _ in tree.iterchildren("{*}background"))
            for style in tree.iterchildren("{*}style") if _local(tree) == "styles" else ():
                name = _attribute(style, "styleId").lower()
                properties = _first(style, "rPr")
                self._hides[name] = _is_on(properties, "vanish", "webHidden")
                self._pale[name] = _is_pale(properties)
                self._parents[name] = _text_value(style, "basedOn")
                if (_attribute(style, "default") or "off").lower() not in _OFF:
                    self._defaults[_attribute(style, "type")] = name

    def hides(self, kind: str, name: str) -> bool:
        """Return whether a style hides text.

        If `name` is empty, the default style of this `kind` applies.
        """
        return self._inherited(self._hides, kind, name)

    def is_pale(self, kind: str, name: str) -> bool:
        """Return whether a style makes text white or tiny.

        If `name` is empty, the default style of this `kind` applies.
        """
        return self._inherited(self._pale, kind, name)

    def _inherited(self, known: dict[str, bool | None], kind: str, name: str) -> bool:
        """Return the value of a style, or of its nearest ancestor that has one."""
        style = name or self._defaults.get(kind, "")
        answer: bool | None = None
        passed: dict[str, None] = {}
        while style in known and style not in passed and answer is None:
            passed[style] = None
            answer = known[style]
            style = self._parents[style]
        # Store the answer for all styles on the way, so that a long chain is walked only once.
        known.update(dict.fromkeys(passed, bool(answer)))
        return bool(answer)


def remove_hidden(tree: etree._Element, styles: HidingStyles) -> int:
    """Remove from an XML part what Word does not show, and return the number of elements removed."""
    hidden = [*_hidden_cells(tree), *_hidden_shapes(tree), *_hidden_runs(tree, styles)]
    count = 0
    for element in hidden:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
            count += 1
    return count


def _hidden_runs(tree: etree._Element, styles: HidingStyles) -> Iterator[etree._Element]:
    """Yield text runs that are hidden, and white or tiny ones without a coloured background."""
    backgrounds: dict[etree._Element, bool] = {}
    for paragraph in tree.iter("{*}p"):
        paragraph_style = _text_value(_first(paragraph, "pPr"), "pStyle")
        for run in paragraph.iterdescendants("{*}r"):
            properties = _first(run, "rPr")
            run_style = _text_value(properties, "rStyle")
            is_hidden = _is_on(properties, "vanish", "webHidden")
            if is_hidden is None:
                is_hidden = styles.hides("paragraph", paragraph_style) or styles.hides("character", run_style)
            is_pale = _is_pale(properties)
            if is_pale is None:
                is_pale = styles.is_pale("character", run_style) or styles.is_pale("paragraph", paragraph_style)
            if is_pale and not is_hidden and not styles.is_dark_page:
                is_hidden = not any_ancestor_or_self(run, _has_background, backgrounds)
            if is_hidden:
                yield run


def _hidden_cells(tree: etree._Element) -> Iterator[etree._Element]:
    """Yield hidden rows, and rows and cells whose deletion is tracked."""
    for row in tree.iter("{*}tr"):
        properties = _first(row, "trPr")
        if _is_on(properties, "hidden") or _children(properties, "del"):
            yield row
    for cell in tree.iter("{*}tc"):
        if _children(_first(cell, "tcPr"), "cellDel"):
            yield cell


def _hidden_shapes(tree: etree._Element) -> Iterator[etree._Element]:
    """Yield hidden drawings."""
    for drawing in tree.iter("{*}inline", "{*}anchor"):
        switches = (drawing, *_children(drawing, "docPr"))
        if any(str(each.get("hidden") or "off").lower() not in _OFF for each in switches):
            yield drawing
    for drawing in tree.iter("{*}pict", "{*}object"):
        if any(_INVISIBLE_SHAPE.search(str(shape.get("style") or "")) for shape in drawing):
            yield drawing


def _has_background(element: etree._Element) -> bool:
    """Return whether an element has, or may have, a coloured background.

    A shape, or a table with a style, may have one.
    """
    kind = _local(element)
    properties = _first(element, f"{kind}Pr")
    has_table_style = kind == "tbl" and _text_value(properties, "tblStyle") != ""
    return kind == "txbxContent" or has_table_style or _is_shaded(properties)


def _is_shaded(properties: etree._Element | None) -> bool:
    fills = [_attribute(each, "fill").lower() for each in _children(properties, "shd")]
    fills += [_value(each) for each in _children(properties, "highlight")]
    return any(fill not in ("", "auto", "none", "white") and not _WHITE.fullmatch(fill) for fill in fills)
