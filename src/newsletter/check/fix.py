"""fix: mends what can be mended without a doubt, in place, changing nothing else."""

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

_ROUNDS = 9  # of mending: some slips show only when those around them are mended
_LINE_END = re.compile(rb"\r\n?|\n")
_EMPTY_ID = re.compile(rb"((?:\A|[\r\n]))id:[ \t]*(?=[\r\n])")
_CURES = {
    errno.EACCES: "give yourself the right to write",
    errno.EBUSY: "run this command again",
    errno.EDQUOT: "free some space",
    errno.ELOOP: "put the files themselves into the project",
    errno.ENOSPC: "free some space",
    errno.EPERM: "give yourself the right to write",
}


@dataclass(frozen=True, slots=True)
class Mended:
    """A file's text before and after, with LF as line end."""

    path: str
    before: str
    after: str


def write_ids(root: Path, problems: Problems) -> tuple[tuple[str, str], ...]:
    """Write missing ids into the announcement files of the project at `root`.

    Returns (path, id) of each file that was changed. What cannot be written goes to `problems`; other faults of the
    files are left to the check that follows.
    """
    written = []
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
            written.append((source.path, id_))
    return tuple(written)


def _has_id(source: Source) -> bool:
    return any(name == "id" and value is not None for name, value in source.given)


def _with_id(source: Source, raw: bytes, id_: str) -> bytes | None:
    """The file with `id_` in its front matter, and nothing else read otherwise; None when that cannot be done."""
    line = f"id: {id_}".encode()
    first = _LINE_END.search(raw)
    if any(name == "id" for name, _ in source.given):  # without a value
        after = _EMPTY_ID.sub(lambda match: match[1] + line, raw, count=1)
    elif first:
        after = raw[: first.end()] + line + first[0] + raw[first.end() :]
    else:
        return None
    found = Problems()
    now = parse(source.path, after, found)
    if now is None or len(found) or now.body != source.body:
        return None
    before = [pair for pair in source.given if pair[0] != "id"]
    return after if [*now.given] in ([("id", id_), *before], _filled(source, id_)) else None


def _filled(source: Source, id_: str) -> list[object]:
    """The values of a front matter whose empty id has been filled in."""
    return [(name, id_ if name == "id" else value) for name, value in source.given]


def write_typography(root: Path, language: str, problems: Problems) -> tuple[Mended, ...]:
    """Correct the typography of the announcement and issue files of the project at `root`.

    Each file has the rules of its own language, or those of `language`. Returns the files that were changed.
    """
    written = []
    silent = Problems()  # other faults of the files are left to the check that follows
    for source in (*load(root, silent), *load_issues(root, silent)):
        raw = _read(root, source, problems)
        if raw is None:
            continue
        content = raw.decode("utf-8-sig")
        before = re.sub(r"\r\n?", "\n", content)
        after = mend_file(source, before, language)
        if after != before:
            # Slips never hold a line end, so that each line keeps its own.
            ends = [*re.findall(r"\r\n?|\n", content), ""]
            lines = "".join(line + end for line, end in zip(after.split("\n"), ends, strict=True))
            mark = BOM_UTF8 if raw.startswith(BOM_UTF8) else b""
            if _write(root, source.path, (raw, mark + lines.encode()), problems):
                written.append(Mended(source.path, before, after))
    return tuple(written)


def mend_file(source: Source, content: str, language: str) -> str:
    """The content of an announcement's file, read as `source`, with its typography put right."""
    own = source.front.get("lang")
    lang = (own.value if isinstance(own, Scalar) else "") or file_stem(source.path)[1] or language
    now: Source | None = source
    for _ in range(_ROUNDS):
        assert now is not None
        mended = mend(content, tuple((each, lang) for each in _passages(now, content)))
        if mended == content:
            break
        now = parse(source.path, mended.encode(), Problems())
        if now is None or _outline(now.front) != _outline(source.front):
            break  # YAML reads it otherwise now: better a slip than a lost key
        content = mended
    return content


def _passages(source: Source, content: str) -> Iterator[Passage]:
    """Every text for readers in the file, by its offsets in `content`."""
    lines = [0, *(match.end() for match in re.finditer("\n", content))]
    for node in texts_for_readers(source.front):
        found = _scalar(content, lines[node.line - 1] + node.column - 1, node)
        if found is not None:
            yield found
    start = len(content) - len(source.body)
    for each in markdown.passages(source.body):
        yield Passage(each.text, tuple(offset + start if offset >= 0 else -1 for offset in each.offsets))


def _scalar(content: str, start: int, node: Scalar) -> Passage | None:
    """A YAML scalar's text where it stands character for character, else nothing."""
    sign = content[start : start + 1]
    if sign in ("|", ">"):
        return _block(content, start, node)
    quoted = sign in ("'", '"')
    begin, end = start + quoted, start + quoted + len(node.value)
    is_whole = content[begin:end] == node.value and (not quoted or content[end : end + 1] == sign)
    return passage(node.value, begin) if is_whole else None


def _block(content: str, start: int, node: Scalar) -> Passage | None:
    """The lines of a literal or folded scalar."""
    at = content.find("\n", start) + 1
    indent = re.compile(r"[ \n]*").match(content, at)
    margin = indent.end() - content.rfind("\n", 0, indent.end()) - 1 if indent else 0
    words: list[str] = []
    offsets: list[int] = []
    while margin and at < len(content):
        end = content.find("\n", at)
        line = content[at : end if end >= 0 else len(content)]
        if line.strip(" ") and not line.startswith(" " * margin):
            break
        words.append(line[margin:] + "\n")
        offsets += [*range(at + margin, at + max(len(line), margin)), -1]
        at += len(line) + 1
    joined = "".join(words)
    same = re.sub(r"[ \n]+", " ", joined).strip(" ") == re.sub(r"[ \n]+", " ", node.value).strip(" ")
    return Passage(joined, tuple(offsets)) if same and len(joined) == len(offsets) else None


def _outline(node: Node) -> object:
    """Keys and lists of front matter, without the texts."""
    if isinstance(node, Fields):
        return tuple((name.value, _outline(value)) for name, value in node.pairs)
    return tuple(map(_outline, node.items)) if isinstance(node, Items) else None


def _read(root: Path, source: Source, problems: Problems) -> bytes | None:
    """The bytes of the file that `source` was read from; None, and a problem, when it has changed since."""
    try:
        raw = b"".join(pieces(str(root / source.path)))
        now = _LINE_END.sub(b"\n", raw.removeprefix(BOM_UTF8))
        if hashlib.sha256(now).digest() != source.digest:
            raise OSError(errno.EBUSY, "it was changed meanwhile")
    except OSError as fault:
        _refuse(source.path, fault, problems)
        return None
    return raw


def _write(root: Path, path: str, content: tuple[bytes, bytes], problems: Problems) -> bool:
    """Replace the content of a file, given before and after; False, and a problem, when that is impossible."""
    try:
        safe_write.replace(root, path, *content)
    except OSError as fault:
        _refuse(path, fault, problems)
        return False
    return True


def _refuse(path: str, fault: OSError, problems: Problems) -> None:
    cure = _CURES.get(fault.errno or 0, "see to it and try again")
    reason = fault.strerror or os.strerror(errno.EIO)
    problems.error(Place(path), "unwritable", f"cannot be written: {reason}", cure)
