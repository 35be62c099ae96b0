"""markdown: a Markdown body, read once, becomes Prose. pyromark is used here only.

One pass over pyromark's events feeds the HTML, the text part, the paragraphs for summaries, and
the list of references. There is no recursion, so depth costs nothing; more than 100 levels are
refused all the same, because mail programs and lxml recurse.
"""

from typing import Any

import pyromark

from newsletter.markdown.blocks import Blocks
from newsletter.markdown.inlines import Inlines
from newsletter.markdown.running import running
from newsletter.markdown.writing import Fault
from newsletter.model import Prose
from newsletter.typography import Passage

__all__ = ["MAX_DEPTH", "Fault", "parse", "passages"]

MAX_DEPTH = 100

_PARSER = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_FOOTNOTES | pyromark.Options.ENABLE_STRIKETHROUGH
)

Event = tuple[Any, Any]  # a name, or a mapping with one entry; and {'start': …, 'end': …} in bytes


class Reader(Blocks, Inlines):
    """Takes the events of one body one by one."""

    def take(self, name: str, details: Any, start: int) -> None:
        """One event: `StartParagraph`, `Text`, …; what it carries, and its byte offset."""
        if self.image is not None and name not in ("EndImage", "Text", "Code", "SoftBreak", "HardBreak"):
            return
        getattr(self, "on_" + name)(details, start)


def parse(body: str, top: int = 2) -> tuple[Prose, tuple[Fault, ...]]:
    """The body as Prose, and the faults found in it.

    The highest heading becomes `<h{top}>`, the others follow without gaps.
    """
    events: list[Event] = list(_PARSER.events_with_range(body, merge_text=True))
    levels, skipped, deep = _survey(events)
    if deep >= 0:
        fault = Fault("too-deep", deep, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
        return Prose(), (fault,)
    reader = Reader(levels=iter(_outline(levels, top)), entities="&" in body)
    for offset in skipped:
        reader.fault("skipped-heading", offset, "this heading skips a level", "go down one level at a time", "warning")
    for payload, span in events:
        if isinstance(payload, str):
            reader.take(payload, None, span["start"])
            continue
        for verb, value in payload.items():
            if verb in ("Start", "End"):
                name, details = next(iter(value.items())) if isinstance(value, dict) else (value, None)
                reader.take(verb + name, details, span["start"])
            else:
                reader.take(verb, value, span["start"])
    return reader.finish(), tuple(reader.faults)


def passages(body: str) -> tuple[Passage, ...]:
    """The running text of a body, one passage for each paragraph, heading, item and cell."""
    return running(body, list(_PARSER.events_with_range(body, merge_text=False)))


def _survey(events: list[Event]) -> tuple[list[int], list[int], int]:
    """Levels of the headings; offsets of headings that skip one; offset of what is too deep, or -1."""
    levels: list[int] = []
    skipped: list[int] = []
    depth = 0
    for payload, span in events:
        if isinstance(payload, str):
            continue
        if "End" in payload:
            depth -= 1
        elif start := payload.get("Start"):
            depth += 1
            if depth > MAX_DEPTH:
                return levels, skipped, span["start"]
            if isinstance(start, dict) and (heading := start.get("Heading")):
                level = int(heading["level"][1])
                if levels and level > levels[-1] + 1:
                    skipped.append(span["start"])
                levels.append(level)
    return levels, skipped, -1


def _outline(levels: list[int], top: int) -> list[int]:
    """The levels as shown: `[1, 3, 2]` under top 2 becomes `[2, 3, 3]`."""
    shown = []
    above: list[int] = []
    for level in levels:
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        shown.append(min(top + len(above) - 1, 6))
    return shown
