"""Escape text and inline markup so that Markdown parsers read the same text back."""

import re
import unicodedata
from collections.abc import Callable

# Placeholders for emphasis, until the whole paragraph is known: whether `*` works depends on the
# characters beside it.
STRONG, STRONG_END, EM, EM_END = "\ue000", "\ue001", "\ue002", "\ue003"
_MARKS = {STRONG: ("**", "<strong>"), STRONG_END: ("**", "</strong>"), EM: ("*", "<em>"), EM_END: ("*", "</em>")}
_PAIRS = {STRONG: STRONG_END, EM: EM_END}

_SPECIAL = re.compile(r"[\\`*_\[\]<>~]|&(?=#?\w+;)|(?<!\w)\{(?=%)")
_LINE_START = re.compile(
    r"(?m)^([ \t]*)(#{1,6}(?=[ \t]|$)|[-+](?=[ \t]|$)|={2,}[ \t]*$|-{2,}[ \t]*$|\d{1,9}(?=[.)][ \t]))"
)


def escape(content: str) -> str:
    """Escape Markdown's special characters, and remove our placeholders."""
    content = re.sub("[\ue000-\ue003]", "", content)
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", content)


def guard(paragraph: str) -> str:
    """Escape the beginnings of lines that Markdown would read as headings, lists or rules."""

    def escape_start(match: re.Match[str]) -> str:
        sign = match[2]
        return f"{match[1]}{sign}\\" if sign.isdigit() else f"{match[1]}\\{sign}"

    return _LINE_START.sub(escape_start, paragraph)


def wrap(begin: str, inner: str, end: str) -> str:
    """Put `inner` between two marks.

    White space and line breaks at its ends stay outside. Blank text gets no marks.
    """
    start, stop = _extent(inner, str.isspace)
    if start == stop:
        return inner
    return inner[:start] + begin + inner[start:stop] + end + inner[stop:]


def without_breaks(line: str) -> str:
    """Strip white space and line breaks from both ends, but not no-break spaces."""
    start, stop = _extent(line, " \t\n".__contains__)
    return line[start:stop]


def _extent(content: str, is_blank: Callable[[str], bool]) -> tuple[int, int]:
    """Return where a text starts and ends without the blanks and hard line breaks around it.

    A hard line break is `\\` at the end of a line. Takes linear time.
    """
    start, stop = 0, len(content)
    while start < stop and (is_blank(content[start]) or content.startswith("\\\n", start)):
        start += 1 if is_blank(content[start]) else 2
    while start < stop and is_blank(content[stop - 1]):
        stop -= 1
        if content[stop] == "\n" and stop - 1 > start and content[stop - 1] == "\\":
            stop -= 1
    return start, stop


def resolve_emphasis(paragraph: str) -> str:
    """Replace the placeholders for emphasis with `*` or HTML.

    A placeholder becomes `*` where CommonMark (§6.2) reads that as emphasis.
    """
    paragraph = re.sub(f"{STRONG_END}{STRONG}|{EM_END}{EM}", "", paragraph)  # Word splits runs for no reason
    out: list[str] = []
    stack: list[tuple[int, str]] = []
    signs = [index for index, character in enumerate(paragraph) if character in _MARKS]
    plain: dict[int, bool] = {}
    for index in signs:
        character = paragraph[index]
        if character in _PAIRS:
            stack.append((index, character))
        elif stack:
            begin, _ = stack.pop()
            plain[begin] = plain[index] = _opens(paragraph, begin) and _closes(paragraph, index)
    for index, character in enumerate(paragraph):
        out.append(_MARKS[character][0 if plain.get(index) else 1] if character in _MARKS else character)
    return "".join(out)


def _opens(paragraph: str, index: int) -> bool:
    before, after = _neighbour(paragraph, index, -1), _neighbour(paragraph, index, 1)
    return not _is_blank(after) and (not _is_punctuation(after) or _is_blank(before) or _is_punctuation(before))


def _closes(paragraph: str, index: int) -> bool:
    before, after = _neighbour(paragraph, index, -1), _neighbour(paragraph, index, 1)
    return not _is_blank(before) and (not _is_punctuation(before) or _is_blank(after) or _is_punctuation(after))


def _neighbour(paragraph: str, index: int, step: int) -> str:
    """Return the character beside a placeholder; another placeholder counts as `*`."""
    index += step
    if not 0 <= index < len(paragraph):
        return " "
    return "*" if paragraph[index] in _MARKS else paragraph[index]


def _is_blank(character: str) -> bool:
    return character.isspace()


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
