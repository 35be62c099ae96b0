"""Units in which platforms count: grapheme clusters, UTF-16 units, UTF-8 bytes.

Unicode properties and clusters come from `regex`; this module alone imports it. All functions take
any `str`, lone surrogates included.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import regex

from newsletter.text import normalized

_BEFORE_ASTRAL = bytes(range(0xF0))  # in UTF-8, a character of two UTF-16 units begins with a byte beyond these
_ASCII = bytes(range(0x80))
# Characters that never join the one before or after them into one cluster: Latin, Greek and Cyrillic
# letters, punctuation, symbols, kana, most ideographs, emoji without a joiner.
# A text of nothing else is found in half the time that the search for another takes.
_ALONE = re.compile(
    "[\0-\x0c\x0e-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u200b\u200e-\u20cf\u2100-\u2cee\u3000-\u3029"
    "\u3030-\u3098\u309b-\ua66e\ue000-\ufb1d\uff01-\uff9d\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa"
    "\U0001f400-\U0001faff]*+"
)
_CLUSTER = regex.compile(r"\X")
# Two regional indicators make a flag. To know which two, `\X` counts those before them each time, which takes
# quadratic time; after an even number of them a text can be divided.
_MANY_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]{32}(?=[\U0001f1e6-\U0001f1ff])")
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")
# Holds all of these, and signs such as €; most texts hold few of either.
_EMOJI_PERHAPS = re.compile("[\xa9\xae\u203c-\u3299\U0001f000-\U0001fffd]")


@cache
def pattern(source: str) -> regex.Pattern[str]:
    r"""A pattern that may name Unicode properties such as `\p{L}`, compiled at its first use."""
    return regex.compile(source)


def joins(text: str) -> bool:
    """Whether a text may hold clusters of several characters."""
    return not text.isascii() and _ALONE.fullmatch(text) is None


def graphemes(text: str) -> int:
    """Number of extended grapheme clusters: what a reader takes for one character."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return len(text) if _ALONE.fullmatch(text) else sum(len(_CLUSTER.findall(piece)) for piece in _pieces(text))


def clusters(text: str) -> list[str]:
    """The extended grapheme clusters of a text, in order; together they are the text."""
    if _ALONE.fullmatch(text):
        return list(text)
    return [cluster for piece in _pieces(text) for cluster in _CLUSTER.findall(piece)]


def _pieces(text: str) -> Iterator[str]:
    """A text divided between clusters, so that none of its pieces takes long."""
    at = 0
    for match in _MANY_FLAGS.finditer(text):
        yield text[at : match.end()]
        at = match.end()
    yield text[at:]


def composed(text: str) -> str:
    """A text in NFC: the form in which platforms count it, and in which it looks the same."""
    return text if text.isascii() else normalized("NFC", text)


def utf16(text: str) -> int:
    """Number of UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Number of bytes in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def sizes(text: str) -> tuple[int, int]:
    """Both: UTF-16 code units, and bytes in UTF-8."""
    if text.isascii():
        return len(text), len(text)
    data = text.encode("utf-8", "surrogatepass")
    return len(text) + len(data.translate(None, _BEFORE_ASTRAL)), len(data)


def uncommon(text: str, common: bytes = _ASCII) -> str:
    """What of a text is not `common`: a search that looks for other signs needs a third of the time in it."""
    return text.encode("utf-8", "surrogatepass").translate(None, common).decode("utf-8", "surrogatepass")


def emoji_as_bytes(text: str) -> int:
    """UTF-16 units, but UTF-8 bytes for each cluster that holds an emoji; what Threads documents.

    Whether signs such as © and ™ are emoji there is not said; they are here, which counts more.
    """
    if text.isascii() or not (found := [each for each in _EMOJI_PERHAPS.findall(uncommon(text)) if _is_emoji(each)]):
        return utf16(text)
    if _ALONE.fullmatch(text):
        return utf16(text) + sum(utf8(each) - utf16(each) for each in found)
    return sum(utf8(each) if _EMOJI.search(each) else utf16(each) for each in clusters(text))


@lru_cache(maxsize=1024)
def _is_emoji(character: str) -> bool:
    return _EMOJI.match(character) is not None
