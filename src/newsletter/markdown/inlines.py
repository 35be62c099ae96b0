"""inlines: text, emphasis, links, images, footnote signs, and the few HTML elements allowed."""

import re
from html import escape, unescape
from typing import Any

from newsletter import text
from newsletter.markdown.writing import Writing
from newsletter.model import Address, PageOnly, Picture, Reference

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

    def on_Text(self, value: str, start: int) -> None:
        if self.entities and (bad := next(text.forbidden(value), None)):
            self.fault("control-character", start, f"an entity stands for {bad[1]}", "delete it")
        self.say(escape(value, quote=False), value)

    def say(self, html: str, plain: str) -> None:
        """Text, or alternative text inside an image."""
        if self.image is None:
            self.write(html, plain)
        else:
            self.alt.append(plain)

    def on_Code(self, value: str, start: int) -> None:
        if self.image is not None:
            self.alt.append(value)
            return
        self.enter("code")
        self.write(escape(value, quote=False), value)
        self.leave()

    def on_SoftBreak(self, details: None, start: int) -> None:
        self.say(" ", " ")  # mrml drops a line feed between two elements

    def on_HardBreak(self, details: None, start: int) -> None:
        self.say("<br>", "\n")

    def on_StartEmphasis(self, details: None, start: int) -> None:
        self.begin("em")

    def on_EndEmphasis(self, details: None, start: int) -> None:
        self.end("em", start)

    def on_StartStrong(self, details: None, start: int) -> None:
        self.begin("strong")

    def on_EndStrong(self, details: None, start: int) -> None:
        self.end("strong", start)

    def on_StartStrikethrough(self, details: None, start: int) -> None:
        self.begin("del")

    def on_EndStrikethrough(self, details: None, start: int) -> None:
        self.end("del", start)

    def begin(self, tag: str, attributes: str = "") -> None:
        """An inline element opens."""
        self.inlines.append(f"<{tag}>")
        self.enter(tag, attributes)

    def end(self, tag: str, start: int) -> None:
        """Markdown closes an inline; HTML opened inside it must be closed by now."""
        while self.inlines[-1] != f"<{tag}>":
            self.unclosed(start)
        self.inlines.pop()
        self.leave()

    def unclosed(self, start: int) -> None:
        sign = self.inlines.pop()
        self.fault("raw-html", start, f"{sign} is not closed where it should be", f"write </{sign[1:]} before it")
        self.leave()

    def close_raw(self, start: int) -> None:
        """At the end of a block, nothing may be left open."""
        while self.inlines:
            self.unclosed(start)

    def on_InlineHtml(self, value: str, start: int) -> None:
        if value.startswith("<!--"):
            self.comment(value)
        elif _BREAK.fullmatch(value):
            self.write("<br>", "\n")
        elif match := _RAW.fullmatch(value):
            self.raw(match, start)
        else:
            self.fault("raw-html", start, f"raw HTML '{value[:60]}'", ALLOWED)

    def comment(self, raw: str) -> None:
        """Comments are dropped; `<!--more-->` ends the default summary."""
        if self.lead < 0 and MORE.search(raw):
            self.lead = len(self.paragraphs)

    def raw(self, match: re.Match[str], start: int) -> None:
        tag = match["tag"].lower()
        if match["end"]:
            if self.inlines[-1:] == [f"<{tag}>"]:
                self.end(tag, start)
            else:
                self.fault("raw-html", start, f"'{match[0]}' closes nothing", f"open it with <{tag}>")
        elif match["title"] and tag != "abbr":
            self.fault("raw-html", start, f"'{match[0]}' has an attribute", f"write <{tag}>")
            self.begin(tag)
        else:
            title = unescape((match["title"] or "")[1:-1])
            if self.entities and (bad := next(text.forbidden(title), None)):
                self.fault("control-character", start, f"an entity stands for {bad[1]}", "delete it")
            self.begin(tag, f' title="{escape(title)}"' if title else "")

    def on_StartLink(self, details: dict[str, Any], start: int) -> None:
        target = details["dest_url"]
        if details["link_type"] == "Email":
            target = f"mailto:{target}"
        title = f' title="{escape(details["title"])}"' if details["title"] else ""
        self.link = (target, start, len(self.label))
        self.inlines.append("<a>")
        self.enter("a", title, target or "#")

    def on_EndLink(self, details: None, start: int) -> None:
        self.end("a", start)
        target, offset, begun = self.link
        label = "".join(self.label[begun:])
        self.references.append(Reference(target, offset, label=label))
        if not label.strip(" \u00a0\u202f\n"):
            self.fault("empty-link", offset, "this link has no text", "write [text](address)")
        # An address that stands there as its own label is not said twice.
        if label not in (target, target.removeprefix("mailto:")):
            self.pieces.append(Address(target))

    def on_StartImage(self, details: dict[str, Any], start: int) -> None:
        self.image = (details["dest_url"], details["title"], start)
        self.alt: list[str] = []

    def on_EndImage(self, details: None, start: int) -> None:
        assert self.image is not None
        (target, title, offset), self.image = self.image, None
        alt = text.one_line("".join(self.alt))
        if not alt.strip("\u00a0\u202f"):
            self.fault("no-alt", offset, f"image '{target}' has no alternative text", "write ![what it shows](file)")
        self.references.append(Reference(target, offset, image=True))
        self.parts.append(Picture(f"{self.chain} img".lstrip(), target, alt, title))
        self.pieces.append(f"[{alt}]")
        self.label.append("")
        if self.inlines[-1:] == ["<a>"]:
            self.label.append(alt)

    def on_FootnoteReference(self, name: str, start: int) -> None:
        number = self.numbers.setdefault(name, len(self.numbers) + 1)
        self.enter("sup")
        self.parts.append(PageOnly(f'<a href="#note-{number}" id="ref-{number}">'))
        self.parts.append(f"{number}")
        self.parts.append(PageOnly("</a>"))
        self.leave()
        self.pieces.append(f" [{number}]")
