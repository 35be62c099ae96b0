"""safety: nothing runs, nothing leaks, nothing pretends to be something else."""

import re
from collections.abc import Iterator

from newsletter.rules.rendered.document import Document, is_content
from newsletter.rules.rule import Family, Finding
from newsletter.text.urls import host

FAMILY = Family("safety", "Nothing runs, nothing leaks, nothing pretends. Errors here stop a build.")
_ACTIVE = ("script", "iframe", "frame", "object", "embed", "applet", "base", "form")
_LEFT = re.compile(r"\{\{.{0,60}|\{%.{0,60}|</?mj-[a-z-]*|\\u\{[0-9a-f]+\}", re.DOTALL)


@FAMILY.rule("active-content", "Something in a template that acts", level="error", fails="<script>…</script>",
             passes="<p>…</p>")  # fmt: skip
def active_content(document: Document) -> Iterator[Finding]:
    """Scripts, frames, forms, `<base>`, refreshing and `on…` attributes have no place in a mail: programs remove them, or
    refuse the mail. On pages of the site a theme may have what it likes.
    """
    if not document.is_mail:
        return
    for element in document.elements:
        if element.tag in _ACTIVE:
            yield Finding(element, f"a mail may not hold <{element.tag}>", "delete it")
        elif element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            yield Finding(element, "a mail may not send its reader elsewhere", "delete http-equiv")
        for name, value in element.attrib.items():
            if name.startswith("on"):
                yield Finding(element, f"a mail may not hold the attribute {name}", "delete it")
            elif name in ("href", "src", "action") and re.match(r"\s*(?:javascript|vbscript|data|file):", value, re.I):
                yield Finding(element, f"'{value[:40]}' may not be linked to", "use https:, mailto: or tel:")


@FAMILY.rule("leftover-template", "Template code in what readers get", level="error", fails="{{ '{{' }} title }}",
             passes="{{ title }}")  # fmt: skip
def leftover_template(document: Document) -> Iterator[Finding]:
    """`{{` or `{%` in the finished mail was meant for the template, and readers would see it. (In an
    announcement's text, `{{` is text.) A mail service's own placeholders go into `unsubscribe` in the settings.
    """
    if not document.is_mail:
        return
    for element in document.elements:
        for text in (element.text, *(child.tail for child in element)):
            if element.tag not in ("style", "script") and text and (left := _LEFT.search(text)):
                yield Finding(element, f"'{left[0][:40]}' would reach readers", "let the template fill it in")


@FAMILY.rule("remote-content", "A template that loads something from another host",
             fails='<img src="https://cdn.elsewhere.example/logo.png" alt="">', passes='<img src="{{ logo }}" alt="">')  # fmt: skip
def remote_content(document: Document) -> Iterator[Finding]:
    """Whatever a mail loads tells its host who reads it, when and where. Pictures belong into the project."""
    for element in document.elements if document.is_shape else ():
        for name in ("src", "background", "href" if element.tag == "link" else "src", "poster"):
            value = element.get(name) or ""
            if element.tag == "link" and element.get("rel") not in ("stylesheet", "preload", "icon", "preconnect"):
                continue
            if re.match(r"(?:https?:)?//", value) and not is_content(value) and host(value) != document.host:
                yield Finding(element, f"'{value[:80]}' tells another host who reads this", "copy it into the project")
                break


FAMILY.declare("leftover-slot", "error", "A mail whose content was not filled in",
            "Templates are compiled with slots for content. A slot in a finished mail is a fault of this program: report it.")  # fmt: skip
FAMILY.declare("raw-html", "error", "HTML in an announcement",
            "Announcements may come from strangers, and go where HTML is dangerous. `br`, `sup`, `sub`, `small`, `abbr`, "
            "`em`, `strong`, `kbd`, `mark`, `q`, `cite` and `s` may stand, without attributes (`abbr` may have `title`).",
            "<div>Texte</div>", "Texte, **important**, 1<sup>re</sup>")  # fmt: skip
FAMILY.declare("unsafe-link", "error", "A link that may not be followed",
            "`javascript:`, `data:`, `vbscript:`, `file:`, `//host` and a user name before the host are ways to deceive.",
            "[programme](javascript:alert(1))", "[programme](https://exemple.example/programme)")  # fmt: skip
FAMILY.declare("unsafe-image", "error", "An image that is no file of the project",
            "As for links; and a picture's address must be a file.", "![x](data:image/png;base64,AAAA)", "![x](plan.png)")  # fmt: skip
FAMILY.declare("outside-project", "error", "A file outside the project",
            "What is published must be in the project: no `..` out of it, no symbolic links, no hidden files.",
            "![x](../../../secret.png)", "![x](images/plan.png)")  # fmt: skip
FAMILY.declare("forbidden-file", "error", "A file that is not for publication",
            "Announcements may come from strangers. They can publish documents, pictures, sound, video, archives and text, by "
            "their extensions; `attachments` in the settings allows more. They cannot publish settings, lock or requirements "
            "files, anything in `outbox`, `templates` or `src`, or anything in a virtual environment.",
            "[programme](../src/programme.pdf)", "[programme](files/programme.pdf)")  # fmt: skip
FAMILY.declare("file-size", "error", "A file that is too large to publish", "At most 1,000 MB are copied. Put a larger file on a host "
            "that is made for it, and link to it.", "a video of 5 GB", "https://video.exemple.example/film")  # fmt: skip
FAMILY.declare("changed-file", "error", "A file that changed during the build", "A file is checked, then copied. If it is changed, "
            "removed or replaced by a link in between, nothing is published: build again.")  # fmt: skip
FAMILY.declare("control-character", "error", "A character that cannot be seen",
            "Control characters and those that turn the direction of reading make a text read otherwise than it is.",
            "title: Un\\u202etitre", "title: Un titre")  # fmt: skip
FAMILY.declare("hidden-link", "error", "A link to an announcement that is hidden",
            "A draft or an announcement to come must not be known by a link to it.", "[bientôt](brouillon.md)", "Bientôt !")  # fmt: skip
