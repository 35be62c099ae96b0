"""Correct spaces, apostrophes and quotation marks in French and English text.

A passage is running text with the offset of each character in the file. Code, URLs, escapes and anything else that must
not be edited are each replaced with one OPAQUE character.
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
# Matches a whole word. Without the lookbehind, the search would restart at every character of the word.
_ADDRESS = re.compile(r"(?<!\S)\S*(?:://|@|\bwww\.)\S*|(?<!\w):\w+:(?!\w)")
# What may follow punctuation at the end of a word: a space, further punctuation or the end of the text.
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
    """Running text. `offsets` contains the offset of each character in the file, or -1 if it must not be edited."""

    text: str
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """A typographic error: `start` to `end` of a passage's text should be `right`.

    `code` is the problem code, `missing-nbsp` or `straight-quotes`.
    """

    start: int
    end: int
    right: str
    code: str


def passage(text: str, start: int = 0) -> Passage:
    """Return a passage for text that is contiguous in its file and starts at offset `start`."""
    return Passage(text, tuple(range(start, start + len(text))))


def find_slips(passage: Passage, language: str) -> list[Slip]:
    """Return the typographic errors in a passage, in order.

    `language` is a BCP 47 tag. The result is empty for languages other than French and English.
    """
    base = base_language(language)
    if base not in ("fr", "en"):
        return []
    text = passage.text
    if _SIGNS.isdisjoint(text):
        return []
    if ":" in text or "@" in text or "www" in text:
        text = _ADDRESS.sub(lambda match: OPAQUE * len(match[0]), text)
    slips = []
    if "'" in text:
        slips += [Slip(match.start(), match.end(), "’", "straight-quotes") for match in _APOSTROPHE.finditer(text)]
    if '"' in text:
        slips += _quotations(text, french=base == "fr")
    # Only these varieties of French put a space before ; ! ?
    if language.lower() in ("fr", "fr-fr", "fr-be", "fr-lu", "fr-mc") and not _FRENCH_SIGNS.isdisjoint(text):
        taken = {slip.start for slip in slips}
        for pattern in (_BLANK_BEFORE, _NOTHING_BEFORE, _AFTER_GUILLEMET):
            spaces = (Slip(match.start(), match.end(), NBSP, "missing-nbsp") for match in pattern.finditer(text))
            slips += [slip for slip in spaces if slip.start not in taken]
    return sorted((slip for slip in slips if _is_editable(slip, passage)), key=lambda slip: (slip.start, slip.end))


def _quotations(text: str, french: bool) -> Iterator[Slip]:
    opening, closing = (f"«{NBSP}", f"{NBSP}»") if french else ("“", "”")
    for pair in _PAIR.finditer(text):
        yield Slip(pair.start(), pair.start() + 1, opening, "straight-quotes")
        yield Slip(pair.end() - 1, pair.end(), closing, "straight-quotes")


def _is_editable(slip: Slip, passage: Passage) -> bool:
    """Return whether the text to replace, or the place of an insertion, may be edited in the file."""
    offsets = passage.offsets[slip.start : slip.end] or passage.offsets[max(slip.start - 1, 0) : slip.start + 1]
    return all(offset >= 0 for offset in offsets)


def mend(content: str, passages: tuple[tuple[Passage, str], ...]) -> str:
    """Return `content` with the typographic errors in its passages corrected and all else unchanged.

    `passages` contains pairs of a passage and its language.
    """
    edits = []
    for passage, language in passages:
        for slip in find_slips(passage, language):
            start = passage.offsets[slip.start] if slip.start < len(passage.offsets) else passage.offsets[-1] + 1
            edits.append((start, start + slip.end - slip.start, slip.right))
    pieces: list[str] = []
    end_of_last = 0
    for start, end, right in sorted(edits):
        pieces += content[end_of_last:start], right
        end_of_last = end
    return "".join((*pieces, content[end_of_last:]))
