"""punycode: a label of a domain in ASCII (RFC 3492), as the codec of the same name, but not in quadratic time."""

from bisect import bisect

_BASE, _LEAST, _MOST, _SKEW, _DAMP = 36, 1, 26, 38, 700
_FIRST, _BIAS = 128, 72
_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


def encode(label: str) -> str:
    """A label in Punycode, without `xn--` before it."""
    placed = [at for at, character in enumerate(label) if character.isascii()]  # offsets of what is encoded already
    out = ["".join(label[at] for at in placed), "-" if placed else ""]
    others = sorted((ord(character), at) for at, character in enumerate(label) if not character.isascii())
    basic, code, bias, last = len(placed), _FIRST, _BIAS, 0
    for other, at in others:
        index = bisect(placed, at)
        delta = (other - code) * (len(placed) + 1) + index - last
        out.append(_number(delta, bias))
        placed.insert(index, at)
        bias = _adapted(delta, len(placed), is_first=len(placed) == basic + 1)
        code, last = other, index + 1
    return "".join(out)


def _number(delta: int, bias: int) -> str:
    digits: list[str] = []
    place = _BASE
    while True:
        threshold = min(max(place - bias, _LEAST), _MOST)
        if delta < threshold:
            return "".join((*digits, _DIGITS[delta]))
        delta, digit = divmod(delta - threshold, _BASE - threshold)
        digits.append(_DIGITS[threshold + digit])
        place += _BASE


def _adapted(delta: int, count: int, *, is_first: bool) -> int:
    delta //= _DAMP if is_first else 2
    delta += delta // count
    bias = 0
    while delta > (_BASE - _LEAST) * _MOST // 2:
        delta //= _BASE - _LEAST
        bias += _BASE
    return bias + (_BASE - _LEAST + 1) * delta // (delta + _SKEW)
