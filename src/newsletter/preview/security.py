"""Refuse requests from other sites, and set security headers.

A page of another site must not be able to read drafts, even if its host name resolves to this machine (DNS rebinding).
"""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Screens load nothing from other servers, and cannot be framed.
SCREEN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Previewed files run no scripts, load nothing from other servers, and open links in a new window.
_FRAMED = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
)
FRAMED = f"{_FRAMED}; img-src 'self'"
WITHOUT_IMAGES = f"{_FRAMED}; img-src 'none'"

_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class RequestGuard:
    """Middleware that refuses foreign Host headers, cross-site requests, and methods other than GET and HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", SCREEN)
                headers.update(_HEADERS)
            await send(message)

        reason, status = _refusal(scope["method"], Headers(scope=scope), scope["server"][1])
        app = PlainTextResponse(f"{reason}\n", status) if reason else self.app
        await app(scope, receive, send_with_headers)


def _refusal(method: str, headers: Headers, port: int) -> tuple[str, int]:
    """Return the reason for refusing a request, and the HTTP status; "" and 200 if it is allowed."""
    host = headers.get("host", "").lower()
    if host not in {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}:
        return "This preview is reachable only as 127.0.0.1 or localhost.", 421
    is_cross_site = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if is_cross_site or headers.get("origin", f"http://{host}") != f"http://{host}":
        return "Other sites may not read this preview.", 403
    if method not in ("GET", "HEAD"):
        return "The preview is read-only: edit the files instead.", 405
    return "", 200
