"""Parse a Markdown body into Prose. This is the only package that uses pyromark.

One pass over pyromark's events collects the HTML, the text part, the paragraphs for summaries and the references.
There is no recursion, so nesting costs nothing here; more than 100 levels are rejected nevertheless, because mail
programs and lxml recurse.
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

MAX_CHAINS = 1_000  # different chains of nested elements; each needs a style of its own

_PARSER = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_FOOTNOTES | pyromark.Options.ENABLE_STRIKETHROUGH
)

Handlers = dict[str, Callable[[Blocks, Any], None]]


def _handlers(prefix: str) -> Handlers:
    """Return the methods of Blocks whose names start with `prefix`, by the rest of the name."""
    return {name.removeprefix(prefix): getattr(Blocks, name) for name in dir(Blocks) if name.startswith(prefix)}


_START, _END, _OTHER = _handlers("on_Start"), _handlers("on_End"), _handlers("on_")


def parse(body: str, top: int = 2) -> tuple[Prose, tuple[Fault, ...]]:
    """Parse a body. Returns its Prose and the faults found in it.

    The highest heading becomes `<h{top}>`, and lower ones follow without gaps. The Prose is empty if the body has too
    many missing cells, levels or chains.
    """
    # SLOT is NUL: no file contains it, and no numeric entity yields it (CommonMark, §2.5).
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
    """Process the events in order. Stop and return False at an event that is nested too deep.

    `reader.event` is then the number of that event. An event is a name, or a mapping of `Start`, `End`, `Text`, … to a
    name, to a value, or to a mapping of a name to details.
    """
    depth = 0
    value: Any
    images, signs = reader.images, reader.signs
    for reader.event, event in enumerate(events):
        verb, value = (event, None) if event.__class__ is str else event.popitem()
        if verb == "Text" and not images:
            if signs:
                reader.on_Text(value)
            else:  # four events in ten: a call would take longer than its work
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


@lru_cache(maxsize=2)  # called for faults and then for links
def offsets(body: str) -> tuple[int, ...]:
    """Return the byte offset at which each event of a body starts.

    This takes as long as all other parsing, so call it only if a place is needed.
    """
    return tuple(span["start"] for _, span in _PARSER.events_with_range(body, merge_text=True))


def place(source: Source, reference: Reference) -> Place:
    """Return the place of a link or image in its file."""
    return places(source)(reference)


def places(source: Source) -> Callable[[Reference], Place]:
    """Like place(), for several references in one file.

    The body is parsed only once, when the first place is requested.
    """
    cached: list[tuple[int, ...]] = []

    def find(reference: Reference) -> Place:
        if not cached:
            cached.append(offsets(source.body))
        # A file that has changed since it was read may have fewer events.
        return source.at_offset(cached[0][reference.event] if reference.event < len(cached[0]) else 0)

    return find


def passages(body: str) -> tuple[Passage, ...]:
    """Return the running text of a body: a passage for each paragraph, heading, item and cell."""
    return find_passages(body, list(_PARSER.events_with_range(body, merge_text=False)))
