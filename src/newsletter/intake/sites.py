"""sites: the folder of a Jekyll or Hugo site, or an export of WordPress, as one Draft for each of its posts."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from newsletter.intake import matter, wordpress
from newsletter.intake.archive import read
from newsletter.intake.draft import Doubt, Draft, Unreadable
from newsletter.intake.markup import Markup, parse
from newsletter.intake.release import decode

MAX_POSTS = 20_000
_POST = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)-(?P<slug>.+)\Z")
_MARKDOWN = (".md", ".markdown", ".mkd")
_LIQUID = re.compile(r"\{%-?.*?-?%\}|\{\{-?.*?-?\}\}", re.DOTALL)


def drafts(place: Path) -> tuple[list[Draft], list[str]]:
    """The posts of a site, and what was left out, in words. Raises Unreadable when it is none."""
    if place.suffix.lower() == ".xml" and place.is_file():
        return wordpress.drafts(place)
    root = place.resolve()
    if (root / "_posts").is_dir():
        return _Site(root, [root], _jekyll(root)).drafts(_liquid)
    if (root / "content").is_dir():
        return _Site(root, [root / "static", root / "assets"], _hugo(root)).drafts(_shortcodes)
    exports = sorted(root.glob("*.xml"))
    if len(exports) == 1:
        return wordpress.drafts(exports[0])
    raise Unreadable("it is no site of Jekyll (_posts), Hugo (content) or WordPress (one .xml export)")


def _jekyll(root: Path) -> Iterator[Path]:
    for folder in ("_posts", "_drafts"):
        yield from _walk(root / folder)


def _hugo(root: Path) -> Iterator[Path]:
    yield from _walk(root / "content")


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder, in order; symbolic links are not followed."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (path for name in sorted(names) if not (path := Path(parent, name)).is_symlink())


# What makes Markdown of a template language: a body without the other tool's tags, and doubts.
Mend = Callable[[str, list[Doubt]], str]


class _Site:
    """Posts in files with front matter."""

    def __init__(self, root: Path, public: list[Path], files: Iterator[Path]) -> None:
        self.root, self.public, self.files = root, public, files
        self.left: list[str] = []
        self.keys: Counter[str] = Counter()

    def drafts(self, mend: Mend) -> tuple[list[Draft], list[str]]:
        made: list[Draft] = []
        for path in self.files:
            if len(made) >= MAX_POSTS:
                raise Unreadable(f"it holds more than {MAX_POSTS} posts; import it in parts")
            shown = path.relative_to(self.root).as_posix()
            if path.suffix.lower() not in (*_MARKDOWN, ".html"):
                continue
            if path.stem == "_index":
                self.left.append(f"{shown}: a page that lists others")
                continue
            try:
                made.append(self.draft(path, mend))
            except Unreadable as fault:
                self.left.append(f"{shown}: {fault}")
        told = (f"the key '{key}' of {count} post{'s' * (count > 1)}" for key, count in sorted(self.keys.items()))
        return made, [*self.left, *told]

    def draft(self, path: Path, mend: Mend) -> Draft:
        doubts: list[Doubt] = []
        keys, body = matter.split(decode(read(path), doubts))
        base = path.parent.name if path.stem == "index" else path.stem
        named = _POST.fullmatch(base)
        mapped = matter.Mapped(keys, doubts, lambda source: self.locate(path, source))
        self.keys.update(mapped.left)
        body = mend(body, doubts)
        if path.suffix.lower() == ".html":
            markup = Markup()
            body = markup.markdown(parse(body or "<p></p>"))
            doubts += markup.doubts
        body = mapped.images(body)
        slug = mapped.slug or (named["slug"] if named else base)
        more = dict(mapped.more)
        if path.relative_to(self.root).parts[0] == "_drafts":
            more["draft"] = True
        date = mapped.date or (named["day"] if named else "")
        title = mapped.title or slug.replace("-", " ").capitalize()
        pictures, files = tuple(mapped.pictures.values()), tuple(mapped.files.values())
        return Draft(title, date, body, slug, more, pictures, files, tuple(doubts))

    def locate(self, path: Path, source: str) -> Path | None:
        """The file that an address in a post means: beside the post, or where the site keeps public files."""
        folders = [path.parent] if not source.startswith("/") else []
        for folder in (*folders, *self.public):
            place = matter.inside(folder.resolve(), source)
            if place and place.is_relative_to(self.root):
                return place
        return None


def _liquid(body: str, doubts: list[Doubt]) -> str:
    body = re.sub(r"\{\{-?\s*(?:site\.(?:baseurl|url)|'[^'{}]*'\s*\|\s*relative_url)\s*-?\}\}", _relative, body)
    body = re.sub(
        r"\{%-?\s*highlight\s+(\w+).*?%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}", r"```\1\n\2```", body, flags=re.DOTALL
    )
    body = re.sub(r"\{%-?\s*(?:post_url|link)\s+(?:_posts/)?([\w/.-]+?)(?:\.md)?\s*-?%\}", r"\1.md", body)
    body = re.sub(r"\{:[^}\n]*\}", "", body)
    return _told(_LIQUID, body, doubts)


def _relative(match: re.Match[str]) -> str:
    return match[0].split("'")[1] if "'" in match[0] else ""


def _shortcodes(body: str, doubts: list[Doubt]) -> str:
    def figure(match: re.Match[str]) -> str:
        said = dict(re.findall(r"(\w+)=\"([^\"]*)\"", match[1]))
        caption = f"\n\n*{said['caption']}*" if said.get("caption") else ""
        return f"![{said.get('alt', '')}]({said.get('src', '')}){caption}"

    body = re.sub(r"\{\{[<%]\s*figure\s+(.*?)\s*/?[>%]\}\}", figure, body, flags=re.DOTALL)
    body = re.sub(r"\{\{[<%]\s*youtube\s+\"?([\w-]+)\"?\s*[>%]\}\}", r"<https://www.youtube.com/watch?v=\1>", body)
    body = re.sub(r"\{\{[<%]\s*(?:rel)?ref\s+\"(?:[^\"]*/)?([^\"/]+?)(?:\.md)?\"\s*[>%]\}\}", r"\1.md", body)
    return _told(re.compile(r"\{\{[<%].*?[>%]\}\}", re.DOTALL), body, doubts)


def _told(tag: re.Pattern[str], body: str, doubts: list[Doubt]) -> str:
    """The body as it is; every tag that is left in it is a doubt at its place."""
    for found in dict.fromkeys(tag.findall(body)):
        line = found.split("\n")[0][:80]
        doubts.append(
            Doubt("import-lost", f"'{line}' means something to the other tool only", "write out what it showed", found)
        )
    return body
