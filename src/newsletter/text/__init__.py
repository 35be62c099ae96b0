"""Text: folding to ASCII, sentences, shortening, wrapping, characters that must not occur.

Python's `split()`, `strip()` and `\\s` treat NBSP as white space; French typography lives on
NBSP, so everything here breaks at ordinary white space only.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Literal

# Letters that NFKD leaves whole.
_SPELLED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
     "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "Þ": "TH", "ı": "i"}
)  # fmt: skip

# C0 except TAB and LF, DEL, C1, line and paragraph separators, bidi overrides and isolates,
# interior BOM, non-characters: invisible, and able to make a text read otherwise than it is.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

_ORDINARY = bytes([9, 10, *range(0x20, 0x7F)])  # the ASCII that may occur
_APART = re.compile(r"[^a-z0-9]+")
_BLANKS = re.compile(r"[\t\r\n][ \t\r\n]*| [ \t\r\n]+")  # but not a single space, of which there are many

# An abbreviation before a full stop does not end a sentence.
_ABBREVIATIONS = frozenset((
    "M", "MM", "Mme", "Mmes", "Mlle", "Dr", "Pr", "Me", "Mgr", "St", "Ste", "av", "bd", "cf", "n°",
    "p", "ex", "etc", "env", "réf", "tél", "art", "vol", "chap", "éd", "fig", "Mr", "Mrs", "Ms",
    "vs", "e.g", "i.e", "No", "Jr", "Sr", "apr", "J.-C", "J",
))  # fmt: skip
_LONGEST = max(map(len, _ABBREVIATIONS))
_BEFORE_WORD = re.compile(r"[ \u00a0\u202f(«“\"’']")
_INITIAL = re.compile(r"[A-ZÀ-Þ]")
# Begins with one sign, not with a repetition: to one sign the search leaps. A run of stops is tried once, from
# its first sign and as a whole: shorter parts of it never end a sentence, and would take quadratic time.
_SENTENCE_END = re.compile(
    r"(?P<stop>[.!?…](?<![.!?…]{2})[.!?…]*+)(?P<close>[\u00a0\u202f]?[»”\"’')\]]++)?+"
    r"(?=[ \t\n]+[^\W_a-zà-ÿ]|[ \t\n]+[«“\"(\[—–]|[ \t\n]*\Z)"
)

# Unicode orders the marks after a letter, and `unicodedata` does so in quadratic time. No language has runs of this
# length; those of a shorter text take no time worth saving.
_SHORT_TEXT = 1000
_MARKS = (
    "[^\0-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u20cf\u2100-\u2cee\u3000-\u3029\u3030-\u3098\u309b-\ua66e"
    "\ue000-\ufb1d\uff01-\uff9d\U0001f000-\U0001faff]"
)
_MANY_MARKS = re.compile(f"{_MARKS}{_MARKS}{{31,}}")  # all marks, and more


def normalized(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The Unicode normalization of a text, in linear time whatever the text holds."""
    if len(text) > _SHORT_TEXT:
        text = _MANY_MARKS.sub(_ordered, text)
    return unicodedata.normalize(form, text)


def _ordered(run: re.Match[str]) -> str:
    """An equivalent of these characters, decomposed, with the marks after each letter in Unicode's order."""
    decomposed = "".join(unicodedata.normalize("NFD", character) for character in run.group())
    groups = groupby(decomposed, lambda character: unicodedata.combining(character) != 0)
    return "".join("".join(sorted(each, key=unicodedata.combining) if marks else each) for marks, each in groups)


def is_clean(utf8: bytes) -> bool:
    """Whether a text in UTF-8 holds nothing that forbidden() finds: only what is not ordinary is looked at."""
    return not _FORBIDDEN.search(utf8.translate(None, _ORDINARY).decode())


def base_language(tag: str) -> str:
    """The language of a tag, without region and the like, in small letters: `fr` of `fr-CA`, `frr` of `frr`."""
    return re.split("[-_]", tag.lower(), maxsplit=1)[0]


def forbidden(text: str) -> Iterator[tuple[int, str]]:
    """Offset and name of every control, bidi-override or other character no text may hold."""
    for match in _FORBIDDEN.finditer(text):
        character = match.group()
        yield match.start(), f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


@lru_cache(maxsize=4096)  # tags and headings come again and again
def fold(text: str) -> str:
    """ASCII form for addresses: `L’École d’été` gives `l-ecole-d-ete`; may be empty."""
    if text.isascii():
        return _APART.sub("-", text.lower()).strip("-")
    decomposed = normalized("NFKD", text.translate(_SPELLED))
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _APART.sub("-", kept.lower()).strip("-")


def fold_or_hex(text: str, prefix: str = "tag-") -> str:
    """As fold(); a text without ASCII letter or digit gives the hex of its code points."""
    if folded := fold(text):
        return folded
    return prefix + "-".join(f"{ord(c):x}" for c in normalized("NFC", text))


def one_line(text: str) -> str:
    """Runs of ordinary white space become one space; NBSP and its kin stay."""
    # Most texts are of one line already, and a look that proves it takes a hundredth of the time.
    if text.rfind("  ") >= 0 or "\n" in text or "\t" in text or "\r" in text:
        text = _BLANKS.sub(" ", text)
    return text.strip(" ")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, without the white space between them."""
    return list(iter_sentences(text))


def iter_sentences(text: str) -> Iterator[str]:
    """As sentences(), one by one, for those who need the first."""
    text = one_line(text)
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match["stop"] == "." and match.end() != len(text):
            # Of a word that is longer than any abbreviation, its end is enough.
            before = text[max(start, match.start() - _LONGEST - 1) : match.start()]
            word = _BEFORE_WORD.split(before)[-1]
            if word in _ABBREVIATIONS or _INITIAL.fullmatch(word):
                continue
        yield text[start : match.end()].strip(" ")
        start = match.end()
    if rest := text[start:].strip(" "):
        yield rest


def whole_sentences(text: str, limit: int) -> str:
    """The first sentences that fit whole into `limit` code points; empty when none does."""
    kept = ""
    for sentence in iter_sentences(text):
        longer = f"{kept} {sentence}" if kept else sentence
        if len(longer) > limit:
            break
        kept = longer
    return kept


def shorten(text: str, limit: int) -> str:
    """Whole sentences within `limit` code points, else whole words and `…`."""
    text = one_line(text)
    if len(text) <= limit:
        return text
    if kept := whole_sentences(text, limit):
        return kept
    cut = text.rfind(" ", 0, limit)
    words = text[: cut if cut > 0 else limit - 1]
    # A quotation that would stay open is left out whole, if anything stands before it.
    opened = words.rfind("«")
    if opened > words.rfind("»") and words[:opened].strip(" "):
        words = words[:opened]
    # A cut may not leave a sign hanging that belongs to the next word.
    return re.sub(r"[ \u00a0\u202f]*[«“(\[,;:–—-]*[ \u00a0\u202f]*\Z", "", words) + "…"


def wrap(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Lines of at most `width` code points, broken at spaces; longer words stay whole.

    `first` and `rest` begin the first and the other lines. A line feed in `text` is kept.
    """
    room = width - len(rest)
    if room > 0 and len(first) == len(rest) and "\n" not in text and text and " " not in (text[0], text[-1]):
        return first + f"\n{rest}".join(_lines(room)(text)) if len(text) > room else first + text
    lines: list[str] = []
    lead = first
    for paragraph in text.split("\n"):
        at, end = 0, len(paragraph)
        while len(lead) + end - at > width:
            room = max(width - len(lead), 0)
            cut = paragraph.rfind(" ", at, at + room + 1)
            if cut <= at:
                cut = paragraph.find(" ", at + max(room, 1))
            if cut < 0:
                break
            lines.append((lead + paragraph[at:cut]).rstrip(" "))
            at, lead = cut + 1, rest
            while paragraph.startswith(" ", at):
                at += 1
        lines.append((lead + paragraph[at:]).rstrip(" "))
        lead = rest
    return "\n".join(lines)


@lru_cache(maxsize=128)
def _lines(room: int) -> Callable[[str], list[str]]:
    """Cuts a text that neither begins nor ends with a space into lines: what fits, or one longer word."""
    return re.compile(rf"(.{{0,{room - 1}}}[^ ](?= |\Z)|[^ ]+) *").findall
