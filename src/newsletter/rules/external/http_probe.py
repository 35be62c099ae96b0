"""Send one HTTP request and read the head of the response, within a deadline that no server can extend.

The timeout of `http.client` restarts whenever data arrives, so a server that sends a byte now and then could keep it
waiting forever. In this module, each system call gets only the time that remains, and the head of a response is
limited to MAX_HEAD bytes. The body is ignored.
"""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote, urlsplit

MAX_HEAD = 64 * 1024  # bytes of status lines and headers, including those of informational responses (1xx)
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([1-9][0-9]{2})(?![0-9])")
_LOCATION = re.compile(rb"^location[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
SAFE = "!$&'()*+,/:;=?@~%-._"  # characters that are not percent-encoded in a request's target


class NotWeb(ValueError):
    """The address is not a web address. The message completes "'URL' …"."""


class NotHttp(Exception):
    """The server's response is not HTTP. The message completes "'URL' …"."""


@dataclass(slots=True)
class Deadline:
    """A time limit that ends `seconds` from now. `clock` returns the current time in seconds."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    end: float = 0.0

    def __post_init__(self) -> None:
        self.end = self.clock() + self.seconds

    def left(self) -> float:
        """Return the number of seconds that remain. Raises TimeoutError if there are none."""
        left = self.end - self.clock()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """The parts of a web address that a request needs, in ASCII and without white space."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str) -> ProbeTarget:
    """Split a web address into its parts.

    Raises NotWeb if the scheme is not `http` or `https`, or if the address is malformed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotWeb("is not a valid address") from None
    if parts.scheme not in _PORTS:
        raise NotWeb("leads to something that is not a web address")
    host = parts.hostname or ""
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_host = ""
    if not _HOST.fullmatch(ascii_host) or port == 0:
        raise NotWeb("is not a valid address: its host or port is malformed")
    path = quote(parts.path or "/", SAFE) + (f"?{quote(parts.query, SAFE)}" if parts.query else "")
    return ProbeTarget(parts.scheme, ascii_host, port or _PORTS[parts.scheme], path)


def resolve(host: str, port: int, deadline: Deadline) -> list[Any]:
    """Return the entries of getaddrinfo() for a host.

    The system's resolver cannot be interrupted, so it runs in a thread, which is abandoned if it takes too long.
    Raises OSError or UnicodeError if the host cannot be resolved, and TimeoutError at the deadline.
    """
    answer: SimpleQueue[tuple[list[Any], BaseException | None]] = SimpleQueue()

    def look_up() -> None:
        try:
            answer.put((socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), None))
        except BaseException as fault:
            answer.put(([], fault))

    threading.Thread(target=look_up, daemon=True).start()
    try:
        entries, fault = answer.get(timeout=deadline.left())
    except Empty:
        raise TimeoutError from None
    if fault is not None:
        raise fault
    return entries


def connect(entry: Any, deadline: Deadline) -> socket.socket:
    """Connect to the address in an entry of getaddrinfo(). Raises OSError if that fails."""
    family, kind, protocol, _, address = entry
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(deadline.left())
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def secure(connection: socket.socket, host: str, context: ssl.SSLContext, deadline: Deadline) -> ssl.SSLSocket:
    """Start TLS on a connection, and return the wrapped connection, which replaces it.

    Raises OSError if the handshake fails.
    """
    wrapped = context.wrap_socket(connection, server_hostname=host.rstrip("."), do_handshake_on_connect=False)
    try:
        wrapped.settimeout(deadline.left())
        wrapped.do_handshake()  # the timeout covers the whole handshake, not each step
    except BaseException:
        wrapped.close()
        raise
    return wrapped


def ask(connection: socket.socket, method: str, target: ProbeTarget, agent: str, deadline: Deadline) -> tuple[int, str]:
    """Send a request, and return the status and the `Location` of the response ("" if it has none).

    Raises OSError if the connection fails, and NotHttp if the response is not HTTP.
    """
    lines = (
        f"{method} {target.path} HTTP/1.1", f"Host: {target.authority}", f"User-Agent: {agent}", "Accept: */*",
        "Accept-Encoding: identity", "Connection: close", "", "",
    )  # fmt: skip
    unsent = memoryview("\r\n".join(lines).encode("ascii"))
    while unsent:
        connection.settimeout(deadline.left())
        unsent = unsent[connection.send(unsent) :]
    received, total = bytearray(), 0
    while total <= MAX_HEAD:
        # The search starts just before the new data. Otherwise, a head sent byte by byte would take quadratic time.
        start = max(len(received) - 3, 0)
        connection.settimeout(deadline.left())
        piece = connection.recv(4096)
        total += len(piece)
        received += piece
        while end := _END.search(received, start):
            status, location = _read_head(bytes(received[: end.start()]))
            if status >= 200 or status == 101:
                return status, location
            del received[: end.end()]
            start = 0
        if not piece:
            return _read_head(bytes(received))
    raise NotHttp(f"sends more than {MAX_HEAD // 1024} KiB of headers")


def _read_head(head: bytes) -> tuple[int, str]:
    match = _STATUS.match(head)
    if match is None:
        raise NotHttp("does not answer like a web server" if head else "closes the connection without an answer")
    location = _LOCATION.search(head)
    return int(match[1]), _decode(location[1].strip()) if location else ""


def _decode(value: bytes) -> str:
    """Decode a header's value as UTF-8, as browsers do, or as ISO 8859-1 if it is not valid UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
