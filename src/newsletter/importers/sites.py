"""Read a Jekyll or Hugo site, or a WordPress export, into one Draft for each post."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from newsletter.importers import front_matter, fronts, sitesettings, wordpress
from newsletter.importers.draft import Doubt, Draft, Unreadable
from newsletter.importers.html_to_markdown import MarkdownConverter, parse
from newsletter.importers.leftovers import Leftovers
from newsletter.importers.moments import moment
from newsletter.importers.press_release import check_length, decode
from newsletter.importers.safe_files import read
from newsletter.importers.templating import TagConverter, liquid, shortcodes
from newsletter.importers.trees import empty_hidden

MAX_POSTS = 20_000
_POST = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)-(?P<slug>.+)\Z", re.ASCII)
_MARKDOWN = (".md", ".markdown", ".mkd")
_PAGES = (*_MARKDOWN, ".html")


def drafts(path: Path, today: date, leftovers: Leftovers) -> Iterator[Draft]:
    """Return the posts of a site as of the day `today`, and add what is left out to `leftovers`.

    Raises Unreadable, before the first post, if `path` is not a site.
    """
    try:
        if path.suffix.lower() == ".xml" and not path.is_dir():
            return wordpress.drafts(path, today, leftovers)
        root = path.resolve()
        if (root / "_posts").is_dir():
            return _Jekyll(root, today, leftovers).drafts()
        if (root / "content").is_dir():
            return _Hugo(root, today, leftovers).drafts()
        exports = sorted(root.glob("*.xml"))
    except (OSError, RuntimeError) as fault:
        raise Unreadable(f"it cannot be read: {getattr(fault, 'strerror', None) or fault}") from None
    if len(exports) == 1:
        return wordpress.drafts(exports[0], today, leftovers)
    raise Unreadable("it is not a Jekyll site (_posts), a Hugo site (content) or a WordPress export (one .xml file)")


@dataclass(frozen=True, slots=True)
class SitePage:
    """A file of a site with front matter, before its keys are mapped.

    `shown` is its path in the site.
    """

    path: Path
    shown: str
    keys: dict[str, object]
    body: str
    doubts: list[Doubt]


@dataclass(slots=True)
class _Site:
    """A site whose posts are files with front matter.

    `public` lists the folders whose files the site publishes.
    """

    root: Path
    today: date
    leftovers: Leftovers
    public: list[Path] = field(default_factory=list)

    def paths(self) -> Iterator[Path]:
        """Yield the files that may be posts, in order."""
        raise NotImplementedError

    def tag_converter(self) -> TagConverter:
        """Return the function that converts the template tags in a body."""
        raise NotImplementedError

    def hides(self, page: SitePage) -> str | None:
        """Return why the site, rather than the page itself, hides a page.

        Return "" if the reason is obvious, or None if the site does not hide the page.
        """
        raise NotImplementedError

    def may_be_undated(self, page: SitePage) -> bool:
        """Return whether the other tool allows this post to have no date."""
        return False

    def drafts(self) -> Iterator[Draft]:
        """Yield the posts. Raises Unreadable, before the first one, if there are too many."""
        paths = list(self.paths())
        if len(paths) > MAX_POSTS:
            raise Unreadable(f"it has more than {MAX_POSTS:,} posts; import it in parts")
        for path in paths:
            shown = path.relative_to(self.root).as_posix()
            if path.stem == "_index":
                self.leftovers.group(shown, "a page that lists others", "pages that list others")
                continue
            try:
                page = self.page(path, shown)
                draft = self.draft(page)
            except Unreadable as fault:
                self.leftovers.add(shown, str(fault))
                continue
            if draft.date or self.may_be_undated(page):
                yield draft
            else:
                self.leftovers.undated(shown)

    def walk(self, folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
        """Yield the folders and pages below a folder, in order, as os.walk does.

        Does not follow symbolic links, and skips names that begin with a full stop.
        """

        def report(fault: OSError) -> None:
            self.leftovers.add(os.path.relpath(fault.filename, self.root), f"it cannot be read: {fault.strerror}")

        for parent, folders, names in os.walk(folder, onerror=report):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            files = (name for name in sorted(names) if not name.startswith(".") and Path(name).suffix.lower() in _PAGES)
            yield Path(parent), folders, [name for name in files if not Path(parent, name).is_symlink()]

    def page(self, path: Path, shown: str) -> SitePage:
        """Read a file. Raises Unreadable if that fails."""
        doubts: list[Doubt] = []
        keys, body = fronts.split(check_length(decode(read(path), doubts)))
        return SitePage(path, shown, keys, body, doubts)

    def draft(self, page: SitePage) -> Draft:
        """Convert a page to a draft. Raises Unreadable if that fails."""
        path, doubts = page.path, page.doubts
        base = path.parent.name if path.stem == "index" else path.stem
        named = _POST.fullmatch(base)
        mapped = front_matter.MappedKeys(page.keys, doubts, lambda source: self.locate(path, source), self.today)
        self.leftovers.keys(mapped.left)
        reason = self.hides(page)
        if reason is not None:
            mapped.hide(reason)
        body = self.tag_converter()(page.body, doubts)
        if path.suffix.lower() == ".html":
            converter = MarkdownConverter()
            tree = parse(body or "<p></p>")
            empty_hidden(tree)
            body = converter.markdown(tree)
            doubts += converter.doubts
        body = mapped.images(body)
        slug = mapped.slug or (named["slug"] if named else base)
        day = mapped.date or (moment(named["day"]) if named else "")
        title = mapped.title or slug.replace("-", " ").capitalize()
        pictures, files = tuple(mapped.pictures.values()), tuple(mapped.files.values())
        return Draft(title, day, body, slug, mapped.more, pictures, files, tuple(doubts))

    def locate(self, path: Path, source: str) -> Path | None:
        """Find the file for an address in a post.

        It may be beside the post, or in a public folder of the site.
        """
        folders = [path.parent] if not source.startswith("/") else []
        for folder in (*folders, *self.public):
            file = front_matter.find_inside(folder.resolve(), source)
            if file and file.is_relative_to(self.root):
                return file
        return None


class _Jekyll(_Site):
    def __init__(self, root: Path, today: date, leftovers: Leftovers) -> None:
        super().__init__(root, today, leftovers, [root])
        self.rules = sitesettings.jekyll(root, leftovers)

    def paths(self) -> Iterator[Path]:
        for folder in (name for name in ("_posts", "_drafts") if (self.root / name).is_dir()):
            for parent, _, names in self.walk(self.root / folder):
                yield from (parent / name for name in names)

    def tag_converter(self) -> TagConverter:
        return liquid

    def may_be_undated(self, page: SitePage) -> bool:
        return page.shown.startswith("_drafts/")

    def hides(self, page: SitePage) -> str | None:
        if page.shown.startswith("_drafts/"):
            return ""
        inside = page.shown.removeprefix("_posts/")
        if inside.startswith(("_", "#", "~")) or page.path.name.startswith(("_", "#", "~")):
            return "Jekyll ignores files with such names"
        if not _POST.fullmatch(page.path.stem):
            return "Jekyll ignores posts whose name has no date"
        return sitesettings.hides(self.rules, page.shown, page.keys, self.today)


class _Hugo(_Site):
    def __init__(self, root: Path, today: date, leftovers: Leftovers) -> None:
        super().__init__(root, today, leftovers, [root / "static", root / "assets"])
        self.hidden: dict[Path, str] = {}
        if reason := sitesettings.hugo(root, today, leftovers):
            self.hidden[root / "content"] = reason

    def paths(self) -> Iterator[Path]:
        for parent, folders, names in self.walk(self.root / "content"):
            if bundle := [name for name in names if Path(name).stem.partition(".")[0] == "index"]:
                # Other files in a page's bundle belong to that page and have no page of their own.
                for name in names if len(bundle) < len(names) else ():
                    if name not in bundle:
                        shown = (parent / name).relative_to(self.root).as_posix()
                        self.leftovers.group(shown, "a part of another page", "parts of other pages")
                folders.clear()
            for name in bundle or names:
                if Path(name).stem.partition(".")[0] == "_index":
                    self.cascade(parent / name)
                yield parent / name

    def cascade(self, path: Path) -> None:
        """Record whether a list page hides all pages below it.

        If the list page cannot be read, those pages count as hidden.
        """
        shown = path.relative_to(self.root).as_posix()
        try:
            reason = sitesettings.cascades(self.page(path, shown).keys, self.today)
        except Unreadable:
            reason = "the settings of its section cannot be read"
        if reason:
            self.hidden[path.parent] = reason

    def tag_converter(self) -> TagConverter:
        return shortcodes

    def hides(self, page: SitePage) -> str | None:
        return next((self.hidden[folder] for folder in page.path.parents if folder in self.hidden), None)
