"""Render pages of the web site, with their metadata and shared data such as the style sheet, strings and tags."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from babel.core import Locale, get_global
from markupsafe import Markup

from newsletter.model import FEED_MEDIA_TYPES, Announcement, Artefact, Asset, Issue, Publication, Target
from newsletter.theme.branding import colours
from newsletter.theme.templates import Templates
from newsletter.theme.vocabulary import Catalog

# The media types of the feeds linked in the head of a page.
FEED_TYPES = {"Atom": FEED_MEDIA_TYPES["atom"], "JSON": FEED_MEDIA_TYPES["json"]}

Dated = TypeVar("Dated", Announcement, Issue)


@dataclass(frozen=True, slots=True)
class Alternate:
    """A language version of a page, with its absolute URL. It may be the page itself."""

    lang: str
    url: str


@dataclass(frozen=True, slots=True)
class SharePicture:
    """The picture that other sites show with a link to a page.

    `width` and `height` are in pixels, or 0 if unknown. `large` is True if the picture comes from the page, and False
    for the publication's logo.
    """

    url: str
    alt: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0
    large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The metadata of a page.

    `path` is relative to outbox/site. `canonical` is the canonical URL; a page without one gets `noindex`. `kind` is
    the page's `og:type`. `origin` is the path of the source file, or "".
    """

    path: str
    lang: str
    title: str
    description: str = ""
    canonical: str = ""
    kind: str = "website"
    share: SharePicture | None = None
    versions: tuple[Alternate, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class TagPage:
    """A tag and its announcements, newest first. `label` is the newest spelling of the tag.

    `lang` is the publication's language if one of the announcements is in this language; otherwise it is the language
    of the newest announcement.
    """

    label: str
    slug: str
    lang: str
    announcements: tuple[Announcement, ...]

    @property
    def page(self) -> str:
        """The path of the tag's page, relative to outbox/site."""
        return f"tags/{self.slug}.html"


@dataclass
class Site:
    """The web site of one publication. Renders pages, and caches data that several pages need."""

    publication: Publication
    templates: Templates
    _frames: dict[tuple[str, str, bool], dict[str, Any]] = field(init=False, default_factory=dict)

    @cached_property
    def words(self) -> Catalog:
        """The theme's strings and date formats, by language."""
        return Catalog(self.templates, self.publication.settings.timezone)

    @cached_property
    def stylesheet(self) -> Artefact:
        """The site's only CSS file, which is named after its hash."""
        css = self.templates.get("site/site.css").render({"brand": self.brand}).encode()
        return Artefact(f"site/assets/{hashlib.sha256(css).hexdigest()[:8]}-site.css", css, "text/css")

    @cached_property
    def tags(self) -> tuple[TagPage, ...]:
        """All tags of visible announcements, sorted by slug."""
        by_slug: dict[str, tuple[str, list[Announcement]]] = {}
        for announcement in self.publication.announcements:
            for tag in announcement.tags:
                by_slug.setdefault(tag.slug, (tag.label, []))[1].append(announcement)
        tag_pages = (self._tag_page(slug, label, announcements) for slug, (label, announcements) in by_slug.items())
        return tuple(sorted(tag_pages, key=lambda tag: tag.slug))

    @cached_property
    def own_tags(self) -> tuple[TagPage, ...]:
        """The tags in the publication's language, which the index page shows."""
        return tuple(tag for tag in self.tags if tag.lang == self.publication.settings.language)

    @cached_property
    def announcement_neighbours(self) -> Mapping[str, tuple[Announcement | None, Announcement | None]]:
        """The newer and the older announcement in the same language, by stem."""
        return _neighbours(self.publication.announcements)

    @cached_property
    def issue_neighbours(self) -> Mapping[str, tuple[Issue | None, Issue | None]]:
        """The newer and the older issue in the same language, by stem."""
        return _neighbours(self.publication.issues)

    @cached_property
    def brand(self) -> Mapping[str, str]:
        """The colours, by name."""
        return colours(self.publication.settings)

    def _tag_page(self, slug: str, label: str, announcements: list[Announcement]) -> TagPage:
        is_own = any(each.is_default_language for each in announcements)
        lang = self.publication.settings.language if is_own else announcements[0].lang
        return TagPage(label, slug, lang, tuple(announcements))

    def render(self, template: str, page: Page, root: str | None = None, **values: Any) -> Artefact:
        """Render the page with the template `site/<template>.html`.

        `root` is the URL of the site's top folder. By default, it is relative to the page. `values` are additional
        values for the template.
        """
        if root is None:
            root = "../" * page.path.count("/")
        context = self._frame(page.lang, root, page.path == "index.html") | {
            "page": page, "title": page.title, "description": page.description, **values,
        }  # fmt: skip
        html = self.templates.get(f"site/{template}.html").render(context)
        return Artefact(f"site/{page.path}", html.encode(), "text/html", page.origin)

    def _frame(self, lang: str, root: str, at_top: bool) -> dict[str, Any]:
        """Return the values that pages in the same language and folder share. Caching them halves the time per page."""
        key = lang, root, at_top
        if key not in self._frames:
            frame = self._page_values(lang) | {"root": root, "at_top": at_top}
            for part in ("links", "masthead", "foot"):
                html = self.templates.get(f"site/{part}.html").render(frame)
                frame[part] = Markup(html.strip("\n"))
            self._frames[key] = frame
        return self._frames[key]

    def _page_values(self, lang: str) -> dict[str, Any]:
        """Return the values that every page template can use, in one language."""
        publication, words = self.publication, self.words(lang)
        return {
            "publication": publication.settings,
            "logo": publication.logo,
            "base": publication.settings.url,
            "brand": self.brand,
            "css": self.stylesheet.path.removeprefix("site/"),
            "feed_types": FEED_TYPES,
            "has_issues": bool(publication.issues),
            "has_tags": bool(self.own_tags),
            "lang": lang,
            "locale": _with_territory(words.locale),
            "t": words,
            "words": self.words,
        }

    def canonical(self, announcement: Announcement) -> str:
        """Return an announcement's canonical URL: its `url` if it has one, otherwise its page on this site."""
        return announcement.url or self.publication.settings.url + announcement.page

    def share(self, announcement: Announcement | None = None) -> SharePicture | None:
        """Return the picture to share with a page, or None if there is none.

        This is the announcement's picture, or else the first picture in its body that is a project file, or else the
        publication's logo.
        """
        if announcement is not None:
            targets, image = announcement.targets, announcement.image
            if image is not None:
                return _share(targets[image.src], image.alt)
            for picture in announcement.prose.pictures:
                if targets[picture.src].asset:
                    return _share(targets[picture.src], picture.alt)
        logo = self.publication.logo
        if logo is None:
            return None
        return SharePicture(self.publication.settings.url + logo.path, "", *_type_and_size(logo))


def _share(target: Target, alt: str) -> SharePicture:
    return SharePicture(target.url, alt, *(_type_and_size(target.asset) if target.asset else ("", 0, 0)), True)


def _type_and_size(asset: Asset) -> tuple[str, int, int]:
    return asset.media_type, asset.width, asset.height


def _neighbours(dated: Iterable[Dated]) -> dict[str, tuple[Dated | None, Dated | None]]:
    """Return the newer and the older neighbour of each item in the same language, by stem.

    `dated` is sorted newest first.
    """
    neighbours: dict[str, tuple[Dated | None, Dated | None]] = {}
    latest: dict[str, Dated] = {}  # the previous item, by language
    for each in dated:
        newer = latest.get(each.lang)
        neighbours[each.stem] = (newer, None)
        if newer is not None:
            neighbours[newer.stem] = (neighbours[newer.stem][0], each)
        latest[each.lang] = each
    return neighbours


def _with_territory(locale: str) -> str:
    """Return a locale for og:locale: a language and a territory without script or variant, such as `fr_FR` for `fr`."""
    parsed = Locale.parse(locale)
    if parsed.territory:
        return f"{parsed.language}_{parsed.territory}"
    names = [f"{parsed.language}_{parsed.script}"] if parsed.script else []
    likely = get_global("likely_subtags")
    for name in (*names, parsed.language):
        if name in likely:
            return f"{parsed.language}_{likely[name].split('_')[2]}"
    return parsed.language
