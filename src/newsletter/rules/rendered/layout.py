"""layout: what a finished mail must have so that mail programs show it as it was meant."""

from collections.abc import Iterator

from newsletter.rules.rendered.document import Document, is_content, style_of
from newsletter.rules.rule import Family, Finding

FAMILY = Family("layout", "What mail programs need to lay out a mail as it was meant.")
MAX_STYLE = 16_000  # bytes; Gmail drops a larger <style>


@FAMILY.rule("style-size", "A style sheet that Gmail drops", fails="<style>… 20,000 bytes …</style>",
             passes="<style>… 8,000 bytes …</style>")  # fmt: skip
def style_size(document: Document) -> Iterator[Finding]:
    """Gmail ignores a `<style>` over 16 KB, and one in the body."""
    for style in document.all("style") if document.is_mail else ():
        if len((style.text or "").encode()) > MAX_STYLE:
            yield Finding(
                style, f"this style sheet has {len((style.text or '').encode()):,} bytes", "16,000 are allowed"
            )
        elif any(above.tag == "body" for above in style.iterancestors()):
            yield Finding(style, "Gmail ignores a style sheet in the body", "put it into mj-head")


@FAMILY.rule("img-width", "A picture whose width Outlook does not know", fails='<img src="…" alt="…" width="100%">',
             passes='<img src="…" alt="…" width="600">')  # fmt: skip
def img_width(document: Document) -> Iterator[Finding]:
    """Outlook for Windows takes a percentage of the file's own width, and shows a picture without width in full size.
    Write the width in pixels; `style="max-width: 100%"` makes it smaller on telephones.
    """
    for image in document.all("img") if document.is_mail else ():
        width = image.get("width") or ""
        if not width.isdigit() and not is_content(width):
            yield Finding(image, f"the width of this picture is {width or 'not said'}", 'write width="…" in pixels')


@FAMILY.rule("no-doctype", "A mail or page without doctype", fails="<html>", passes="<!DOCTYPE html><html>")
def no_doctype(document: Document) -> Iterator[Finding]:
    """Without it programs lay out as in 1998: other margins, other widths."""
    if not document.text.lstrip()[:15].lower().startswith("<!doctype html"):
        yield Finding(next(document.all("html"), None), "there is no doctype", "begin with <!DOCTYPE html>")


@FAMILY.rule("no-color-scheme", "A mail that says nothing about dark mode", fails="<mj-head>",
             passes='<meta name="color-scheme" content="light dark" />')  # fmt: skip
def no_color_scheme(document: Document) -> Iterator[Finding]:
    """Without it, programs invert colours by themselves, and often make text unreadable."""
    if document.is_mail and not any(meta.get("name") == "color-scheme" for meta in document.all("meta")):
        cure = 'write <meta name="color-scheme" content="light dark" /> into mj-raw in mj-head'
        yield Finding(next(document.all("html"), None), "nothing says how this looks in dark mode", cure)


@FAMILY.rule("heading-colour", "A heading without a colour of its own", fails="<h1>Titre</h1>",
             passes='<h1 style="color: #1d2b30">Titre</h1>')  # fmt: skip
def heading_colour(document: Document) -> Iterator[Finding]:
    """La Poste's webmail writes headings white on blue unless the heading itself says otherwise."""
    for heading in document.all("h1", "h2") if document.is_mail else ():
        if "color" not in style_of(heading.get("style") or ""):
            yield Finding(heading, f"this <{heading.tag}> has no colour of its own", "give it one, inline")
