"""Validate MJML against the schema in mjml_schema.toml.

This is necessary because the engine accepts invalid MJML silently: it prints unknown tags into the
mail, drops unknown attributes, and does not check how tags are nested.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from newsletter.load.fields import suggest
from newsletter.text.html import VOID_ELEMENTS

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)([A-Za-z][\w:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?")
_EVERYWHERE = frozenset(("css-class", "mj-class"))


@dataclass(frozen=True, slots=True)
class Invalid:
    """An error in MJML. `code` is the problem code, and `position` is a character offset."""

    code: str
    position: int
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Component:
    """The attributes and children that a tag may have. `text` is True if the tag contains HTML."""

    attributes: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    text: bool = False


def find_invalid(mjml: str) -> Iterator[Invalid]:
    """Yield an error for each forbidden, unknown or misplaced tag, and for each unknown attribute.

    Unclosed tags are reported by `mjml.check_balance` instead.
    """
    known = _components()
    open_: list[str] = []
    for tag in _TAG.finditer(mjml):
        name, inside = tag[2], open_[-1] if open_ else ""
        if name is None:
            if re.search(r"</?mj-", tag[0]):
                yield Invalid("split-comment", tag.start(), "this comment begins in one tag and ends in another",
                              "close it in the same mj-raw, or the rest of the mail is printed as MJML")  # fmt: skip
        elif inside in known and known[inside].text and not (tag[1] and name == inside):
            yield from _in_text(tag, inside)
        elif tag[1]:
            open_[-1:] = [] if name == inside else open_[-1:]
        else:
            yield from _opening(tag, inside)
            if not tag[3].endswith("/") and name not in VOID_ELEMENTS:
                open_.append(name)


def _in_text(tag: re.Match[str], inside: str) -> Iterator[Invalid]:
    if tag[2].startswith("mj-") and not tag[1]:
        yield Invalid(
            "wrong-parent", tag.start(), f"<{tag[2]}> is inside the text of <{inside}>", "put it beside that element"
        )
    elif tag[2].lower() == "script" and not tag[1]:
        yield Invalid("forbidden-tag", tag.start(), "a mail must not contain <script>", "delete it")


def _opening(tag: re.Match[str], inside: str) -> Iterator[Invalid]:
    name, at, known = tag[2], tag.start(), _components()
    attributes = {match[1]: match[2] or match[3] or "" for match in _ATTRIBUTE.finditer(tag[3])}
    if reason := _forbidden().get(name) or _forbidden_use(name, attributes):
        yield Invalid("forbidden-tag", at, f"this <{name}> is not allowed", reason)
    elif name not in known and not (inside == "mj-attributes" and name in ("mj-all", "mj-class")):
        fix = suggest(name, tuple(known)) if name.startswith("mj-") else "put HTML into mj-text or mj-raw"
        yield Invalid("unknown-tag", at, f"MJML has no <{name}>", fix or "use one that MJML has")
    elif inside == "mj-attributes":
        yield from _unknown_attributes(tag, name, attributes)
    elif inside in known and name not in known[inside].children:
        parents = sorted(parent for parent, component in known.items() if name in component.children)
        yield Invalid("wrong-parent", at, f"<{name}> is not allowed in <{inside}>",
                      f"put it into {' or '.join(f'<{parent}>' for parent in parents)}")  # fmt: skip
    else:
        yield from _unknown_attributes(tag, name, attributes)


def _unknown_attributes(tag: re.Match[str], name: str, attributes: Mapping[str, str]) -> Iterator[Invalid]:
    if name in ("mj-all", "mj-class"):
        allowed = frozenset().union(*(component.attributes for component in _components().values())) | {"name"}
    else:
        allowed = _components()[name].attributes | _EVERYWHERE
    for attribute in attributes:
        if attribute not in allowed:
            yield Invalid("unknown-attribute", tag.start(), f"<{name}> has no attribute '{attribute}'",
                          suggest(attribute, tuple(sorted(allowed))) or "delete it: it does nothing")  # fmt: skip


def _forbidden_use(name: str, attributes: Mapping[str, str]) -> str:
    if name == "mj-font":
        return "loading a font tells its host who is reading: use fonts that readers have installed"
    if name == "mj-style" and attributes.get("inline") == "inline":
        return 'the engine ignores inline="inline": put these rules into email/inline.css'
    if name == "mj-navbar" and attributes.get("hamburger") == "hamburger":
        return "its menu needs :checked, which most mail programs remove: leave hamburger out"
    return ""


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("mjml_schema.toml").read_text(encoding="utf-8"))


def _forbidden() -> Mapping[str, str]:
    return _table()["forbidden"]  # type: ignore[return-value]


@cache
def _components() -> Mapping[str, Component]:
    return {
        name: Component(
            frozenset(entry.get("attributes", "").split()),
            frozenset(entry.get("children", "").split()),
            bool(entry.get("text")),
        )
        for name, entry in _table()["components"].items()
    }
