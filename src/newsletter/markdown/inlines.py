"""Handle parser events inside blocks: text, emphasis, links, images, footnote references and allowed HTML elements."""

import re
from typing import Any

from newsletter import text
from newsletter.markdown.builder import MAX_DEPTH, ProseBuilder, TooDeep, page_only
from newsletter.model import SLOT, Picture, Reference
from newsletter.text.entities import escape, escape_text, unescape

_RAW = re.compile(
    r"<(?P<end>/?)(?P<tag>sup|sub|small|abbr|em|strong|kbd|mark|q|cite|s)"
    r"(?:\s+title=(?P<title>\"[^\"]*\"|'[^']*'))?\s*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
MORE = re.compile(r"<!--\s*more\s*-->")
ALLOWED = "write Markdown; the only HTML allowed is br, sup, sub, small, abbr, em, strong, kbd, mark, q, cite and s"


class Inlines(ProseBuilder):
    """Handlers for the events inside a paragraph, heading or cell."""

    __slots__ = ("alt", "images", "link")

    def __init__(self, top: int, *, signs: bool) -> None:
        super().__init__(top, signs=signs)
        self.link = ("", 0, 0)  # the open link: target, event number, index of the first piece of its label
        # Open images: target, title, event number. An image inside an image contributes only its text.
        self.images: list[tuple[str, str, int]] = []
        self.alt: list[str] = []

    def on_Text(self, value: str) -> None:
        self.pieces.append(value)
        if self.signs:
            self.check_characters(value)
            value = escape_text(value)
        self.parts.append(value)

    def check_characters(self, value: str) -> None:
        """Report the first forbidden character. It must come from an entity, because files cannot contain it."""
        if self.signs and (bad := next(text.forbidden(value), None)):
            self.fault("control-character", f"this entity is {bad[1]}, which is not allowed", "delete it")

    def on_Code(self, value: str) -> None:
        self.enter("code")
        self.parts.append(escape_text(value))
        self.pieces.append(value)
        self.leave()

    def on_SoftBreak(self, details: None) -> None:
        self.parts.append(" ")  # mrml drops a line feed between two elements
        self.pieces.append(" ")

    def on_HardBreak(self, details: None) -> None:
        self.parts.append("<br>")
        self.pieces.append("\n")

    def on_StartEmphasis(self, details: None) -> None:
        self.inlines.append("em")
        self.enter("em")

    def on_EndEmphasis(self, details: None) -> None:
        self.end("em")

    def on_StartStrong(self, details: None) -> None:
        self.inlines.append("strong")
        self.enter("strong")

    def on_EndStrong(self, details: None) -> None:
        self.end("strong")

    def on_StartStrikethrough(self, details: None) -> None:
        self.inlines.append("del")
        self.enter("del")

    def on_EndStrikethrough(self, details: None) -> None:
        self.end("del")

    def end(self, tag: str) -> None:
        """Close an inline element written in Markdown. HTML elements left open inside it are faults."""
        while self.inlines.pop() != tag:
            self.close_unclosed(self.path.closing)
        self.parts.append(self.path.closing)
        self.path = self.path.parent

    def close_unclosed(self, closing: str) -> None:
        """Report an HTML element that was left open, and close it."""
        self.fault("raw-html", f"<{closing[2:]} is not closed where it should be", f"write {closing} before it")
        self.leave()

    def close_raw(self) -> None:
        """Report HTML elements left open at the end of a block, and close them."""
        while self.inlines:
            self.inlines.pop()
            self.close_unclosed(self.path.closing)

    def on_InlineHtml(self, value: str) -> None:
        if value.startswith("<!--"):
            self.comment(value)
        elif _BREAK.fullmatch(value):
            self.on_HardBreak(None)
        elif match := _RAW.fullmatch(value):
            self.raw(match)
        else:
            self.fault("raw-html", f"raw HTML '{value[:60]}'", ALLOWED)

    def comment(self, raw: str) -> None:
        """Ignore a comment, except for `<!--more-->`, which ends the default summary."""
        if self.lead < 0 and MORE.search(raw):
            self.lead = len(self.paragraphs)

    def raw(self, match: re.Match[str]) -> None:
        tag = match["tag"].lower()
        if match["end"]:
            if self.inlines[-1:] == [f"<{tag}>"]:
                self.inlines.pop()
                self.leave()
            else:
                self.fault("raw-html", f"'{match[0]}' does not close the innermost element", f"open it with <{tag}>")
            return
        title = ""
        if match["title"] and tag != "abbr":
            self.fault("raw-html", f"'{match[0]}' has an attribute", f"write <{tag}>")
        elif match["title"]:
            title = unescape(match["title"][1:-1])
            self.check_characters(title)
        # These elements are not events of the parser, so _read() does not count their depth.
        if self.path.chain.count(" ") >= MAX_DEPTH - 1:
            raise TooDeep
        self.inlines.append(f"<{tag}>")
        self.enter(tag, f' title="{escape(title)}"' if title else "")

    def on_StartLink(self, details: dict[str, Any]) -> None:
        target = details["dest_url"]
        if details["link_type"] == "Email":
            target = f"mailto:{target}"
        title = f' title="{escape(details["title"])}"' if details["title"] else ""
        self.link = (target, self.event, len(self.pieces))
        self.inlines.append("a")
        self.enter("a", f' href="{SLOT}@{target or "#"}{SLOT}"{title}')

    def on_EndLink(self, details: None) -> None:
        self.end("a")
        target, event, start = self.link
        label = self.label(start)
        self.references.append(Reference(target, event, label=label))
        if not label.strip(" \u00a0\u202f\n"):
            self.fault("empty-link", "this link has no text", "write [text](address)", event=event)
        # Do not repeat an address that is also the label.
        if label != target and f"mailto:{label}" != target:
            self.add_hidden(f"{SLOT}{target}{SLOT}")

    def on_StartImage(self, details: dict[str, Any]) -> None:
        self.images.append((details["dest_url"], details["title"], self.event))

    def in_image(self, name: str, value: Any) -> None:
        """Handle an event inside an image. All text, even in nested images, becomes alternative text."""
        if name == "EndImage":
            image = self.images.pop()
            if not self.images:
                self.add_image(*image)
        elif name == "StartImage":
            self.images.append(("", "", self.event))
        elif name in ("Text", "Code"):
            if name == "Text":
                self.check_characters(value)
            self.alt.append(value)
        elif name in ("SoftBreak", "HardBreak"):
            self.alt.append(" ")

    def add_image(self, target: str, title: str, event: int) -> None:
        """Add an image once its alternative text is complete."""
        alt, self.alt = text.one_line("".join(self.alt)), []
        if not alt.strip("\u00a0\u202f"):
            message = f"image '{target}' has no alternative text"
            self.fault("no-alt", message, "write ![what it shows](file)", event=event)
        self.references.append(Reference(target, event, image=True))
        chain = self.path["img"].chain
        self.chains.add(chain)
        self.parts.append(f"{SLOT}!{len(self.pictures)}{SLOT}")
        self.pictures.append(Picture(chain, target, alt, title))
        self.add_hidden(f"[{alt}]", alt if self.inlines[-1:] == ["a"] else "")

    def on_FootnoteReference(self, name: str) -> None:
        known = len(self.numbers)
        number = self.numbers.setdefault(name, known + 1)
        # The note links back to its first reference only, because ids must be unique.
        id_attribute = f' id="ref-{number}"' if number > known else ""
        self.enter("sup")
        self.parts.append(page_only(f'<a href="#note-{number}"{id_attribute}>'))
        self.parts.append(f"{number}")
        self.parts.append(page_only("</a>"))
        self.leave()
        self.add_hidden(f" [{number}]")
