"""templating: tags of a site's template language in a body, made Markdown where that is possible."""

import re
from collections.abc import Callable, Iterator

from newsletter.importers.draft import Doubt

# A body without the other tool's tags, as far as they are understood; each that is left is a doubt at its place.
Mend = Callable[[str, list[Doubt]], str]

_LONGEST = 2_000  # characters of a tag
_SHORTCODES = (("{{<", ">}}"), ("{{%", "%}}"))
_COMMENTS = (
    re.compile(r"\{%-?\s*comment\s*-?%\}", re.IGNORECASE), re.compile(r"\{%-?\s*endcomment\s*-?%\}", re.IGNORECASE),
)  # fmt: skip
_HUGO_COMMENTS = (
    re.compile(r"\{\{[<%]-?\s*comment\s*-?[>%]\}\}", re.IGNORECASE),
    re.compile(r"\{\{[<%]-?\s*/\s*comment\s*-?[>%]\}\}", re.IGNORECASE),
)


def liquid(body: str, doubts: list[Doubt]) -> str:
    """A body of Jekyll. What stands in a comment is left out: readers never saw it."""
    body = without(body, *_COMMENTS)
    body = re.sub(r"\{%-?\s*#[^%]{0,1000}%\}", "", body)
    body = re.sub(r"\{\{-?\s*(?:site\.(?:baseurl|url)|'[^'{}]{0,500}'\s*\|\s*relative_url)\s*-?\}\}", _relative, body)
    body = re.sub(
        r"\{%-?\s*highlight\s+(\w{1,30}+)[^%]{0,200}+%\}\n?((?:[^{]|\{(?!%))*+)\{%-?\s*endhighlight\s*-?%\}",
        r"```\1\n\2```",
        body,
    )
    body = re.sub(r"\{%-?\s*(?:post_url|link)\s+(?:_posts/)?([\w/.-]{1,300}?)(?:\.md)?\s*-?%\}", r"\1.md", body)
    body = re.sub(r"\{:[^}\n]{0,300}\}", "", body)
    return _told(body, doubts, (("{%", "%}"), ("{{", "}}")))


def _relative(match: re.Match[str]) -> str:
    return match[0].split("'")[1] if "'" in match[0] else ""


def shortcodes(body: str, doubts: list[Doubt]) -> str:
    """A body of Hugo. What stands in a comment is left out: readers never saw it."""

    body = without(body, *_HUGO_COMMENTS)
    body = without(body, re.compile(r"\{\{-?\s*/\*"), re.compile(r"\*/\s*-?\}\}"))
    for begins, ends in _SHORTCODES:
        body = _with_figures(body, begins, ends)
    body = re.sub(r"\{\{[<%]\s*youtube\s+\"?([\w-]+)\"?\s*[>%]\}\}", r"<https://www.youtube.com/watch?v=\1>", body)
    body = re.sub(
        r"\{\{[<%]\s*(?:rel)?ref\s+\"(?:[^\"]{0,300}/)?([^\"/]{1,300}?)(?:\.md)?\"\s*[>%]\}\}", r"\1.md", body
    )
    return _told(body, doubts, _SHORTCODES)


def _with_figures(body: str, begins: str, ends: str) -> str:
    """The body with images in place of the shortcode `figure`."""
    kept, position = [], 0
    for start, tag in tags(body, begins, ends):
        words = tag[len(begins) : -len(ends)].strip().rstrip("/").split(None, 1)
        if len(words) == 2 and words[0] == "figure":
            said = dict(re.findall(r"\b(\w++)=\"([^\"]*+)\"", words[1]))
            caption = f"\n\n*{said['caption']}*" if said.get("caption") else ""
            kept += [body[position:start], f"![{said.get('alt', '')}]({said.get('src', '')}){caption}"]
            position = start + len(tag)
    return "".join((*kept, body[position:]))


def without(body: str, begins: re.Pattern[str], ends: re.Pattern[str]) -> str:
    """The body without what stands from one sign to the next other one, or to the end; each place is seen once."""
    kept, position = [], 0
    while begin := begins.search(body, position):
        kept.append(body[position : begin.start()])
        end = ends.search(body, begin.end())
        position = end.end() if end else len(body)
    return "".join((*kept, body[position:]))


def tags(body: str, begins: str, ends: str) -> Iterator[tuple[int, str]]:
    """Offset and text of each tag of at most 2,000 characters; each place is seen once."""
    position, end = 0, -1
    while (position := body.find(begins, position)) >= 0:
        if end < position + len(begins):
            end = body.find(ends, position + len(begins))
        if end < 0:
            return
        if end - position <= _LONGEST:
            yield position, body[position : end + len(ends)]
            position = end + len(ends)
        else:
            position += len(begins)


def _told(body: str, doubts: list[Doubt], signs: tuple[tuple[str, str], ...]) -> str:
    """The body as it is; every tag that is left in it is a doubt at its place."""
    found = sorted(each for begins, ends in signs for each in tags(body, begins, ends))
    for tag in dict.fromkeys(tag for _, tag in found):
        line = tag.split("\n")[0][:80]
        said = f"'{line}' means something to the other tool only"
        doubts.append(Doubt("import-lost", said, "write out what it showed", tag))
    return body
