"""wordpress: an export (WXR) as one Draft for each post; images come from a folder of uploads beside it."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from newsletter import text
from newsletter.intake import matter
from newsletter.intake.archive import read, xml
from newsletter.intake.draft import Doubt, Draft, Unreadable, picture
from newsletter.intake.markup import Find, Markup, parse

MAX_EXPORT = 200 * 2**20  # bytes
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_STATES = {"publish": False, "future": False, "draft": True, "pending": True, "private": True, "auto-draft": True}
_BLOCK = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|blockquote|figure|pre)[ >]", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[(?!\[)/?([a-z][a-z0-9_-]+)(?:\s[^\]\n]*)?\](?!\()")


def drafts(place: Path) -> tuple[list[Draft], list[str]]:
    """The posts of an export, and what was left out, in words. Raises Unreadable when it is none."""
    tree = xml(read(place, MAX_EXPORT), MAX_EXPORT)
    items = list(tree.iter("item"))
    if not any(_local(child) == "post_type" for item in items for child in item):
        raise Unreadable("it is no export of WordPress; make one with Tools, Export")
    read_items = [_Item(item) for item in items]
    attached = {item.of("post_id"): item for item in read_items if item.of("post_type") == "attachment"}
    folder = place.parent.resolve()
    made, left = [], Counter[str]()
    for item in read_items:
        if item.of("post_type") != "post" or item.of("status") not in _STATES:
            if item.of("post_type") != "attachment":
                left[f"{item.of('post_type')} ({item.of('status')})"] += 1
            continue
        left["comment"] += len(item.comments)
        made.append(_draft(item, attached, folder))
    told = [f"{count} × {kind}" for kind, count in sorted(left.items()) if count]
    return made, told


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


class _Item:
    """One entry of an export: its texts by name, its categories, its further values."""

    def __init__(self, item: etree._Element) -> None:
        self.texts: dict[str, str] = {}
        self.labels: list[str] = []
        self.meta: dict[str, str] = {}
        self.comments: list[etree._Element] = []
        for child in item:
            name = _local(child)
            if name == "encoded":
                name = "content" if _CONTENT in str(child.tag) else "excerpt"
            if name == "category" and child.get("domain") in ("category", "post_tag"):
                self.labels.append(child.text or "")
            elif name == "postmeta":
                pair = {_local(each): each.text or "" for each in child}
                self.meta[pair.get("meta_key", "")] = pair.get("meta_value", "")
            elif name == "comment":
                self.comments.append(child)
            else:
                self.texts[name] = child.text or ""

    def of(self, name: str) -> str:
        """The text of a child, "" for none."""
        return self.texts.get(name, "")


def _draft(item: _Item, attached: dict[str, _Item], folder: Path) -> Draft:
    doubts: list[Doubt] = []

    def find(source: str) -> tuple[str, bytes] | None:
        place = _upload(folder, source)
        return (place.name, read(place)) if place else None

    markup = Markup(find)
    body = markup.markdown(parse(_html(item.of("content"), doubts)))
    doubts += markup.doubts
    keys = {
        "title": item.of("title"), "date": item.of("post_date") or item.of("pubDate"), "slug": item.of("post_name"),
        "tags": [label for label in item.labels if label not in ("Uncategorized", "Non classé", "")],
        "author": item.of("creator"), "excerpt": item.of("excerpt"), "draft": str(_STATES[item.of("status")]),
    }  # fmt: skip
    mapped = matter.Mapped({key: value for key, value in keys.items() if value}, doubts, lambda _: None)
    _lead(item, attached, find, mapped)
    pictures = tuple((markup.pictures | mapped.pictures).values())
    return Draft(mapped.title, mapped.date, body, mapped.slug, mapped.more, pictures, doubts=tuple(doubts))


def _lead(item: _Item, attached: dict[str, _Item], find: Find, mapped: matter.Mapped) -> None:
    """The post's featured image, as the announcement's."""
    lead = attached.get(item.meta.get("_thumbnail_id", ""))
    if lead is None:
        return
    found = find(lead.of("attachment_url"))
    made = picture(*found) if found else None
    if made is None:
        said = f"the image '{lead.of('attachment_url')}' was left out: it is not in what came in"
        mapped.doubts.append(Doubt("import-image", said, "put the folder wp-content/uploads beside the export"))
        return
    alt = text.one_line(lead.meta.get("_wp_attachment_image_alt", ""))
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
    return next((place for name in names if sign and (place := matter.inside(folder, name))), None)


def _html(content: str, doubts: list[Doubt]) -> str:
    """A post's HTML: shortcodes told, and paragraphs where the classic editor left empty lines for them."""
    content = re.sub(r"\[caption[^\]]*\](.*?)\[/caption\]", r"\1", content, flags=re.DOTALL)
    content = re.sub(r"<!--.*?-->", "", content, flags=re.DOTALL)
    for name in dict.fromkeys(match[1] for match in _SHORTCODE.finditer(content)):
        sign = re.search(rf"\[/?{re.escape(name)}[^\]\n]*\]", content)
        if sign:
            at = sign[0].replace("[", "\\[").replace("]", "\\]")
            said = f"'{sign[0][:80]}' means something to the other tool only"
            doubts.append(Doubt("import-lost", said, "write out what it showed", at))
    pieces = re.split(r"\n[ \t]*\n", content.replace("\r\n", "\n"))
    whole = "".join(
        piece if _BLOCK.match(piece.lstrip()) else f"<p>{_breaks(piece)}</p>" for piece in pieces if piece.strip()
    )
    return f"<body>{whole}</body>" if whole else "<p></p>"


def _breaks(piece: str) -> str:
    return piece.strip().replace("\n", "<br>\n") if not _BLOCK.search(piece) else piece
