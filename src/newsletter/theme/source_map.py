"""Find the template line that produced each piece of a rendered text."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from newsletter.model.problems import Place

# A mark before a line of a template's own text: the line's path and number between private-use characters.
_MARK = re.compile("\ue000([^\ue001]*)\ue001(\\d+)\ue002")


def without_last_end(text: str) -> str:
    """Return the text without its last line break, even if a mark follows the line break."""
    if text.endswith("\ue002"):
        start = text.rfind("\ue000")
        return text[:start].removesuffix("\n") + text[start:]
    return text.removesuffix("\n")


class Marks(Extension):
    """A Jinja extension that puts a mark before each line of a template's own text."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template, with marks added to its own text."""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = token.value.split("\n")
            marked = (f"\ue000{stream.filename}\ue001{token.lineno + i}\ue002{line}" for i, line in enumerate(lines))
            yield Token(token.lineno, "data", "\n".join(marked))


@dataclass(frozen=True, slots=True)
class SourceMap:
    """The template lines from which the pieces of a rendered text come.

    The piece of `text` that begins at offset `starts[n]` comes from `origins[n]`, which is a path and a line number.
    `starts` is sorted. `sources` maps paths to the content of templates.
    """

    starts: tuple[int, ...]
    origins: tuple[tuple[str, int], ...]
    text: str
    sources: Mapping[str, str]

    def place(self, offset: int) -> Place:
        """Return the place in the theme for an offset in the text: the exact line and the most likely column."""
        index = max(bisect_right(self.starts, offset) - 1, 0)
        path, line = self.origins[index]
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        source_line = (_lines(self.sources.get(path, ""))[line - 1 : line] or [""])[0]
        rendered = self.text[offset : min(end, offset + 24)].partition("\n")[0]
        # The rendered text contains values that are not in the template. Try shorter and shorter beginnings of it.
        columns = (source_line.find(rendered[:length]) for length in range(len(rendered), 0, -1))
        return Place(path, line, next((column for column in columns if column >= 0), 0) + 1)


@lru_cache(maxsize=16)
def _lines(source: str) -> list[str]:
    return source.split("\n")


def make_source_map(marked: str, path: str, text: str, sources: Mapping[str, str]) -> SourceMap:
    """Return the source map of `text`, which was rendered from the template at `path`.

    `marked` is the same text with marks. `sources` maps paths to the content of templates.
    """
    starts, origins, plain = [0], [(path, 1)], []
    last = length = 0
    for mark in _MARK.finditer(marked):
        plain.append(marked[last : mark.start()])
        length += len(plain[-1])
        last = mark.end()
        starts.append(length)
        origins.append((mark[1], int(mark[2])))
    # A filter applied to printed text may have changed the marks. Then only the template is known, not the line.
    if "".join((*plain, marked[last:])) != text:
        starts, origins = [0], [(path, 1)]
    return SourceMap(tuple(starts), tuple(origins), text, sources)
