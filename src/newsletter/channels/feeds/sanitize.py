"""sanitising: what HTML and text a feed may hold. nh3 is used here only."""

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

# C0 except TAB and LF, DEL, C1, the replacement character, surrogates and non-characters: XML has no place for
# some, HTML calls others errors, and validators warn of the rest.
_STRAY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffd-\uffff\ud800-\udfff"
    + "".join(chr(plane * 0x10000 + low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
# What nearly every text is made of: a look that costs a thirtieth.
_SOUND = re.compile("[\t\n -~\xa0-\ud7ff]*")

# The same in bytes of UTF-8: C0, DEL, and what begins U+F000 and above; C1.
_RARE = bytes({*range(32), 127, *range(0xEF, 256)} - {9, 10})
_C1 = re.compile(b"\xc2[\x80-\x9f]")


def clean_text(text: str) -> str:
    """The text without characters that no feed may hold."""
    return text if _SOUND.fullmatch(text) else _STRAY.sub("", text)


def encode(text: str) -> bytes:
    """The clean text in UTF-8: what `clean_text` and `str.encode` give, in half the time for long ones."""
    try:
        data = text.encode()
    except UnicodeEncodeError:  # surrogates
        return clean_text(text).encode()
    if len(data.translate(None, _RARE)) == len(data) and not _C1.search(data):
        return data
    return clean_text(text).encode()


def clean_html(html: str) -> str:
    """The HTML with the elements and attributes of the list above only, and always well-formed."""
    # The serialiser spells NBSP out, which French text is full of. A `&nbsp;` that was typed reads `&amp;nbsp;`.
    return _CLEANER.clean(clean_text(html)).replace("&nbsp;", "\u00a0")
