"""spelling: texts as XML and JSON spell them, many in one go; and documents with tokens, split for them.

Texts travel as one, with a separator between them, so that each sign is looked for once.
"""

import re
from collections.abc import Sequence

from newsletter.theme.slots import TOKEN, Shape

_SEPARATOR = "\0"
_CONTROLS = bytes({*range(32)} - {9, 10})
# A text that is taken for HTML is written in another way than others, so the token for one has this behind it.
SIGN = "</b>"
_XML_TOKEN = re.compile(f"{TOKEN.pattern}(?:&#x3C;/b&#x3E;|&#x26;lt;/b&#x26;gt;)?")
_JSON_TOKEN = re.compile(f'"{TOKEN.pattern}(?:{SIGN})?"')
_JSON_NUMBER = '"size_in_bytes": '


def joined(texts: Sequence[str]) -> bytes:
    """Texts as one; empty when one holds a control character, which XML may not hold."""
    data = _SEPARATOR.join(texts).encode()
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return data if controls == len(texts) - 1 else b""


def in_xml(data: bytes) -> list[bytes]:
    """Joined texts as they stand in elements, and then as they stand in attributes."""
    data = data.replace(b"&", b"&#x26;").replace(b"<", b"&#x3C;").replace(b">", b"&#x3E;")
    quoted = data.replace(b'"', b"&quot;").replace(b"\t", b"&#9;").replace(b"\n", b"&#10;")
    return data.split(b"\0") + quoted.split(b"\0")


def in_json(data: bytes) -> bytes:
    """One text, or joined ones, in strings of JSON."""
    data = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return data.replace(b"\n", b"\\n").replace(b"\t", b"\\t")


def xml_shape(text: str, count: int) -> Shape[bytes]:
    """The shape of XML with tokens for `count` texts: their numbers, plus `count` in attributes."""
    pieces = _XML_TOKEN.split(text)
    order, before = [], ""
    for literal, number in zip(pieces[:-1:2], pieces[1::2], strict=True):
        before += literal
        order.append(int(number) + (count if before.rfind("<") > before.rfind(">") else 0))
    return Shape(tuple(each.encode() for each in pieces), tuple(order))


def json_shape(text: str) -> Shape[bytes]:
    """The shape of JSON in which each token is a whole string; that for a size is to be a number."""
    pieces = _JSON_TOKEN.split(text)
    for place in range(1, len(pieces), 2):
        if not pieces[place - 1].endswith(_JSON_NUMBER):
            pieces[place - 1] += '"'
            pieces[place + 1] = '"' + pieces[place + 1]
    return Shape(tuple(each.encode() for each in pieces), tuple(map(int, pieces[1::2])))
