"""Define safety rules: nothing in a mail may run code, leak data or deceive readers."""

import re
from collections.abc import Iterator

from newsletter.rules.rendered.document import Document, is_content
from newsletter.rules.rule import Family, Finding
from newsletter.text.urls import host

FAMILY = Family("safety", "Content that runs code, leaks data or deceives readers. Errors here stop a build.")
_ACTIVE_TAGS = ("script", "iframe", "frame", "object", "embed", "applet", "base", "form")
_TEMPLATE_CODE = re.compile(r"\{\{.{0,60}|\{%.{0,60}|</?mj-[a-z-]*|\\u\{[0-9a-f]+\}", re.DOTALL)


@FAMILY.rule("active-content", "Active content in a mail", level="error", fails="<script>…</script>",
             passes="<p>…</p>")  # fmt: skip
def active_content(document: Document) -> Iterator[Finding]:
    """Scripts, frames, forms, `<base>`, automatic refresh and `on…` attributes are not allowed in a mail, because mail
    programs remove them or refuse the mail. Pages of the site may have them.
    """
    if not document.is_mail:
        return
    for element in document.elements:
        if element.tag in _ACTIVE_TAGS:
            yield Finding(element, f"a mail must not contain <{element.tag}>", "delete it")
        elif element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            yield Finding(element, "a mail must not redirect its reader", "delete http-equiv")
        for name, value in element.attrib.items():
            if name.startswith("on"):
                yield Finding(element, f"a mail must not have the attribute {name}", "delete it")
            elif name in ("href", "src", "action") and re.match(r"\s*(?:javascript|vbscript|data|file):", value, re.I):
                yield Finding(element, f"'{value[:40]}' is not allowed in a link", "use https:, mailto: or tel:")


@FAMILY.rule("leftover-template", "Template code in a finished mail", level="error", fails="{{ '{{' }} title }}",
             passes="{{ title }}")  # fmt: skip
def leftover_template(document: Document) -> Iterator[Finding]:
    """Readers would see template code such as `{{` or `{%`. (In an announcement's text, `{{` is ordinary text.)
    Write placeholders of a mail service into `unsubscribe` in the settings.
    """
    if not document.is_mail:
        return
    for element in document.elements:
        for text in (element.text, *(child.tail for child in element)):
            if element.tag not in ("style", "script") and text and (match := _TEMPLATE_CODE.search(text)):
                yield Finding(element, f"readers would see '{match[0][:40]}'", "correct the template code")


@FAMILY.rule("remote-content", "A template that loads something from another host",
             fails='<img src="https://cdn.elsewhere.example/logo.png" alt="">', passes='<img src="{{ logo }}" alt="">')  # fmt: skip
def remote_content(document: Document) -> Iterator[Finding]:
    """A host that serves a file for a mail learns who reads the mail, when and where. Copy pictures into the
    project.
    """
    for element in document.elements if document.is_shape else ():
        for name in ("src", "background", "href" if element.tag == "link" else "src", "poster"):
            value = element.get(name) or ""
            if element.tag == "link" and element.get("rel") not in ("stylesheet", "preload", "icon", "preconnect"):
                continue
            if re.match(r"(?:https?:)?//", value) and not is_content(value) and host(value) != document.host:
                yield Finding(element, f"'{value[:80]}' tells another host who reads this", "copy it into the project")
                break


FAMILY.declare("leftover-slot", "error", "A mail whose content was not filled in",
            "Templates are compiled with slots for content. A slot that remains in a finished mail is a bug "
            "in newsletter. Please report it.")  # fmt: skip
FAMILY.declare("raw-html", "error", "HTML in an announcement",
            "Announcements may come from strangers, and HTML can be dangerous where they are shown. Only "
            "`br`, `sup`, `sub`, `small`, `abbr`, `em`, `strong`, `kbd`, `mark`, `q`, `cite` and `s` are "
            "allowed, without attributes (except `title` on `abbr`).",
            "<div>Texte</div>", "Texte, **important**, 1<sup>re</sup>")  # fmt: skip
FAMILY.declare("unsafe-link", "error", "A link to an unsafe URL",
            "`javascript:`, `data:`, `vbscript:`, `file:`, `//host`, and a user name before the host can "
            "deceive readers.",
            "[programme](javascript:alert(1))", "[programme](https://exemple.example/programme)")  # fmt: skip
FAMILY.declare("unsafe-image", "error", "An image that is not a file of the project",
            "URLs that are unsafe in links are also unsafe in pictures. A picture must be a file of the project.",
            "![x](data:image/png;base64,AAAA)", "![x](plan.png)")  # fmt: skip
FAMILY.declare("outside-project", "error", "A file outside the project",
            "Published files must be in the project. They must not be hidden, be symbolic links, or be "
            "reached through `..`.",
            "![x](../../../secret.png)", "![x](images/plan.png)")  # fmt: skip
FAMILY.declare("forbidden-file", "error", "A file that must not be published",
            "Announcements may come from strangers. They can publish documents, pictures, sound, video, "
            "archives and text. The extension decides, and `attachments` in the settings can allow more "
            "extensions. Announcements cannot publish settings, lock or requirements files, or anything in "
            "`outbox`, `templates`, `src` or a virtual environment.",
            "[programme](../src/programme.pdf)", "[programme](files/programme.pdf)")  # fmt: skip
FAMILY.declare("file-size", "error", "A file that is too large to publish", "The limit is 1,000 MB. Put a larger file on a file host, "
            "and link to it.", "a video of 5 GB", "https://video.exemple.example/film")  # fmt: skip
FAMILY.declare("changed-file", "error", "A file that changed during the build", "A file is checked, then copied. If it is changed, "
            "removed or replaced by a link in between, nothing is published. Run the build again.")  # fmt: skip
FAMILY.declare("control-character", "error", "An invisible character",
            "Control characters, and characters that change the text direction, can make a text look "
            "different from what it really contains.",
            "title: Un\\u202etitre", "title: Un titre")  # fmt: skip
FAMILY.declare("hidden-link", "error", "A link to an announcement that is hidden",
            "A link must not reveal a draft or an announcement that is not yet public.", "[bientôt](brouillon.md)", "Bientôt !")  # fmt: skip
