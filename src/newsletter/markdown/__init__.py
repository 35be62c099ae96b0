"""markdown: a Markdown body, read once, becomes Prose. pyromark is used here only.

One pass over pyromark's events feeds the HTML, the text part, the paragraphs for summaries, and
the list of references. There is no recursion, so depth costs nothing; more than 100 levels are
refused all the same, because mail programs and lxml recurse.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import pyromark

from newsletter.markdown.blocks import Blocks
from newsletter.markdown.builder import MAX_DEPTH, Fault, TooDeep
from newsletter.markdown.passages import running
from newsletter.markdown.tables import missing_cells
from newsletter.model import SLOT, Prose, Reference, Source
from newsletter.model.problems import Place
from newsletter.text.typography import Passage

__all__ = ["MAX_DEPTH", "Fault", "offsets", "parse", "passages", "place", "places"]

MAX_CHAINS = 1_000  # different ways in which elements stand in one another; each wants a style of its own

_PARSER = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_FOOTNOTES | pyromark.Options.ENABLE_STRIKETHROUGH
)

Moves = dict[str, Callable[[Blocks, Any], None]]


def _moves(begin: str) -> Moves:
    """The reader's methods for events whose name begins so, by the rest of the name."""
    return {name.removeprefix(begin): getattr(Blocks, name) for name in dir(Blocks) if name.startswith(begin)}


_START, _END, _OTHER = _moves("on_Start"), _moves("on_End"), _moves("on_")


def parse(body: str, top: int = 2) -> tuple[Prose, tuple[Fault, ...]]:
    """The body as Prose, and the faults found in it.

    The highest heading becomes `<h{top}>`, the others follow without gaps.
    """
    # No file holds a SLOT, and no numeric entity stands for one (CommonMark, §2.5).
    body = body.replace(SLOT, "\ufffd")
    reader = Blocks(top, signs="&" in body or "<" in body or ">" in body)
    if fault := missing_cells(body):
        return Prose(), (fault,)
    if not _read(reader, _PARSER.events(body, merge_text=True)):
        deep = offsets(body)[reader.event]
        return Prose(), (Fault("too-deep", deep, f"nested deeper than {MAX_DEPTH} levels", "flatten it"),)
    prose = reader.finish()
    if len(prose.chains) > MAX_CHAINS:
        told = f"elements are nested in more than {MAX_CHAINS} different ways"
        return Prose(), (Fault("too-deep", 0, told, "use fewer kinds of emphasis inside one another"),)
    if not reader.faults:
        return prose, ()
    begins = offsets(body)
    return prose, tuple(fault(begins[event] + further) for event, further, fault in reader.faults)


def _read(reader: Blocks, events: Iterable[Any]) -> bool:
    """Take the events one by one. False when `reader.event` goes too deep: then nothing behind it is read.

    An event is a name, or a mapping of `Start`, `End`, `Text`, … to a name or a value, or to a
    mapping of a name to details.
    """
    depth = 0
    value: Any
    images, signs = reader.images, reader.signs
    for reader.event, event in enumerate(events):
        verb, value = (event, None) if event.__class__ is str else event.popitem()
        if verb == "Text" and not images:
            if signs:
                reader.on_Text(value)
            else:  # four events of ten: a call would take longer than what it does
                reader.pieces.append(value)
                reader.parts.append(value)
            continue
        if verb == "Start":
            moves = _START
            depth += 1
            if depth > MAX_DEPTH:
                return False
        elif verb == "End":
            moves = _END
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
            moves[name](reader, details)
    return True


@lru_cache(maxsize=2)  # faults and links ask, one after the other
def offsets(body: str) -> tuple[int, ...]:
    """Where each event of a body begins, in bytes. The parser takes as long for these as for everything else."""
    return tuple(span["start"] for _, span in _PARSER.events_with_range(body, merge_text=True))


def place(source: Source, reference: Reference) -> Place:
    """Where a link or image stands in its file."""
    return places(source)(reference)


def places(source: Source) -> Callable[[Reference], Place]:
    """As place(), for many of one file: its body is parsed once, and only when a place is wanted."""
    known: list[tuple[int, ...]] = []

    def find(reference: Reference) -> Place:
        if not known:
            known.append(offsets(source.body))
        # A file that was changed since it was read holds fewer, perhaps.
        return source.at_offset(known[0][reference.event] if reference.event < len(known[0]) else 0)

    return find


def passages(body: str) -> tuple[Passage, ...]:
    """The running text of a body, one passage for each paragraph, heading, item and cell."""
    return running(body, list(_PARSER.events_with_range(body, merge_text=False)))
