"""server: the addresses of the preview. An address is looked up in what is known; none reaches the disk."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from newsletter.load.asset_copy import Changed, published
from newsletter.model import Artefact, Asset
from newsletter.preview.calendar import read_month
from newsletter.preview.notifier import Notifier
from newsletter.preview.panels import entry_of, offered
from newsletter.preview.screens import HERE, LANGUAGES, Screens
from newsletter.preview.security import FRAMED, SCREEN, WITHOUT_IMAGES, RequestGuard
from newsletter.preview.session import Session, SubjectView, failure
from newsletter.text.entities import escape

_OWN_FILES = {
    name: ((HERE / "static" / name).read_bytes(), kind)
    for name, kind in (("preview.css", "text/css"), ("preview.js", "text/javascript"), ("icon.svg", "image/svg+xml"))
}
_BEAT = 15  # seconds between two signs of life
_KINDS = ("announcement", "issue")

# How a feed reader may set an entry: its own type, on its own ground.
_READER = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>feed</title>
<style>body {{ margin: 0; font: 1.0625rem/1.6 Georgia, serif; overflow-wrap: break-word }}
img {{ max-width: 100%; height: auto }} figure {{ margin: 1em 0 }}
table {{ border-collapse: collapse }} td, th {{ padding: .25em .5em }}
pre {{ overflow-x: auto }} body > :first-child {{ margin-top: 0 }}</style></head><body>{content}</body></html>
"""


_FAILED = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>newsletter</title></head><body>
<h1>This page could not be made</h1><p>{told}</p><p><a href="/problems">Problems</a></p></body></html>
"""


class Preview:
    """What answers requests."""

    def __init__(self, desk: Session, pulse: Notifier) -> None:
        self.desk = desk
        self.pulse = pulse
        self.screens = Screens(desk)

    def overview(self, request: Request) -> Response:
        """`/`: all announcements."""
        query, whole = request.query_params.get("q", ""), request.query_params.get("all", "")
        return self._screen(request, self.screens.overview(self._lang(request), query[:200], whole))

    def calendar(self, request: Request) -> Response:
        """`/calendar/2024-12`: what goes out in a month."""
        wanted = request.path_params.get("month", "")
        month = read_month(wanted)
        if wanted and month is None:
            return self._missing(request)
        return self._screen(request, self.screens.calendar(self._lang(request), month))

    def problems(self, request: Request) -> Response:
        """`/problems`: what is wrong."""
        return self._screen(request, self.screens.problems(self._lang(request)))

    def subject(self, request: Request) -> Response:
        """`/announcement/<key>/<view>` and `/issue/<key>/<view>`."""
        kind, view = request.path_params["kind"], request.path_params.get("view", "mail")
        if self.desk.faults and self.desk.snapshot:
            return self.problems(request)
        showing = self._showing(request)
        if showing is None or view not in offered(kind):
            return self._missing(request)
        return self._screen(request, self.screens.subject(self._lang(request), kind, showing, view))

    def mail(self, request: Request) -> Response:
        """The HTML of a mail, in a frame."""
        showing = self._showing(request)
        artefact = self.desk.look(showing, "email").ending(".html") if showing else None
        if showing is None or artefact is None:
            return self._missing(request)
        policy = WITHOUT_IMAGES if request.query_params.get("images") == "off" else FRAMED
        return self._framed(artefact, request, policy)

    def letter(self, request: Request) -> Response:
        """The .eml, to be opened by a mail program."""
        showing = self._showing(request)
        artefact = self.desk.look(showing, "email").ending(".eml") if showing else None
        if artefact is None:
            return self._missing(request)
        name = re.sub(r"[^A-Za-z0-9.-]", "-", artefact.path.rpartition("/")[2])
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(artefact.data, media_type=artefact.media_type, headers=headers)

    def entry(self, request: Request) -> Response:
        """The content of a feed entry, in a frame."""
        showing = self._showing(request)
        try:
            entry = entry_of(self.desk.look(showing, "feeds")) if showing else {}
        except LookupError:
            entry = {}
        if showing is None or not entry:
            return self._missing(request)
        page = _READER.format(lang=showing.publication.settings.language, content=entry.get("content_html", ""))
        return self._framed(Artefact("feed.html", page.encode(), "text/html"), request, FRAMED)

    def site(self, request: Request) -> Response:
        """A file of the site, of now or of the day of an announcement."""
        artefact = self.desk.page(request.path_params.get("key", ""), request.path_params["path"] or "index.html")
        if artefact is None:
            return self._missing(request)
        if artefact.asset:
            return self._asset(artefact.asset, request)
        return self._framed(artefact, request, FRAMED)

    def own(self, request: Request) -> Response:
        """The stylesheet and script of the screens."""
        found = _OWN_FILES.get(request.path_params["name"])
        return Response(found[0], media_type=found[1]) if found else self._missing(request)

    async def events(self, request: Request) -> Response:
        """The number of the newest version, now and whenever there is a new one (server-sent events)."""

        async def told() -> AsyncIterator[str]:
            yield f"retry: 500\ndata: {self.desk.mark}\n\n"
            while not self.pulse.ended:
                changed = await self.pulse.next(_BEAT)
                yield f"data: {self.desk.mark}\n\n" if changed else ": here\n\n"

        return StreamingResponse(told(), media_type="text/event-stream")

    async def failed(self, request: Request, fault: Exception) -> Response:
        """What is answered when an answer could not be made; without a thread or template, which may have failed."""
        told = escape(str(failure(fault)))
        return HTMLResponse(_FAILED.format(told=told), 500, {"Content-Security-Policy": SCREEN})

    def nothing(self, request: Request) -> Response:
        """Every other address."""
        return self._missing(request)

    def _asset(self, asset: Asset, request: Request) -> Response:
        """A file of the project, if it is still the one that was checked."""
        try:
            data = b"".join(published(asset))
        except (OSError, Changed):
            return self._missing(request)
        return Response(data, media_type=asset.media_type, headers={"Content-Security-Policy": FRAMED})

    def _framed(self, artefact: Artefact, request: Request, policy: str) -> Response:
        """What was rendered, with the site's own address replaced by ours where something is loaded or linked."""
        data = artefact.data
        if artefact.media_type == "text/html" and self.desk.snapshot:
            base = self.desk.snapshot.settings.url
            data = re.sub(rb'( (?:src|href)=")' + re.escape(base.encode()), rb"\1" + _home(request).encode(), data)
        return Response(data, media_type=artefact.media_type, headers={"Content-Security-Policy": policy})

    def _showing(self, request: Request) -> SubjectView | None:
        kind, key = request.path_params["kind"], request.path_params["key"]
        if kind not in _KINDS:
            return None
        return self.desk.issue(key) if kind == "issue" else self.desk.announcement(key)

    def _lang(self, request: Request) -> str:
        return self.screens.language(request.query_params.get("lang") or request.cookies.get("lang", ""))

    def _screen(self, request: Request, html: str) -> Response:
        """A page of ours; a wish for a language is kept, and leaves the address."""
        wanted = request.query_params.get("lang")
        if wanted not in LANGUAGES:
            return HTMLResponse(html)
        response = RedirectResponse(quote(request.url.path), 303)
        response.set_cookie("lang", wanted, samesite="strict", max_age=31_536_000)
        return response

    def _missing(self, request: Request) -> Response:
        return HTMLResponse(self.screens.missing(self._lang(request)), 404)


def _home(request: Request) -> str:
    """Where the site's pages are found: as they are now, or as they will be with one announcement."""
    key = request.path_params.get("key", "")
    return f"/announcement/{quote(key)}/site/" if key and request.path_params.get("kind") != "issue" else "/site/"


def application(desk: Session, pulse: Notifier) -> Starlette:
    """The preview of a desk; `pulse` tells open screens of a new version."""
    preview = Preview(desk, pulse)
    routes = [
        Route("/", preview.overview),
        Route("/calendar", preview.calendar),
        Route("/calendar/{month}", preview.calendar),
        Route("/problems", preview.problems),
        Route("/events", preview.events),
        Route("/own/{name}", preview.own),
        Route("/site/{path:path}", preview.site),
        Route("/announcement/{key}/site/{path:path}", preview.site),
        Route("/{kind}/{key}/mail.html", preview.mail),
        Route("/{kind}/{key}/mail.eml", preview.letter),
        Route("/{kind}/{key}/feed.html", preview.entry),
        Route("/{kind}/{key}", preview.subject),
        Route("/{kind}/{key}/{view}", preview.subject),
        Route("/{path:path}", preview.nothing),
    ]
    return Starlette(
        routes=routes, middleware=[Middleware(RequestGuard)], exception_handlers={Exception: preview.failed}
    )
