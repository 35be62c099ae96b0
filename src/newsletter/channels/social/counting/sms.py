"""How text messages count: septets of GSM 03.38, or UTF-16 units as soon as one character is not in it.

One message holds 160 septets or 70 units; each part of a longer one 153 or 67. Two septets of one
character, and the units of one grapheme, stay in one part, as Twilio's sms-segments-calculator has it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from newsletter.channels.social.counting import units

# The alphabet of GSM 03.38 without its escape, and what follows an escape.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = "\f^{}\\[~]|€"
_SEPTETS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_ESCAPED, 2)
_TWO = re.compile(f"[{re.escape(_ESCAPED)}]")
_OTHER = re.compile(f"[^{re.escape(_BASIC + _ESCAPED)}]")
_COMMON = bytes(map(ord, filter(str.isascii, _BASIC)))

# Typography that a plain sign says as well; letters are spelling, and another matter.
_TYPOGRAPHY = (
    dict.fromkeys("‘’‚‛′ʼ", "'")
    | dict.fromkeys("«»“”„‟″", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\xa0\u2002\u2003\u2007\u2009\u200a\u202f\t", " ")
    | dict.fromkeys("\u200b\u2060\xad\ufeff", "")
    | {"‹": "<", "›": ">", "…": "...", "•": "-", "→": "->", "×": "x", "œ": "oe", "Œ": "OE"}
)
_TYPOGRAPHIC = re.compile(f"[{''.join(_TYPOGRAPHY)}]")
_SPELLED = str.maketrans({"№": "No", "°": "o", "ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Message:
    """What a text costs. `offenders`: the characters that force UCS-2, each once, in order.

    `segments_if_transliterated`: parts once typography and accents are made plain.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int
    offenders: tuple[str, ...]
    segments_if_transliterated: int


def segments(text: str) -> Message:
    """Encoding, units (septets or UTF-16 units) and parts of a text."""
    others = _OTHER.findall(_uncommon(text))
    if not others:
        parts = _gsm7_parts(text)
        return Message("GSM-7", _septets(text), parts, (), parts)
    parts = _ucs2_parts(text)
    plain = min(parts, _parts(transliterated(text))) if parts > 1 else parts
    return Message("UCS-2", units.utf16(text), parts, tuple(dict.fromkeys(others)), plain)


def excess(text: str, limit: int) -> int:
    """By how many units a text is too long for so many parts, 0 or less when it fits."""
    over = length(text) - capacity("UCS-2" if _OTHER.search(_uncommon(text)) else "GSM-7", limit)
    return min(over, 0) if _parts(text) <= limit else max(over, 1)


def length(text: str) -> int:
    """UTF-16 units of a text, or its septets when GSM 03.38 has all of its characters."""
    return units.utf16(text) if _OTHER.search(_uncommon(text)) else _septets(text)


def capacity(encoding: str, parts: int) -> int:
    """The units that so many parts hold, when no character needs to move to the next one."""
    single, several = (160, 153) if encoding == "GSM-7" else (70, 67)
    return single if parts == 1 else several * parts


def plain_typography(text: str) -> str:
    """A text in NFC with plain quotation marks, dashes and spaces; its letters stay, `œ` apart."""
    text = units.composed(text)
    for sign in set(_TYPOGRAPHIC.findall(_uncommon(text))):
        text = text.replace(sign, _TYPOGRAPHY[sign])
    return text


def transliterated(text: str) -> str:
    """A text with plain typography, and without the accents that GSM 03.38 lacks; the rest stays."""
    text = units.composed(text)
    others = set(_OTHER.findall(_uncommon(text)))
    return text.translate({ord(character): _plain(character) for character in others}) if others else text


@lru_cache(maxsize=64)
def _uncommon(text: str) -> str:
    """What of a text is more than the ASCII that takes one septet: all that needs a look."""
    return units.uncommon(text, _COMMON)


@lru_cache
def _plain(character: str) -> str:
    if character in _TYPOGRAPHY:  # GSM 03.38 has none of these
        return _TYPOGRAPHY[character]
    decomposed = unicodedata.normalize("NFKD", character.translate(_SPELLED))
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return character if _OTHER.search(letters) else letters


def _septets(text: str) -> int:
    return len(text) + len(_TWO.findall(_uncommon(text)))


def _parts(text: str) -> int:
    return _ucs2_parts(text) if _OTHER.search(_uncommon(text)) else _gsm7_parts(text)


def _gsm7_parts(text: str) -> int:
    if _septets(text) == len(text):
        return _even(len(text), "GSM-7")
    return _filled([_SEPTETS[each] for each in text], "GSM-7")


def _ucs2_parts(text: str) -> int:
    if units.graphemes(text) == units.utf16(text):
        return _even(len(text), "UCS-2")
    # CR LF is one grapheme, but two characters to a phone.
    return _filled([units.utf16(each) for each in units.clusters(text.replace("\r\n", "\n\n"))], "UCS-2")


def _even(length: int, encoding: str) -> int:
    """Parts of characters that take one unit each: none is moved, so every part is full."""
    return 1 if length <= capacity(encoding, 1) else -(-length // (capacity(encoding, 2) // 2))


def _filled(sizes: list[int], encoding: str) -> int:
    """Parts that characters of these sizes fill, each in the first part that it fits."""
    if sum(sizes) <= capacity(encoding, 1):
        return 1
    part = free = capacity(encoding, 2) // 2
    parts = 1
    for size in sizes:
        if size > free:
            # A grapheme longer than a part is cut all the same.
            more = -(-size // part)
            parts += more
            free = more * part
        free -= size
    return parts
