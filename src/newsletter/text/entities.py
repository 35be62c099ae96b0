"""Escape text for HTML and XML, and unescape HTML. No other module does this.

Quotation marks are escaped as `&quot;` and `&#x27;` here, but as `&#34;` and `&#39;` in templates. The difference must
stay, so that output does not change.
"""

import html
import re
from functools import partial

from markupsafe import escape as _markup

_ENDLESS = re.compile(r"&#[0-9]{1000,};?")  # far above U+10FFFF, so not a character

escape = html.escape  # for element content and quoted attribute values
escape_text = partial(html.escape, quote=False)  # for element content only


def escape_bytes(data: bytes) -> bytes:
    """Like escape_text(), but for UTF-8 bytes."""
    return data.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def escape_as_templates(text: str) -> str:
    """Escape plain text in the same way as templates (with markupsafe), but return a plain str.

    Most texts contain nothing to escape, and checking for that takes a fifth of the time of escaping.
    """
    if "'" in text or "&" in text or '"' in text or "<" in text or ">" in text:
        return str.__str__(_markup(text))
    return text


def unescape(text: str) -> str:
    """Like html.unescape(), but do not raise ValueError for a character reference with more than 4,300 digits."""
    return html.unescape(_ENDLESS.sub("\ufffd", text) if "&#" in text else text)
