"""Correct files in place: add missing ids, correct the typography, and change nothing else."""

import errno
import hashlib
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter import markdown, text
from newsletter.check.checker import file_stem
from newsletter.load import load, load_issues, parse, safe_write
from newsletter.load.keys import texts_for_readers
from newsletter.load.safe_open import pieces
from newsletter.model import Fields, Items, Node, Scalar, Source
from newsletter.model.problems import Place, Problems
from newsletter.text.typography import Passage, mend, passage

_MAX_ROUNDS = 9  # some errors are found only after those around them are corrected
_LINE_END = re.compile(rb"\r\n?|\n")
_EMPTY_ID = re.compile(rb"((?:\A|[\r\n]))id:[ \t]*(?=[\r\n])")
_FIXES = {
    errno.EACCES: "give yourself write permission",
    errno.EBUSY: "run this command again",
    errno.EDQUOT: "free some space",
    errno.ELOOP: "put the files themselves into the project",
    errno.ENOSPC: "free some space",
    errno.EPERM: "give yourself write permission",
}


@dataclass(frozen=True, slots=True)
class Mended:
    """A corrected file: its path, and its text before and after, with LF line endings."""

    path: str
    before: str
    after: str


def write_ids(root: Path, problems: Problems) -> tuple[tuple[str, str], ...]:
    """Write missing ids into the announcement files of the project at `root`.

    Returns (path, id) for each changed file. Only files that cannot be written are reported to
    `problems`.
    """
    changed = []
    for source in tuple(load(root, Problems())):
        id_ = text.fold(file_stem(source.path)[0])
        if _has_id(source) or not id_:
            continue
        raw = _read(root, source, problems)
        if raw is None:
            continue
        after = _with_id(source, raw, id_)
        if after is None:
            problems.error(
                Place(source.path), "unwritable", "an id cannot be added to this front matter",
                f"write 'id: {id_}' into it by hand",
            )  # fmt: skip
        elif _write(root, source.path, (raw, after), problems):
            changed.append((source.path, id_))
    return tuple(changed)


def _has_id(source: Source) -> bool:
    return any(name == "id" and value is not None for name, value in source.values)


def _with_id(source: Source, raw: bytes, id_: str) -> bytes | None:
    """Return the content of a file with `id_` added to its front matter.

    Return None if that is impossible, or would change how the rest of the file is read.
    """
    line = f"id: {id_}".encode()
    first = _LINE_END.search(raw)
    if any(name == "id" for name, _ in source.values):  # the key has no value
        after = _EMPTY_ID.sub(lambda match: match[1] + line, raw, count=1)
    elif first:
        after = raw[: first.end()] + line + first[0] + raw[first.end() :]
    else:
        return None
    problems = Problems()
    reread = parse(source.path, after, problems)
    if reread is None or len(problems) or reread.body != source.body:
        return None
    others = [pair for pair in source.values if pair[0] != "id"]
    return after if [*reread.values] in ([("id", id_), *others], _with_id_filled_in(source, id_)) else None


def _with_id_filled_in(source: Source, id_: str) -> list[object]:
    return [(name, id_ if name == "id" else value) for name, value in source.values]


def write_typography(root: Path, language: str, problems: Problems) -> tuple[Mended, ...]:
    """Correct the typography of the announcement and issue files of the project at `root`.

    Each file follows the rules of its own language, or of `language` if it does not set one.
    Returns the changed files. Only files that cannot be written are reported to `problems`.
    """
    changed = []
    ignored = Problems()
    for source in (*load(root, ignored), *load_issues(root, ignored)):
        raw = _read(root, source, problems)
        if raw is None:
            continue
        content = raw.decode("utf-8-sig")
        before = re.sub(r"\r\n?", "\n", content)
        after = mend_file(source, before, language)
        if after != before:
            # Corrections never add or remove lines, so each line keeps its own line ending.
            ends = [*re.findall(r"\r\n?|\n", content), ""]
            lines = "".join(line + end for line, end in zip(after.split("\n"), ends, strict=True))
            mark = BOM_UTF8 if raw.startswith(BOM_UTF8) else b""
            if _write(root, source.path, (raw, mark + lines.encode()), problems):
                changed.append(Mended(source.path, before, after))
    return tuple(changed)


def mend_file(source: Source, content: str, language: str) -> str:
    """Return `content`, the text of the file read as `source`, with its typography corrected.

    `language` applies if the file does not set its own.
    """
    own = source.front.get("lang")
    lang = (own.value if isinstance(own, Scalar) else "") or file_stem(source.path)[1] or language
    current: Source | None = source
    for _ in range(_MAX_ROUNDS):
        assert current is not None
        mended = mend(content, tuple((each, lang) for each in _passages(current, content)))
        if mended == content:
            break
        current = parse(source.path, mended.encode(), Problems())
        if current is None or _outline(current.front) != _outline(source.front):
            break  # the correction would change the structure of the YAML
        content = mended
    return content


def _passages(source: Source, content: str) -> Iterator[Passage]:
    """Yield every text for readers in the file, with its offsets in `content`."""
    line_starts = [0, *(match.end() for match in re.finditer("\n", content))]
    for node in texts_for_readers(source.front):
        scalar = _scalar(content, line_starts[node.line - 1] + node.column - 1, node)
        if scalar is not None:
            yield scalar
    start = len(content) - len(source.body)
    for each in markdown.passages(source.body):
        yield Passage(each.text, tuple(offset + start if offset >= 0 else -1 for offset in each.offsets))


def _scalar(content: str, start: int, node: Scalar) -> Passage | None:
    """Return the YAML scalar that begins at `start`.

    Return None if its source text differs from its value.
    """
    indicator = content[start : start + 1]
    if indicator in ("|", ">"):
        return _block_scalar(content, start, node)
    is_quoted = indicator in ("'", '"')
    begin, end = start + is_quoted, start + is_quoted + len(node.value)
    is_literal = content[begin:end] == node.value and (not is_quoted or content[end : end + 1] == indicator)
    return passage(node.value, begin) if is_literal else None


def _block_scalar(content: str, start: int, node: Scalar) -> Passage | None:
    """Return the lines of a literal or folded scalar.

    Return None if they differ from its value by more than white space.
    """
    line_start = content.find("\n", start) + 1
    indent = re.compile(r"[ \n]*").match(content, line_start)
    margin = indent.end() - content.rfind("\n", 0, indent.end()) - 1 if indent else 0
    lines: list[str] = []
    offsets: list[int] = []
    while margin and line_start < len(content):
        end = content.find("\n", line_start)
        line = content[line_start : end if end >= 0 else len(content)]
        if line.strip(" ") and not line.startswith(" " * margin):
            break
        lines.append(line[margin:] + "\n")
        offsets += [*range(line_start + margin, line_start + max(len(line), margin)), -1]
        line_start += len(line) + 1
    block = "".join(lines)
    is_equal = re.sub(r"[ \n]+", " ", block).strip(" ") == re.sub(r"[ \n]+", " ", node.value).strip(" ")
    return Passage(block, tuple(offsets)) if is_equal and len(block) == len(offsets) else None


def _outline(node: Node) -> object:
    """Return the structure of front matter: its keys and lists, without the texts."""
    if isinstance(node, Fields):
        return tuple((name.value, _outline(value)) for name, value in node.pairs)
    return tuple(map(_outline, node.items)) if isinstance(node, Items) else None


def _read(root: Path, source: Source, problems: Problems) -> bytes | None:
    """Read the file of `source` again.

    Report a problem and return None if the file is unreadable or has changed since.
    """
    try:
        raw = b"".join(pieces(str(root / source.path)))
        content = _LINE_END.sub(b"\n", raw.removeprefix(BOM_UTF8))
        if hashlib.sha256(content).digest() != source.file.digest:
            raise OSError(errno.EBUSY, "it was changed in the meantime")
    except OSError as fault:
        _report_unwritable(source.path, fault, problems)
        return None
    return raw


def _write(root: Path, path: str, content: tuple[bytes, bytes], problems: Problems) -> bool:
    """Replace the content of a file; `content` is a pair of the old and the new content.

    Report a problem and return False if the file cannot be written, or if it no longer has the old
    content.
    """
    try:
        safe_write.replace(root, path, *content)
    except OSError as fault:
        _report_unwritable(path, fault, problems)
        return False
    return True


def _report_unwritable(path: str, fault: OSError, problems: Problems) -> None:
    fix = _FIXES.get(fault.errno or 0, "remove the cause and try again")
    reason = fault.strerror or os.strerror(errno.EIO)
    problems.error(Place(path), "unwritable", f"cannot be written: {reason}", fix)
