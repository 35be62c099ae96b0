"""Parse a Markdown body into Prose. No other package uses pyromark.

A single pass over pyromark's events collects the HTML, the plain text, the paragraphs for summaries, and the links and
images. The pass does not recurse, so it could handle any depth of nesting. Still, more than 100 levels are rejected,
because mail programs and lxml do recurse.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import pyromark

from newsletter.markdown.blocks import Blocks
from newsletter.markdown.builder import MAX_DEPTH, Fault, TooDeep
from newsletter.markdown.passages import find_passages
from newsletter.markdown.tables import missing_cells
from newsletter.model import SLOT, Prose, Reference, Source
from newsletter.model.problems import Place
from newsletter.text.typography import Passage

__all__ = ["MAX_DEPTH", "Fault", "offsets", "parse", "passages", "place", "places"]

MAX_CHAINS = 1_000  # distinct chains of nested elements; each needs its own style

_PARSER = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_FOOTNOTES | pyromark.Options.ENABLE_STRIKETHROUGH
)

Handlers = dict[str, Callable[[Blocks, Any], None]]


def _handlers(prefix: str) -> Handlers:
    """Return the methods of Blocks whose names start with `prefix`, keyed by the rest of the name."""
    return {name.removeprefix(prefix): getattr(Blocks, name) for name in dir(Blocks) if name.startswith(prefix)}


_START, _END, _OTHER = _handlers("on_Start"), _handlers("on_End"), _handlers("on_")


def parse(body: str, top: int = 2) -> tuple[Prose, tuple[Fault, ...]]:
    """Parse a body. Return its Prose and the faults found in it.

    The highest heading becomes `<h{top}>`, and lower headings follow without gaps. The Prose is empty if too many table
    cells are missing, if elements are nested too deeply, or if they are nested in too many different ways.
    """
    # SLOT is NUL. Source files cannot contain it, and no numeric entity yields it (CommonMark, §2.5).
    body = body.replace(SLOT, "\ufffd")
    reader = Blocks(top, signs="&" in body or "<" in body or ">" in body)
    if fault := missing_cells(body):
        return Prose(), (fault,)
    if not _read(reader, _PARSER.events(body, merge_text=True)):
        position = offsets(body)[reader.event]
        return Prose(), (Fault("too-deep", position, f"nested deeper than {MAX_DEPTH} levels", "flatten it"),)
    prose = reader.finish()
    if len(prose.chains) > MAX_CHAINS:
        message = f"elements are nested in more than {MAX_CHAINS} different ways"
        return Prose(), (Fault("too-deep", 0, message, "use fewer kinds of emphasis inside one another"),)
    if not reader.faults:
        return prose, ()
    starts = offsets(body)
    return prose, tuple(make_fault(starts[event] + extra) for event, extra, make_fault in reader.faults)


def _read(reader: Blocks, events: Iterable[Any]) -> bool:
    """Process the events in order. Return False if one of them is nested too deeply; `reader.event` is its number.

    An event is a name such as "SoftBreak", or a dictionary with one key: `Start`, `End`, `Text` and so on. The value of
    this key is a name, a text, or a dictionary that maps a name to details.
    """
    depth = 0
    value: Any
    images, signs = reader.images, reader.signs
    for reader.event, event in enumerate(events):
        verb, value = (event, None) if event.__class__ is str else event.popitem()
        if verb == "Text" and not images:
            if signs:
                reader.on_Text(value)
            else:  # 40% of all events; calling a method would take longer than these two lines
                reader.pieces.append(value)
                reader.parts.append(value)
            continue
        if verb == "Start":
            handlers = _START
            depth += 1
            if depth > MAX_DEPTH:
                return False
        elif verb == "End":
            handlers = _END
            depth -= 1
        elif images:
            reader.in_image(verb, value)
            continue
        else:
            try:
                _OTHER[verb](reader, value)
            except TooDeep:
                return False
            continue
        name, details = (value, None) if value.__class__ is str else value.popitem()
        if images:
            reader.in_image(verb + name, details)
        else:
            handlers[name](reader, details)
    return True


@lru_cache(maxsize=2)  # called twice per body: for faults, then for links
def offsets(body: str) -> tuple[int, ...]:
    """Return the byte offset at which each event of a body starts.

    Call this only if a place is needed: it takes as long as parse().
    """
    return tuple(span["start"] for _, span in _PARSER.events_with_range(body, merge_text=True))


def place(source: Source, reference: Reference) -> Place:
    """Return the place of a link or image in its file."""
    return places(source)(reference)


def places(source: Source) -> Callable[[Reference], Place]:
    """Return a function like place() for several references in one file.

    The body is parsed only once, on the first call of that function.
    """
    cached: list[tuple[int, ...]] = []

    def find(reference: Reference) -> Place:
        if not cached:
            cached.append(offsets(source.body))
        # If the file has changed since it was read, it may have fewer events.
        return source.at_offset(cached[0][reference.event] if reference.event < len(cached[0]) else 0)

    return find


def passages(body: str) -> tuple[Passage, ...]:
    """Return the running text of a body, with one passage for each paragraph, heading, list item and table cell."""
    return find_passages(body, list(_PARSER.events_with_range(body, merge_text=False)))
