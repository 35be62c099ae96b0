"""site: what all pages share: stylesheet, strings, tags, what stands before and behind."""

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

# Those that pages are linked with.
FEED_TYPES = {"Atom": FEED_MEDIA_TYPES["atom"], "JSON": FEED_MEDIA_TYPES["json"]}

Dated = TypeVar("Dated", Announcement, Issue)


@dataclass(frozen=True, slots=True)
class Alternate:
    """A version of a page, itself included: language and absolute address."""

    lang: str
    url: str


@dataclass(frozen=True, slots=True)
class SharePicture:
    """The picture that others show with a link to a page; `large` when it is the page's own."""

    url: str
    alt: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0
    large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page's head says. `path` is relative to outbox/site; without `canonical`, noindex."""

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
class Subject:
    """A tag, by its newest spelling, and the announcements that have it, newest first.

    `lang` is the publication's language, or that of a tag which no announcement in it has.
    """

    label: str
    slug: str
    lang: str
    announcements: tuple[Announcement, ...]

    @property
    def page(self) -> str:
        """The path of its page, relative to outbox/site."""
        return f"tags/{self.slug}.html"


@dataclass
class Site:
    """The site of one publication: renders pages, and knows what several of them need."""

    publication: Publication
    templates: Templates
    _frames: dict[tuple[str, str, bool], dict[str, Any]] = field(init=False, default_factory=dict)

    @cached_property
    def words(self) -> Catalog:
        """Strings and dates, by language."""
        return Catalog(self.templates, self.publication.settings.timezone)

    @cached_property
    def stylesheet(self) -> Artefact:
        """The one CSS file, named by its hash."""
        css = self.templates.get("site/site.css").render({"brand": self.brand}).encode()
        return Artefact(f"site/assets/{hashlib.sha256(css).hexdigest()[:8]}-site.css", css, "text/css")

    @cached_property
    def tags(self) -> tuple[Subject, ...]:
        """All tags of visible announcements, in alphabetical order."""
        found: dict[str, tuple[str, list[Announcement]]] = {}
        for announcement in self.publication.announcements:
            for tag in announcement.tags:
                found.setdefault(tag.slug, (tag.label, []))[1].append(announcement)
        subjects = (self._subject(slug, label, held) for slug, (label, held) in found.items())
        return tuple(sorted(subjects, key=lambda subject: subject.slug))

    @cached_property
    def own_tags(self) -> tuple[Subject, ...]:
        """Those that the index shows: of the publication's language."""
        return tuple(tag for tag in self.tags if tag.lang == self.publication.settings.language)

    @cached_property
    def announcement_neighbours(self) -> Mapping[str, tuple[Announcement | None, Announcement | None]]:
        """The newer and the older announcement of the same language, by stem."""
        return _neighbours(self.publication.announcements)

    @cached_property
    def issue_neighbours(self) -> Mapping[str, tuple[Issue | None, Issue | None]]:
        """The newer and the older issue of the same language, by stem."""
        return _neighbours(self.publication.issues)

    @cached_property
    def brand(self) -> Mapping[str, str]:
        """The colours by token."""
        return colours(self.publication.settings)

    def _subject(self, slug: str, label: str, held: list[Announcement]) -> Subject:
        own = any(each.is_default_language for each in held)
        return Subject(label, slug, self.publication.settings.language if own else held[0].lang, tuple(held))

    def render(self, template: str, page: Page, root: str | None = None, **values: Any) -> Artefact:
        """One page. `root` leads from it to the site's top; by default it is relative."""
        if root is None:
            root = "../" * page.path.count("/")
        given = self._frame(page.lang, root, page.path == "index.html") | {
            "page": page, "title": page.title, "description": page.description, **values,
        }  # fmt: skip
        html = self.templates.get(f"site/{template}.html").render(given)
        return Artefact(f"site/{page.path}", html.encode(), "text/html", page.origin)

    def _frame(self, lang: str, root: str, at_top: bool) -> dict[str, Any]:
        """What the pages of a language and folder have in common: made once, it halves the time of a page."""
        key = lang, root, at_top
        if key not in self._frames:
            given = self._everywhere(lang) | {"root": root, "at_top": at_top}
            for part in ("links", "masthead", "foot"):
                html = self.templates.get(f"site/{part}.html").render(given)
                given[part] = Markup(html.strip("\n"))
            self._frames[key] = given
        return self._frames[key]

    def _everywhere(self, lang: str) -> dict[str, Any]:
        """What every page of a language may use."""
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
            "locale": _territorial(words.locale),
            "t": words,
            "words": self.words,
        }

    def canonical(self, announcement: Announcement) -> str:
        """Where an announcement is at home: here, unless it says otherwise."""
        return announcement.url or self.publication.settings.url + announcement.page

    def share(self, announcement: Announcement | None = None) -> SharePicture | None:
        """The announcement's picture, else the first one of its body, else the logo."""
        if announcement is not None:
            targets, image = announcement.targets, announcement.image
            if image is not None:
                return _share(targets[image.src], image.alt)
            for picture in announcement.prose.pictures:
                if targets[picture.src].asset:
                    return _share(targets[picture.src], picture.alt)
        logo = self.publication.logo
        return SharePicture(self.publication.settings.url + logo.path, "", *_measures(logo)) if logo else None


def _share(target: Target, alt: str) -> SharePicture:
    return SharePicture(target.url, alt, *(_measures(target.asset) if target.asset else ("", 0, 0)), True)


def _measures(asset: Asset) -> tuple[str, int, int]:
    return asset.media_type, asset.width, asset.height


def _neighbours(dated: Iterable[Dated]) -> dict[str, tuple[Dated | None, Dated | None]]:
    """The newer and the older one of the same language, by stem; `dated` are newest first."""
    found: dict[str, tuple[Dated | None, Dated | None]] = {}
    last: dict[str, Dated] = {}
    for each in dated:
        newer = last.get(each.lang)
        found[each.stem] = (newer, None)
        if newer is not None:
            found[newer.stem] = (found[newer.stem][0], each)
        last[each.lang] = each
    return found


def _territorial(locale: str) -> str:
    """`fr_FR` for `fr`: og:locale is a language and a territory, without script or variant."""
    known = Locale.parse(locale)
    if known.territory:
        return f"{known.language}_{known.territory}"
    names = [f"{known.language}_{known.script}"] if known.script else []
    likely = get_global("likely_subtags")
    for name in (*names, known.language):
        if name in likely:
            return f"{known.language}_{likely[name].split('_')[2]}"
    return known.language
