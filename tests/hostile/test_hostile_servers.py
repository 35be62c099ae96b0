"""Test `check --links` against servers that stall, lie or redirect badly: only their link fails.

The servers are sockets on this machine. Tests pass a short deadline, so they do not wait long.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.load.user_cache import cache_folder
from newsletter.model.problems import Place, Problems
from newsletter.rules.external import http_probe
from newsletter.rules.external.http_probe import Deadline, NotHttp, NotWeb, read_target
from newsletter.rules.external.link_checker import Answer, AnswerCache, Follower, follow_all
from newsletter.rules.external.public_ip import is_public

NOW = datetime(2024, 12, 1, tzinfo=UTC)
HERE = Place("announcements/a.md", 7)
Behaviour = Callable[[socket.socket], None]
Serve = Callable[[Behaviour], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a server with the given behaviour and returns its URL."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(behave: Behaviour) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    behave(connection)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(timeout=5)


def follower(timeout: float = 5) -> Follower:
    return Follower(allows=lambda address: address == "127.0.0.1", pause=0, timeout=timeout)


def sends(content: bytes) -> Behaviour:
    """Return a behaviour that reads a request and answers with these bytes."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(content)

    return behave


def drips(first: bytes, piece: bytes, last: bytes = b"\r\n\r\n") -> Behaviour:
    """Return a behaviour that sends a piece every 20 ms for two seconds: short waits that add up."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(100):
            connection.sendall(piece)
            time.sleep(0.02)
        connection.sendall(last)

    return behave


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("scheme", "behave"),
    [
        ("http", drips(b"HTTP/1.1 200 OK\r\nX: ", b"x")),
        ("http", drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n")),
        ("http", drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")),
        ("http", drips(b"", b"H")),
        ("https", drips(b"\x16\x03\x03\x3f\x00", b"\x02")),
        ("http", lambda connection: time.sleep(1)),
    ],
)
def test_a_host_that_stalls_is_given_up_at_the_deadline(serve: Serve, scheme: str, behave: Behaviour) -> None:
    answer = follower(0.3).follow(serve(behave).replace("http:", f"{scheme}:"))
    assert answer == Answer("does not answer: it takes too long", lasting=False, slow=True)


@pytest.mark.loopback
def test_redirects_share_one_deadline(serve: Serve) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(0.2)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")

    assert follower(0.5).follow(serve(behave)).slow


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, "sends more than 64 KiB of headers"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, "sends more than 64 KiB of headers"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "does not answer like a web server"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "does not answer like a web server"),
        (b"HTTP/1.1 \xc2\xb2\xc2\xb2\xc2\xb2\r\n\r\n", "does not answer like a web server"),
        (b"", "closes the connection without an answer"),
        (b"HTTP/1.1 200 OK", ""),
        (b"HTTP/1.1 103 Early Hints\r\nLocation: /x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", ""),
    ],
)
def test_invalid_answers(serve: Serve, answer: bytes, fault: str) -> None:
    assert follower().follow(serve(sends(answer))).fault == fault


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("location", "code", "fault"),
    [
        (b"http://[evil", "unreachable-link", "redirects to 'http://[evil', which is not a valid address"),
        (b"http://a:99999/", "unreachable-link", "redirects to 'http://a:99999/', which is not a valid address"),
        (b"http://\0/", "unreachable-link", "redirects to 'http://%00/', which is not a valid address"),
        (b"http://a b/", "unreachable-link", "redirects to 'http://a b/', which is not a valid address"),
        (b"http://a%20b/", "unreachable-link", "redirects to 'http://a%20b/', which is not a valid address"),
        (b"http://a:\xc2\xb2/", "unreachable-link", "redirects to 'http://a:²/', which is not a valid address"),
        (b"http://a/\x1b[31m:x:\x1b", "unreachable-link", "does not answer: its host 'a' is unknown"),
        (b"http://\x1b[31m/", "unreachable-link", "redirects to 'http://%1B[31m/', which is not a valid address"),
        ("http://[école".encode(), "unreachable-link", "redirects to 'http://[école', which is not a valid address"),
        ("http://[école".encode("latin-1"), "unreachable-link",
         "redirects to 'http://[école', which is not a valid address"),
        (b"http://a/" + b"x" * 9_000, "unreachable-link", "redirects to an address of more than 8,000 characters"),
        (b"http://" + b"x" * 300 + b"/", "unreachable-link",
         f"redirects to 'http://{'x' * 193}…', which is not a valid address"),
        (b"file:///etc/passwd", "private-link", "redirects to 'file:///etc/passwd', which is not a web address"),
        (b"ftp://a/", "private-link", "redirects to 'ftp://a/', which is not a web address"),
        (b"gopher://a/", "private-link", "redirects to 'gopher://a/', which is not a web address"),
        (b"http://127.0.0.2/", "private-link", "leads into a private network ('127.0.0.2')"),
        (b"http://0x7f000002/", "private-link", "leads into a private network ('0x7f000002')"),
        (b"http://[::127.0.0.1]/", "private-link", "leads into a private network ('::127.0.0.1')"),
        (b"//user:secret@127.0.0.2:81/", "private-link", "leads into a private network ('127.0.0.2')"),
        (b"/", "unreachable-link", "redirects more than 5 times"),
    ],
)  # fmt: skip
def test_redirects_that_lead_nowhere(
    serve: Serve, location: bytes, code: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def numbers(host: str, port: int, **options: int) -> object:
        if host == "a":
            raise socket.gaierror(-2, "Name or service not known")
        address = "127.0.0.2" if host == "0x7f000002" else host  # as the operating system resolves it
        return (
            [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))] if host != "127.0.0.1" else real(host, port)
        )

    monkeypatch.setattr(http_probe.socket, "getaddrinfo", numbers)
    answer = follower().follow(serve(sends(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n")))
    assert (answer.code, answer.fault) == (code, fault)


@pytest.mark.loopback
def test_a_redirect_is_requested_in_ascii(serve: Serve) -> None:
    requests: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        requests.append(connection.recv(65536).split(b"\r\n")[0])
        again = b"302 Found\r\nLocation: /\xc3\xa9t\xc3\xa9 x?a=\xc3\xa9&b=%41#\xc3\xa9"
        connection.sendall(b"HTTP/1.1 " + (again if len(requests) == 1 else b"200 OK") + b"\r\n\r\n")

    assert follower().follow(serve(behave)) == Answer()
    assert requests == [b"HEAD / HTTP/1.1", b"HEAD /%C3%A9t%C3%A9%20x?a=%C3%A9&b=%41 HTTP/1.1"]


@pytest.mark.loopback
def test_one_bad_link_does_not_end_the_check(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = serve(sends(b"HTTP/1.1 302 Found\r\nLocation: http://[evil\r\n\r\n"))
    gone = serve(sends(b"HTTP/1.1 410 Gone\r\n\r\n"))
    broken = serve(sends(b""))
    real = Follower.follow

    def follow(self: Follower, url: str) -> Answer:
        if url == broken:
            raise RecursionError
        return real(self, url)

    monkeypatch.setattr(Follower, "follow", follow)
    problems = Problems()
    follow_all(
        [(url, HERE) for url in (evil, gone, broken)], follower(), AnswerCache(tmp_path / "x.json", NOW), problems
    )
    assert {problem.message.partition("' ")[2] for problem in problems} == {
        "redirects to 'http://[evil', which is not a valid address",
        "answers 410 Gone",
        "cannot be followed (RecursionError)",
    }


@pytest.mark.loopback
def test_a_host_that_stalls_again_and_again_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def follow(self: Follower, url: str) -> Answer:
        asked.append(url)
        return Answer("does not answer: it takes too long", lasting=False, slow=True)

    monkeypatch.setattr(Follower, "follow", follow)
    problems = Problems()
    links = [(f"http://a.example/{number}", HERE) for number in range(6)]
    follow_all(links, follower(), kept := AnswerCache(tmp_path / "x.json", NOW), problems)
    assert len(asked) == 3 and len(problems) == 6
    assert kept.get(links[0][0]) is kept.get(links[5][0]) is None


@pytest.mark.loopback
def test_a_name_that_is_never_found_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = threading.Event()
    monkeypatch.setattr(http_probe.socket, "getaddrinfo", lambda *_, **__: found.wait(10))
    answer = follower(0.2).follow("http://a.example/")
    found.set()
    assert answer.slow and answer.fault == "does not answer: looking up its host 'a.example' takes too long"


@pytest.mark.loopback
def test_the_connection_goes_to_the_address_that_was_judged(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is resolved only once, so a changed second answer has no effect (DNS rebinding)."""
    port = int(serve(sends(b"HTTP/1.1 200 OK\r\n\r\n")).rpartition(":")[2].rstrip("/"))
    answers = iter(["127.0.0.1"])
    monkeypatch.setattr(
        http_probe.socket, "getaddrinfo",
        lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))],
    )  # fmt: skip
    assert follower().follow(f"http://rebinding.example:{port}/") == Answer()


@pytest.mark.loopback
def test_proxies_of_the_environment_are_not_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert follower().follow(serve(sends(b"HTTP/1.1 204 No Content\r\n\r\n"))) == Answer()


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    kept = AnswerCache(cache_folder({}) / "links.json", NOW)
    kept.store({"https://a.example/": Answer()})


PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 64:ff9b:1::1 64:ff9b:1:ffff::10.0.0.1 100::1 2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::1 2001:20::1
2001:db8::1 2002:7f00:1::1 2002:c0a8:1::1 2002:a83f:8110::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
fec0::1 feff::1 ff02::1 4000::1 not-an-address 1 256.1.1.1
""".split()
PUBLIC = "1.1.1.1 93.184.216.34 100.63.0.1 172.32.0.1 192.0.1.1 223.255.255.255 2606:2800:220:1::1 2a00:1450::1".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@given(st.text(max_size=60))
def test_any_address_gives_a_request_of_ascii_or_is_refused(rest: str) -> None:
    for url in (rest, f"http://{rest}", f"https://a.example/{rest}"):
        try:
            target = read_target(url)
        except NotWeb:
            continue
        line = target.path + target.authority
        assert line.isascii() and line.isprintable() and " " not in line


class Canned:
    """A fake connection that returns these pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def settimeout(self, seconds: float) -> None:
        return

    def send(self, content: bytes) -> int:
        return len(content)

    def recv(self, size: int) -> bytes:
        return self.pieces.pop(0)[:size] if self.pieces else b""


@given(
    st.lists(st.binary(max_size=40) | st.sampled_from([b"HTTP/1.1 ", b"200", b"\r\n", b"\n\n", b"Location:", b"100 "]))
)
def test_any_answer_is_read_or_refused(pieces: list[bytes]) -> None:
    with contextlib.suppress(NotHttp):
        connection: socket.socket = Canned(pieces)  # type: ignore[assignment]
        http_probe.ask(connection, "HEAD", read_target("http://a.example/"), "x", Deadline(60))
