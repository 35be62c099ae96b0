"""Convert a site's template tags to Markdown where possible."""

import re
from collections.abc import Callable, Iterator

from newsletter.importers.draft import Doubt

# Takes a body and returns it with known tags converted. Adds a doubt for each other tag.
TagConverter = Callable[[str, list[Doubt]], str]

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
    """Convert the Liquid tags in a Jekyll post, and remove comments, which readers never saw."""
    body = remove_between(body, *_COMMENTS)
    body = re.sub(r"\{%-?\s*#[^%]{0,1000}%\}", "", body)
    body = re.sub(r"\{\{-?\s*(?:site\.(?:baseurl|url)|'[^'{}]{0,500}'\s*\|\s*relative_url)\s*-?\}\}", _relative, body)
    body = re.sub(
        r"\{%-?\s*highlight\s+(\w{1,30}+)[^%]{0,200}+%\}\n?((?:[^{]|\{(?!%))*+)\{%-?\s*endhighlight\s*-?%\}",
        r"```\1\n\2```",
        body,
    )
    body = re.sub(r"\{%-?\s*(?:post_url|link)\s+(?:_posts/)?([\w/.-]{1,300}?)(?:\.md)?\s*-?%\}", r"\1.md", body)
    body = re.sub(r"\{:[^}\n]{0,300}\}", "", body)
    _report_tags(body, doubts, (("{%", "%}"), ("{{", "}}")))
    return body


def _relative(match: re.Match[str]) -> str:
    return match[0].split("'")[1] if "'" in match[0] else ""


def shortcodes(body: str, doubts: list[Doubt]) -> str:
    """Convert the shortcodes in a Hugo page, and remove comments, which readers never saw."""
    body = remove_between(body, *_HUGO_COMMENTS)
    body = remove_between(body, re.compile(r"\{\{-?\s*/\*"), re.compile(r"\*/\s*-?\}\}"))
    for begins, ends in _SHORTCODES:
        body = _with_figures(body, begins, ends)
    body = re.sub(r"\{\{[<%]\s*youtube\s+\"?([\w-]+)\"?\s*[>%]\}\}", r"<https://www.youtube.com/watch?v=\1>", body)
    body = re.sub(
        r"\{\{[<%]\s*(?:rel)?ref\s+\"(?:[^\"]{0,300}/)?([^\"/]{1,300}?)(?:\.md)?\"\s*[>%]\}\}", r"\1.md", body
    )
    _report_tags(body, doubts, _SHORTCODES)
    return body


def _with_figures(body: str, begins: str, ends: str) -> str:
    """Replace each shortcode `figure` with an image and its caption."""
    pieces, position = [], 0
    for start, tag in tags(body, begins, ends):
        words = tag[len(begins) : -len(ends)].strip().rstrip("/").split(None, 1)
        if len(words) == 2 and words[0] == "figure":
            arguments = dict(re.findall(r"\b(\w++)=\"([^\"]*+)\"", words[1]))
            caption = f"\n\n*{arguments['caption']}*" if arguments.get("caption") else ""
            pieces += [body[position:start], f"![{arguments.get('alt', '')}]({arguments.get('src', '')}){caption}"]
            position = start + len(tag)
    return "".join((*pieces, body[position:]))


def remove_between(body: str, begins: re.Pattern[str], ends: re.Pattern[str]) -> str:
    """Remove everything from each match of `begins` to the next match of `ends`, or to the end.

    Takes linear time.
    """
    pieces, position = [], 0
    while begin := begins.search(body, position):
        pieces.append(body[position : begin.start()])
        end = ends.search(body, begin.end())
        position = end.end() if end else len(body)
    return "".join((*pieces, body[position:]))


def tags(body: str, begins: str, ends: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and text of each tag of at most 2,000 characters.

    Takes linear time.
    """
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


def _report_tags(body: str, doubts: list[Doubt], delimiters: tuple[tuple[str, str], ...]) -> None:
    """Add a doubt for each distinct tag that is left in the body."""
    remaining = sorted(each for begins, ends in delimiters for each in tags(body, begins, ends))
    for tag in dict.fromkeys(tag for _, tag in remaining):
        line = tag.split("\n")[0][:80]
        message = f"only the other tool understands '{line}'"
        doubts.append(Doubt("import-lost", message, "write out what it showed", tag))
