"""Encode a domain label in Punycode (RFC 3492) in less than quadratic time, unlike Python's codec."""

from bisect import bisect

_BASE, _LEAST, _MOST, _SKEW, _DAMP = 36, 1, 26, 38, 700
_FIRST, _BIAS = 128, 72
_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


def encode(label: str) -> str:
    """Return a label in Punycode, without `xn--`."""
    encoded = [offset for offset, character in enumerate(label) if character.isascii()]
    out = ["".join(label[offset] for offset in encoded), "-" if encoded else ""]
    pending = sorted((ord(character), offset) for offset, character in enumerate(label) if not character.isascii())
    basic, code, bias, last_index = len(encoded), _FIRST, _BIAS, 0
    for character_code, offset in pending:
        index = bisect(encoded, offset)
        delta = (character_code - code) * (len(encoded) + 1) + index - last_index
        out.append(_encode_number(delta, bias))
        encoded.insert(index, offset)
        bias = _adapt_bias(delta, len(encoded), is_first=len(encoded) == basic + 1)
        code, last_index = character_code, index + 1
    return "".join(out)


def _encode_number(delta: int, bias: int) -> str:
    digits: list[str] = []
    place = _BASE
    while True:
        threshold = min(max(place - bias, _LEAST), _MOST)
        if delta < threshold:
            return "".join((*digits, _DIGITS[delta]))
        delta, digit = divmod(delta - threshold, _BASE - threshold)
        digits.append(_DIGITS[threshold + digit])
        place += _BASE


def _adapt_bias(delta: int, count: int, *, is_first: bool) -> int:
    delta //= _DAMP if is_first else 2
    delta += delta // count
    bias = 0
    while delta > (_BASE - _LEAST) * _MOST // 2:
        delta //= _BASE - _LEAST
        bias += _BASE
    return bias + (_BASE - _LEAST + 1) * delta // (delta + _SKEW)
