"""inlines: text, emphasis, links, images, footnote signs, and the few HTML elements allowed."""

import re
from typing import Any

from newsletter import text
from newsletter.markdown.builder import MAX_DEPTH, TooDeep, Writing, page_only
from newsletter.model import SLOT, Picture, Reference
from newsletter.text.entities import escape, escape_text, unescape

_RAW = re.compile(
    r"<(?P<end>/?)(?P<tag>sup|sub|small|abbr|em|strong|kbd|mark|q|cite|s)"
    r"(?:\s+title=(?P<title>\"[^\"]*\"|'[^']*'))?\s*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
MORE = re.compile(r"<!--\s*more\s*-->")
ALLOWED = "write Markdown; as HTML only br, sup, sub, small, abbr, em, strong, kbd, mark, q, cite and s may stand"


class Inlines(Writing):
    """The events inside a paragraph, heading or cell."""

    __slots__ = ("alt", "images", "link")

    def __init__(self, top: int, *, signs: bool) -> None:
        super().__init__(top, signs=signs)
        self.link = ("", 0, 0)  # the open one: target, event, first piece of its label
        self.images: list[
            tuple[str, str, int]
        ] = []  # open images, of which only the text is read: target, title, event
        self.alt: list[str] = []

    def on_Text(self, value: str) -> None:
        self.pieces.append(value)
        if self.signs:
            self.refuse_forbidden(value)
            value = escape_text(value)
        self.parts.append(value)

    def refuse_forbidden(self, value: str) -> None:
        """Entities may stand for what no text may hold."""
        if self.signs and (bad := next(text.forbidden(value), None)):
            self.fault("control-character", f"an entity stands for {bad[1]}", "delete it")

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
        """Markdown closes an inline; HTML opened inside it must be closed by now."""
        while self.inlines.pop() != tag:
            self.unclosed(self.spot.closing)
        self.parts.append(self.spot.closing)
        self.spot = self.spot.outside

    def unclosed(self, closing: str) -> None:
        """An HTML element is left open."""
        self.fault("raw-html", f"<{closing[2:]} is not closed where it should be", f"write {closing} before it")
        self.leave()

    def close_raw(self) -> None:
        """At the end of a block, nothing may be left open."""
        while self.inlines:
            self.inlines.pop()
            self.unclosed(self.spot.closing)

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
        """Comments are dropped; `<!--more-->` ends the default summary."""
        if self.lead < 0 and MORE.search(raw):
            self.lead = len(self.paragraphs)

    def raw(self, match: re.Match[str]) -> None:
        tag = match["tag"].lower()
        if match["end"]:
            if self.inlines[-1:] == [f"<{tag}>"]:
                self.inlines.pop()
                self.leave()
            else:
                self.fault("raw-html", f"'{match[0]}' closes nothing", f"open it with <{tag}>")
            return
        title = ""
        if match["title"] and tag != "abbr":
            self.fault("raw-html", f"'{match[0]}' has an attribute", f"write <{tag}>")
        elif match["title"]:
            title = unescape(match["title"][1:-1])
            self.refuse_forbidden(title)
        # The parser knows no element of HTML by name, so that its events do not tell this depth.
        if self.spot.chain.count(" ") >= MAX_DEPTH - 1:
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
        target, event, begun = self.link
        label = self.label(begun)
        self.references.append(Reference(target, event, label=label))
        if not label.strip(" \u00a0\u202f\n"):
            self.fault("empty-link", "this link has no text", "write [text](address)", event=event)
        # An address that stands there as its own label is not said twice.
        if label != target and f"mailto:{label}" != target:
            self.unspoken(f"{SLOT}{target}{SLOT}")

    def on_StartImage(self, details: dict[str, Any]) -> None:
        self.images.append((details["dest_url"], details["title"], self.event))

    def in_image(self, name: str, value: Any) -> None:
        """An event inside an image: its text is alternative text, and so is that of an image inside it."""
        if name == "EndImage":
            image = self.images.pop()
            if not self.images:
                self.show(*image)
        elif name == "StartImage":
            self.images.append(("", "", self.event))
        elif name in ("Text", "Code"):
            if name == "Text":
                self.refuse_forbidden(value)
            self.alt.append(value)
        elif name in ("SoftBreak", "HardBreak"):
            self.alt.append(" ")

    def show(self, target: str, title: str, event: int) -> None:
        """An image whose text was read."""
        alt, self.alt = text.one_line("".join(self.alt)), []
        if not alt.strip("\u00a0\u202f"):
            told = f"image '{target}' has no alternative text"
            self.fault("no-alt", told, "write ![what it shows](file)", event=event)
        self.references.append(Reference(target, event, image=True))
        chain = self.spot["img"].chain
        self.chains.add(chain)
        self.parts.append(f"{SLOT}!{len(self.pictures)}{SLOT}")
        self.pictures.append(Picture(chain, target, alt, title))
        self.unspoken(f"[{alt}]", alt if self.inlines[-1:] == ["a"] else "")

    def on_FootnoteReference(self, name: str) -> None:
        before = len(self.numbers)
        number = self.numbers.setdefault(name, before + 1)
        # The way back leads to the first reference: an id may stand once.
        named = f' id="ref-{number}"' if number > before else ""
        self.enter("sup")
        self.parts.append(page_only(f'<a href="#note-{number}"{named}>'))
        self.parts.append(f"{number}")
        self.parts.append(page_only("</a>"))
        self.leave()
        self.unspoken(f" [{number}]")
