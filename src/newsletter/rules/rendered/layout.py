"""Define rules for the layout of a finished mail: what it needs so that mail programs show it as intended."""

from collections.abc import Iterator

from newsletter.rules.rendered.document import Document, is_content, style_of
from newsletter.rules.rule import Family, Finding

FAMILY = Family("layout", "Details that mail programs need to display a mail as intended.")
MAX_STYLE = 16_000  # bytes; Gmail ignores a larger <style>


@FAMILY.rule("style-size", "A style sheet that Gmail ignores", fails="<style>… 20,000 bytes …</style>",
             passes="<style>… 8,000 bytes …</style>")  # fmt: skip
def style_size(document: Document) -> Iterator[Finding]:
    """Gmail ignores a `<style>` that is larger than 16 KB, or that is in the body."""
    for style in document.all("style") if document.is_mail else ():
        if len((style.text or "").encode()) > MAX_STYLE:
            yield Finding(
                style, f"this style sheet has {len((style.text or '').encode()):,} bytes", "at most 16,000 are allowed"
            )
        elif any(above.tag == "body" for above in style.iterancestors()):
            yield Finding(style, "Gmail ignores a style sheet in the body", "move it to mj-head")


@FAMILY.rule("img-width", "A picture without a width in pixels", fails='<img src="…" alt="…" width="100%">',
             passes='<img src="…" alt="…" width="600">')  # fmt: skip
def img_width(document: Document) -> Iterator[Finding]:
    """Outlook for Windows relates a percentage to the width of the picture file, and shows a picture without a width in
    full size. Set the width in pixels. `style="max-width: 100%"` makes the picture smaller on phones.
    """
    for image in document.all("img") if document.is_mail else ():
        width = image.get("width") or ""
        if not width.isdigit() and not is_content(width):
            yield Finding(image, f"the width of this picture is {width or 'not set'}", 'write width="…" in pixels')


@FAMILY.rule("no-doctype", "A mail or page without a doctype", fails="<html>", passes="<!DOCTYPE html><html>")
def no_doctype(document: Document) -> Iterator[Finding]:
    """Without a doctype, browsers and mail programs use quirks mode, which changes margins and widths."""
    if not document.text.lstrip()[:15].lower().startswith("<!doctype html"):
        yield Finding(next(document.all("html"), None), "there is no doctype", "begin with <!DOCTYPE html>")


@FAMILY.rule("no-color-scheme", "A mail without a declaration for dark mode", fails="<mj-head>",
             passes='<meta name="color-scheme" content="light dark" />')  # fmt: skip
def no_color_scheme(document: Document) -> Iterator[Finding]:
    """Without the declaration, mail programs invert the colours themselves, and often make text unreadable."""
    if document.is_mail and not any(meta.get("name") == "color-scheme" for meta in document.all("meta")):
        fix = 'write <meta name="color-scheme" content="light dark" /> in an mj-raw in mj-head'
        yield Finding(next(document.all("html"), None), "the colour scheme is not declared", fix)


@FAMILY.rule("heading-colour", "A heading without a colour", fails="<h1>Titre</h1>",
             passes='<h1 style="color: #1d2b30">Titre</h1>')  # fmt: skip
def heading_colour(document: Document) -> Iterator[Finding]:
    """La Poste's webmail shows a heading in white on blue, unless the heading itself sets a colour."""
    for heading in document.all("h1", "h2") if document.is_mail else ():
        if "color" not in style_of(heading.get("style") or ""):
            yield Finding(heading, f"this <{heading.tag}> has no colour", "set color in its style attribute")
