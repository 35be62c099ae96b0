"""wordpress: an export (WXR) as one Draft for each post; images come from a folder of uploads beside it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from newsletter import text
from newsletter.importers import front_matter, wxr
from newsletter.importers.draft import Doubt, Draft, Unreadable, picture
from newsletter.importers.html_to_markdown import Find, Markup, parse
from newsletter.importers.leftovers import Leftovers
from newsletter.importers.press_release import bounded
from newsletter.importers.safe_files import read
from newsletter.importers.templating import without
from newsletter.importers.trees import empty_hidden

MAX_EXPORT = 200 * 2**20  # bytes
MAX_POSTS = 20_000
Attached = dict[str, tuple[str, str]]  # address and alternative text of an image, by its id
# What readers saw, or will see on its day; and what they did not, with the reason. Posts in other states are left out.
_PUBLIC = ("publish", "future")
_HIDDEN = {"draft": "", "pending": "it waited for review", "private": "it was private"}
# Values by which widespread plugins keep a post to some readers.
_RESTRICTIONS = (
    "_members_access_role", "rcp_user_level", "rcp_access_level", "rcp_subscription_level", "_wpmem_block",
    "_pmpro_access", "_mepr_unauthorized_message", "_private_post",
)  # fmt: skip
_BLOCK = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|blockquote|figure|pre)[ >]", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[(?!\[)/?([a-z][a-z0-9_-]{1,40}+)(?:\s[^\[\]\n]{0,1000}+)?\](?!\()")
_RESTRICTS = re.compile(r"member|restrict|private|protect|password|hidden|secret|logged.?in|s2if|mepr|pmpro")
_CAPTION = re.compile(r"\[/?caption(?:\s[^\[\]]{0,500}+)?\]")


def drafts(place: Path, today: date, left: Leftovers) -> Iterator[Draft]:
    """The posts of an export; what is left out is added to `left`. Raises Unreadable, before the first."""
    content = read(place, MAX_EXPORT)
    # Read twice: images may come behind the posts that show them, and damage must be known before anything is written.
    attached: Attached = {}
    kinds = Counter[str]()
    for item in wxr.items(content):
        kinds[item.of("post_type")] += 1
        if item.of("post_type") == "attachment":
            attached[item.of("post_id")] = item.of("attachment_url"), item.meta.get("_wp_attachment_image_alt", "")
    if set(kinds) <= {""}:
        raise Unreadable("it is no export of WordPress; make one with Tools, Export")
    if kinds["post"] > MAX_POSTS:
        raise Unreadable(f"it holds more than {MAX_POSTS:,} posts; export it in parts")
    folder = place.parent.resolve()
    for item in wxr.items(content):
        kind, state = item.of("post_type"), item.of("status")
        if kind == "attachment":
            continue
        if kind != "post" or state not in (*_PUBLIC, *_HIDDEN):
            left.count(f"{kind} ({state})")
            continue
        left.count("comment", item.comments)
        shown = item.of("title") or item.of("post_name") or item.of("post_id")
        try:
            made = _draft(item, attached, folder, today)
        except Unreadable as fault:
            left.add(f"the post '{shown}'", str(fault))
            continue
        if made.date or state in _HIDDEN:  # a draft gets its date when it is published
            yield made
        else:
            left.undated(f"the post '{shown}'")


def _draft(item: wxr.ExportItem, attached: Attached, folder: Path, today: date) -> Draft:
    content = bounded(item.of("content"))
    doubts: list[Doubt] = []

    def find(source: str) -> tuple[str, bytes] | None:
        place = _upload(folder, source)
        return (place.name, read(place)) if place else None

    markup = Markup(find)
    reasons = [*_reasons(item)]
    tree = parse(_html(content, doubts))
    if hidden := empty_hidden(tree):
        doubts.append(Doubt("import-lost", f"text that its page did not show was left out {hidden} times"))
    body = markup.markdown(tree)
    doubts += markup.doubts
    keys = {
        "title": item.of("title"), "date": item.of("post_date") or item.of("pubDate"), "slug": item.of("post_name"),
        "tags": [label for label in item.labels if label not in ("Uncategorized", "Non classé", "")],
        "author": item.of("creator"), "excerpt": item.of("excerpt"),
    }  # fmt: skip
    mapped = front_matter.Mapped({key: value for key, value in keys.items() if value}, doubts, lambda _: None, today)
    if reasons:
        mapped.hide(next(filter(None, reasons), ""))
    _lead(item, attached, find, mapped)
    pictures = tuple((markup.pictures | mapped.pictures).values())
    return Draft(mapped.title, mapped.date, body, mapped.slug, mapped.more, pictures, doubts=tuple(doubts))


def _reasons(item: wxr.ExportItem) -> Iterator[str]:
    """Why readers do not see a post; "" for a draft, which says so itself."""
    if item.of("post_password"):
        yield "a password protected it"
    if item.of("status") in _HIDDEN:
        yield _HIDDEN[item.of("status")]
    if any(item.meta.get(name) for name in _RESTRICTIONS):
        yield "only some readers could see it"
    if found := next(filter(_RESTRICTS.search, (match[1] for match in _SHORTCODE.finditer(item.of("content")))), ""):
        yield f"'[{found}]' showed a part of it to some readers only"


def _lead(item: wxr.ExportItem, attached: Attached, find: Find, mapped: front_matter.Mapped) -> None:
    """The post's featured image, as the announcement's."""
    address, alt = attached.get(item.meta.get("_thumbnail_id", ""), ("", ""))
    if not address:
        return
    found = find(address)
    made = picture(*found) if found else None
    if made is None:
        said = f"the image '{address}' was left out: it is not in what came in"
        mapped.doubts.append(Doubt("import-image", said, "put the folder wp-content/uploads beside the export"))
        return
    alt = text.one_line(alt)
    mapped.pictures[made.name] = made
    mapped.more["image"] = {"src": f"images/{made.name}", "alt": alt or None}
    if not alt:
        mapped.doubts.append(
            Doubt("import-image", "the image has no alternative text", "write what it shows", "image:")
        )


def _upload(folder: Path, source: str) -> Path | None:
    """The file of an address, from `uploads` or `wp-content/uploads` beside the export."""
    try:
        path = urlsplit(source).path
    except ValueError:
        return None
    _, sign, inside = path.rpartition("/uploads/")
    names = (f"{top}/{inside}" for top in ("uploads", "wp-content/uploads"))
    return next((place for name in names if sign and (place := front_matter.inside(folder, name))), None)


def _html(content: str, doubts: list[Doubt]) -> str:
    """A post's HTML: shortcodes told, and paragraphs where the classic editor left empty lines for them."""
    content = _CAPTION.sub("", content)
    content = without(content, re.compile("<!--"), re.compile("-->"))
    signs: dict[str, str] = {}
    for match in _SHORTCODE.finditer(content):
        signs.setdefault(match[1], match[0])
    for sign in signs.values():
        at = sign.replace("[", "\\[").replace("]", "\\]")
        said = f"'{sign[:80]}' means something to the other tool only"
        doubts.append(Doubt("import-lost", said, "write out what it showed", at))
    pieces = re.split(r"\n[ \t]*+\n", content.replace("\r\n", "\n"))
    whole = "".join(
        piece if _BLOCK.match(piece.lstrip()) else f"<p>{_breaks(piece)}</p>" for piece in pieces if piece.strip()
    )
    return f"<body>{whole}</body>" if whole else "<p></p>"


def _breaks(piece: str) -> str:
    return piece.strip().replace("\n", "<br>\n") if not _BLOCK.search(piece) else piece
