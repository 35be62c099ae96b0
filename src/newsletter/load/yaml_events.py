"""Read front matter into nodes, from libyaml's stream of events. This is the only module that uses PyYAML.

Events have exact places and are read without recursion, whereas yaml.compose() overflows the C stack at 30,000 nested
brackets. Scalars remain text; the field types convert them.
"""

from typing import Any

import yaml

from newsletter import text
from newsletter.model import Fields, Items, Node, Scalar
from newsletter.model.problems import Place, Problems

MAX_DEPTH = 20


def _at(event: Any) -> tuple[int, int]:
    """Return line and column of an event, from 1."""
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


class _Builder:
    """Turns YAML events into nodes without recursion, and reports features of YAML that front matter must not use."""

    def __init__(self, path: str, problems: Problems) -> None:
        self.path = path
        self.problems = problems
        self.stack: list[tuple[Any, list[Node]]] = []
        self.root: Node | None = None
        self.documents = 0
        self.is_valid = True

    def refuse(self, event: Any, code: str, message: str, fix: str) -> None:
        self.problems.error(Place(self.path, *_at(event)), code, message, fix)
        self.is_valid = False

    def add_event(self, event: Any) -> bool:
        """Process one event; return False if the rest cannot be read."""
        if isinstance(event, yaml.AliasEvent):
            self.refuse(event, "yaml-alias", f"alias *{event.anchor} is not allowed", "write the value out")
            self.add(Scalar("", *_at(event)))
        elif isinstance(event, yaml.NodeEvent):
            self.start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end()
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.refuse(event, "yaml-syntax", "a second YAML document begins here", "delete it")
        if len(self.stack) > MAX_DEPTH:
            self.refuse(event, "too-deep", f"nested deeper than {MAX_DEPTH} levels", "flatten it")
            return False
        return True

    def start(self, event: Any) -> None:
        if event.anchor is not None:
            self.refuse(event, "yaml-alias", f"anchor &{event.anchor} is not allowed", "delete it")
        if event.tag is not None:
            self.refuse(event, "yaml-tag", f"tag {event.tag} is not allowed", "delete it")
        if isinstance(event, yaml.ScalarEvent):
            value = event.value
            if event.implicit[0] and value == "~":  # null
                value = ""
            # The check of the file's text does not see escapes such as "\u202e".
            for _, name in text.forbidden(value) if event.style == '"' else ():
                self.refuse(event, "control-character", f"{name} must not occur in text", "delete it")
            self.add(Scalar(value, *_at(event), not event.implicit[0]))
        else:
            self.stack.append((event, []))

    def end(self) -> None:
        event, nodes = self.stack.pop()
        line, column = _at(event)
        if isinstance(event, yaml.SequenceStartEvent):
            self.add(Items(tuple(nodes), line, column))
            return
        pairs = []
        first_keys: dict[str, Scalar] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                place = Place(self.path, key.line, key.column)
                self.problems.error(place, "wrong-type", "a key must be text", "write 'key: value'")
                self.is_valid = False
                continue
            if key.value in first_keys:
                self.problems.error(
                    Place(self.path, key.line, key.column), "duplicate-key",
                    f"the key '{key.value}' is already used on line {first_keys[key.value].line}", "keep one of them",
                )  # fmt: skip
                self.is_valid = False
            first_keys.setdefault(key.value, key)
            pairs.append((key, value))
        self.add(Fields(tuple(pairs), line, column))

    def add(self, node: Node) -> None:
        if self.stack:
            self.stack[-1][1].append(node)
        else:
            self.root = node


def read(path: str, front: str, problems: Problems) -> Fields | None:
    """Return the nodes of front matter, or report why it cannot be read and return None."""
    builder = _Builder(path, problems)
    try:
        for event in yaml.parse(front, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if not builder.add_event(event):
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
    if builder.root is None or (isinstance(builder.root, Scalar) and not builder.root.value):
        return Fields((), 1, 1)
    if not isinstance(builder.root, Fields):
        problems.error(Place(path, 2, 1), "wrong-type", "the front matter is not a mapping", "write 'key: value'")
        return None
    return builder.root
