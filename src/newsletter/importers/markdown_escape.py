"""inlines: text and what stands inside a line of HTML, as Markdown that reads back the same."""

import re
import unicodedata
from collections.abc import Callable

# Signs that stand for emphasis until the whole paragraph is known: whether `*` works depends on its neighbours.
STRONG, STRONG_END, EM, EM_END = "\ue000", "\ue001", "\ue002", "\ue003"
_MARKS = {STRONG: ("**", "<strong>"), STRONG_END: ("**", "</strong>"), EM: ("*", "<em>"), EM_END: ("*", "</em>")}
_PAIRS = {STRONG: STRONG_END, EM: EM_END}

_SPECIAL = re.compile(r"[\\`*_\[\]<>~]|&(?=#?\w+;)|(?<!\w)\{(?=%)")
_LINE_START = re.compile(
    r"(?m)^([ \t]*)(#{1,6}(?=[ \t]|$)|[-+](?=[ \t]|$)|={2,}[ \t]*$|-{2,}[ \t]*$|\d{1,9}(?=[.)][ \t]))"
)


def escape(content: str) -> str:
    """Text that Markdown would not take for its own signs, and without our own."""
    content = re.sub("[\ue000-\ue003]", "", content)
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", content)


def guard(paragraph: str) -> str:
    """A paragraph whose lines begin with nothing that Markdown takes for a heading, a list or a rule."""

    def stop(match: re.Match[str]) -> str:
        sign = match[2]
        return f"{match[1]}{sign}\\" if sign.isdigit() else f"{match[1]}\\{sign}"

    return _LINE_START.sub(stop, paragraph)


def wrapped(begin: str, inner: str, end: str) -> str:
    """`inner` between two signs; white space and line breaks at its ends stay outside, and alone get none."""
    start, stop = _extent(inner, str.isspace)
    if start == stop:
        return inner
    return inner[:start] + begin + inner[start:stop] + end + inner[stop:]


def without_breaks(line: str) -> str:
    """Without white space and line breaks at its ends; no-break spaces stay."""
    start, stop = _extent(line, " \t\n".__contains__)
    return line[start:stop]


def _extent(content: str, is_blank: Callable[[str], bool]) -> tuple[int, int]:
    """Where a text begins and ends between blanks and line breaks (`\\` before the line's end). Each is seen once."""
    start, stop = 0, len(content)
    while start < stop and (is_blank(content[start]) or content.startswith("\\\n", start)):
        start += 1 if is_blank(content[start]) else 2
    while start < stop and is_blank(content[stop - 1]):
        stop -= 1
        if content[stop] == "\n" and stop - 1 > start and content[stop - 1] == "\\":
            stop -= 1
    return start, stop


def settle(paragraph: str) -> str:
    """Signs of emphasis written as `*` where CommonMark reads that as meant, else as HTML (§6.2)."""
    paragraph = re.sub(f"{STRONG_END}{STRONG}|{EM_END}{EM}", "", paragraph)  # Word cuts runs where nothing changes
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
    return not _blank(after) and (not _punctuation(after) or _blank(before) or _punctuation(before))


def _closes(paragraph: str, index: int) -> bool:
    before, after = _neighbour(paragraph, index, -1), _neighbour(paragraph, index, 1)
    return not _blank(before) and (not _punctuation(before) or _blank(after) or _punctuation(after))


def _neighbour(paragraph: str, index: int, step: int) -> str:
    """The next character; a sign of emphasis counts as itself, `*`, which no run of ours may touch."""
    index += step
    if not 0 <= index < len(paragraph):
        return " "
    return "*" if paragraph[index] in _MARKS else paragraph[index]


def _blank(character: str) -> bool:
    return character.isspace()


def _punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
