"""compiling: MJML becomes HTML. mjml-python (the mrml engine) is used here only.

Its traps, met here: attributes are printed with Rust's debug form (NBSP becomes `\\u{a0}`), so all
that is not plain ASCII goes in as numeric entities; deep nesting overflows the C stack; without
`fonts={}` a font service is linked; the lower-case doctype is lost on premailer.
"""

import re

from mjml import mjml2html

MAX_DEPTH = 200

_TAG = re.compile(r"<(?:!--.*?-->|/?[A-Za-z][^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*>)", re.DOTALL)
_ATTRIBUTE = re.compile(r"(=\s*)(\"[^\"]*\"|'[^']*')")


class MjmlFault(ValueError):
    """The MJML cannot be compiled. `position` is a character offset in it, or -1."""

    def __init__(self, message: str, position: int = -1) -> None:
        super().__init__(message)
        self.message, self.position = message, position


def to_html(mjml: str) -> str:
    """MJML as an HTML document. Raises MjmlFault."""
    safe = _escape_attributes(mjml)
    depth = deepest = 0
    for tag in _TAG.finditer(safe):
        if tag[0].startswith("</"):
            depth -= 1
        elif not tag[0].startswith("<!--") and not tag[0].endswith("/>"):
            depth += 1
            deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise MjmlFault(f"tags are nested deeper than {MAX_DEPTH} levels")
    try:
        html = str(mjml2html(safe, disable_comments=True, fonts={}))
    except ValueError as fault:
        where = re.search(r"at position (\d+):(\d+)", str(fault))
        # The engine counts bytes; here every character is one byte.
        position = _original(mjml, safe, int(where[1])) if where else -1
        raise MjmlFault(re.sub(r" at position \d+:\d+", "", str(fault)), position) from None
    # premailer compares the doctype by case and drops what it does not know.
    return html.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def _escape_attributes(mjml: str) -> str:
    def attribute(match: re.Match[str]) -> str:
        quote = match[2][0]
        inside = match[2][1:-1].replace("\\", "&#92;").replace("\r", "").replace("\n", " ")
        # Inside one kind of quotes, the other kind must not stand bare either.
        inside = inside.replace('"', "&quot;").replace("'", "&#39;")
        return f"{match[1]}{quote}{inside}{quote}"

    text = mjml.replace("\r\n", "\n")
    text = _TAG.sub(lambda tag: tag[0] if tag[0].startswith("<!--") else _ATTRIBUTE.sub(attribute, tag[0]), text)
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _original(mjml: str, safe: str, offset: int) -> int:
    """The offset in `mjml` of what stands at `offset` in `safe`: the line is what counts."""
    line = safe.count("\n", 0, offset)
    starts = [0, *(match.end() for match in re.finditer("\n", mjml))]
    return starts[min(line, len(starts) - 1)]
