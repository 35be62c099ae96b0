"""Write the sitemap (sitemaps.org), which contains the canonical URL of each page."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from newsletter.model import Announcement, Artefact, Publication
from newsletter.text.entities import escape
from newsletter.theme.pages import TagPage

MAX_ADDRESSES = 50_000  # maximum number of URLs in one file, according to the protocol

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap(publication: Publication, tags: Iterable[TagPage], most: int = MAX_ADDRESSES) -> Iterator[Artefact]:
    """Yield `site/sitemap.xml`.

    If there are more than `most` URLs, yield several files, and make `site/sitemap.xml` an index of them.
    """
    base, lines = publication.settings.url, tuple(_addresses(publication, tags))
    if len(lines) <= most:
        yield _file("sitemap", "urlset", lines)
        return
    names: list[str] = []
    for start in range(0, len(lines), most):
        names.append(f"sitemap-{len(names) + 1}")
        yield _file(names[-1], "urlset", lines[start : start + most])
    yield _file(
        "sitemap", "sitemapindex", (f"<sitemap><loc>{escape(base + name)}.xml</loc></sitemap>" for name in names)
    )


def _file(name: str, element: str, lines: Iterable[str]) -> Artefact:
    body = "\n".join(lines)
    xml = f"{_HEAD}<{element} {_NAMESPACE}>\n{body}\n</{element}>\n"
    return Artefact(f"site/{name}.xml", xml.encode(), "application/xml")


def _addresses(publication: Publication, tags: Iterable[TagPage]) -> Iterator[str]:
    base = publication.settings.url
    yield _url(base, publication.announcements)
    for announcement in publication.announcements:
        # Leave out an announcement whose canonical URL is on another site.
        if not announcement.url:
            yield _url(base + announcement.page, (announcement,))
    for issue in publication.issues:
        yield _url(base + issue.page, issue.stories)
    for tag in tags:
        yield _url(base + tag.page, tag.announcements)


def _url(address: str, announcements: tuple[Announcement, ...]) -> str:
    changed = max((each.updated for each in announcements), default=None)
    lastmod = f"<lastmod>{_instant(changed)}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{lastmod}</url>"


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
