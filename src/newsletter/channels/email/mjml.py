"""compiling: MJML becomes HTML. mjml-python (the mrml engine) is used here only.

Its traps, met here: attributes are printed with Rust's debug form (NBSP becomes `\\u{a0}`), so all
that is not plain ASCII goes in as numeric entities; deep nesting overflows the C stack; without
`fonts={}` a font service is linked; the lower-case doctype is lost on premailer.
"""

import re

from mjml import mjml2html

MAX_DEPTH = 200

# A comment that is never closed is looked for once, up to the end.
_TAG = re.compile(
    r"<(?:!--.*?(?:-->|(?P<open>\Z))|/?[A-Za-z][^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*>)", re.DOTALL
)
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_ATTRIBUTE = re.compile(r"(=\s*)(\"[^\"]*\"|'[^']*')")


class MjmlFault(ValueError):
    """The MJML cannot be compiled. `position` is a character offset in it, or -1."""

    def __init__(self, message: str, position: int = -1) -> None:
        super().__init__(message)
        self.message, self.position = message, position


def to_html(mjml: str) -> str:
    """MJML as an HTML document. Raises MjmlFault."""
    check_balance(mjml)
    safe = _escape_attributes(mjml)
    try:
        html = str(mjml2html(safe, disable_comments=True, fonts={}))
    except ValueError as fault:
        where = re.search(r"at position (\d{1,9}):(\d+)", str(fault))
        # The engine counts bytes; here every character is one byte.
        position = _original(mjml, safe, int(where[1])) if where else -1
        raise MjmlFault(re.sub(r" at position \d+:\d+", "", str(fault)), position) from None
    # premailer compares the doctype by case and drops what it does not know.
    return html.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def check_balance(mjml: str) -> None:
    """Every tag is closed, by its own name: the engine takes `</mj-colum>` without a word. Raises MjmlFault."""
    above: list[re.Match[str]] = []
    for tag in _TAG.finditer(mjml):
        name = re.match(r"</?([A-Za-z0-9-]+)", tag[0])
        if name is None or tag[0].endswith("/>") or name[1].lower() in VOID:
            continue
        if not tag[0].startswith("</"):
            above.append(tag)
            if len(above) > MAX_DEPTH:
                raise MjmlFault(f"tags are nested deeper than {MAX_DEPTH} levels", tag.start())
        elif above and re.match(rf"<{name[1]}[\s>]", above[-1][0]):
            above.pop()
        else:
            # What was opened last and is still open is the likelier fault than what closes.
            fault = above[-1] if above else tag
            raise MjmlFault(f"{fault[0].split()[0].rstrip('>')}> has no matching tag", fault.start())
    if above:
        raise MjmlFault(f"{above[-1][0].split()[0].rstrip('>')}> is never closed", above[-1].start())


def is_closed(part: str) -> bool:
    """Whether a piece of MJML closes every tag, comment and value that it opens."""
    if "<" in _TAG.sub(lambda tag: tag[0] if tag["open"] is not None else "", part):
        return False
    try:
        check_balance(part)
    except MjmlFault:
        return False
    return True


def inside(mjml: str, name: str) -> tuple[int, int]:
    """Where the content of the element `name` begins and ends; (-1, -1) when there is none."""
    opening = _TAG.match(mjml, max(mjml.find(f"<{name}"), 0))
    start, end = opening.end() if opening else -1, mjml.rfind(f"</{name}")
    return (start, end) if opening and opening[0].startswith(f"<{name}") and start <= end else (-1, -1)


def mark(mjml: str) -> str:
    """The same mail with each element's offset: `data-at` in HTML, a class `at-…` in components of the body."""
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


def _escape_attributes(mjml: str) -> str:
    def attribute(match: re.Match[str]) -> str:
        quote = match[2][0]
        inside = match[2][1:-1].replace("\\", "&#92;").replace("\r", "").replace("\n", " ")
        # Inside one kind of quotes, the other kind must not stand bare either.
        inside = inside.replace('"', "&quot;").replace("'", "&#39;")
        return f"{match[1]}{quote}{inside}{quote}"

    text = mjml.replace("\r\n", "\n")
    # The engine refuses a blank behind a tag of the head.
    head, body, rest = text.partition("<mj-body")
    text = re.sub(r">[ \t]+(?=[\n<])", ">", head) + body + rest
    text = _TAG.sub(lambda tag: tag[0] if tag[0].startswith("<!--") else _ATTRIBUTE.sub(attribute, tag[0]), text)
    # The title is printed once more, as the attribute aria-label.
    text = re.sub(
        r"<mj-title>[^<]*(?:<(?!/?mj-title>)[^<]*)*</mj-title>", lambda title: title[0].replace("\\", "&#92;"), text
    )
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _original(mjml: str, safe: str, offset: int) -> int:
    """The offset in `mjml` of what stands at `offset` in `safe`: the line is what counts."""
    line = safe.count("\n", 0, offset)
    starts = [0, *(match.end() for match in re.finditer("\n", mjml))]
    return starts[min(line, len(starts) - 1)]
