"""Measure text in the units of platforms: grapheme clusters, UTF-16 units, UTF-8 bytes.

This is the only module that imports `regex`, which supports Unicode properties and clusters. All functions accept
any `str`, even with lone surrogates.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import regex

from newsletter.text import normalized

# In UTF-8, only characters that take two UTF-16 units start with a byte above these.
_BEFORE_ASTRAL = bytes(range(0xF0))
_ASCII = bytes(range(0x80))
# Characters that never form a cluster with a neighbour: Latin, Greek and Cyrillic letters, punctuation, symbols,
# kana, most ideographs, emoji without a joiner. Matching a text against these takes half as long as searching it
# for other characters.
_ALONE = re.compile(
    "[\0-\x0c\x0e-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u200b\u200e-\u20cf\u2100-\u2cee\u3000-\u3029"
    "\u3030-\u3098\u309b-\ua66e\ue000-\ufb1d\uff01-\uff9d\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa"
    "\U0001f400-\U0001faff]*+"
)
_CLUSTER = regex.compile(r"\X")
# Two regional indicators form a flag. To pair them, `\X` counts the indicators before each one, which takes quadratic
# time. Splitting the text after an even number of indicators does not change the pairs.
_MANY_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]{32}(?=[\U0001f1e6-\U0001f1ff])")
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")
# A superset of _EMOJI that also matches characters such as €. Most texts contain few of either.
_EMOJI_CANDIDATE = re.compile("[\xa9\xae\u203c-\u3299\U0001f000-\U0001fffd]")


@cache
def pattern(source: str) -> regex.Pattern[str]:
    r"""Compile a pattern that may contain Unicode properties such as `\p{L}`. Patterns are cached."""
    return regex.compile(source)


def before_hash(text: str) -> int:
    """Return the offset of the character before the first `#` or `＃`, for use as the start of a search.

    The result is 0 if the sign starts the text, and -1 if the text contains no such sign. Starting a search here
    saves time: hashtags are usually at the end of a text, and patterns with Unicode properties are slow.
    """
    offsets = [offset for offset in (text.find("#"), text.find("＃")) if offset >= 0]
    return max(0, min(offsets) - 1) if offsets else -1


def joins(text: str) -> bool:
    """Return whether a text may contain a grapheme cluster of several characters."""
    return not text.isascii() and _ALONE.fullmatch(text) is None


def graphemes(text: str) -> int:
    """Return the number of extended grapheme clusters. Readers see each cluster as one character."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return len(text) if _ALONE.fullmatch(text) else sum(len(_CLUSTER.findall(piece)) for piece in _split_flags(text))


def clusters(text: str) -> list[str]:
    """Split a text into its extended grapheme clusters."""
    if _ALONE.fullmatch(text):
        return list(text)
    return [cluster for piece in _split_flags(text) for cluster in _CLUSTER.findall(piece)]


def _split_flags(text: str) -> Iterator[str]:
    """Split a text into pieces that are short enough to process quickly, without dividing a cluster."""
    start = 0
    for match in _MANY_FLAGS.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    yield text[start:]


def composed(text: str) -> str:
    """Return a text in NFC, the form that platforms count. Its appearance does not change."""
    return text if text.isascii() else normalized("NFC", text)


def utf16(text: str) -> int:
    """Return the number of UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Return the number of bytes in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def sizes(text: str) -> tuple[int, int]:
    """Return the number of UTF-16 code units and the number of bytes in UTF-8."""
    if text.isascii():
        return len(text), len(text)
    data = text.encode("utf-8", "surrogatepass")
    return len(text) + len(data.translate(None, _BEFORE_ASTRAL)), len(data)


def uncommon(text: str, common: bytes = _ASCII) -> str:
    """Return a text without the `common` ASCII characters. Searching the rest takes a third of the time."""
    return text.encode("utf-8", "surrogatepass").translate(None, common).decode("utf-8", "surrogatepass")


def emoji_as_bytes(text: str) -> int:
    """Return the length of a text as Threads documents it: in UTF-16 units, but clusters with emoji in UTF-8 bytes.

    The documentation does not say whether characters such as © and ™ are emoji. This function treats them as emoji,
    which gives the larger count.
    """
    if text.isascii():
        return len(text)
    emoji = [each for each in _EMOJI_CANDIDATE.findall(uncommon(text)) if _is_emoji(each)]
    if not emoji:
        return utf16(text)
    if _ALONE.fullmatch(text):
        return utf16(text) + sum(utf8(each) - utf16(each) for each in emoji)
    return sum(utf8(each) if _EMOJI.search(each) else utf16(each) for each in clusters(text))


@lru_cache(maxsize=1024)
def _is_emoji(character: str) -> bool:
    return _EMOJI.match(character) is not None
