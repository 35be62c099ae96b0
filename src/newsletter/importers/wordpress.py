"""Read a WordPress export (WXR) into one Draft for each post.

Images come from a folder of uploads beside the export.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from newsletter import text
from newsletter.importers import front_matter, wxr
from newsletter.importers.draft import Doubt, Draft, Unreadable, picture
from newsletter.importers.html_to_markdown import Find, MarkdownConverter, parse
from newsletter.importers.leftovers import Leftovers
from newsletter.importers.press_release import check_length
from newsletter.importers.safe_files import read
from newsletter.importers.templating import remove_between
from newsletter.importers.trees import empty_hidden

MAX_EXPORT = 200 * 2**20  # bytes
MAX_POSTS = 20_000
Attached = dict[str, tuple[str, str]]  # URL and alternative text of each attachment, by its id
# States in which readers see a post, now or on its date; and states in which they do not, with the
# reason to report. Posts in other states are left out.
_PUBLIC = ("publish", "future")
_HIDDEN = {"draft": "", "pending": "it was waiting for review", "private": "it was private"}
# Custom fields that common plugins use to restrict a post to some readers.
_RESTRICTIONS = (
    "_members_access_role", "rcp_user_level", "rcp_access_level", "rcp_subscription_level", "_wpmem_block",
    "_pmpro_access", "_mepr_unauthorized_message", "_private_post",
)  # fmt: skip
_BLOCK = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|blockquote|figure|pre)[ >]", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[(?!\[)/?([a-z][a-z0-9_-]{1,40}+)(?:\s[^\[\]\n]{0,1000}+)?\](?!\()")
_RESTRICTS = re.compile(r"member|restrict|private|protect|password|hidden|secret|logged.?in|s2if|mepr|pmpro")
_CAPTION = re.compile(r"\[/?caption(?:\s[^\[\]]{0,500}+)?\]")


def drafts(path: Path, today: date, leftovers: Leftovers) -> Iterator[Draft]:
    """Yield the posts of an export, and add what is left out to `leftovers`.

    Raises Unreadable, before the first post, if the export cannot be used.
    """
    content = read(path, MAX_EXPORT)
    # Read it twice: images may come after the posts that show them, and damage must be found before
    # anything is written.
    attached: Attached = {}
    kinds = Counter[str]()
    for item in wxr.items(content):
        kinds[item.of("post_type")] += 1
        if item.of("post_type") == "attachment":
            attached[item.of("post_id")] = item.of("attachment_url"), item.meta.get("_wp_attachment_image_alt", "")
    if set(kinds) <= {""}:
        raise Unreadable("it is not a WordPress export; make one with Tools, Export")
    if kinds["post"] > MAX_POSTS:
        raise Unreadable(f"it has more than {MAX_POSTS:,} posts; export it in parts")
    folder = path.parent.resolve()
    for item in wxr.items(content):
        kind, state = item.of("post_type"), item.of("status")
        if kind == "attachment":
            continue
        if kind != "post" or state not in (*_PUBLIC, *_HIDDEN):
            leftovers.count(f"{kind} ({state})")
            continue
        leftovers.count("comment", item.comments)
        name = item.of("title") or item.of("post_name") or item.of("post_id")
        try:
            draft = _draft(item, attached, folder, today)
        except Unreadable as fault:
            leftovers.add(f"the post '{name}'", str(fault))
            continue
        if draft.date or state in _HIDDEN:  # a draft gets its date when it is published
            yield draft
        else:
            leftovers.undated(f"the post '{name}'")


def _draft(item: wxr.ExportItem, attached: Attached, folder: Path, today: date) -> Draft:
    content = check_length(item.of("content"))
    doubts: list[Doubt] = []

    def find(source: str) -> tuple[str, bytes] | None:
        image = _find_upload(folder, source)
        return (image.name, read(image)) if image else None

    converter = MarkdownConverter(find)
    reasons = [*_reasons(item)]
    tree = parse(_html(content, doubts))
    if hidden := empty_hidden(tree):
        doubts.append(Doubt("import-lost", f"text that its page did not show was left out {hidden} times"))
    body = converter.markdown(tree)
    doubts += converter.doubts
    keys = {
        "title": item.of("title"), "date": item.of("post_date") or item.of("pubDate"), "slug": item.of("post_name"),
        "tags": [label for label in item.labels if label not in ("Uncategorized", "Non classé", "")],
        "author": item.of("creator"), "excerpt": item.of("excerpt"),
    }  # fmt: skip
    keys = {key: value for key, value in keys.items() if value}
    mapped = front_matter.MappedKeys(keys, doubts, lambda _: None, today)
    if reasons:
        mapped.hide(next(filter(None, reasons), ""))
    _add_featured_image(item, attached, find, mapped)
    pictures = tuple((converter.pictures | mapped.pictures).values())
    return Draft(mapped.title, mapped.date, body, mapped.slug, mapped.more, pictures, doubts=tuple(doubts))


def _reasons(item: wxr.ExportItem) -> Iterator[str]:
    """Yield the reasons why readers do not see a post; "" means that it is a draft."""
    if item.of("post_password"):
        yield "it was password-protected"
    if item.of("status") in _HIDDEN:
        yield _HIDDEN[item.of("status")]
    if any(item.meta.get(name) for name in _RESTRICTIONS):
        yield "only some readers could see it"
    shortcodes = (match[1] for match in _SHORTCODE.finditer(item.of("content")))
    if shortcode := next(filter(_RESTRICTS.search, shortcodes), ""):
        yield f"'[{shortcode}]' showed part of it only to some readers"


def _add_featured_image(item: wxr.ExportItem, attached: Attached, find: Find, mapped: front_matter.MappedKeys) -> None:
    """Make the post's featured image the announcement's image."""
    address, alt = attached.get(item.meta.get("_thumbnail_id", ""), ("", ""))
    if not address:
        return
    file = find(address)
    image = picture(*file) if file else None
    if image is None:
        message = f"the image '{address}' was left out: its file was not found"
        mapped.doubts.append(Doubt("import-image", message, "put the folder wp-content/uploads beside the export"))
        return
    alt = text.one_line(alt)
    mapped.pictures[image.name] = image
    mapped.more["image"] = {"src": f"images/{image.name}", "alt": alt or None}
    if not alt:
        mapped.doubts.append(
            Doubt("import-image", "the image has no alternative text", "describe it after alt:", "image:")
        )


def _find_upload(folder: Path, source: str) -> Path | None:
    """Find the file for an address, in `uploads` or `wp-content/uploads` beside the export."""
    try:
        path = urlsplit(source).path
    except ValueError:
        return None
    _, separator, inside = path.rpartition("/uploads/")
    if not separator:
        return None
    names = (f"{top}/{inside}" for top in ("uploads", "wp-content/uploads"))
    return next((file for name in names if (file := front_matter.find_inside(folder, name))), None)


def _html(content: str, doubts: list[Doubt]) -> str:
    """Return a post as HTML, and report its shortcodes.

    The classic editor separates paragraphs with blank lines; they become elements.
    """
    content = _CAPTION.sub("", content)
    content = remove_between(content, re.compile("<!--"), re.compile("-->"))
    shortcodes: dict[str, str] = {}  # the first of each name
    for match in _SHORTCODE.finditer(content):
        shortcodes.setdefault(match[1], match[0])
    for shortcode in shortcodes.values():
        escaped = shortcode.replace("[", "\\[").replace("]", "\\]")
        message = f"only the other tool understands '{shortcode[:80]}'"
        doubts.append(Doubt("import-lost", message, "write out what it showed", escaped))
    pieces = re.split(r"\n[ \t]*+\n", content.replace("\r\n", "\n"))
    html = "".join(
        piece if _BLOCK.match(piece.lstrip()) else f"<p>{_breaks(piece)}</p>" for piece in pieces if piece.strip()
    )
    return f"<body>{html}</body>" if html else "<p></p>"


def _breaks(piece: str) -> str:
    return piece.strip().replace("\n", "<br>\n") if not _BLOCK.search(piece) else piece
