"""Count characters the way Mastodon does.

Mastodon counts graphemes, 23 for each link with a protocol, and mentions without their server. Its server and its web
interface find links by different rules, and disagree where text directly adjoins a link. A text that fits by the
larger count fits both.

The rules are those of version 4.6: `StatusLengthValidator`, `Extractor`, `config/initializers/twitter_regex.rb` and
`Tag::Naming` of the server, and `counter.ts` of the web interface.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from newsletter.channels.social.counting import domains, fastpath, units
from newsletter.channels.social.counting.urls import (  # fmt: skip
    DIRECTIONS,
    FOLDED,
    INVALID,
    LATIN,
    SPACES,
    WITH_PROTOCOL,
    Found,
    Grammar,
    paths,
)

LINK = 23  # length of any link
_LONGEST_LABEL = 63

_WHITE = SPACES.replace(r"\u180e", "")  # the Unicode property White_Space
_WORD = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]"  # [[:word:]] of Ruby
_HOST = rf"{_WORD}+(?:[.-]+{_WORD}+)*"
_NAME = r"[a-zA-Z0-9_]+(?:[.-]+[a-zA-Z0-9_]+)*"
_MENTION = rf"(?<![=/]|{_WORD})@({_NAME})(?:@{_HOST})?"
_NO_MENTION = re.compile(rf"[@＠{LATIN}]|://")

_SEPARATORS = "\xb7\u30fb\u200c"  # allowed inside a tag, besides `_`, which is a word character
_TAG = rf"{_WORD}(?:{_WORD}|[{_SEPARATORS}])*+"
_LETTER = rf"[\p{{Alphabetic}}_{_SEPARATORS}]"
_TAG_OF_A_WORD = rf"{_WORD}*\p{{Alphabetic}}{_WORD}*"
_TAG_ALONE = rf"(?<![^{_WHITE}])[#＃]({_TAG})"
_TAG_BEFORE_4_6 = rf"(?<![=/)\p{{Alphabetic}}\p{{Nd}}])[#＃]({_TAG})"
_PROTOCOL_AT_END = re.compile(r"(?<=.)https?\Z", re.DOTALL)

_WEB_MENTION = re.compile(r"(\A|[^/\w])@(([a-z0-9_]+)@[a-z0-9.-]+[a-z0-9]+)", re.IGNORECASE | re.ASCII)
_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# If a text contains none of these, the web interface counts code points.
_COMPOSED = re.compile(rf"[{_MARKS}\u200d\ufe0e\ufe0f🇦-🇿🏻-🏿\U000e0067]")


def count(text: str) -> int:
    """Return the larger of the two counts. The server's limit is 500 by default."""
    return max(server_count(text), web_count(text))


def server_count(text: str) -> int:
    """Return the server's count. The server rejects posts that are too long, and counts white space alone as 0."""
    if not text.strip(_white_space()):
        return 0
    pieces = []
    done = 0
    for start, end, replacement in sorted([*_find_links(text), *_find_mentions(text)]):
        if start >= done:
            pieces += [text[done:start], replacement]
            done = end
    return units.graphemes("".join(pieces) + text[done:])


def web_count(text: str) -> int:
    """Return the count that the web interface shows while the user types."""
    if "://" in text:
        pieces = []
        done = 0
        for link in WITH_PROTOCOL.find(text, domains.reference()):
            pieces += [text[done : link.start], "x" * LINK]
            done = link.end
        text = "".join(pieces) + text[done:]
    if "@" in text:
        text = _WEB_MENTION.sub(r"\1@\3", text)
    return len(_characters().findall(text)) if _COMPOSED.search(text) else len(text)


def counts_simple(text: str, link: str) -> tuple[int, int]:
    """Return (server count, web count) of a text that is simple except for one link (see fastpath.py)."""
    server, web = _count_link(link)
    rest = len(text) - len(link)
    return rest + server, rest + web


@lru_cache(maxsize=64)
def _count_link(link: str) -> tuple[int, int]:
    if other := fastpath.sample(link):
        counts = _count_sample(other)
        if counts == (LINK, LINK):
            return counts
        if counts == (len(other), len(other)):
            return len(link), len(link)
    return server_count(link), web_count(link)


@lru_cache(maxsize=64)
def _count_sample(link: str) -> tuple[int, int]:
    return server_count(link), web_count(link)


def hashtags(text: str) -> tuple[str, ...]:
    """Return the hashtags that Mastodon 4.6 links, without `#`.

    A hashtag must be at the start of the text or after white space.
    """
    return tuple(_find_tags(text, _TAG_ALONE))


def hashtags_before_4_6(text: str) -> tuple[str, ...]:
    """Return the hashtags that older servers link. They include tags after brackets, quotes and apostrophes."""
    return tuple(_find_tags(text, _TAG_BEFORE_4_6))


def _find_tags(text: str, rule: str) -> Iterator[str]:
    if (start := units.before_hash(text)) >= 0:
        for match in units.pattern(rule).finditer(text, start):
            if tag := _leading_tag(match[1]):
                is_before_protocol = text.startswith("://", match.start(1) + len(tag))
                yield _PROTOCOL_AT_END.sub("", tag) if is_before_protocol else tag


def _leading_tag(run: str) -> str:
    """Return the tag at the start of a run of words and separators, or "" if there is none.

    This is equivalent to the server's expression `W S*(L)S*W|W*(A)W*`, which takes quadratic time as written.
    """
    tag = run.rstrip(_SEPARATORS)
    if units.pattern(_LETTER).search(tag, 1, max(1, len(tag) - 1)):
        return tag
    word = units.pattern(_TAG_OF_A_WORD).match(run)
    return str(word.group()) if word else ""


def _find_links(text: str) -> Iterator[tuple[int, int, str]]:
    if "://" in text:
        for link in link_grammar().find(text, domains.reference()):
            if link.protocol and _is_host_encodable(link):
                yield link.start, link.end, "x" * LINK


def _find_mentions(text: str) -> Iterator[tuple[int, int, str]]:
    if "@" in text:
        for match in units.pattern(_MENTION).finditer(text):
            if not _NO_MENTION.match(text, match.end()):
                yield match.start(), match.end(), f"@{match[1]}"


def _is_host_encodable(link: Found) -> bool:
    """Return whether the server can encode the domain. It uses IDNA 2003, which is limited to Unicode 3.2."""
    if link.domain.isascii():
        return all(1 <= len(label) <= _LONGEST_LABEL for label in link.domain.split("."))
    # Imported here because few texts need its tables.
    import stringprep  # noqa: PLC0415

    return all(map(_is_encodable, link.domain.split("."))) and not any(
        stringprep.in_table_a1(character) for character in link.domain
    )


def _is_encodable(label: str) -> bool:
    import stringprep  # noqa: PLC0415
    from encodings.idna import ToASCII  # noqa: PLC0415

    # Encoding a label takes quadratic time, so overlong labels are rejected first. Four characters encode to at least
    # one, except for characters that are mapped to nothing.
    if sum(not stringprep.in_table_b1(character) for character in label) > 4 * _LONGEST_LABEL:
        return False
    try:
        return bool(ToASCII(label))
    except UnicodeError:
        return False


@cache
def _white_space() -> str:
    return "".join(filter(re.compile(f"[{_WHITE}]").match, map(chr, range(0x3001))))


@cache
def link_grammar() -> Grammar:
    """Return the server's link grammar. Except in domains, it accepts much more than the reference does."""
    plain = rf"""[^{_WHITE}<>()?]"""
    end = rf"""[^{_WHITE}()?!*"'「」<>;:=,.$%\[\]~&|@]"""
    nested = rf"[a-zA-Z0-9!*';:=+,.$/%#\[\]_~&|@\u2010-\u2015\u0400-\u052f\-{FOLDED}]"
    private = r"\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef\U00010000-\U000dfffd\U000e1000-\U0010fffd"
    query = rf"(?:\?[a-zA-Z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^{private}]*[a-zA-Z0-9_&=#/\-{private}])?"
    excluded = rf"""\0-\x1f\x7f!"#$%&'()*+,\-./:;<=>?@\[\]^_`{{|}}~{SPACES}{INVALID}{DIRECTIONS}"""
    return Grammar(
        excluded,
        r"(?:(?i:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://)?",
        rf"(?::[0-9]+)?(?P<path>/{paths(plain, end, nested, f'{plain}+/')}*)?{query}",
    )


@cache
def _characters() -> re.Pattern[str]:
    """Return a pattern that matches what the web interface counts as one character, as in stringz 2.1.0 (MIT)."""
    modified = rf"[\ufe0e\ufe0f]?[{_MARKS}🏻-🏿]?"
    single = r"[\0-\uffff]|[🇦-🇿]{2}|[\U00010000-\U0010ffff]"
    flag = r"🏴\U000e0067\U000e0062[\U000e0065\U000e0073\U000e0077][\U000e006e\U000e0063\U000e006c]"
    flag += r"[\U000e0067\U000e0074\U000e0073]\U000e007f"
    return re.compile(
        rf"{flag}|[🏻-🏿](?=[🏻-🏿])|(?:[\0-\uffff][{_MARKS}]?|{single}){modified}(?:\u200d(?:{single}){modified})*"
    )
