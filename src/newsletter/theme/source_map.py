"""origins: which line of the theme each line of a rendered text comes from."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from newsletter.model.problems import Place

# Before each line of a theme's own text, when it is traced: private characters around path and line.
_MARK = re.compile("\ue000([^\ue001]*)\ue001(\\d+)\ue002")


def without_last_end(text: str) -> str:
    """The text without the end of its last line, behind which a mark may stand."""
    if text.endswith("\ue002"):
        start = text.rfind("\ue000")
        return text[:start].removesuffix("\n") + text[start:]
    return text.removesuffix("\n")


class Marks(Extension):
    """Marks where each line of a template's own text comes from."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The template's tokens, its own text with marks."""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = token.value.split("\n")
            marked = (f"\ue000{stream.filename}\ue001{token.lineno + i}\ue002{line}" for i, line in enumerate(lines))
            yield Token(token.lineno, "data", "\n".join(marked))


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Where the pieces of a rendered text come from: `starts` are offsets, in order."""

    starts: tuple[int, ...]
    origins: tuple[tuple[str, int], ...]
    text: str
    sources: Mapping[str, str]

    def place(self, offset: int) -> Place:
        """The place in the theme of what stands at `offset`: line for line, column as near as it can be."""
        index = max(bisect_right(self.starts, offset) - 1, 0)
        path, line = self.origins[index]
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        written = _lines(self.sources.get(path, ""))[line - 1 : line] or [""]
        words = self.text[offset : min(end, offset + 24)].partition("\n")[0]
        # What was filled in stands in the text, but not in the template.
        columns = (written[0].find(words[:length]) for length in range(len(words), 0, -1))
        return Place(path, line, next((column for column in columns if column >= 0), 0) + 1)


@lru_cache(maxsize=16)
def _lines(source: str) -> list[str]:
    return source.split("\n")


def trace(marked: str, path: str, text: str, sources: Mapping[str, str]) -> SourceMap:
    """Where each line of `text` comes from; `marked` is the same with marks, from the template at `path`."""
    starts, origins, plain = [0], [(path, 1)], []
    last = length = 0
    for mark in _MARK.finditer(marked):
        plain.append(marked[last : mark.start()])
        length += len(plain[-1])
        last = mark.end()
        starts.append(length)
        origins.append((mark[1], int(mark[2])))
    # A filter over printed text would see the marks: then only the template is known.
    if "".join((*plain, marked[last:])) != text:
        starts, origins = [0], [(path, 1)]
    return SourceMap(tuple(starts), tuple(origins), text, sources)
