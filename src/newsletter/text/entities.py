"""entities: character references of HTML become characters, whatever stands in them."""

import html
import re

_ENDLESS = re.compile(r"&#[0-9]{1000,};?")  # names no character


def unescape(text: str) -> str:
    """As html.unescape(), which raises ValueError for a reference of more than 4,300 digits."""
    return html.unescape(_ENDLESS.sub("\ufffd", text) if "&#" in text else text)
