"""Encode domain labels in Punycode (RFC 3492).

Python's own codec takes quadratic time for long labels.
"""

from bisect import bisect

# The parameters of RFC 3492, section 5.
_BASE, _T_MIN, _T_MAX, _SKEW, _DAMP = 36, 1, 26, 38, 700
_INITIAL_CODE, _INITIAL_BIAS = 128, 72
_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


def encode(label: str) -> str:
    """Return a label in Punycode, without the prefix `xn--`."""
    encoded_offsets = [offset for offset, character in enumerate(label) if character.isascii()]
    out = ["".join(label[offset] for offset in encoded_offsets), "-" if encoded_offsets else ""]
    pending = sorted((ord(character), offset) for offset, character in enumerate(label) if not character.isascii())
    basic, code, bias, last_index = len(encoded_offsets), _INITIAL_CODE, _INITIAL_BIAS, 0
    for character_code, offset in pending:
        index = bisect(encoded_offsets, offset)
        delta = (character_code - code) * (len(encoded_offsets) + 1) + index - last_index
        out.append(_encode_number(delta, bias))
        encoded_offsets.insert(index, offset)
        bias = _adapt_bias(delta, len(encoded_offsets), is_first=len(encoded_offsets) == basic + 1)
        code, last_index = character_code, index + 1
    return "".join(out)


def _encode_number(delta: int, bias: int) -> str:
    digits: list[str] = []
    place = _BASE
    while True:
        threshold = min(max(place - bias, _T_MIN), _T_MAX)
        if delta < threshold:
            return "".join((*digits, _DIGITS[delta]))
        delta, digit = divmod(delta - threshold, _BASE - threshold)
        digits.append(_DIGITS[threshold + digit])
        place += _BASE


def _adapt_bias(delta: int, count: int, *, is_first: bool) -> int:
    delta //= _DAMP if is_first else 2
    delta += delta // count
    bias = 0
    while delta > (_BASE - _T_MIN) * _T_MAX // 2:
        delta //= _BASE - _T_MIN
        bias += _BASE
    return bias + (_BASE - _T_MIN + 1) * delta // (delta + _SKEW)
