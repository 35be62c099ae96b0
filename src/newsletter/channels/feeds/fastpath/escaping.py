"""Escape many texts at once for XML and JSON, and split documents with tokens into shapes.

The texts are joined with a separator, so that one call replaces a character in all of them.
"""

import re
from collections.abc import Sequence

from newsletter.theme.slots import TOKEN, Shape

_SEPARATOR = "\0"
_CONTROLS = bytes({*range(32)} - {9, 10})
# Added to the token of a text that is treated as HTML, so that the writers treat the token as HTML, too.
HTML_MARK = "</b>"
_XML_TOKEN = re.compile(f"{TOKEN.pattern}(?:&#x3C;/b&#x3E;|&#x26;lt;/b&#x26;gt;)?")
_JSON_TOKEN = re.compile(f'"{TOKEN.pattern}(?:{HTML_MARK})?"')
_JSON_NUMBER = '"size_in_bytes": '


def join_texts(texts: Sequence[str]) -> bytes:
    """Return the texts in UTF-8, joined with NUL, or b"" if one contains a control character forbidden in XML."""
    data = _SEPARATOR.join(texts).encode()
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return data if controls == len(texts) - 1 else b""


def escape_xml(data: bytes) -> list[bytes]:
    """Return the escaped texts from the result of `join_texts`.

    The list contains all texts escaped for elements, followed by all texts escaped for attributes.
    """
    data = data.replace(b"&", b"&#x26;").replace(b"<", b"&#x3C;").replace(b">", b"&#x3E;")
    quoted = data.replace(b'"', b"&quot;").replace(b"\t", b"&#9;").replace(b"\n", b"&#10;")
    return data.split(b"\0") + quoted.split(b"\0")


def escape_json(data: bytes) -> bytes:
    """Escape a text, or the result of `join_texts`, for JSON strings."""
    data = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return data.replace(b"\n", b"\\n").replace(b"\t", b"\\t")


def xml_shape(text: str, count: int) -> Shape[bytes]:
    """Return the shape of XML with tokens for `count` texts.

    If a slot is in an attribute, `count` is added to its number.
    """
    pieces = _XML_TOKEN.split(text)
    order, before = [], ""
    for literal, number in zip(pieces[:-1:2], pieces[1::2], strict=True):
        before += literal
        order.append(int(number) + (count if before.rfind("<") > before.rfind(">") else 0))
    return Shape(tuple(each.encode() for each in pieces), tuple(order))


def json_shape(text: str) -> Shape[bytes]:
    """Return the shape of JSON in which each token is a whole string.

    The quotes around the token of a size are removed, because a size is a number.
    """
    pieces = _JSON_TOKEN.split(text)
    for index in range(1, len(pieces), 2):
        if not pieces[index - 1].endswith(_JSON_NUMBER):
            pieces[index - 1] += '"'
            pieces[index + 1] = '"' + pieces[index + 1]
    return Shape(tuple(each.encode() for each in pieces), tuple(map(int, pieces[1::2])))
