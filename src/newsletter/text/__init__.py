"""Fold, split, shorten and wrap text, and find characters that must not occur.

Python's `split()`, `strip()` and `\\s` treat no-break spaces as white space. French typography depends on them, so the
functions here break text only at ordinary white space.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Literal

# Letters that NFKD does not decompose.
_SPELLED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
     "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "Þ": "TH", "ı": "i"}
)  # fmt: skip

# C0 except TAB and LF, DEL, C1, line and paragraph separators, bidi overrides and isolates, byte order marks,
# surrogates and noncharacters. These are invisible, or can make text look different from what it contains.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

_ORDINARY = bytes([9, 10, *range(0x20, 0x7F)])  # allowed ASCII
_APART = re.compile(r"[^a-z0-9]+")
_BLANKS = re.compile(r"[\t\r\n][ \t\r\n]*| [ \t\r\n]+")  # all white space except single spaces, which need no change

# A full stop after one of these does not end a sentence.
ABBREVIATIONS = frozenset((
    "M", "MM", "Mme", "Mmes", "Mlle", "Dr", "Pr", "Me", "Mgr", "St", "Ste", "av", "bd", "cf", "n°",
    "p", "ex", "etc", "env", "réf", "tél", "art", "vol", "chap", "éd", "fig", "Mr", "Mrs", "Ms",
    "vs", "e.g", "i.e", "No", "Jr", "Sr", "apr", "J.-C", "J",
))  # fmt: skip
_LONGEST = max(map(len, ABBREVIATIONS))
_BEFORE_WORD = re.compile(r"[ \u00a0\u202f(«“\"’']")
_INITIAL = re.compile(r"[A-ZÀ-Þ]")
# The pattern starts with a single character, not a repetition, so that the search can skip ahead to it. A run of
# punctuation is matched only as a whole: trying parts of it would take quadratic time, and no part ends a sentence.
SENTENCE_END = re.compile(
    r"(?P<stop>[.!?…](?<![.!?…]{2})[.!?…]*+)(?P<close>[\u00a0\u202f]?[»”\"’')\]]++)?+"
    r"(?=[ \t\n]+[^\W_a-zà-ÿ]|[ \t\n]+[«“\"(\[—–]|[ \t\n]*\Z)"
)

# `unicodedata` sorts the combining marks after a letter in quadratic time. No language needs more than 31 marks in a
# row, but malicious text may contain them. In text of up to _SHORT_TEXT characters, they cost too little to matter.
_SHORT_TEXT = 1000
_MARKS = (
    "[^\0-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u20cf\u2100-\u2cee\u3000-\u3029\u3030-\u3098\u309b-\ua66e"
    "\ue000-\ufb1d\uff01-\uff9d\U0001f000-\U0001faff]"
)
_MANY_MARKS = re.compile(f"{_MARKS}{_MARKS}{{31,}}")  # includes all combining marks, and some other characters


def normalized(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return a Unicode normalization form of `text`. Takes linear time for any input."""
    if len(text) > _SHORT_TEXT:
        text = _MANY_MARKS.sub(_ordered, text)
    return unicodedata.normalize(form, text)


def _ordered(run: re.Match[str]) -> str:
    """Decompose the matched characters, and sort the marks after each letter into canonical order."""
    decomposed = "".join(unicodedata.normalize("NFD", character) for character in run.group())
    groups = groupby(decomposed, lambda character: unicodedata.combining(character) != 0)
    return "".join("".join(sorted(each, key=unicodedata.combining) if marks else each) for marks, each in groups)


def is_clean(text: str | bytes) -> bool:
    """Return whether forbidden() would find nothing in `text`, which is a str or UTF-8."""
    if isinstance(text, str):
        if text.isprintable():  # forbidden characters are not printable
            return True
        text = text.encode(errors="surrogatepass")
    # Remove ordinary ASCII first: searching the whole text takes ten times as long.
    return not _FORBIDDEN.search(text.translate(None, _ORDINARY).decode(errors="surrogatepass"))


def base_language(tag: str) -> str:
    """Return the language of a language tag in lower case, without the region: `fr` for `fr-CA`, `frr` for `frr`."""
    return re.split("[-_]", tag.lower(), maxsplit=1)[0]


def forbidden(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and name of each character that is not allowed in text, such as a control character."""
    for match in _FORBIDDEN.finditer(text):
        character = match.group()
        yield match.start(), f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


@lru_cache(maxsize=4096)  # tags and headings repeat
def fold(text: str) -> str:
    """Return an ASCII form for use in URLs: `L’École d’été` becomes `l-ecole-d-ete`. May be empty."""
    if text.isascii():
        return _APART.sub("-", text.lower()).strip("-")
    decomposed = normalized("NFKD", text.translate(_SPELLED))
    base = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _APART.sub("-", base.lower()).strip("-")


def fold_or_hex(text: str, prefix: str = "tag-") -> str:
    """Like fold(), but never return an empty string for text that is not empty.

    If fold() finds no letters or digits, the result is `prefix` followed by the code points in hexadecimal.
    """
    if folded := fold(text):
        return folded
    return prefix + "-".join(f"{ord(c):x}" for c in normalized("NFC", text))


def one_line(text: str) -> str:
    """Replace each run of ordinary white space with one space, and strip the result. Keep no-break spaces."""
    # Most texts are already on one line, and this check takes a hundredth of the time of the substitution.
    if text.rfind("  ") >= 0 or "\n" in text or "\t" in text or "\r" in text:
        text = _BLANKS.sub(" ", text)
    return text.strip(" ")


def sentences(text: str) -> list[str]:
    """Split `text` into sentences, and drop the white space between them."""
    return list(iter_sentences(text))


def iter_sentences(text: str) -> Iterator[str]:
    """Like sentences(), but return an iterator."""
    text = one_line(text)
    start = 0
    for match in SENTENCE_END.finditer(text):
        if match["stop"] == "." and match.end() != len(text):
            # One character more than the longest abbreviation is enough.
            before = text[max(start, match.start() - _LONGEST - 1) : match.start()]
            word = _BEFORE_WORD.split(before)[-1]
            if word in ABBREVIATIONS or _INITIAL.fullmatch(word):
                continue
        yield text[start : match.end()].strip(" ")
        start = match.end()
    if rest := text[start:].strip(" "):
        yield rest


def whole_sentences(text: str, limit: int) -> str:
    """Return as many leading sentences as fit into `limit` code points, or "" if the first is too long."""
    result = ""
    for sentence in iter_sentences(text):
        longer = f"{result} {sentence}" if result else sentence
        if len(longer) > limit:
            break
        result = longer
    return result


def shorten(text: str, limit: int) -> str:
    """Shorten `text` to at most `limit` code points.

    Returns the leading sentences that fit. If even the first is too long, returns its leading words and `…`.
    """
    text = one_line(text)
    if len(text) <= limit:
        return text
    if result := whole_sentences(text, limit):
        return result
    cut = text.rfind(" ", 0, limit)
    words = text[: cut if cut > 0 else limit - 1]
    # Drop an unclosed quotation, unless the text starts with it.
    opened = words.rfind("«")
    if opened > words.rfind("»") and words[:opened].strip(" "):
        words = words[:opened]
    # Do not end with punctuation that belongs to the next word.
    return re.sub(r"[ \u00a0\u202f]*[«“(\[,;:–—-]*[ \u00a0\u202f]*\Z", "", words) + "…"


def wrap(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Wrap `text` at spaces into lines of at most `width` code points. Longer words are not broken.

    The first line is prefixed with `first`, and all others with `rest`; `width` includes the prefix. Line feeds in
    `text` are kept.
    """
    room = width - len(rest)
    if room > 0 and len(first) == len(rest) and "\n" not in text and text and " " not in (text[0], text[-1]):
        return first + f"\n{rest}".join(_lines(room)(text)) if len(text) > room else first + text
    lines: list[str] = []
    prefix = first
    for paragraph in text.split("\n"):
        start, end = 0, len(paragraph)
        while len(prefix) + end - start > width:
            room = max(width - len(prefix), 0)
            cut = paragraph.rfind(" ", start, start + room + 1)
            if cut <= start:
                cut = paragraph.find(" ", start + max(room, 1))
            if cut < 0:
                break
            lines.append((prefix + paragraph[start:cut]).rstrip(" "))
            start, prefix = cut + 1, rest
            while paragraph.startswith(" ", start):
                start += 1
        lines.append((prefix + paragraph[start:]).rstrip(" "))
        prefix = rest
    return "\n".join(lines)


@lru_cache(maxsize=128)
def _lines(room: int) -> Callable[[str], list[str]]:
    """Return a function that splits text into lines. Each has at most `room` code points or is a single longer word.

    The text must neither start nor end with a space.
    """
    return re.compile(rf"(.{{0,{room - 1}}}[^ ](?= |\Z)|[^ ]+) *").findall
