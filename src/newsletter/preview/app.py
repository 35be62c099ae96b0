"""Define the routes of the preview server.

Every answer comes from the files that the session has read. No part of a URL is ever used as a file name.
"""

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
from newsletter.preview.panels import feed_entry, view_names
from newsletter.preview.screens import HERE, LANGUAGES, Screens
from newsletter.preview.security import FRAMED, SCREEN, WITHOUT_IMAGES, RequestGuard
from newsletter.preview.session import Session, SubjectView, as_problem
from newsletter.text.entities import escape

_STATIC_FILES = {
    name: ((HERE / "static" / name).read_bytes(), kind)
    for name, kind in (("preview.css", "text/css"), ("preview.js", "text/javascript"), ("icon.svg", "image/svg+xml"))
}
_HEARTBEAT = 15  # seconds between the comments that keep an event stream open
_KINDS = ("announcement", "issue")

# Imitates a feed reader, which uses its own fonts and colours.
_FEED_READER = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>feed</title>
<style>body {{ margin: 0; font: 1.0625rem/1.6 Georgia, serif; overflow-wrap: break-word }}
img {{ max-width: 100%; height: auto }} figure {{ margin: 1em 0 }}
table {{ border-collapse: collapse }} td, th {{ padding: .25em .5em }}
pre {{ overflow-x: auto }} body > :first-child {{ margin-top: 0 }}</style></head><body>{content}</body></html>
"""


_INTERNAL_ERROR = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>newsletter</title></head><body>
<h1>This page could not be rendered</h1><p>{problem}</p><p><a href="/problems">Problems</a></p></body></html>
"""


class Preview:
    """The handlers of all routes."""

    def __init__(self, session: Session, notifier: Notifier) -> None:
        self.session = session
        self.notifier = notifier
        self.screens = Screens(session)

    def overview(self, request: Request) -> Response:
        """Handle `/`: list all announcements."""
        query, expanded = request.query_params.get("q", ""), request.query_params.get("all", "")
        return self._screen(request, self.screens.overview(self._lang(request), query[:200], expanded))

    def calendar(self, request: Request) -> Response:
        """Handle `/calendar` and `/calendar/2024-12`: show what is published in a month."""
        text = request.path_params.get("month", "")
        month = read_month(text)
        if text and month is None:
            return self._not_found(request)
        return self._screen(request, self.screens.calendar(self._lang(request), month))

    def problems(self, request: Request) -> Response:
        """Handle `/problems`: list all problems."""
        return self._screen(request, self.screens.problems(self._lang(request)))

    def subject(self, request: Request) -> Response:
        """Handle `/announcement/<key>/<view>` and `/issue/<key>/<view>`: show one view."""
        kind, view = request.path_params["kind"], request.path_params.get("view", "mail")
        if self.session.faults and self.session.snapshot:
            return self.problems(request)
        subject_view = self._subject_view(request)
        if subject_view is None or view not in view_names(kind):
            return self._not_found(request)
        return self._screen(request, self.screens.subject(self._lang(request), kind, subject_view, view))

    def mail(self, request: Request) -> Response:
        """Handle `…/mail.html`: return the HTML of a mail, for a frame."""
        subject_view = self._subject_view(request)
        artefact = self.session.channel_files(subject_view, "email").ending(".html") if subject_view else None
        if artefact is None:
            return self._not_found(request)
        policy = WITHOUT_IMAGES if request.query_params.get("images") == "off" else FRAMED
        return self._framed(artefact, request, policy)

    def eml(self, request: Request) -> Response:
        """Handle `…/mail.eml`: return the mail as a file to open in a mail program."""
        subject_view = self._subject_view(request)
        artefact = self.session.channel_files(subject_view, "email").ending(".eml") if subject_view else None
        if artefact is None:
            return self._not_found(request)
        name = re.sub(r"[^A-Za-z0-9.-]", "-", artefact.path.rpartition("/")[2])
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(artefact.data, media_type=artefact.media_type, headers=headers)

    def entry(self, request: Request) -> Response:
        """Handle `…/feed.html`: return the content of a feed entry, for a frame."""
        subject_view = self._subject_view(request)
        try:
            entry = feed_entry(self.session.channel_files(subject_view, "feeds")) if subject_view else {}
        except LookupError:
            entry = {}
        if subject_view is None or not entry:
            return self._not_found(request)
        language = subject_view.publication.settings.language
        page = _FEED_READER.format(lang=language, content=entry.get("content_html", ""))
        return self._framed(Artefact("feed.html", page.encode(), "text/html"), request, FRAMED)

    def site(self, request: Request) -> Response:
        """Handle `/site/<path>` and `/announcement/<key>/site/<path>`: return a file of the site.

        The first is the site as of now, the second the site on the day of the announcement.
        """
        artefact = self.session.page(request.path_params.get("key", ""), request.path_params["path"] or "index.html")
        if artefact is None:
            return self._not_found(request)
        if artefact.asset:
            return self._asset(artefact.asset, request)
        return self._framed(artefact, request, FRAMED)

    def static(self, request: Request) -> Response:
        """Handle `/own/<name>`: return the style sheet, script or icon of the screens."""
        name = request.path_params["name"]
        if name not in _STATIC_FILES:
            return self._not_found(request)
        data, media_type = _STATIC_FILES[name]
        return Response(data, media_type=media_type)

    async def events(self, request: Request) -> Response:
        """Handle `/events`: send server-sent events: the id of the current version, then of each new one.

        While files are reviewed, `progress` events say how many are left.
        """

        async def stream() -> AsyncIterator[str]:
            yield f"retry: 500\ndata: {self.session.version_id}\n\n"
            while not self.notifier.closed:
                if not await self.notifier.wait(_HEARTBEAT):
                    yield ": here\n\n"
                elif left := self.session.unreviewed:
                    yield f"event: progress\ndata: {left}\n\n"
                else:
                    yield f"data: {self.session.version_id}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def internal_error(self, request: Request, fault: Exception) -> Response:
        """Answer a request whose handler failed. Uses no thread and no template, since either may be the cause."""
        problem = escape(str(as_problem(fault)))
        return HTMLResponse(_INTERNAL_ERROR.format(problem=problem), 500, {"Content-Security-Policy": SCREEN})

    def not_found(self, request: Request) -> Response:
        """Answer requests for all other URLs."""
        return self._not_found(request)

    def _asset(self, asset: Asset, request: Request) -> Response:
        """Answer with a file of the project, unless it has changed since it was checked."""
        try:
            data = b"".join(published(asset))
        except (OSError, Changed):
            return self._not_found(request)
        return Response(data, media_type=asset.media_type, headers={"Content-Security-Policy": FRAMED})

    def _framed(self, artefact: Artefact, request: Request, policy: str) -> Response:
        """Answer with a rendered file. In `src` and `href`, the preview's URL replaces the site's URL."""
        data = artefact.data
        if artefact.media_type == "text/html" and self.session.snapshot:
            url = self.session.snapshot.settings.url
            data = re.sub(rb'( (?:src|href)=")' + re.escape(url.encode()), rb"\1" + _site_base(request).encode(), data)
        return Response(data, media_type=artefact.media_type, headers={"Content-Security-Policy": policy})

    def _subject_view(self, request: Request) -> SubjectView | None:
        kind, key = request.path_params["kind"], request.path_params["key"]
        if kind not in _KINDS:
            return None
        return self.session.issue(key) if kind == "issue" else self.session.announcement(key)

    def _lang(self, request: Request) -> str:
        return self.screens.language(request.query_params.get("lang") or request.cookies.get("lang", ""))

    def _screen(self, request: Request, page: str) -> Response:
        """Answer with a screen of the preview. If the query has `?lang=…`, set a cookie and redirect instead."""
        chosen = request.query_params.get("lang")
        if chosen not in LANGUAGES:
            return HTMLResponse(page)
        response = RedirectResponse(quote(request.url.path), 303)
        response.set_cookie("lang", chosen, samesite="strict", max_age=31_536_000)
        return response

    def _not_found(self, request: Request) -> Response:
        return HTMLResponse(self.screens.not_found(self._lang(request)), 404)


def _site_base(request: Request) -> str:
    """Return the path under which the preview serves the site that the requested page belongs to."""
    key = request.path_params.get("key", "")
    return f"/announcement/{quote(key)}/site/" if key and request.path_params.get("kind") != "issue" else "/site/"


def application(session: Session, notifier: Notifier) -> Starlette:
    """Return the web application for a session; `notifier` announces new versions to open screens."""
    preview = Preview(session, notifier)
    routes = [
        Route("/", preview.overview),
        Route("/calendar", preview.calendar),
        Route("/calendar/{month}", preview.calendar),
        Route("/problems", preview.problems),
        Route("/events", preview.events),
        Route("/own/{name}", preview.static),
        Route("/site/{path:path}", preview.site),
        Route("/announcement/{key}/site/{path:path}", preview.site),
        Route("/{kind}/{key}/mail.html", preview.mail),
        Route("/{kind}/{key}/mail.eml", preview.eml),
        Route("/{kind}/{key}/feed.html", preview.entry),
        Route("/{kind}/{key}", preview.subject),
        Route("/{kind}/{key}/{view}", preview.subject),
        Route("/{path:path}", preview.not_found),
    ]
    return Starlette(
        routes=routes, middleware=[Middleware(RequestGuard)], exception_handlers={Exception: preview.internal_error}
    )
