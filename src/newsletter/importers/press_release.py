"""release: one file, a press release mostly, as a Draft: its title, its date, its links are looked for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from lxml import etree

from newsletter import text
from newsletter.importers import dates, front_matter, fronts, markdown_escape, office, word
from newsletter.importers.draft import MAX_TEXT, Doubt, Draft, Given, Unreadable
from newsletter.importers.html_to_markdown import Find, Markup, parse
from newsletter.importers.moments import moment
from newsletter.importers.safe_files import read
from newsletter.importers.trees import empty_hidden
from newsletter.load.keys import MAX_TITLE

_HEADING = re.compile(r"(#{1,6}) (.+)")
_NOTHING = Draft("", "", "")
_LONGEST_HEADING = 90  # characters of a line that may be one
_LINKS = re.compile(
    r"(?i)(?:pour en savoir|en savoir plus|à lire|voir aussi|liens|find out more|read more|learn more|links)\b"
)
_LABELS = re.compile(
    r"(?i)(?:communiqué de presse|press release|pour diffusion immédiate|for immediate release)[ \u00a0:.!]*"
)


def draft(path: Path, given: Given) -> Draft:
    """The release in a file, by the ending of its name. Raises Unreadable, and ModuleNotFoundError without mammoth."""
    kind = path.suffix.lower()
    reader = _READERS.get(kind)
    if reader is None:
        raise Unreadable(
            f"files of kind '{kind or 'no ending'}' cannot be read; save it as .docx, .odt, .html, .txt or .md"
        )
    return reader(path, given)


def decode(content: bytes, doubts: list[Doubt]) -> str:
    """Text in UTF-8, UTF-16 with a mark, or else as older Windows programs write it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").replace("\r\n", "\n").replace("\r", "\n")
    try:
        made = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        made = content.decode("cp1252", "replace")
        doubts.append(
            Doubt("import-lost", "the file was not UTF-8; it was read as Windows-1252", "look at the accents")
        )
    return made.replace("\r\n", "\n").replace("\r", "\n")


def bounded(content: str) -> str:
    """The text itself. Raises Unreadable when it is much longer than any announcement."""
    if len(content) > MAX_TEXT:
        raise Unreadable(f"its text is longer than {MAX_TEXT:,} characters; no announcement may be")
    return content


def _text(path: Path, given: Given) -> Draft:
    doubts: list[Doubt] = []
    content = bounded(decode(read(path), doubts))
    apart = re.split(r"\n[ \t]*\n", content.strip("\n"))
    # Without a single empty line, every line is a paragraph, as word processors save it.
    found = [text.one_line(each) for each in (apart if len(apart) > 1 else content.split("\n"))]
    blocks = [_plain_block(each) for each in found if each]
    for index, block in enumerate(blocks):
        if index and _like_heading(block, blocks[index + 1 : index + 2]):
            blocks[index] = f"## {block}"
            doubts.append(Doubt("import-heading", "this short line was taken for a heading", "", blocks[index]))
    return settle(blocks, given, path, doubts)


def _plain_block(block: str) -> str:
    marked = re.sub(r"^[•·▪–—*-][ \u00a0\t]+", "- ", block)
    return marked if marked.startswith("- ") else markdown_escape.guard(markdown_escape.escape(block))


def _like_heading(block: str, following: list[str]) -> bool:
    """A short line without a full stop, above a longer paragraph."""
    ends = block.rstrip("*_ ")[-1:]
    return (
        len(block) <= _LONGEST_HEADING and not block.startswith(("- ", "#", ">", "|", "!")) and bool(following)
        and len(following[0]) > len(block) and ends not in ".!?…:;,»" and not dates.dates(block)
    )  # fmt: skip


def _page(path: Path, given: Given) -> Draft:
    doubts: list[Doubt] = []
    content = decode(read(path), doubts)
    tree = parse(content)
    if hidden := empty_hidden(tree):
        doubts.append(Doubt("import-lost", f"text that the page does not show was left out {hidden} times"))
    meta = {
        (each.get("property") or each.get("name") or "").lower(): each.get("content") or ""
        for each in tree.iter("meta")
    }
    times = [each.get("datetime") or "" for each in tree.iter("time")]
    told = next((day for value in (meta.get("article:published_time", ""), meta.get("date", ""), *times)
                 if (day := moment(value))), "")  # fmt: skip
    title = meta.get("og:title") or text.one_line(
        "".join(map(str, next(tree.iter("title"), etree.Element("title")).itertext()))
    )
    main = next(
        (found for tag in ("article", "main", "body") if (found := next(tree.iter(tag), None)) is not None), tree
    )
    more = {"summary": text.one_line(meta["description"])} if meta.get("description") else {}
    return _of_tree(main, _beside(path), given, path, doubts, Draft(title, told, "", more=more))


def _beside(path: Path) -> Find:
    """Finds images that lie in the folder of a page, or below it."""
    folder = path.parent.resolve()

    def find(source: str) -> tuple[str, bytes] | None:
        place = front_matter.inside(folder, source)
        return (place.name, read(place)) if place else None

    return find


def _office(reader: Callable[[bytes], tuple[etree._Element, Find, int]]) -> Callable[[Path, Given], Draft]:
    def made(path: Path, given: Given) -> Draft:
        tree, find, hidden = reader(read(path))
        doubts = [Doubt("import-lost", f"hidden text was left out {hidden} times")] if hidden else []
        return _of_tree(tree, find, given, path, doubts, _NOTHING)

    return made


def _of_tree(tree: etree._Element, find: Find, given: Given, path: Path, doubts: list[Doubt], told: Draft) -> Draft:
    markup = Markup(find)
    blocks = list(markup.blocks(tree))
    doubts += markup.doubts
    for index, block in enumerate(blocks):
        bold = re.fullmatch(r"\*\*([^*\n]+)\*\*", block)
        if bold and len(bold[1]) <= _LONGEST_HEADING and index + 1 < len(blocks):
            blocks[index] = f"## {bold[1]}"
            doubts.append(Doubt("import-heading", "this line in bold was taken for a heading", "", blocks[index]))
    return settle(blocks, given, path, doubts, replace(told, pictures=tuple(markup.pictures.values())))


def _markdown(path: Path, given: Given) -> Draft:
    doubts: list[Doubt] = []
    keys, body = fronts.split(bounded(decode(read(path), doubts)))
    folder = path.parent.resolve()
    mapped = front_matter.Mapped(keys, doubts, lambda source: front_matter.inside(folder, source), given.today)
    body = mapped.images(body)
    blocks = [block for block in re.split(r"\n[ \t]*\n", body) if block.strip()]
    pictures, files = tuple(mapped.pictures.values()), tuple(mapped.files.values())
    told = Draft(mapped.title, mapped.date, "", mapped.slug, mapped.more, pictures, files)
    return settle(blocks, given, path, doubts, told, body)


_READERS: Mapping[str, Callable[[Path, Given], Draft]] = {
    ".txt": _text, ".text": _text, ".html": _page, ".htm": _page, ".xhtml": _page, ".md": _markdown,
    ".markdown": _markdown, ".docx": _office(word.word), ".odt": _office(office.open_document),
}  # fmt: skip


def settle(
    blocks: list[str],
    given: Given,
    path: Path,
    doubts: list[Doubt],
    told: Draft = _NOTHING,
    body: str = "",
) -> Draft:
    """A Draft of blocks of Markdown: what `told` leaves open is looked for in them.

    `body` is the Markdown that the blocks were cut from; it is kept as it is when no block is taken out.
    """
    blocks = [rest for block in blocks if (rest := _LABELS.sub("", block, count=1) if len(block) < 100 else block)]
    whole = "\n".join(blocks)
    date = told.date or _date(whole, path, doubts, bool(given.date))
    title, kept = _title(blocks, told.title, doubts, bool(given.title))
    # A sentence makes a poor address; the file's name was chosen.
    guessed = any(doubt.code == "import-title" for doubt in doubts)
    slug = told.slug or (re.sub(r"^\d{4}-\d\d-\d\d[-_ ]|[-_ ](?:19|20)\d\d$", "", path.stem) if guessed else "")
    more = dict(told.more)
    if "links" not in more:
        links, kept = _links(kept, doubts)
        more |= {"links": links} if links else {}
    changed = len(kept) != len(blocks) or not body
    made = "\n\n".join(kept) if changed else body
    return replace(told, title=title, slug=slug, date=date, body=made, more=more, doubts=tuple(doubts))


def _date(content: str, path: Path, doubts: list[Doubt], given: bool) -> str:
    found = dates.likeliest(content)
    if found is not None:
        said = f"the date was taken from “{found.words}” in the text"
        said += "; day and month may be exchanged" if found.ambiguous else ""
        if not given:
            doubts.append(Doubt("import-date", said, "write when it is to become public", "date: "))
        return found.value.isoformat()
    named = re.match(r"(\d{4}-\d\d-\d\d)(?!\d)", path.name)
    return moment(named[1]) if named else ""


def _title(blocks: list[str], told: str, doubts: list[Doubt], given: bool) -> tuple[str, list[str]]:
    """The title, and the blocks without it."""
    for index, block in enumerate(blocks[:8]):
        heading = _HEADING.fullmatch(block)
        # Below a paragraph, only the document's own title is one.
        on_top = all(len(above) < _LONGEST_HEADING or above.startswith("![") for above in blocks[:index])
        if heading and (heading[1] == "#" or (_same(heading[2], told) if told else on_top)):
            return _words(heading[2]), blocks[:index] + blocks[index + 1 :]
    if told:
        return told, blocks
    if blocks and _like_heading(blocks[0], blocks[1:2]):
        return _words(blocks[0]), blocks[1:]
    first = _words(next((block for block in blocks if block[0] not in "!|>-#`"), ""))
    title = text.shorten(next(iter(text.iter_sentences(first)), ""), MAX_TITLE)
    if not given:
        doubts.append(Doubt("import-title", "there is no title: this is the first sentence", "write one", "title: "))
    return title, blocks


def _same(one: str, other: str) -> bool:
    return text.fold(_words(one)) == text.fold(other)


def _words(markdown: str) -> str:
    """Markdown of one line as plain text."""
    without = re.sub(r"!?\[([^\[\]]*+)\]\([^()]*+\)|</?\w+>|(?<!\\)[*`~]", lambda match: match[1] or "", markdown)
    return re.sub(r"\\([\\`*_\[\]<>~{#+-])", r"\1", without).strip()


def _links(blocks: list[str], doubts: list[Doubt]) -> tuple[list[dict[str, str | None]], list[str]]:
    """The list at the end of a release that leads on, as `links`, and the blocks without it."""
    for index in range(len(blocks) - 1, max(-1, len(blocks) - 15), -1):
        head = _words(_HEADING.sub(r"\2", blocks[index]))
        if not _LINKS.match(head) or len(head) > 2 * _LONGEST_HEADING or not blocks[index + 1 :]:
            continue
        entries = [line for block in blocks[index + 1 :] for line in block.split("\n") if line.strip()]
        if any(len(_words(line)) > 2 * _LONGEST_HEADING for line in entries):
            break
        return [_link(line, doubts) for line in entries], blocks[:index]
    return [], blocks


def _link(line: str, doubts: list[Doubt]) -> dict[str, str | None]:
    line = re.sub(r"^(?:#{1,6}|-|\d+\.) +", "", line)
    found = re.search(r"\[([^\]]+)\]\(<?([^)>]+)>?\)", line) or re.search(r"()(https?://[^\s<>]+)", line)
    words = _words(line.replace(found[0], found[1])).strip(" \u00a0:–—-") if found else _words(line)
    title = words or (found[2] if found else "")
    if not found:
        message = f"the link '{title}' has no address"
        doubts.append(Doubt("import-link", message, "write it behind url:, or delete the link", title))
    return {"title": title, "url": found[2] if found else None}
