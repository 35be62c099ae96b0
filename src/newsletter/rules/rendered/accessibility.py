"""accessibility: whether everyone can read what templates make. Measures are those of WCAG 2.2 AA."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from newsletter.rules.rendered.document import Document, is_content, name_of, own_text, style_of
from newsletter.rules.rule import Family, Finding
from newsletter.theme.branding import contrast

FAMILY = Family("accessibility", "Whether everyone can read it. Looked at in mails and pages; the template is named.")
_UNSEEN = frozenset(("title", "style", "script"))
_LAYOUT = ("presentation", "none")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@FAMILY.rule(
    "no-language", "A mail or page without language or direction",
    fails="<mjml>", passes='<mjml lang="{{ lang }}" dir="{{ dir }}">',
)  # fmt: skip
def no_language(document: Document) -> Iterator[Finding]:
    """A screen reader reads French with an English voice when nothing says that it is French.

    `lang` (not `und`) and `dir` (`ltr` or `rtl`, not `auto`) belong on `<html>`. Webmails take that element away, so in a
    mail they belong on what stands in the body as well: MJML does that by itself.
    """
    for element in document.all("html"):
        lang, direction = element.get("lang"), element.get("dir")
        if not lang or lang == "und":
            yield Finding(element, "nothing says which language this is in", 'write lang="{{ lang }}"')
        if direction not in ("ltr", "rtl") and not is_content(direction) and document.is_mail:
            yield Finding(element, "nothing says in which direction this is read", 'write dir="{{ dir }}"')


@FAMILY.rule("no-title", "A mail or page without title", fails="<mj-title></mj-title>",
             passes="<mj-title>{{ title }}</mj-title>")  # fmt: skip
def no_title(document: Document) -> Iterator[Finding]:
    """The title is the first thing that a screen reader says, and what a browser's tab shows."""
    if not any((title.text or "").strip() for title in document.all("title")):
        yield Finding(next(document.all("html"), None), "there is no title", "write <mj-title>{{ title }}</mj-title>")


@FAMILY.rule("img-alt", "A picture of a template without alternative text", fails='<mj-image src="{{ logo }}" />',
             passes='<mj-image src="{{ logo }}" alt="{{ publication.title }}" />')  # fmt: skip
def img_alt(document: Document) -> Iterator[Finding]:
    """Without `alt`, a screen reader says the file's name. `alt=""` is for decoration; it is wrong inside a link whose
    only content is the picture. (For pictures in announcements see `no-alt`.)
    """
    for image in document.all("img"):
        if image.get("alt") is None:
            yield Finding(image, "this picture has no alternative text", 'write alt="…", or alt="" for decoration')


@FAMILY.rule("link-name", "A link that says nothing", fails='<a href="{{ url }}"></a>',
             passes='<a href="{{ url }}">{{ title }}</a>')  # fmt: skip
def link_name(document: Document) -> Iterator[Finding]:
    """A link without text, whose picture has no alternative text either, is said as an address, letter by letter."""
    for link in document.all("a"):
        if link.get("href") and not name_of(link).strip():
            yield Finding(link, "this link has no text", "write text into it, or alt on its picture")


@FAMILY.rule("table-role", "A table for layout that says it holds data", fails="<table><tr><td>…",
             passes='<table role="presentation"><tr><td>…')  # fmt: skip
def table_role(document: Document) -> Iterator[Finding]:
    """A screen reader counts the rows and columns of every table. One that only arranges things says
    `role="presentation"`; one that holds data has `<th>` and no such role.
    """
    for table in document.all("table"):
        laid_out, has_heads = table.get("role") in _LAYOUT, table.find(".//th") is not None
        if laid_out and has_heads and table.find(".//table") is None:
            yield Finding(table, "this table of data says it is layout", "take its role away")
        elif not laid_out and not has_heads:
            yield Finding(table, "this table says it holds data", 'write role="presentation", or <th> for data')


@FAMILY.rule("header-scope", "A table's heading that says not what it heads", fails="<th>Quand</th>",
             passes='<th scope="col">Quand</th>')  # fmt: skip
def header_scope(document: Document) -> Iterator[Finding]:
    """`scope` tells which cells a heading speaks for."""
    for head in document.all("th"):
        if not head.get("scope"):
            yield Finding(head, "this <th> has no scope", 'write scope="col" or scope="row"')


@FAMILY.rule("heading-order", "Headings that make no outline", fails="<h1>…</h1> <h3>…</h3>",
             passes="<h1>…</h1> <h2>…</h2>")  # fmt: skip
def heading_order(document: Document) -> Iterator[Finding]:
    """Many people go through a text from heading to heading. There is one `<h1>`, no level is skipped, and no heading
    is empty. (In an announcement's body the levels are arranged for you.)
    """
    headings = [element for element in document.elements if element.tag in _HEADINGS]
    firsts = [heading for heading in headings if heading.tag == "h1"]
    if len(firsts) != 1 and document.is_mail:
        where = firsts[1] if firsts else next(document.all("html"), None)
        yield Finding(where, f"there are {len(firsts) or 'no'} <h1>", "give the mail one")
    for above, heading in pairwise(headings):
        if int(heading.tag[1]) > int(above.tag[1]) + 1:
            yield Finding(heading, f"<{heading.tag}> follows <{above.tag}>", "go down one level at a time")
    for heading in headings:
        if not name_of(heading):
            yield Finding(heading, "this heading has no text", "write one, or delete it")


@FAMILY.rule("low-contrast", "Text that is hard to read on its ground", fails="color: #999999 on #ffffff",
             passes="color: #595959 on #ffffff")  # fmt: skip
def low_contrast(document: Document) -> Iterator[Finding]:
    """Text needs a contrast of 4.5 to its ground; 3 is enough from 24 px on, or from 18.66 px on in bold
    (WCAG 2.2, 1.4.3). Only inline styles are looked at: what mail programs keep.
    """
    seen: set[tuple[str, str]] = set()
    for element in document.elements if document.is_mail else ():
        look = document.looks[element]
        if look.hidden or element.tag in _UNSEEN or not own_text(element):
            continue
        needed = 3.0 if look.size >= 24 or (look.bold and look.size >= 18.66) else 4.5
        ratio = contrast(look.colour, look.ground)
        if ratio < needed and (look.colour, look.ground) not in document.known_pairs | seen:
            seen.add((look.colour, look.ground))
            told = f"{look.colour} on {look.ground} has a contrast of {ratio:.1f}"
            yield Finding(element, told, f"at least {needed:g} is needed")


@FAMILY.rule("small-text", "Text that is too small", fails='<mj-text font-size="11px">',
             passes='<mj-text font-size="14px">')  # fmt: skip
def small_text(document: Document) -> Iterator[Finding]:
    """Under 14 px a text on a telephone has to be enlarged by hand."""
    for element in document.elements if document.is_mail else ():
        look = document.looks[element]
        if look.size < 14 and not look.hidden and own_text(element) and element.tag not in _UNSEEN:
            yield Finding(_declaring(element, "font-size"), f"this text is {look.size:g} px high", "14 px is the least")


@FAMILY.rule("tight-lines", "Lines that stand too close", fails='<mj-text line-height="1.1">',
             passes='<mj-text line-height="1.5">')  # fmt: skip
def tight_lines(document: Document) -> Iterator[Finding]:
    """Readers lose the line when lines stand closer than 1.4 times their height. Headings may."""
    for element in document.elements if document.is_mail else ():
        look = document.looks[element]
        is_read = element.tag not in _UNSEEN and element.tag not in _HEADINGS and own_text(element)
        if look.line < 1.4 and look.size < 20 and not look.hidden and is_read:
            where = _declaring(element, "line-height")
            yield Finding(where, f"the lines stand {look.line:g} apart", "1.4 is the least; 1.5 is good")


def _declaring(element: Any, name: str) -> Any:
    """The element that a look comes from: itself, or the nearest one around it whose style says so."""
    return next((each for each in (element, *element.iterancestors()) if name in (each.get("style") or "")), element)


@FAMILY.rule("justified-text", "Justified text", fails="text-align: justify", passes="text-align: left")
def justified_text(document: Document) -> Iterator[Finding]:
    """Justified text has gaps that run down the page; people with dyslexia follow them instead of the lines."""
    for element in document.elements:
        style = style_of(element.get("style") or "")
        if style.get("text-align") == "justify" and not document.looks[element].hidden:
            yield Finding(element, "this text is justified", "align it to the side where reading begins")


@FAMILY.rule("hidden-underline", "A link in a text that only its colour tells", fails="a { text-decoration: none }",
             passes="a { text-decoration: underline }")  # fmt: skip
def hidden_underline(document: Document) -> Iterator[Finding]:
    """Who does not see the colour does not see the link. A link that is a button or stands alone may do without."""
    for link in document.all("a") if document.is_mail else ():
        above = link.getparent()
        if link.get("href") and not document.looks[link].underlined and above.tag in ("p", "li") and own_text(above):
            yield Finding(link, "only its colour tells that this is a link", "underline it")


@FAMILY.rule("no-zoom", "A page that cannot be enlarged", fails='content="user-scalable=no"',
             passes='content="width=device-width, initial-scale=1"')  # fmt: skip
def no_zoom(document: Document) -> Iterator[Finding]:
    """Many people enlarge what they read; a viewport that forbids it locks them out."""
    for meta in document.all("meta"):
        content = (meta.get("content") or "").replace(" ", "").lower()
        if meta.get("name") == "viewport" and re.search(
            r"user-scalable=(?:no|0)|maximum-scale=1(?:\.0+)?(?:,|$)", content
        ):
            yield Finding(meta, "this keeps readers from enlarging the text", "delete user-scalable and maximum-scale")


FAMILY.declare("no-alt", "error", "A picture in an announcement without alternative text",
            "Who cannot see the picture reads its alternative text: say what it shows, or what it is there for. In front "
            'matter, `alt: ""` says that a picture is decoration.',
            "![](plan.png)", "![Plan d’accès : l’entrée est rue du Canal-Neuf](plan.png)")  # fmt: skip
FAMILY.declare("skipped-heading", "warning", "A heading that skips a level",
            "Levels go down one at a time: many people move from heading to heading.", "## Titre\n\n#### Détail",
            "## Titre\n\n### Détail")  # fmt: skip
FAMILY.declare("empty-heading", "error", "A heading without text", "It is announced, and then nothing comes.", "##",
            "## Le programme")  # fmt: skip
FAMILY.declare("empty-link", "error", "A link without text or without address",
            "Nobody can see, hear or follow it.", "[](https://exemple.example/)", "[Le programme](https://exemple.example/)")  # fmt: skip
