"""Count the units and parts of text messages (SMS).

A message is counted in septets of GSM 03.38, or in UTF-16 units if that alphabet lacks one of its characters. A single
message has room for 160 septets or 70 units; each part of a longer message has room for 153 or 67. As in Twilio's
sms-segments-calculator, neither the two septets of one character nor the units of one grapheme are split between parts.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from newsletter.channels.social.counting import units

# The GSM 03.38 alphabet without its escape, and the characters encoded with an escape.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = "\f^{}\\[~]|€"
_SEPTETS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_ESCAPED, 2)
_ESCAPED_PATTERN = re.compile(f"[{re.escape(_ESCAPED)}]")
_NOT_GSM7 = re.compile(f"[^{re.escape(_BASIC + _ESCAPED)}]")
_ONE_SEPTET = bytes(map(ord, filter(str.isascii, _BASIC)))

# Typographic characters and their plain equivalents. Except for œ, letters are kept as part of the spelling.
_TYPOGRAPHY = (
    dict.fromkeys("‘’‚‛′ʼ", "'")
    | dict.fromkeys("«»“”„‟″", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\xa0\u2002\u2003\u2007\u2009\u200a\u202f\t", " ")
    | dict.fromkeys("\u200b\u2060\xad\ufeff", "")
    | {"‹": "<", "›": ">", "…": "...", "•": "-", "→": "->", "×": "x", "œ": "oe", "Œ": "OE"}
)
_TYPOGRAPHIC = re.compile(f"[{''.join(_TYPOGRAPHY)}]")
_LETTERS = str.maketrans({"№": "No", "°": "o", "ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Message:
    """The encoding and size of a text message.

    `units` is the length in septets or UTF-16 units, and `segments` the number of parts. `offenders` are the
    distinct characters that force UCS-2, in order. `segments_if_transliterated` is the number of parts that the
    message would take with plain typography and without accents.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int
    offenders: tuple[str, ...]
    segments_if_transliterated: int


def segments(text: str) -> Message:
    """Return the encoding and size of a text."""
    offenders = _NOT_GSM7.findall(_uncommon(text))
    if not offenders:
        parts = _gsm7_parts(text)
        return Message("GSM-7", _septets(text), parts, (), parts)
    parts = _ucs2_parts(text)
    plain = min(parts, _count_parts(transliterated(text))) if parts > 1 else parts
    return Message("UCS-2", units.utf16(text), parts, tuple(dict.fromkeys(offenders)), plain)


def excess(text: str, limit: int) -> int:
    """Return the number of units by which a text is too long for `limit` parts; 0 or less if it fits."""
    over = length(text) - capacity("UCS-2" if _NOT_GSM7.search(_uncommon(text)) else "GSM-7", limit)
    return min(over, 0) if _count_parts(text) <= limit else max(over, 1)


def length(text: str) -> int:
    """Return the number of septets in a text, or of UTF-16 units if GSM 03.38 lacks one of its characters."""
    return units.utf16(text) if _NOT_GSM7.search(_uncommon(text)) else _septets(text)


def capacity(encoding: str, parts: int) -> int:
    """Return the number of units that fit into `parts` parts. `encoding` is "GSM-7" or "UCS-2"."""
    single, several = (160, 153) if encoding == "GSM-7" else (70, 67)
    return single if parts == 1 else several * parts


def plain_typography(text: str) -> str:
    """Return a text in NFC with plain quotation marks, dashes and spaces. The only letter replaced is `œ`."""
    text = units.composed(text)
    for character in set(_TYPOGRAPHIC.findall(_uncommon(text))):
        text = text.replace(character, _TYPOGRAPHY[character])
    return text


def transliterated(text: str) -> str:
    """Return a text with plain typography, and without accents on letters that GSM 03.38 lacks."""
    text = units.composed(text)
    others = set(_NOT_GSM7.findall(_uncommon(text)))
    return text.translate({ord(character): _transliterate(character) for character in others}) if others else text


@lru_cache(maxsize=64)
def _uncommon(text: str) -> str:
    """Return a text without the ASCII characters that take one septet. Only the rest needs further checks."""
    return units.uncommon(text, _ONE_SEPTET)


@lru_cache
def _transliterate(character: str) -> str:
    if character in _TYPOGRAPHY:  # none of these is in GSM 03.38
        return _TYPOGRAPHY[character]
    decomposed = unicodedata.normalize("NFKD", character.translate(_LETTERS))
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return character if _NOT_GSM7.search(letters) else letters


def _septets(text: str) -> int:
    return len(text) + len(_ESCAPED_PATTERN.findall(_uncommon(text)))


def _count_parts(text: str) -> int:
    return _ucs2_parts(text) if _NOT_GSM7.search(_uncommon(text)) else _gsm7_parts(text)


def _gsm7_parts(text: str) -> int:
    if _septets(text) == len(text):
        return _full_parts(len(text), "GSM-7")
    return _pack([_SEPTETS[each] for each in text], "GSM-7")


def _ucs2_parts(text: str) -> int:
    if units.graphemes(text) == units.utf16(text):
        return _full_parts(len(text), "UCS-2")
    # CR LF is one grapheme, but phones count two characters.
    return _pack([units.utf16(each) for each in units.clusters(text.replace("\r\n", "\n\n"))], "UCS-2")


def _full_parts(length: int, encoding: str) -> int:
    """Return the number of parts for `length` characters of one unit each."""
    return 1 if length <= capacity(encoding, 1) else -(-length // (capacity(encoding, 2) // 2))


def _pack(sizes: list[int], encoding: str) -> int:
    """Return the number of parts for characters of these sizes. No character is split between parts."""
    if sum(sizes) <= capacity(encoding, 1):
        return 1
    part = room = capacity(encoding, 2) // 2
    parts = 1
    for size in sizes:
        if size > room:
            # A grapheme longer than a part has to be split.
            more = -(-size // part)
            parts += more
            room = more * part
        room -= size
    return parts
