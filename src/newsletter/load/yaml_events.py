"""Parse front matter into nodes, using PyYAML's stream of events. No other module uses PyYAML.

Events have exact places, and can be processed without recursion; yaml.compose() overflows the C stack at 30,000 nested
brackets. Scalars remain text; the field types convert them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from newsletter.model import Fields, Items, Node, Scalar
from newsletter.model.problems import Place, Problems
from newsletter.text import forbidden

MAX_DEPTH = 20

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _at(event: Any) -> tuple[int, int]:
    """Return the line and column of an event, counted from 1."""
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


class _Builder:
    """Turns YAML events into nodes without recursion, and reports YAML features that front matter must not use.

    `nodes` contains the nodes read so far of the innermost open collection. `outer` is a stack: for each open
    collection, the event that started it and the nodes that precede it in its parent.
    """

    def __init__(self, path: str, problems: Problems) -> None:
        self.path = path
        self.problems = problems
        self.nodes: list[Node] = []
        self.outer: list[tuple[Any, list[Node]]] = []
        self.documents = 0

    def refuse(self, event: Any, code: str, message: str, fix: str) -> None:
        self.problems.error(Place(self.path, *_at(event)), code, message, fix)

    def add(self, event: Any) -> bool:
        """Process one event other than a scalar. Return False if reading must stop."""
        kind = event.__class__
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            self.end()
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self.refuse_properties(event)
            self.outer.append((event, self.nodes))
            self.nodes = []
            if len(self.outer) > MAX_DEPTH:
                self.refuse(event, "too-deep", f"nested deeper than {MAX_DEPTH} levels", "flatten it")
                return False
        elif kind is AliasEvent:
            self.refuse(event, "yaml-alias", f"alias *{event.anchor} is not allowed", "write the value out")
            self.nodes.append(Scalar("", *_at(event)))
        elif kind is DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                self.refuse(event, "yaml-syntax", "a second YAML document begins here", "delete it")
        return True

    def add_scalar(self, event: Any) -> None:
        """Add a scalar to the innermost collection."""
        if event.style == '"' or event.anchor is not None or event.tag is not None:
            self.check_scalar(event)
        value, mark, is_plain = event.value, event.start_mark, event.implicit[0]
        text = "" if is_plain and value == "~" else value  # ~ is null
        self.nodes.append(Scalar(text, mark.line + 1, mark.column + 1, not is_plain))

    def check_scalar(self, event: Any) -> None:
        """Report anchors, tags and forbidden characters."""
        self.refuse_properties(event)
        # The earlier check of the file's text misses escapes such as "\u202e".
        for _, name in forbidden(event.value):
            self.refuse(event, "control-character", f"{name} must not occur in text", "delete it")

    def refuse_properties(self, event: Any) -> None:
        """Report anchors and tags."""
        if event.anchor is not None:
            self.refuse(event, "yaml-alias", f"anchor &{event.anchor} is not allowed", "delete it")
        if event.tag is not None:
            self.refuse(event, "yaml-tag", f"tag {event.tag} is not allowed", "delete it")

    def end(self) -> None:
        """Close the innermost collection and add it to its parent."""
        children = self.nodes
        event, self.nodes = self.outer.pop()
        line, column = _at(event)
        if event.__class__ is SequenceStartEvent:
            self.nodes.append(Items(tuple(children), line, column))
            return
        pairs = tuple(zip(children[::2], children[1::2], strict=True))
        if len({key[0] for key, _ in pairs if key.__class__ is Scalar}) < len(pairs):
            pairs = tuple(self.valid_pairs(pairs))
        self.nodes.append(Fields(pairs, line, column))  # type: ignore[arg-type]

    def valid_pairs(self, pairs: Iterable[tuple[Node, Node]]) -> Iterator[tuple[Scalar, Node]]:
        """Yield the pairs whose key is text. Report all other keys, and keys that occur twice."""
        first_keys: dict[str, Scalar] = {}
        for key, value in pairs:
            place = Place(self.path, key.line, key.column)
            if not isinstance(key, Scalar):
                self.problems.error(place, "wrong-type", "a key must be text", "write 'key: value'")
                continue
            if key.value in first_keys:
                message = f"the key '{key.value}' is already used on line {first_keys[key.value].line}"
                self.problems.error(place, "duplicate-key", message, "keep one of them")
            first_keys.setdefault(key.value, key)
            yield key, value


def read(path: str, front: str, problems: Problems) -> Fields | None:
    """Return the nodes of front matter, or report why it cannot be read and return None."""
    builder = _Builder(path, problems)
    try:
        # yaml.parse() yields the same events, but takes twice as long.
        for event in iter(_Loader(front).get_event, None):
            if event.__class__ is ScalarEvent:  # two thirds of all events
                builder.add_scalar(event)
            elif not builder.add(event):
                return None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
        hint = "put the value in quotes, or indent it with spaces"
        problems.error(place, "yaml-syntax", f"not valid YAML: {fault.problem}", hint)
        return None
    except yaml.YAMLError as fault:
        problems.error(Place(path), "yaml-syntax", f"not valid YAML: {fault}")
        return None
    root = builder.nodes[0] if builder.nodes else None
    if root is None or (isinstance(root, Scalar) and not root.value):
        return Fields((), 1, 1)
    if not isinstance(root, Fields):
        problems.error(Place(path, 2, 1), "wrong-type", "the front matter is not a mapping", "write 'key: value'")
        return None
    return root
