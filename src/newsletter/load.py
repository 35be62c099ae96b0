"""load: files of the project become Sources, every value with its place. Nothing is judged here.

Places come from libyaml's event stream: exact marks, no recursion (`compose` overflows the C
stack at 30,000 nested brackets). Scalars stay text; the checks type them.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from newsletter import text
from newsletter.model import Fields, Items, Node, Scalar, Source
from newsletter.problems import Place, Problems

MAX_FRONT_MATTER = 64 * 1024  # bytes
MAX_DEPTH = 20

# A comment of its own line speaks for the file, one behind a value for its line.
_EXCUSE = re.compile(r"^([^\n]*?)(?<!\S)#[ \t]*newsletter:[ \t]*ignore\[([^\]\n]*)\][ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)


def load(root: Path, problems: Problems) -> Iterator[Source]:
    """Every announcement under `root`/announcements, in the order of their names."""
    yield from _folder(root, "announcements", problems)


def load_issues(root: Path, problems: Problems) -> Iterator[Source]:
    """Every issue file under `root`/announcements/issues."""
    yield from _folder(root, "announcements/issues", problems)


def _folder(root: Path, folder: str, problems: Problems) -> Iterator[Source]:
    for path in paths(root, folder, problems):
        source = read(root, path, problems)
        if source is not None:
            yield source


def paths(root: Path, folder: str, problems: Problems) -> Iterator[str]:
    """The project paths of the files of `folder` that are read, in the order of their names."""
    try:
        names = sorted(os.listdir(root / folder))
    except FileNotFoundError:
        return
    except (NotADirectoryError, PermissionError) as fault:
        problems.error(Place(folder), "unreadable", f"{folder} cannot be read: {fault.strerror}")
        return
    for name in names:
        if name.endswith(".md") and not name.startswith((".", "_")) and name != "README.md":
            yield f"{folder}/{name}"


def read(root: Path, path: str, problems: Problems) -> Source | None:
    """One file as a Source; None when it is too broken to go on, with the problems reported."""
    full = root / path
    try:
        if os.path.islink(full) or not full.resolve().is_relative_to(root.resolve()):
            problems.error(
                Place(path), "outside-project", "this file is a symbolic link",
                "put the file itself into the project",
            )  # fmt: skip
            return None
        raw = full.read_bytes()
    except OSError as fault:
        problems.error(Place(path), "unreadable", f"cannot be read: {fault.strerror}")
        return None
    return parse(path, raw, problems)


def parse(path: str, raw: bytes, problems: Problems) -> Source | None:
    """The bytes of a file as a Source: BOM dropped, line ends to LF, otherwise as typed."""
    content = _decode(path, raw, problems)
    if content is None:
        return None
    bad = len(problems)
    for offset, name in text.forbidden(content):
        before = content[:offset]
        place = Place(path, before.count("\n") + 1, offset - before.rfind("\n"))
        problems.error(place, "control-character", f"{name} must not occur in text", "delete it")
    if len(problems) > bad:
        return None
    front, body, body_line = _split(path, content, problems)
    if front is None:
        return None
    _read_excuses(path, front, problems)
    fields = _read_yaml(path, front, problems)
    return None if fields is None else Source(path, fields, body.encode(), body_line)


def _decode(path: str, raw: bytes, problems: Problems) -> str | None:
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        # utf-8-sig counts from behind a BOM; the reader counts from the file's start.
        offset = fault.start + (3 if raw.startswith(b"\xef\xbb\xbf") else 0)
        before = raw[:offset]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace").lstrip("\ufeff")) + 1
        problems.error(
            Place(path, before.count(b"\n") + 1, column), "not-utf-8",
            f"byte 0x{raw[offset]:02x} at offset {offset} is not UTF-8",
            "save the file as UTF-8",
        )  # fmt: skip
        return None
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _split(path: str, content: str, problems: Problems) -> tuple[str | None, str, int]:
    """Front matter, body, and the line on which the body begins."""
    first = content.partition("\n")[0]
    if first.rstrip(" \t") != "---":
        problems.error(
            Place(path), "no-front-matter", "the file does not begin with front matter",
            "begin with a line '---', then 'title: …' and 'date: …', then '---'",
        )  # fmt: skip
        return None, "", 1
    start = len(first) + 1
    end = _FENCE.search(content, start)
    if end is None:
        problems.error(
            Place(path), "no-front-matter", "the front matter is never closed",
            "end it with a line '---'",
        )  # fmt: skip
        return None, "", 1
    front = content[start : end.start()]
    if len(front.encode()) > MAX_FRONT_MATTER:
        problems.error(
            Place(path), "front-matter-size", f"the front matter exceeds {MAX_FRONT_MATTER // 1024} KiB",
            "move text into the body",
        )  # fmt: skip
        return None, "", 1
    # One more LF in front keeps YAML's line numbers those of the file.
    return "\n" + front, content[end.end() + 1 :], content.count("\n", 0, end.end()) + 2


def _read_excuses(path: str, front: str, problems: Problems) -> None:
    """Comments such as `# newsletter: ignore[plain-http]`."""
    for match in _EXCUSE.finditer(front) if "ignore[" in front else ():
        place = Place(path, front.count("\n", 0, match.start()) + 1, len(match[1]) + 1)
        for code in filter(None, re.split(r"[ \t,]+", match[2])):
            problems.excuse(place, code, whole_file=not match[1].strip())


def _at(event: Any) -> tuple[int, int]:
    """Line and column of an event, from 1."""
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


class _Builder:
    """Turns YAML events into nodes, without recursion; reports what this format leaves out."""

    def __init__(self, path: str, problems: Problems) -> None:
        self.path = path
        self.problems = problems
        self.stack: list[tuple[Any, list[Node]]] = []
        self.root: Node | None = None
        self.documents = 0
        self.sound = True

    def refuse(self, event: Any, code: str, message: str, fix: str) -> None:
        self.problems.error(Place(self.path, *_at(event)), code, message, fix)
        self.sound = False

    def take(self, event: Any) -> bool:
        """Take one event; False when going on makes no sense."""
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
            if event.implicit[0] and value == "~":  # YAML's sign for nothing
                value = ""
            # Escapes such as "\u202e" get past the look at the raw text.
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
        seen: dict[str, Scalar] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                place = Place(self.path, key.line, key.column)
                self.problems.error(place, "wrong-type", "a key must be text", "write 'key: value'")
                self.sound = False
                continue
            if key.value in seen:
                self.problems.error(
                    Place(self.path, key.line, key.column), "duplicate-key",
                    f"key '{key.value}' stands already on line {seen[key.value].line}", "keep one of them",
                )  # fmt: skip
                self.sound = False
            seen.setdefault(key.value, key)
            pairs.append((key, value))
        self.add(Fields(tuple(pairs), line, column))

    def add(self, node: Node) -> None:
        if self.stack:
            self.stack[-1][1].append(node)
        else:
            self.root = node


def _read_yaml(path: str, front: str, problems: Problems) -> Fields | None:
    builder = _Builder(path, problems)
    try:
        for event in yaml.parse(front, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if not builder.take(event):
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
