"""Test the preview: it shows what a build makes, survives faults, and refuses other sites."""

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.requests import Request

from newsletter import pipeline
from newsletter.load.metadata import strip
from newsletter.model.problems import Aborted, Problems
from newsletter.preview import calendar
from newsletter.preview.app import Preview, application
from newsletter.preview.inbox import PROGRAMS, lines
from newsletter.preview.notifier import Notifier
from newsletter.preview.panels import view_names
from newsletter.preview.screens import LANGUAGES
from newsletter.preview.serve import folders
from newsletter.preview.session import Session
from newsletter.theme.string_files import load_strings
from support.commands import run
from support.paths import ROOT
from support.pictures import SECRET, encoded, planted_jpeg
from support.project import Project

HERE = "http://127.0.0.1:8321"
NOW = datetime(2024, 12, 5, 12, tzinfo=UTC)
BASE = "https://exemple.example/"


@dataclass
class Answer:
    """The server's response."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Looking:
    """A project's preview, called as uvicorn calls it: with the raw path, and the path decoded once."""

    def __init__(self, root: Path, now: datetime = NOW) -> None:
        self.now = now
        self.desk = Session(root, lambda: self.now)
        self.desk.refresh()
        self.app = application(self.desk, Notifier())

    def ask(self, target: str, method: str = "GET", **headers: str) -> Answer:
        raw, _, query = target.partition("?")
        given = {"host": "127.0.0.1:8321"} | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": unquote(raw), "raw_path": raw.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "server": ("127.0.0.1", 8321), "client": ("127.0.0.1", 50_000),
        }  # fmt: skip
        answer = Answer()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.body += message["body"]

        asyncio.run(self.app(scope, receive, send))
        return answer

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        answer = self.ask(path, **headers)
        assert answer.status == status, path
        return answer.body.decode()

    def data(self, path: str) -> bytes:
        answer = self.ask(path)
        assert answer.status == 200, path
        return answer.body


def built(root: Path, now: datetime) -> dict[str, bytes]:
    problems = Problems()
    made = pipeline.build(pipeline.open_project(root, problems), now, problems)
    return {each.path: each.data or Path(each.file).read_bytes() for each in made}


@pytest.fixture(scope="module")
def samples() -> Looking:
    """Return the preview of this repository's announcements."""
    return Looking(ROOT)


def keys(root: Path) -> Iterator[str]:
    yield from sorted(path.stem for path in (root / "announcements").glob("*.md"))


# --- The preview shows what is built


def test_all_views_are_byte_for_byte_what_is_built(samples: Looking) -> None:
    base = "https://actualites.interfor.example/"
    found = list(keys(ROOT))
    assert len(found) >= 6
    builds: dict[datetime, dict[str, bytes]] = {}
    for key in found:
        showing = samples.desk.announcement(key)
        assert showing is not None and showing.subject is not None
        at = max(NOW, showing.subject.date)
        made = builds[at] = builds.get(at) or built(ROOT, at)
        stem, here = showing.subject.stem, f"/announcement/{key}/"
        mail = samples.get(f"{here}mail.html")
        assert f'src="{base}' not in mail
        assert mail.replace(f'"{here}site/', f'"{base}').encode() == made[f"email/announcements/{stem}.html"]
        assert samples.data(f"{here}mail.eml") == made[f"email/announcements/{stem}.eml"]
        assert escape(made[f"email/announcements/{stem}.txt"].decode(), quote=False).replace("'", "&#39;").replace(
            '"', "&#34;") in samples.get(f"{here}text")  # fmt: skip
        page = samples.get(f"{here}site/{stem}.html")
        assert re.sub(rf'( (?:src|href)="){here}site/', rf"\1{base}", page).encode() == made[f"site/{stem}.html"]
        for asset in set(re.findall(r'src="(assets/[^"]+)"', page)):
            assert samples.data(f"{here}site/{asset}") == made[f"site/{asset}"]


def test_issues_tags_and_the_index_are_those_of_the_build(samples: Looking) -> None:
    made = built(ROOT, NOW)
    base = "https://actualites.interfor.example/"
    assert (
        samples.get("/issue/2024-11/mail.html").replace('"/site/', f'"{base}').encode()
        == made["email/issues/2024-11.html"]
    )
    pages = [path.removeprefix("site/") for path in made if path.endswith((".html", ".css", ".ics", ".png"))]
    pages = [path for path in pages if not path.startswith(("email/", "feeds/", "social/"))]
    assert {"index.html", "404.html", "issues/2024-11.html", "tags/rse.html"} <= set(pages)
    for path in pages:
        data = samples.data(f"/site/{path}").replace(b'"/site/', f'"{base}'.encode())
        assert data == made[f"site/{path}"], path


def test_what_is_hidden_is_shown_as_on_its_day_and_leaks_nowhere(project: Project) -> None:
    project.announce("2024-12-01-a.md", title="Publique")
    project.announce("2024-12-02-b.md", title="Brouillon", draft=True)
    project.announce("2024-12-24-c.md", title="Programmée")
    project.announce("2024-12-03-d.md", title="Expirée", expires="2024-12-04")
    looking = Looking(project.root)
    for key, state in (("01-a", "public"), ("02-b", "draft"), ("24-c", "scheduled"), ("03-d", "expired")):
        shown = looking.get(f"/announcement/2024-12-{key}")
        assert f'class="pill {state}"' in shown
        assert "mail.html?v=" in shown
        looking.get(f"/announcement/2024-12-{key}/site/{key[-1]}.html")
    index = looking.get("/site/index.html")
    assert "Publique" in index
    assert not re.search("Brouillon|Programmée|Expirée", index)
    own = looking.get("/announcement/2024-12-24-c/site/index.html")
    assert "Programmée" in own and "Brouillon" not in own
    looking.get("/site/c.html", 404)
    looking.get("/announcement/2024-12-01-a/site/c.html", 404)


def test_the_clock_moves_what_is_scheduled(project: Project) -> None:
    project.announce("2024-12-24-c.md", title="Programmée")
    looking = Looking(project.root)
    version = looking.desk.version
    looking.now = datetime(2024, 12, 5, 13, tzinfo=UTC)
    assert not looking.desk.refresh() and looking.desk.version == version
    looking.now = datetime(2024, 12, 25, tzinfo=UTC)
    assert looking.desk.refresh() and looking.desk.version > version
    assert "Programmée" in looking.get("/site/index.html")


def test_a_feed_entry_is_that_of_the_build(samples: Looking) -> None:
    base = "https://actualites.interfor.example/"
    for key in ("2024-11-26-trophee-innovation", "2024-11-26-trophee-innovation.en"):
        name = "lang/en.json" if key.endswith(".en") else "feed.json"
        entries = json.loads(samples.data(f"/site/feeds/{name}"))["items"]
        url = base + key.removeprefix("2024-11-26-") + ".html"
        entry = next(each for each in entries if each["url"] == url)
        frame = samples.get(f"/announcement/{key}/feed.html")
        assert entry["content_html"].replace(f'="{base}', f'="/announcement/{key}/site/') in frame
        assert escape(entry["title"], quote=False) in samples.get(f"/announcement/{key}/feed")
    made = built(ROOT, NOW)
    for path in ("feeds/atom.xml", "feeds/rss.xml", "feeds/feed.json"):
        assert samples.data(f"/site/{path}") == made[f"site/{path}"]


# --- Only what changed is read again


def test_only_what_changed_is_read_again(project: Project) -> None:
    for day in range(1, 6):
        project.announce(f"2024-12-0{day}-a.md", slug=f"a-{day}")
    looking = Looking(project.root)
    before = dict(looking.desk.snapshot.files)  # type: ignore[union-attr]
    project.announce("2024-12-03-a.md", slug="a-3", title="Nouveau titre")
    looking.desk.refresh()
    after = looking.desk.snapshot.files  # type: ignore[union-attr]
    assert [path for path, entry in after.items() if entry is not before[path]] == ["announcements/2024-12-03-a.md"]
    assert "Nouveau titre" in looking.get("/announcement/2024-12-03-a/mail.html")


def test_a_changed_picture_is_read_again(project: Project) -> None:
    images = ROOT / "announcements" / "images"
    project.announce(image={"src": "x.png", "alt": "Un dessin"})
    looking = Looking(project.root)
    assert "missing-image" in looking.get("/problems")
    project.write("announcements/x.png", (images / "logo.png").read_bytes())
    looking.desk.refresh()
    first = re.search(r'src="(/announcement/[^"]+)"', looking.get("/announcement/2024-11-26-prix/mail.html"))
    assert first and looking.data(first[1]) == (images / "logo.png").read_bytes()
    project.write("announcements/x.png", (images / "job-dating.png").read_bytes())
    # Until the change is read, the old address gives 404 rather than a different file.
    looking.get(first[1], 404)
    looking.desk.refresh()
    second = re.search(r'src="(/announcement/[^"]+)"', looking.get("/announcement/2024-11-26-prix/mail.html"))
    assert second and second[1] != first[1]


def test_settings_reach_every_announcement(project: Project) -> None:
    project.announce()
    looking = Looking(project.root)
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text().replace("Europe/Paris", "Asia/Tokyo"))
    looking.desk.refresh()
    showing = looking.desk.announcement("2024-11-26-prix")
    assert showing is not None and showing.subject is not None
    assert showing.subject.date == datetime(2024, 11, 25, 15, tzinfo=UTC)


# --- After a fault, the last good state stays visible


def test_a_broken_file_keeps_its_last_good_form(project: Project) -> None:
    project.announce(title="Un prix")
    looking = Looking(project.root)
    good = looking.get("/announcement/2024-11-26-prix/mail.html")
    project.announce(title="Un prix", body="![](x.png)")
    looking.desk.refresh()
    screen = looking.get("/announcement/2024-11-26-prix")
    assert "announcements/2024-11-26-prix.md:7:1" in screen and "no-alt" in screen
    assert "dernière version lisible" in screen and "rien ne serait publié" in screen
    assert looking.get("/announcement/2024-11-26-prix/mail.html") == good
    project.announce(title="Un grand prix")
    looking.desk.refresh()
    screen = looking.get("/announcement/2024-11-26-prix")
    assert "dernière version lisible" not in screen and "Un grand prix" in screen


def test_a_file_that_never_was_sound_shows_its_problems(project: Project) -> None:
    project.announce(date="demain")
    looking = Looking(project.root)
    assert "Illisibles" in looking.get("/")
    for view in ("mail", "web", "text", "headers", "inbox"):
        assert "bad-date" in looking.get(f"/announcement/2024-11-26-prix/{view}")
    looking.get("/announcement/2024-11-26-prix/mail.html", 404)
    looking.get("/announcement/2024-11-26-prix/mail.eml", 404)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("email/announcement.mjml", "{% if %}", "template-fault"),
        ("email/announcement.mjml", "<mjml><mj-body>", "mjml-fault"),
        ("site/layout.html", "{{ nothing.here }}", "template-fault"),
        ("strings/fr.toml", "= =", "toml-syntax"),
    ],
)
def test_a_broken_template_is_reported_beside_the_last_good_render(
    project: Project, name: str, content: str, code: str
) -> None:
    project.announce()
    looking = Looking(project.root)
    here = "/announcement/2024-11-26-prix"
    view, frame = ("web", "site/prix.html") if name.startswith("site/") else ("mail", "mail.html")
    looking.get(f"{here}/{view}")
    good = looking.get(f"{here}/{frame}")
    template = project.write(f"templates/{name}", content)
    looking.desk.refresh()
    screen = looking.get(f"{here}/{view}")
    assert f"templates/{name}:1" in screen and code in screen and "dernière version lisible" in screen
    assert "1 erreur\u00a0: en l’état, rien ne serait publié." in screen and code in looking.get("/problems")
    assert looking.get(f"{here}/{frame}") == good
    template.unlink()
    looking.desk.refresh()
    assert "dernière version lisible" not in looking.get(f"{here}/{view}")


def test_broken_settings_keep_the_last_good_ones(project: Project) -> None:
    project.announce(title="Un prix")
    looking = Looking(project.root)
    sound = (project.root / "pyproject.toml").read_text()
    project.write("pyproject.toml", sound.replace('language = "fr"', 'language = "fr'))
    looking.desk.refresh()
    screen = looking.get("/")
    assert "Un prix" in screen and "Les réglages ne sont pas lisibles" in screen
    assert "pyproject.toml:3:" in looking.get("/problems")
    project.write("pyproject.toml", sound)
    looking.desk.refresh()
    assert "réglages" not in looking.get("/")


def test_settings_that_never_were_sound(project: Project) -> None:
    project.write("pyproject.toml", "[tool.newsletter]\ntitle = 3")
    looking = Looking(project.root)
    for path in ("/", "/problems", "/calendar"):
        assert "missing-key" in looking.get(path)
    looking.get("/announcement/a", 404)
    looking.get("/site/index.html", 404)


def test_what_nobody_foresaw_is_shown(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.announce(title="Un prix")
    looking = Looking(project.root)
    with monkeypatch.context() as patch:
        patch.setattr("newsletter.preview.session.Reader.read", lambda *_: {}["nothing"])
        assert looking.desk.refresh()
        for path in ("/", "/calendar", "/problems", "/announcement/2024-11-26-prix"):
            assert "internal-error" in looking.get(path)
    looking.desk.refresh()
    assert "internal-error" not in looking.get("/") and "Un prix" in looking.get("/")
    with monkeypatch.context() as patch:
        patch.setattr("newsletter.preview.session.render", lambda *_: {}["nothing"])
        assert "internal-error" in looking.get("/announcement/2024-11-26-prix/mail")


def test_an_answer_that_could_not_be_made_says_so(project: Project) -> None:
    preview = Preview(Session(project.root, lambda: NOW), Notifier())
    answer = asyncio.run(preview.internal_error(Request({"type": "http"}), OSError(24, "Too many open files", "<a>")))
    assert answer.status_code == 500 and b"&lt;a&gt;: Too many open files" in bytes(answer.body)


def test_a_folder_that_is_gone_is_reported_until_it_is_back(project: Project) -> None:
    project.announce(title="Un prix")
    looking = Looking(project.root)
    away = project.root.rename(project.root.with_name("ailleurs"))
    looking.desk.refresh()
    for path in ("/", "/calendar", "/problems", "/announcement/2024-11-26-prix"):
        assert "is gone" in looking.get(path)
    looking.get("/site/index.html")
    away.rename(project.root)
    assert looking.desk.refresh() and "Un prix" in looking.get("/")


def test_settings_that_become_readable_are_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> Any:
        raise Aborted

    with monkeypatch.context() as patch:
        patch.setattr("newsletter.preview.reader.load_settings", refused)
        looking = Looking(project.root)
    looking.desk.refresh()  # chmod changes neither the modification time nor the size or inode
    assert looking.desk.snapshot is not None


@pytest.mark.parametrize("year", [2, 1969, 2201, 9999])
def test_the_calendar_of_an_absurd_day(project: Project, year: int) -> None:
    Looking(project.root, datetime(year, 12, 31, 12, tzinfo=UTC)).get("/calendar")


def test_two_files_with_one_slug_are_both_shown(project: Project) -> None:
    project.announce("2024-11-26-prix.md", title="Premier")
    project.announce("2024-11-27-prix.md", title="Second")
    looking = Looking(project.root)
    for key, title in (("2024-11-26-prix", "Premier"), ("2024-11-27-prix", "Second")):
        screen = looking.get(f"/announcement/{key}")
        assert "duplicate-slug" in screen and title in screen
        assert f">{title}</h1>" in looking.get(f"/announcement/{key}/mail.html")


# --- Screens


def test_every_screen_answers(samples: Looking) -> None:
    for path in ("/", "/?q=troph", "/?all=public", "/calendar", "/calendar/2024-11", "/problems", "/issue/2024-11.en"):
        assert "<main" in samples.get(path)
    for key in keys(ROOT):
        for view in view_names("announcement"):
            assert 'aria-current="page"' in samples.get(f"/announcement/{key}/{view}")
    for path in ("/calendar/2024-13", "/calendar/x", "/issue/1999-01", "/announcement/x", "/announcement/x/y", "/y/x"):
        assert "<main" in samples.get(path, 404)


def test_the_overview_finds_what_is_searched(samples: Looking) -> None:
    found = samples.get("/?q=TROPHEE")
    assert "Trophée" in found and "Job dating" not in found


def test_a_long_state_is_listed_in_part(project: Project) -> None:
    for number in range(60):
        project.announce(f"2024-11-{number % 28 + 1:02}-a-{number}.md")
    looking = Looking(project.root)
    assert looking.get("/").count('class="title" href="/announcement/') == 50
    assert looking.get("/?all=public").count('class="title" href="/announcement/') == 60


def test_french_and_english_say_the_same() -> None:
    from newsletter.preview.screens import HERE as TEMPLATES
    from newsletter.theme.templates import Templates

    folder = TEMPLATES / "templates" / "strings"
    own = {lang: (folder / f"{lang}.toml").read_text(encoding="utf-8") for lang in LANGUAGES}
    names = {lang: set(re.findall(r"^(\w+) =", text, re.MULTILINE)) for lang, text in own.items()}
    assert names["fr"] == names["en"] and len(names["fr"]) > 80
    french = {key: load_strings(Templates(TEMPLATES, Problems()), "fr")[key] for key in names["fr"]}
    for text in french.values():
        assert not re.search(r"[^\u00a0][:;!?»]|«[^\u00a0]", text), text


def test_the_language_is_that_of_the_publication_until_one_chooses(samples: Looking) -> None:
    assert '<html lang="fr">' in samples.get("/")
    chosen = samples.ask("/problems?lang=en")
    assert (chosen.status, chosen.headers["location"]) == (303, "/problems")
    assert "samesite=strict" in chosen.headers["set-cookie"].lower()
    assert '<html lang="en">' in samples.get("/", cookie=chosen.headers["set-cookie"].partition(";")[0])
    assert '<html lang="fr">' in samples.get("/", cookie="lang=xx")


def test_inbox_lines_are_cut_where_programs_cut() -> None:
    for line in lines("S" * 200, "P" * 200):
        assert len(line.subject) == line.program.subject
        assert len(line.subject.removesuffix("…") + line.subject_rest) == 200
        assert line.preheader.removesuffix("…") + line.preheader_rest == "P" * 200
    whole = list(lines("Un prix", "Bref."))
    assert len(whole) == len(PROGRAMS)
    assert all((line.subject, line.subject_rest, line.preheader) == ("Un prix", "", "Bref.") for line in whole)


def test_the_inbox_shows_the_subject(project: Project) -> None:
    project.announce(subject="Venez nombreux")
    looking = Looking(project.root)
    for view in ("mail", "inbox"):
        shown = looking.get(f"/announcement/2024-11-26-prix?view={view}")
        assert ">Venez nombreux</b>" in shown and "<h1>Un prix</h1>" in shown


def test_a_language_is_more_than_two_letters(project: Project) -> None:
    project.announce("2024-11-26-preis.md", lang="frr")  # North Frisian, not French
    project.announce("2024-11-27-prix.md", lang="fr-CA")
    overview = Looking(project.root).get("/")
    assert 'lang="frr"' in overview and '<span class="tag">frr</span>' in overview
    assert "fr-CA" not in overview


def test_months() -> None:
    assert calendar.read_month("2024-12") == datetime(2024, 12, 1).date()
    assert [calendar.read_month(text) for text in ("2024-13", "24-12", "", "2024-1", "9999-12", "2024-12-01")] == [
        None
    ] * 6
    assert calendar.adjacent_months(datetime(2024, 1, 1).date()) == (
        datetime(2023, 12, 1).date(),
        datetime(2024, 2, 1).date(),
    )


# --- Other sites and hosts are refused


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8321", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil.example:8321"]
)
def test_a_foreign_host_is_refused(samples: Looking, host: str) -> None:
    assert "Interfor" not in samples.get("/", 421, host=host)
    assert "Interfor" not in samples.get("/events", 421, host=host)


def test_our_own_names_are_answered(samples: Looking) -> None:
    for host in ("127.0.0.1:8321", "localhost:8321", "LOCALHOST:8321"):
        samples.get("/", host=host)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:8321"},
    ],
)
def test_another_site_is_refused(samples: Looking, headers: dict[str, str]) -> None:
    assert "Interfor" not in samples.get("/", 403, **headers)


def test_what_our_own_screens_ask_is_answered(samples: Looking) -> None:
    samples.get("/", sec_fetch_site="same-origin", origin=HERE)
    samples.get("/", sec_fetch_site="none")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed(samples: Looking, method: str) -> None:
    assert samples.ask("/", method).status == 405


@pytest.mark.parametrize(
    "path",
    [
        "/site/../pyproject.toml",
        "/site/..%2fpyproject.toml",
        "/site/%2e%2e/%2e%2e/pyproject.toml",
        "/site/..\\pyproject.toml",
        "/site//etc/passwd",
        "/site/%00",
        "/site/pyproject.toml",
        "/site/assets/../../pyproject.toml",
        "/site/announcements/2024-11-12-job-dating.md",
        "/own/../server.py",
        "/own/..%2fserver.py",
        "/own/%2e%2e%2fserver.py",
        "/announcement/%00",
        "/announcement/../README",
        "/announcement/..%2f..%2fpyproject",
        "/announcement/issues%2f2024-11",
        "/announcement/2024-11-12-job-dating/site/..%2f..%2fREADME.md",
    ],
)  # fmt: skip
def test_no_address_reaches_the_disk(samples: Looking, path: str) -> None:
    text = samples.get(path, 404)
    assert "[project]" not in text and "root:" not in text and "def " not in text


def test_every_answer_forbids_what_it_does_not_need(samples: Looking) -> None:
    here = "/announcement/2024-11-12-job-dating"
    for path in ("/", "/nothing", f"{here}/web", "/own/preview.css"):
        headers = samples.ask(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin" and headers["referrer-policy"] == "no-referrer"
    for path in (f"{here}/mail.html", f"{here}/site/job-dating.html", "/site/index.html"):
        policy = samples.ask(path).headers["content-security-policy"]
        assert policy.startswith("sandbox allow-same-origin") and "allow-scripts" not in policy
        assert "script-src" not in policy and "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
    assert "img-src 'none'" in samples.ask(f"{here}/mail.html?images=off").headers["content-security-policy"]
    for frame in re.findall(r"<iframe[^>]*>", samples.get(here)):
        assert 'sandbox="allow-same-origin ' in frame and "allow-scripts" not in frame


def test_hostile_texts_stay_texts(project: Project) -> None:
    bad = "<script>alert(1)</script>\"'&"
    project.announce("2024-11-26-prix.md", title=bad, summary=bad, body="Texte `</iframe><script>`.")
    looking = Looking(project.root)
    for path in (
        "/",
        "/calendar/2024-11",
        *(f"/announcement/2024-11-26-prix/{view}" for view in ("mail", "text", "inbox", "headers", "web")),
    ):
        assert "<script>" not in looking.get(path), path
    assert "<script>" not in looking.get("/?q=%3Cscript%3E")


# --- The command


def test_the_command_reports_what_is_missing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith(("newsletter.preview", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = run("preview", "-C", str(project.root), "--no-open")
    assert result.exit_code == 2
    assert "more packages; run: make preview" in result.stderr


@pytest.mark.loopback
def test_the_command_reports_a_taken_port_and_a_bad_date(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("preview", "-C", str(project.root), "--no-open", "--port", port)
    assert result.exit_code == 2 and f"port {port} is in use" in result.stderr
    result = run("preview", "-C", str(project.root), "--no-open", "--now", "demain")
    assert result.exit_code == 2 and "--now" in result.stderr
    assert run("preview", "-C", "/nowhere").exit_code == 2


def test_only_folders_that_may_matter_are_watched(project: Project) -> None:
    for name in ("outbox", ".git", "node_modules", "images"):
        (project.root / name).mkdir()
    (project.root / "link").symlink_to(project.root / "images")
    assert [folder.name for folder in folders(project.root)] == ["announcements", "images"]
    assert folders(project.root / "nowhere") == ()


@pytest.mark.loopback
def test_a_save_is_announced_to_every_open_screen(project: Project) -> None:
    project.announce()
    command = [sys.executable, "-m", "newsletter", "preview", "-C", str(project.root), "--port", "0", "--no-open"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        port = int(server.stderr.readline().split("127.0.0.1:")[1].split("/")[0])
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            asked.request("GET", "/events")
            events = asked.getresponse()
            assert events.headers["content-type"].startswith("text/event-stream")
            first = next_version(events)
            project.announce(title="Un autre titre")
            second = next_version(events)
            assert second != first
            project.write("newsletter.toml", "[")
            third = next_version(events)
            (project.root / "newsletter.toml").unlink()
            assert len({first, second, third, next_version(events)}) == 4
            # A new folder is watched as soon as it exists.
            project.write("templates/email/announcement.mjml", "{% if %}")
            assert next_version(events)
            project.write("templates/email/announcement.mjml", "{% else %}")
            assert next_version(events)
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0
        assert server.stderr.read() == ""


def next_version(events: http.client.HTTPResponse) -> str:
    """Return the next version that the server announces."""
    while line := events.readline().decode():
        if line.startswith("data: "):
            return line
    raise AssertionError("the server hung up")


def test_pictures_are_shown_without_their_metadata(project: Project) -> None:
    planted = planted_jpeg(encoded("JPEG"))
    picture = project.write("announcements/photo.jpg", planted)
    project.announce(body="![Une photo](photo.jpg)")
    looking = Looking(project.root)
    page = looking.ask("/site/prix.html").body.decode()
    (asset,) = set(re.findall(r'src="(assets/[^"]+)"', page))
    shown = looking.ask(f"/site/{asset}").body
    assert SECRET in planted and SECRET not in shown and shown == strip(planted)
    picture.write_bytes(planted[:-300])  # not the content that was checked
    assert looking.ask(f"/site/{asset}").status == 404
