"""Reduce HTML and text to what feeds may contain. Only this module uses nh3."""

import re

import nh3

_ELEMENTS = set(
    "a abbr blockquote br cite code del div em figcaption figure h2 h3 h4 h5 h6 hr img kbd li mark ol p pre q s small "
    "strong sub sup table tbody td th thead tr ul".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "div": {"dir", "lang"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align", "scope"},
}
_CLEANER = nh3.Cleaner(
    tags=_ELEMENTS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}, link_rel=None
)  # fmt: skip

# C0 except TAB and LF, DEL, C1, the replacement character, surrogates and non-characters: some are forbidden in
# XML, others are errors in HTML, and validators warn about the rest.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffd-\uffff\ud800-\udfff"
    + "".join(chr(plane * 0x10000 + low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
# Nearly every text matches this, which takes a thirtieth of the time of a search for forbidden characters.
_CLEAN = re.compile("[\t\n -~\xa0-\ud7ff]*")

# The same in UTF-8: C0, DEL, and the first byte of U+F000 and above, which may begin a forbidden character; C1.
_SUSPECT = bytes({*range(32), 127, *range(0xEF, 256)} - {9, 10})
_C1 = re.compile(b"\xc2[\x80-\x9f]")


def clean_text(text: str) -> str:
    """Remove the characters that feeds must not contain."""
    return text if _CLEAN.fullmatch(text) else _FORBIDDEN.sub("", text)


def encode(text: str) -> bytes:
    """Return `clean_text(text)` in UTF-8. For long texts this takes half the time."""
    try:
        data = text.encode()
    except UnicodeEncodeError:  # surrogates
        return clean_text(text).encode()
    if len(data.translate(None, _SUSPECT)) == len(data) and not _C1.search(data):
        return data
    return clean_text(text).encode()


def clean_html(html: str) -> str:
    """Return well-formed HTML with only the elements and attributes that feeds may contain."""
    # nh3 writes NBSP, which is frequent in French, as an entity. A literal `&nbsp;` in a text is `&amp;nbsp;` here.
    return _CLEANER.clean(encode(html).decode()).replace("&nbsp;", "\u00a0")
