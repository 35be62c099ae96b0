"""entities: text becomes HTML or XML, and HTML becomes text. Nothing else escapes or unescapes.

There are two spellings of quotation marks, because outputs must not change: `&quot;` and `&#x27;` here, `&#34;` and
`&#39;` in what templates print.
"""

import html
import re
from functools import partial

from markupsafe import escape as _markup

_ENDLESS = re.compile(r"&#[0-9]{1000,};?")  # names no character

escape = html.escape  # for elements, and for attributes in quotation marks
escape_text = partial(html.escape, quote=False)  # for elements only


def escape_bytes(data: bytes) -> bytes:
    """As escape_text(), of UTF-8."""
    return data.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def escape_as_templates(text: str) -> str:
    """As markupsafe's escape(), which templates use, of a plain text, as a plain str.

    Most texts hold nothing to escape: to see that takes a fifth of escaping.
    """
    if "'" in text or "&" in text or '"' in text or "<" in text or ">" in text:
        return str.__str__(_markup(text))
    return text


def unescape(text: str) -> str:
    """As html.unescape(), which raises ValueError for a reference of more than 4,300 digits."""
    return html.unescape(_ENDLESS.sub("\ufffd", text) if "&#" in text else text)
