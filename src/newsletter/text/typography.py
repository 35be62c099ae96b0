"""typography: what French and English put between words: no-break spaces, apostrophes, quotation marks.

A passage is running text with, for each character, where it stands in its file. What is no text
to be mended (code, addresses, escapes) is one OPAQUE character in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.text import base_language

OPAQUE = "\ufffc"
NBSP = "\u00a0"
NARROW = "\u202f"

_FRENCH_SIGNS = frozenset(":;!?«»")
_SIGNS = _FRENCH_SIGNS | {"'", '"'}
# A whole word; without the look behind, a search would begin again at each of its characters.
_ADDRESS = re.compile(r"(?<!\S)\S*(?:://|@|\bwww\.)\S*|(?<!\w):\w+:(?!\w)")
# A sign that ends a word: behind it the text ends, or a blank, a mark or a closing sign follows.
_AFTER = rf"(?=[ \n{NBSP}{NARROW}!?…»”\"')\]{OPAQUE}]|$)"
_BLANK_BEFORE = re.compile(
    rf"(?<=[^ \n{NBSP}{NARROW}]) (?=[:;!?»])(?![:;]['’]?-?[()DPp](?!\w))(?!:\w+:)(?=»|[:;!?]+{_AFTER})"
)
_NOTHING_BEFORE = re.compile(
    rf"(?<=[^\W_%])(?=[!?;:][!?]*(?:[ \n»]|$))(?![:;]-?[()DPp])|(?<=[^\s{NBSP}{NARROW}{OPAQUE}])(?=»)"
)
_AFTER_GUILLEMET = re.compile(rf"(?<=«) |(?<=«)(?=[^\s{NBSP}{NARROW}])")
_APOSTROPHE = re.compile(rf"(?<=[^\W_])'(?=[^\W_]|[«“{OPAQUE}])")
_PAIR = re.compile(rf"(?<![^\s(\[—–{NBSP}{NARROW}/’'-])\"([^\s\"](?:[^\"]*[^\s\"])?)\"(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Passage:
    """Running text; `offsets` are those of its characters in the file, -1 for what must stay."""

    text: str
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """`start` to `end` of a passage's text should read `right`. `code` is `missing-nbsp` or `straight-quotes`."""

    start: int
    end: int
    right: str
    code: str


def passage(text: str, start: int = 0) -> Passage:
    """A text that stands whole in its file, from `start` on."""
    return Passage(text, tuple(range(start, start + len(text))))


def find_slips(passage: Passage, language: str) -> list[Slip]:
    """What is not set as `language` (BCP 47) has it, in order. Only French and English are known."""
    base = base_language(language)
    if base not in ("fr", "en"):
        return []
    text = passage.text
    if _SIGNS.isdisjoint(text):
        return []
    if ":" in text or "@" in text or "www" in text:
        text = _ADDRESS.sub(lambda match: OPAQUE * len(match[0]), text)
    found = []
    if "'" in text:
        found += [Slip(at.start(), at.end(), "’", "straight-quotes") for at in _APOSTROPHE.finditer(text)]
    if '"' in text:
        found += _quotations(text, french=base == "fr")
    # French outside France sets no blank before ; ! ?
    if language.lower() in ("fr", "fr-fr", "fr-be", "fr-lu", "fr-mc") and not _FRENCH_SIGNS.isdisjoint(text):
        taken = {slip.start for slip in found}
        for pattern in (_BLANK_BEFORE, _NOTHING_BEFORE, _AFTER_GUILLEMET):
            spaces = (Slip(at.start(), at.end(), NBSP, "missing-nbsp") for at in pattern.finditer(text))
            found += [slip for slip in spaces if slip.start not in taken]
    return sorted((slip for slip in found if _mendable(slip, passage)), key=lambda slip: (slip.start, slip.end))


def _quotations(text: str, french: bool) -> Iterator[Slip]:
    opening, closing = (f"«{NBSP}", f"{NBSP}»") if french else ("“", "”")
    for pair in _PAIR.finditer(text):
        yield Slip(pair.start(), pair.start() + 1, opening, "straight-quotes")
        yield Slip(pair.end() - 1, pair.end(), closing, "straight-quotes")


def _mendable(slip: Slip, passage: Passage) -> bool:
    """Everything it replaces, or the place where it inserts, is in the file as it is in the text."""
    touched = passage.offsets[slip.start : slip.end] or passage.offsets[max(slip.start - 1, 0) : slip.start + 1]
    return all(offset >= 0 for offset in touched)


def mend(content: str, passages: tuple[tuple[Passage, str], ...]) -> str:
    """`content` with the slips of its passages, each in a language, put right. Nothing else changes."""
    edits = []
    for each, language in passages:
        for slip in find_slips(each, language):
            start = each.offsets[slip.start] if slip.start < len(each.offsets) else each.offsets[-1] + 1
            edits.append((start, start + slip.end - slip.start, slip.right))
    pieces: list[str] = []
    done = 0
    for start, end, right in sorted(edits):
        pieces += content[done:start], right
        done = end
    return "".join((*pieces, content[done:]))
