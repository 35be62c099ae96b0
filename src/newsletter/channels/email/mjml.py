"""Compile MJML to HTML.

Only this module uses mjml-python (the mrml engine). It works around these bugs of the engine:

- Attributes are printed in Rust's debug form: NBSP becomes `\\u{a0}`. Therefore non-ASCII characters
  are passed as numeric references.
- Deep nesting overflows the C stack. Therefore the depth is limited to MAX_DEPTH.
- Without `fonts={}`, the document links to a font service.
- The doctype is in lower case, and premailer drops it.
"""

import re

from mjml import mjml2html

from newsletter.text.html import VOID_ELEMENTS

MAX_DEPTH = 200

# An unclosed comment matches up to the end of the text, so that its end is searched for only once.
_TAG = re.compile(
    r"<(?:!--.*?(?:-->|(?P<open>\Z))|/?[A-Za-z][^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*>)", re.DOTALL
)
_ATTRIBUTE = re.compile(r"(=\s*)(\"[^\"]*\"|'[^']*')")


class MjmlFault(ValueError):
    """MJML that cannot be compiled. `position` is a character offset in the MJML, or -1 if unknown."""

    def __init__(self, message: str, position: int = -1) -> None:
        super().__init__(message)
        self.message, self.position = message, position


def to_html(mjml: str) -> str:
    """Compile MJML to an HTML document. Raises MjmlFault if the MJML is malformed."""
    check_balance(mjml)
    safe = escape_attributes(mjml)
    try:
        html = str(mjml2html(safe, disable_comments=True, fonts={}))
    except ValueError as fault:
        where = re.search(r"at position (\d{1,9}):(\d+)", str(fault))
        # The engine counts bytes. `safe` is ASCII, so a byte is a character.
        position = _original(mjml, safe, int(where[1])) if where else -1
        raise MjmlFault(re.sub(r" at position \d+:\d+", "", str(fault)), position) from None
    # premailer compares the doctype case-sensitively, and drops a doctype that it does not recognize.
    return html.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def check_balance(mjml: str) -> None:
    """Raise MjmlFault unless every start tag has an end tag of the same name.

    The engine silently accepts a misspelt end tag such as `</mj-colum>`.
    """
    open_tags: list[re.Match[str]] = []
    for tag in _TAG.finditer(mjml):
        name = re.match(r"</?([A-Za-z0-9-]+)", tag[0])
        if name is None or tag[0].endswith("/>") or name[1].lower() in VOID_ELEMENTS:
            continue
        if not tag[0].startswith("</"):
            open_tags.append(tag)
            if len(open_tags) > MAX_DEPTH:
                raise MjmlFault(f"tags are nested deeper than {MAX_DEPTH} levels", tag.start())
        elif open_tags and re.match(rf"<{name[1]}[\s>]", open_tags[-1][0]):
            open_tags.pop()
        else:
            # The error is more likely in the open start tag than in this end tag.
            fault = open_tags[-1] if open_tags else tag
            raise MjmlFault(f"{fault[0].split()[0].rstrip('>')}> has no matching tag", fault.start())
    if open_tags:
        raise MjmlFault(f"{open_tags[-1][0].split()[0].rstrip('>')}> is never closed", open_tags[-1].start())


def is_closed(part: str) -> bool:
    """Return whether `part`, a piece of MJML, closes every tag, comment and attribute value that it opens."""
    if "<" in _TAG.sub(lambda tag: tag[0] if tag["open"] is not None else "", part):
        return False
    try:
        check_balance(part)
    except MjmlFault:
        return False
    return True


def inside(mjml: str, name: str) -> tuple[int, int]:
    """Return the start and end offsets of the content of the element `name`, or (-1, -1) if there is none."""
    opening = _TAG.match(mjml, max(mjml.find(f"<{name}"), 0))
    start, end = opening.end() if opening else -1, mjml.rfind(f"</{name}")
    return (start, end) if opening and opening[0].startswith(f"<{name}") and start <= end else (-1, -1)


def mark(mjml: str) -> str:
    """Mark each element with its offset in the MJML.

    HTML elements get an attribute `data-at`, components in the body a class `at-…`.
    """
    body = mjml.find("<mj-body")

    def marked(tag: re.Match[str]) -> str:
        text = tag[0]
        if text.startswith(("<!", "</", "<mjml")) or (tag.start() <= body and text.startswith("<mj-")):
            return text
        if not text.startswith("<mj-"):
            return re.sub(r"^<[A-Za-z0-9:-]+", rf'\g<0> data-at="{tag.start()}"', text)
        if " css-class=" in text:
            return re.sub(r"( css-class=[\"'])", rf"\g<1>at-{tag.start()} ", text)
        return re.sub(r"^<[a-z-]+", rf'\g<0> css-class="at-{tag.start()}"', text)

    return _TAG.sub(marked, mjml)


def escape_attributes(mjml: str) -> str:
    """Return the MJML in ASCII, with attribute values that mrml prints unchanged.

    The values are put on one line, and quotes and backslashes are escaped.
    """

    def attribute(match: re.Match[str]) -> str:
        quote = match[2][0]
        inside = match[2][1:-1].replace("\\", "&#92;").replace("\r", "").replace("\n", " ")
        # Escape both kinds of quotes, not only the kind that delimits the value.
        inside = inside.replace('"', "&quot;").replace("'", "&#39;")
        return f"{match[1]}{quote}{inside}{quote}"

    text = mjml.replace("\r\n", "\n")
    # The engine rejects blanks after a tag in the head.
    head, body, rest = text.partition("<mj-body")
    text = re.sub(r">[ \t]+(?=[\n<])", ">", head) + body + rest
    text = _TAG.sub(lambda tag: tag[0] if tag[0].startswith("<!--") else _ATTRIBUTE.sub(attribute, tag[0]), text)
    # The engine also prints the title as the attribute aria-label.
    text = re.sub(
        r"<mj-title>[^<]*(?:<(?!/?mj-title>)[^<]*)*</mj-title>", lambda title: title[0].replace("\\", "&#92;"), text
    )
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _original(mjml: str, safe: str, offset: int) -> int:
    """Return the offset in `mjml` of the line that contains `offset` in `safe`."""
    line = safe.count("\n", 0, offset)
    starts = [0, *(match.end() for match in re.finditer("\n", mjml))]
    return starts[min(line, len(starts) - 1)]
