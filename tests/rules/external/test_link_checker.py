"""Test `check --links` with a local server: polite, cached for a day, no private addresses."""

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter import pipeline
from newsletter.cli import app
from newsletter.model.problems import Place, Problems
from newsletter.rules.external import http_probe, link_checker
from newsletter.rules.external.link_checker import Answer, AnswerCache, Follower, follow_all, is_public
from newsletter.rules.written.text import outgoing_links
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)
HERE, THERE = Place("announcements/a.md", 7), Place("announcements/b.md", 9)


class Server(http.server.BaseHTTPRequestHandler):
    """Answers according to the path: /404, /head-405 (GET only), /to/<address>, /loop; otherwise 200."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        head, _, rest = self.path[1:].partition("/")
        status = 200
        if head.isdigit():
            status = int(head)
        elif head.startswith("head-") and self.command == "HEAD":
            status = int(head[5:])
        elif head in ("to", "loop"):
            status = 302
        self.send_response(status)
        if status == 302:
            self.send_header("Location", rest if head == "to" else "/loop")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Start a server on this machine; return its address and the list of requests."""
    asked: list[str] = []
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Server,), {"asked": asked}))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}", asked
    made.shutdown()
    thread.join()
    made.server_close()


def here(address: str) -> bool:
    return address == "127.0.0.1"


FOLLOWER = Follower(allows=here, pause=0, timeout=5)


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("path", "fault", "asked"),
    [
        ("/", "", ["HEAD /"]),
        ("/404", "answers 404 Not Found", ["HEAD /404", "GET /404"]),
        ("/410", "answers 410 Gone", ["HEAD /410"]),
        ("/500", "answers 500 Internal Server Error", ["HEAD /500", "GET /500"]),
        ("/403", "", ["HEAD /403", "GET /403"]),
        ("/429", "", ["HEAD /429"]),
        ("/head-405/x", "", ["HEAD /head-405/x", "GET /head-405/x"]),
        ("/head-404/x", "", ["HEAD /head-404/x", "GET /head-404/x"]),
        ("/a?b=c#d", "", ["HEAD /a?b=c"]),
        ("/to//404", "answers 404 Not Found", ["HEAD /to//404", "HEAD /404", "GET /404"]),
        ("/loop", "redirects more than 5 times", ["HEAD /loop"] * 6),
    ],
)
def test_what_a_server_says(
    server: tuple[str, list[str]], path: str, fault: str, asked: list[str], tmp_path: Path
) -> None:
    address, heard = server
    problems = Problems()
    assert follow_all([(address + path, HERE)], FOLLOWER, AnswerCache(tmp_path / "x.json", NOW), problems) == 1
    assert heard == asked
    url = (address + path).partition("#")[0]
    expected = [(HERE, "unreachable-link", f"'{url}' {fault}")] if fault else []
    assert [(p.place, p.code, p.message) for p in problems] == expected


@pytest.mark.loopback
def test_addresses_of_ones_own_network_are_never_visited(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, heard = server
    port = address.rpartition(":")[2]
    links = [
        (f"{scheme}://{host}:{port}/", HERE)
        for scheme in ("http", "https")
        for host in ("127.0.0.1", "localhost", "[::1]")
    ]
    problems = Problems()
    follow_all(links, Follower(pause=0), AnswerCache(tmp_path / "x.json", NOW), problems)
    assert {p.code for p in problems} == {"private-link"} and len(problems) == len(links)
    assert heard == []


@pytest.mark.loopback
@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/meta", "http://localhost:1/", "file:///etc/passwd", "//192.168.0.1/", "gopher://x/"]
)
def test_no_redirect_leads_there(server: tuple[str, list[str]], to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    numbers = {"169.254.169.254", "192.168.0.1"}  # addresses that need no DNS lookup

    def resolve(host: str, port: int, **options: int) -> object:
        return (
            [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
            if host in numbers
            else real(host, port, **options)
        )

    monkeypatch.setattr(http_probe.socket, "getaddrinfo", resolve)
    visited: list[str] = []

    def allows(address: str) -> bool:
        visited.append(address)
        return address == "127.0.0.1" and len(visited) == 1

    follower = Follower(allows=allows, pause=0)
    answer = follower.follow(f"{server[0]}/to/{to}")
    assert answer.code == "private-link"
    assert len(server[1]) == 1


@pytest.mark.loopback
def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(http_probe.socket, "getaddrinfo", lambda *a, **o: entries)
    assert Follower(pause=0).follow("http://exemple.example/").code == "private-link"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("192.168.1.1", False), ("172.16.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::1", False), ("255.255.255.255", False), ("::", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_offline_is_reported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(http_probe.socket, "getaddrinfo", lost)
    problems = Problems(strict=True)
    links = [("https://a.example/", THERE), ("https://b.example/", HERE)]
    kept = AnswerCache(tmp_path / "x.json", NOW)
    assert follow_all(links, Follower(pause=0), kept, problems) == 0
    assert [(p.code, p.level, p.place) for p in problems] == [("no-network", "info", HERE)]
    assert not problems.fatal and kept.get("https://a.example/") is None


@pytest.mark.loopback
def test_one_host_that_is_gone_is_reported_when_others_answer(server: tuple[str, list[str]], tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    problems = Problems()
    links = [(f"{server[0]}/", HERE), (f"http://127.0.0.1:{port}/", THERE)]
    follow_all(links, FOLLOWER, AnswerCache(tmp_path / "x.json", NOW), problems)
    assert [(p.place, p.code) for p in problems] == [(THERE, "unreachable-link")]
    assert "refused" in next(iter(problems)).message


@pytest.mark.loopback
def test_answers_are_kept_for_a_day(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, heard = server
    links = [(f"{address}/404", HERE), (f"{address}/404#x", THERE), (f"{address}/", HERE)]
    path = tmp_path / "folder/links.json"
    for hours, requests in ((0, 3), (23, 3), (24, 6)):
        problems = Problems()
        follow_all(links, FOLLOWER, AnswerCache(path, NOW + timedelta(hours=hours)), problems)
        assert [p.place for p in problems] == [HERE, THERE]
        assert len(heard) == requests
    assert [p.name for p in path.parent.iterdir()] == ["links.json"]


@pytest.mark.parametrize("content", ["", "[]", '{"x": []}', '{"https://a.example/": ["never", "", ""]}', "\0"])
def test_a_cache_that_cannot_be_read_is_ignored(tmp_path: Path, content: str) -> None:
    path = tmp_path / "links.json"
    path.write_text(content)
    kept = AnswerCache(path, NOW)
    assert kept.get("https://a.example/") is None
    kept.store({"https://a.example/": Answer("x")})
    assert json.loads(path.read_text()).keys() == {"https://a.example/"}


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    AnswerCache(tmp_path / "file/links.json", NOW).store({"https://a.example/": Answer()})


@pytest.mark.loopback
def test_one_request_at_a_time_for_a_host(
    server: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(link_checker.time, "sleep", pauses.append)
    links = [(f"{server[0]}/{number}x", HERE) for number in range(4)]
    follow_all(links, Follower(allows=here, pause=2.5), AnswerCache(tmp_path / "x.json", NOW), Problems())
    assert pauses == [2.5] * 3 and len(server[1]) == 4


def test_outgoing_links_are_those_of_visible_files_less_our_own(project: Project) -> None:
    body = (
        "[a](https://a.example/x#y) [b](/page) [c](https://exemple.example/z) [d](mailto:a@b.example) [e](#un)\n\n## Un"
    )
    project.announce(body=body, action={"label": "Aller voir", "url": "https://b.example/"})
    project.announce("2024-11-27-brouillon.md", "[x](https://hidden.example/)", draft=True)
    opened = pipeline.open_project(project.root, Problems())
    found = list(outgoing_links(pipeline.read(opened, NOW, Problems())))
    assert [(url, place.line) for url, place in found] == [("https://a.example/x#y", 8), ("https://b.example/", 5)]


def test_the_command_follows_only_when_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.complete()
    project.announce(body="[Une page](https://a.example/)")
    asked: list[str] = []
    monkeypatch.setattr(Follower, "follow", lambda self, url: asked.append(url) or Answer("answers 404 Not Found"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(project.root / "cache"))
    words = ["check", "-C", str(project.root), "--now", "2024-12-01"]
    assert CliRunner().invoke(app, words).exit_code == 0 and asked == []
    result = CliRunner().invoke(app, [*words, "--links"])
    assert asked == ["https://a.example/"] and "[unreachable-link]" in result.stderr
    assert CliRunner().invoke(app, [*words, "--links"]).stderr.count("[unreachable-link]") == 1 and len(asked) == 1
