"""guard: who may ask. Pages of other sites must not read drafts, nor names that lead to this machine."""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The screens hold nothing but what this server sends, and stand in no frame.
SCREEN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What is previewed runs no script, asks no other server, and opens links in a window of their own.
_FRAMED = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
)
FRAMED = f"{_FRAMED}; img-src 'self'"
WITHOUT_IMAGES = f"{_FRAMED}; img-src 'none'"

_ALWAYS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class RequestGuard:
    """Refuses foreign Host headers (DNS rebinding), requests of other sites, and methods that change things."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", SCREEN)
                headers.update(_ALWAYS)
            await send(message)

        why, status = _refusal(scope["method"], Headers(scope=scope), scope["server"][1])
        app = PlainTextResponse(f"{why}\n", status) if why else self.app
        await app(scope, receive, guarded)


def _refusal(method: str, headers: Headers, port: int) -> tuple[str, int]:
    """Why a request is refused, and the status that says so; "" when it may pass."""
    host = headers.get("host", "").lower()
    if host not in {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}:
        return "This preview answers to 127.0.0.1 and localhost only.", 421
    foreign = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if foreign or headers.get("origin", f"http://{host}") != f"http://{host}":
        return "Another site may not read this preview.", 403
    if method not in ("GET", "HEAD"):
        return "There is nothing to change here: edit the files.", 405
    return "", 200
