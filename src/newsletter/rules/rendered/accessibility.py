"""Define accessibility rules for rendered mails and pages. The thresholds are those of WCAG 2.2 AA."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from newsletter.rules.rendered.document import Document, is_content, name_of, own_text, style_of
from newsletter.rules.rule import Family, Finding
from newsletter.theme.branding import contrast

FAMILY = Family(
    "accessibility", "Obstacles for readers with disabilities. Mails and pages are checked, and the template is named."
)
_INVISIBLE = frozenset(("title", "style", "script"))
_LAYOUT = ("presentation", "none")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@FAMILY.rule(
    "no-language", "A mail or page without a language or direction",
    fails="<mjml>", passes='<mjml lang="{{ lang }}" dir="{{ dir }}">',
)  # fmt: skip
def no_language(document: Document) -> Iterator[Finding]:
    """If the language is not set, a screen reader may read French with an English voice.

    Set `lang` (not `und`) and `dir` (`ltr` or `rtl`, not `auto`) on `<html>`. Webmails remove that element, so a mail
    also needs both attributes in the body, where MJML adds them.
    """
    for element in document.all("html"):
        lang, direction = element.get("lang"), element.get("dir")
        if not lang or lang == "und":
            yield Finding(element, "the language is not set", 'write lang="{{ lang }}"')
        if direction not in ("ltr", "rtl") and not is_content(direction) and document.is_mail:
            yield Finding(element, "the text direction is not set", 'write dir="{{ dir }}"')


@FAMILY.rule("no-title", "A mail or page without a title", fails="<mj-title></mj-title>",
             passes="<mj-title>{{ title }}</mj-title>")  # fmt: skip
def no_title(document: Document) -> Iterator[Finding]:
    """Screen readers read the title first, and browsers show it on the tab."""
    if not any((title.text or "").strip() for title in document.all("title")):
        yield Finding(next(document.all("html"), None), "there is no title", "write <mj-title>{{ title }}</mj-title>")


@FAMILY.rule("img-alt", "A picture in a template without alternative text", fails='<mj-image src="{{ logo }}" />',
             passes='<mj-image src="{{ logo }}" alt="{{ publication.title }}" />')  # fmt: skip
def img_alt(document: Document) -> Iterator[Finding]:
    """Without `alt`, a screen reader reads the file's name. `alt=""` marks a picture as decoration. It is wrong for a
    picture that is the only content of a link. (For pictures in announcements, see `no-alt`.)
    """
    for image in document.all("img"):
        if image.get("alt") is None:
            yield Finding(image, "this picture has no alternative text", 'write alt="…", or alt="" for decoration')


@FAMILY.rule("link-name", "A link without text", fails='<a href="{{ url }}"></a>',
             passes='<a href="{{ url }}">{{ title }}</a>')  # fmt: skip
def link_name(document: Document) -> Iterator[Finding]:
    """If a link has neither text nor a picture with alternative text, a screen reader spells out its URL."""
    for link in document.all("a"):
        if link.get("href") and not name_of(link).strip():
            yield Finding(link, "this link has no text", "add text, or alternative text to its picture")


@FAMILY.rule("table-role", "A layout table that is marked as data", fails="<table><tr><td>…",
             passes='<table role="presentation"><tr><td>…')  # fmt: skip
def table_role(document: Document) -> Iterator[Finding]:
    """Screen readers announce the rows and columns of every table. A table that is used only for layout needs
    `role="presentation"`. A table of data has `<th>`, and no such role.
    """
    for table in document.all("table"):
        is_layout, has_headers = table.get("role") in _LAYOUT, table.find(".//th") is not None
        if is_layout and has_headers and table.find(".//table") is None:
            yield Finding(table, "this table of data is marked as layout", "delete its role")
        elif not is_layout and not has_headers:
            yield Finding(table, "this layout table is marked as data", 'write role="presentation", or <th> for data')


@FAMILY.rule("header-scope", "A table header without scope", fails="<th>Quand</th>",
             passes='<th scope="col">Quand</th>')  # fmt: skip
def header_scope(document: Document) -> Iterator[Finding]:
    """The attribute `scope` tells screen readers whether a header belongs to a column or a row."""
    for header in document.all("th"):
        if not header.get("scope"):
            yield Finding(header, "this <th> has no scope", 'write scope="col" or scope="row"')


@FAMILY.rule("heading-order", "Headings that do not form an outline", fails="<h1>…</h1> <h3>…</h3>",
             passes="<h1>…</h1> <h2>…</h2>")  # fmt: skip
def heading_order(document: Document) -> Iterator[Finding]:
    """Many people navigate a text by its headings. Use one `<h1>`, do not skip a level, and do not leave a
    heading empty. (The levels in an announcement's body are adjusted automatically.)
    """
    headings = [element for element in document.elements if element.tag in _HEADINGS]
    titles = [heading for heading in headings if heading.tag == "h1"]
    if len(titles) != 1 and document.is_mail:
        where = titles[1] if titles else next(document.all("html"), None)
        yield Finding(where, f"there are {len(titles) or 'no'} <h1>", "use exactly one")
    for above, heading in pairwise(headings):
        if int(heading.tag[1]) > int(above.tag[1]) + 1:
            yield Finding(heading, f"<{heading.tag}> follows <{above.tag}>", "do not skip a level")
    for heading in headings:
        if not name_of(heading):
            yield Finding(heading, "this heading has no text", "add text, or delete the heading")


@FAMILY.rule("low-contrast", "Text that is hard to read on its background", fails="color: #999999 on #ffffff",
             passes="color: #595959 on #ffffff")  # fmt: skip
def low_contrast(document: Document) -> Iterator[Finding]:
    """Text needs a contrast of at least 4.5 with its background. For text of 24 px or more, or bold text of 18.66 px or
    more, 3 is enough (WCAG 2.2, 1.4.3). Only inline styles are checked, because mail programs may remove style sheets.
    """
    reported: set[tuple[str, str]] = set()
    for element in document.elements if document.is_mail else ():
        style = document.styles[element]
        if style.hidden or element.tag in _INVISIBLE or not own_text(element):
            continue
        minimum = 3.0 if style.size >= 24 or (style.bold and style.size >= 18.66) else 4.5
        ratio = contrast(style.colour, style.background)
        if ratio < minimum and (style.colour, style.background) not in document.known_pairs | reported:
            reported.add((style.colour, style.background))
            message = f"{style.colour} on {style.background} has a contrast of {ratio:.1f}"
            yield Finding(element, message, f"use at least {minimum:g}")


@FAMILY.rule("small-text", "Text that is too small", fails='<mj-text font-size="11px">',
             passes='<mj-text font-size="14px">')  # fmt: skip
def small_text(document: Document) -> Iterator[Finding]:
    """On a phone, text smaller than 14 px is hard to read without zooming in."""
    for element in document.elements if document.is_mail else ():
        style = document.styles[element]
        if style.size < 14 and not style.hidden and own_text(element) and element.tag not in _INVISIBLE:
            yield Finding(
                _declaring(element, "font-size"), f"this text is {style.size:g} px high", "use at least 14 px"
            )


@FAMILY.rule("tight-lines", "Lines that are too close together", fails='<mj-text line-height="1.1">',
             passes='<mj-text line-height="1.5">')  # fmt: skip
def tight_lines(document: Document) -> Iterator[Finding]:
    """If the line height is less than 1.4 times the font size, readers easily lose their place. Headings may
    have less.
    """
    for element in document.elements if document.is_mail else ():
        style = document.styles[element]
        is_text = element.tag not in _INVISIBLE and element.tag not in _HEADINGS and own_text(element)
        if style.line < 1.4 and style.size < 20 and not style.hidden and is_text:
            where = _declaring(element, "line-height")
            yield Finding(where, f"the line height is {style.line:g}", "use at least 1.4; 1.5 is good")


def _declaring(element: Any, name: str) -> Any:
    """Return the element itself or its nearest ancestor, whichever declares the property `name` in its style."""
    return next((each for each in (element, *element.iterancestors()) if name in (each.get("style") or "")), element)


@FAMILY.rule("justified-text", "Justified text", fails="text-align: justify", passes="text-align: left")
def justified_text(document: Document) -> Iterator[Finding]:
    """The gaps in justified text form white streaks down the page, which distract people with dyslexia from the
    lines.
    """
    for element in document.elements:
        style = style_of(element.get("style") or "")
        if style.get("text-align") == "justify" and not document.styles[element].hidden:
            yield Finding(element, "this text is justified", "align it left, or right for right-to-left scripts")


@FAMILY.rule("hidden-underline", "A link that differs from text only by its colour",
             fails="a { text-decoration: none }", passes="a { text-decoration: underline }")  # fmt: skip
def hidden_underline(document: Document) -> Iterator[Finding]:
    """People who cannot see the colour cannot see the link. Buttons and links outside running text need no
    underline.
    """
    for link in document.all("a") if document.is_mail else ():
        parent = link.getparent()
        if link.get("href") and not document.styles[link].underlined and parent.tag in ("p", "li") and own_text(parent):
            yield Finding(link, "only its colour shows that this is a link", "underline it")


@FAMILY.rule("no-zoom", "A page that cannot be zoomed", fails='content="user-scalable=no"',
             passes='content="width=device-width, initial-scale=1"')  # fmt: skip
def no_zoom(document: Document) -> Iterator[Finding]:
    """Many people have to zoom in to read. A viewport that forbids zooming excludes them."""
    for meta in document.all("meta"):
        content = (meta.get("content") or "").replace(" ", "").lower()
        if meta.get("name") == "viewport" and re.search(
            r"user-scalable=(?:no|0)|maximum-scale=1(?:\.0+)?(?:,|$)", content
        ):
            yield Finding(meta, "this prevents readers from zooming in", "delete user-scalable and maximum-scale")


FAMILY.declare("no-alt", "error", "A picture in an announcement without alternative text",
            "People who cannot see the picture read its alternative text. Describe what the picture shows, or its "
            'purpose. In front matter, `alt: ""` marks a picture as decoration.',
            "![](plan.png)", "![Plan d’accès : l’entrée est rue du Canal-Neuf](plan.png)")  # fmt: skip
FAMILY.declare("skipped-heading", "warning", "A heading that skips a level",
            "Many people navigate by headings, so do not skip a level.", "## Titre\n\n#### Détail",
            "## Titre\n\n### Détail")  # fmt: skip
FAMILY.declare("empty-heading", "error", "A heading without text",
            "A screen reader announces a heading, but has nothing to read.", "##", "## Le programme")  # fmt: skip
FAMILY.declare("empty-link", "error", "A link without text or URL",
            "Readers cannot see or follow such a link.", "[](https://exemple.example/)",
            "[Le programme](https://exemple.example/)")  # fmt: skip
