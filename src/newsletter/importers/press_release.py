"""Read one file, usually a press release, into a Draft, and find its title, date and links."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from lxml import etree

from newsletter import text
from newsletter.importers import dates, front_matter, fronts, markdown_escape, office, word
from newsletter.importers.draft import MAX_TEXT, Doubt, Draft, ImportOptions, Unreadable
from newsletter.importers.html_to_markdown import Find, MarkdownConverter, parse
from newsletter.importers.moments import moment
from newsletter.importers.safe_files import read
from newsletter.importers.trees import empty_hidden
from newsletter.load.keys import MAX_TITLE

_HEADING = re.compile(r"(#{1,6}) (.+)")
_EMPTY = Draft("", "", "")
_LONGEST_HEADING = 90  # characters
_LINKS_HEADING = re.compile(
    r"(?i)(?:pour en savoir|en savoir plus|à lire|voir aussi|liens|find out more|read more|learn more|links)\b"
)
_LABELS = re.compile(
    r"(?i)(?:communiqué de presse|press release|pour diffusion immédiate|for immediate release)[ \u00a0:.!]*"
)


def draft(path: Path, options: ImportOptions) -> Draft:
    """Read a press release from a file, whose suffix determines the format.

    Raises Unreadable, and ModuleNotFoundError for a Word document if mammoth is not installed.
    """
    kind = path.suffix.lower()
    reader = _READERS.get(kind)
    if reader is None:
        raise Unreadable(f"files of type '{kind or 'none'}' cannot be read; save it as .docx, .odt, .html, .txt or .md")
    return reader(path, options)


def decode(content: bytes, doubts: list[Doubt]) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark, or Windows-1252, which older programs write.

    Adds a doubt to `doubts` if it decodes the text as Windows-1252.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").replace("\r\n", "\n").replace("\r", "\n")
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        decoded = content.decode("cp1252", "replace")
        message = "the file was not UTF-8; it was read as Windows-1252"
        doubts.append(Doubt("import-lost", message, "check the accents"))
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def check_length(content: str) -> str:
    """Return the text unchanged. Raises Unreadable if it is longer than MAX_TEXT."""
    if len(content) > MAX_TEXT:
        raise Unreadable(f"its text is longer than {MAX_TEXT:,} characters; shorten it, or split it")
    return content


def _text(path: Path, options: ImportOptions) -> Draft:
    doubts: list[Doubt] = []
    content = check_length(decode(read(path), doubts))
    paragraphs = re.split(r"\n[ \t]*\n", content.strip("\n"))
    if len(paragraphs) == 1:  # word processors save each paragraph as one line, without blank lines
        paragraphs = content.split("\n")
    lines = [text.one_line(paragraph) for paragraph in paragraphs]
    blocks = [_plain_block(line) for line in lines if line]
    for index, block in enumerate(blocks):
        if index and _looks_like_heading(block, blocks[index + 1 : index + 2]):
            blocks[index] = f"## {block}"
            doubts.append(Doubt("import-heading", "this short line was taken for a heading", "", blocks[index]))
    return complete(blocks, options, path, doubts)


def _plain_block(block: str) -> str:
    item = re.sub(r"^[•·▪–—*-][ \u00a0\t]+", "- ", block)
    return item if item.startswith("- ") else markdown_escape.guard(markdown_escape.escape(block))


def _looks_like_heading(block: str, following: list[str]) -> bool:
    """Return whether a block is a short line without a full stop, above a longer paragraph."""
    ends = block.rstrip("*_ ")[-1:]
    return (
        len(block) <= _LONGEST_HEADING and not block.startswith(("- ", "#", ">", "|", "!")) and bool(following)
        and len(following[0]) > len(block) and ends not in ".!?…:;,»" and not dates.dates(block)
    )  # fmt: skip


def _page(path: Path, options: ImportOptions) -> Draft:
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
    values = (meta.get("article:published_time", ""), meta.get("date", ""), *times)
    day = next((day for value in values if (day := moment(value))), "")
    title = meta.get("og:title") or text.one_line(
        "".join(map(str, next(tree.iter("title"), etree.Element("title")).itertext()))
    )
    main = next((part for tag in ("article", "main", "body") if (part := next(tree.iter(tag), None)) is not None), tree)
    more = {"summary": text.one_line(meta["description"])} if meta.get("description") else {}
    return _from_tree(main, _finder(path), options, path, doubts, Draft(title, day, "", more=more))


def _finder(path: Path) -> Find:
    """Return a function that finds images in or below the folder of a page."""
    folder = path.parent.resolve()

    def find(source: str) -> tuple[str, bytes] | None:
        image = front_matter.find_inside(folder, source)
        return (image.name, read(image)) if image else None

    return find


def _office_reader(
    parse_office: Callable[[bytes], tuple[etree._Element, Find, int]],
) -> Callable[[Path, ImportOptions], Draft]:
    def read_office(path: Path, options: ImportOptions) -> Draft:
        tree, find, hidden = parse_office(read(path))
        doubts = [Doubt("import-lost", f"hidden text was left out {hidden} times")] if hidden else []
        return _from_tree(tree, find, options, path, doubts, _EMPTY)

    return read_office


def _from_tree(
    tree: etree._Element, find: Find, options: ImportOptions, path: Path, doubts: list[Doubt], start: Draft
) -> Draft:
    converter = MarkdownConverter(find)
    blocks = list(converter.blocks(tree))
    doubts += converter.doubts
    for index, block in enumerate(blocks):
        bold = re.fullmatch(r"\*\*([^*\n]+)\*\*", block)
        if bold and len(bold[1]) <= _LONGEST_HEADING and index + 1 < len(blocks):
            blocks[index] = f"## {bold[1]}"
            doubts.append(Doubt("import-heading", "this line in bold was taken for a heading", "", blocks[index]))
    return complete(blocks, options, path, doubts, replace(start, pictures=tuple(converter.pictures.values())))


def _markdown(path: Path, options: ImportOptions) -> Draft:
    doubts: list[Doubt] = []
    keys, body = fronts.split(check_length(decode(read(path), doubts)))
    folder = path.parent.resolve()
    mapped = front_matter.MappedKeys(
        keys, doubts, lambda source: front_matter.find_inside(folder, source), options.today
    )
    body = mapped.images(body)
    blocks = [block for block in re.split(r"\n[ \t]*\n", body) if block.strip()]
    pictures, files = tuple(mapped.pictures.values()), tuple(mapped.files.values())
    start = Draft(mapped.title, mapped.date, "", mapped.slug, mapped.more, pictures, files)
    return complete(blocks, options, path, doubts, start, body)


_READERS: Mapping[str, Callable[[Path, ImportOptions], Draft]] = {
    ".txt": _text, ".text": _text, ".html": _page, ".htm": _page, ".xhtml": _page, ".md": _markdown,
    ".markdown": _markdown, ".docx": _office_reader(word.word), ".odt": _office_reader(office.open_document),
}  # fmt: skip


def complete(
    blocks: list[str],
    options: ImportOptions,
    path: Path,
    doubts: list[Doubt],
    start: Draft = _EMPTY,
    body: str = "",
) -> Draft:
    """Complete the draft `start` from the Markdown blocks of its body.

    The title, date, slug and links come from the blocks if `start` has none. `body` is the Markdown
    from which the blocks were cut; it is used unchanged if no block is removed.
    """
    unlabelled = (_LABELS.sub("", block, count=1) if len(block) < 100 else block for block in blocks)
    blocks = [block for block in unlabelled if block]
    date = start.date or _date("\n".join(blocks), path, doubts, bool(options.date))
    title, rest = _title(blocks, start.title, doubts, bool(options.title))
    # A guessed title is a whole sentence, too long for a slug; the author chose the file name.
    is_guessed = any(doubt.code == "import-title" for doubt in doubts)
    slug = start.slug or (re.sub(r"^\d{4}-\d\d-\d\d[-_ ]|[-_ ](?:19|20)\d\d$", "", path.stem) if is_guessed else "")
    more = dict(start.more)
    if "links" not in more:
        links, rest = _links(rest, doubts)
        more |= {"links": links} if links else {}
    if len(rest) != len(blocks) or not body:
        body = "\n\n".join(rest)
    return replace(start, title=title, slug=slug, date=date, body=body, more=more, doubts=tuple(doubts))


def _date(content: str, path: Path, doubts: list[Doubt], is_given: bool) -> str:
    """Return the date in the text, or else the one in the file name, or else ""."""
    written = dates.likeliest(content)
    if written is not None:
        message = f"the date was taken from “{written.words}” in the text"
        message += "; day and month may be swapped" if written.ambiguous else ""
        if not is_given:
            doubts.append(Doubt("import-date", message, "write when it should become public", "date: "))
        return written.value.isoformat()
    match = re.match(r"(\d{4}-\d\d-\d\d)(?!\d)", path.name)
    return moment(match[1]) if match else ""


def _title(blocks: list[str], known: str, doubts: list[Doubt], is_given: bool) -> tuple[str, list[str]]:
    """Return the title, and the blocks without it.

    `known` is the title in the file's metadata, or "".
    """
    for index, block in enumerate(blocks[:8]):
        heading = _HEADING.fullmatch(block)
        # Below a paragraph, only a heading of level 1 or one that equals the known title is the title.
        is_on_top = all(len(above) < _LONGEST_HEADING or above.startswith("![") for above in blocks[:index])
        if heading and (heading[1] == "#" or (_is_same(heading[2], known) if known else is_on_top)):
            return _words(heading[2]), blocks[:index] + blocks[index + 1 :]
    if known:
        return known, blocks
    if blocks and _looks_like_heading(blocks[0], blocks[1:2]):
        return _words(blocks[0]), blocks[1:]
    first = _words(next((block for block in blocks if block[0] not in "!|>-#`"), ""))
    title = text.shorten(next(iter(text.iter_sentences(first)), ""), MAX_TITLE)
    if not is_given:
        doubts.append(Doubt("import-title", "no title was found: this is the first sentence", "write one", "title: "))
    return title, blocks


def _is_same(heading: str, title: str) -> bool:
    return text.fold(_words(heading)) == text.fold(title)


def _words(markdown: str) -> str:
    """Return one line of Markdown as plain text."""
    without = re.sub(r"!?\[([^\[\]]*+)\]\([^()]*+\)|</?\w+>|(?<!\\)[*`~]", lambda match: match[1] or "", markdown)
    return re.sub(r"\\([\\`*_\[\]<>~{#+-])", r"\1", without).strip()


def _links(blocks: list[str], doubts: list[Doubt]) -> tuple[list[dict[str, str | None]], list[str]]:
    """Return the links listed at the end of a release, and the blocks without that list."""
    for index in range(len(blocks) - 1, max(-1, len(blocks) - 15), -1):
        heading = _words(_HEADING.sub(r"\2", blocks[index]))
        if not _LINKS_HEADING.match(heading) or len(heading) > 2 * _LONGEST_HEADING or not blocks[index + 1 :]:
            continue
        entries = [line for block in blocks[index + 1 :] for line in block.split("\n") if line.strip()]
        if any(len(_words(line)) > 2 * _LONGEST_HEADING for line in entries):
            break
        return [_link(line, doubts) for line in entries], blocks[:index]
    return [], blocks


def _link(line: str, doubts: list[Doubt]) -> dict[str, str | None]:
    line = re.sub(r"^(?:#{1,6}|-|\d+\.) +", "", line)
    link = re.search(r"\[([^\]]+)\]\(<?([^)>]+)>?\)", line) or re.search(r"()(https?://[^\s<>]+)", line)
    if link is None:
        title = _words(line)
        message = f"the link '{title}' has no address"
        doubts.append(Doubt("import-link", message, "write it after url:, or delete the link", title))
        return {"title": title, "url": None}
    label, address = link[1], link[2]
    title = _words(line.replace(link[0], label)).strip(" \u00a0:–—-") or address
    return {"title": title, "url": address}
