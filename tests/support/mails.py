"""Define texts that are often corrupted in mails, and make HTML documents comparable."""

import re
from collections.abc import Iterator

from lxml import html as lxml_html

# Content that serializers are known to change: NBSP, U+202F, ZWJ emoji, variation selectors, NFD
# accents, soft hyphens, backslashes, quotes, literal entities, and text that looks like a template.
HOSTILE = (
    "Été\u00a0! 10\u202f000 «\u00a0prix\u00a0»", "👨‍👩‍👧‍👦 ❤️ 🏳️‍⚧️", "cafe\u0301 e\u0302tre", "C:\\dossier\\n\\u{a0}",
    "\"guillemets\" 'apostrophes' <b>gras</b>", "&nbsp; &eacute; &amp; &#x27; &lt;", "{{ 7 * 7 }} {% if %} *|UNSUB|*",
    "mot\u00adcoupé a\u200bb", "</mj-text><mj-raw>", "QzSlot0Zq", "]]> <!-- --> --!>", "100 % 50% %s {name} $x",
)  # fmt: skip


def dom(document: str) -> str:
    """List a document's elements, attributes and text, one per line, with white space collapsed."""

    def walk(node: lxml_html.HtmlElement) -> Iterator[str]:
        if not isinstance(node.tag, str):
            yield f"<!--{node.text}"
            return
        yield node.tag
        for name, value in sorted(node.attrib.items()):
            squeezed = re.sub(r"\s*([:;])\s*", r"\1", value)
            yield f"  {name}={squeezed!r}"
        yield fold(node.text)
        for child in node:
            yield from walk(child)
            yield fold(child.tail)
        yield f"/{node.tag}"

    def fold(text: str | None) -> str:
        return repr(re.sub(r"[ \t\n]+", " ", text or ""))

    return "\n".join(
        walk(lxml_html.document_fromstring(document.encode(), parser=lxml_html.HTMLParser(encoding="utf-8")))
    )
