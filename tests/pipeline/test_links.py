"""Test that links between the site, mails, feeds, snippets and calendars lead to existing files."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import lxml.etree
import lxml.html
import pytest

from newsletter import pipeline
from newsletter.model.problems import Problems
from support.paths import ROOT
from support.project import Project

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HERE = "https://outbox.example/"  # a stand-in base for the relative links in social/ and email/


def made(root: Path) -> tuple[str, dict[str, bytes]]:
    """Return the site's URL, and every file by its path in the outbox."""
    problems = Problems()
    project = pipeline.open_project(root, problems)
    files = {each.path: each.data for each in pipeline.build(project, NOW, problems)}
    assert not problems.fatal
    return project.settings.url, files


def addresses(path: str, data: bytes) -> Iterator[str]:
    """Yield every address in a file, as written."""
    if path.endswith(".html"):
        document = lxml.html.document_fromstring(data.decode())
        for element in document.iter(lxml.etree.Element):
            for name in ("href", "src", "poster", "data"):
                if value := element.get(name):
                    yield value
            if element.get("property") in ("og:url", "og:image"):
                yield str(element.get("content"))
            if element.tag == "meta" and element.get("http-equiv") == "refresh":
                yield str(element.get("content")).partition("url=")[2]
            for candidate in (element.get("srcset") or "").split(","):
                if candidate.strip():
                    yield candidate.split()[0]
    # A snippet sheet shows the text above the fold, which may end within a link.
    elif path.endswith((".xml", ".json", ".txt", ".ics", ".eml")) and not path.startswith("social/20"):
        text = unescape(data.decode())
        text = text.replace("\r\n ", "") if path.endswith(".ics") else text
        text = re.sub(r"=\r\n", "", text).replace("=3D", "=") if path.endswith(".eml") else text
        yield from re.findall(r"https://[^\s\"'<>\\)]+", unescape(text))


def dead(url: str, files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the dead links: the path of the file and the link."""
    ids: dict[str, set[str]] = {}
    for path, data in files.items():
        own = url + path.removeprefix("site/") if path.startswith("site/") else HERE + path
        for written in addresses(path, data):
            target, fragment = urldefrag(urljoin(own, written))
            if target.startswith(url):
                found = "site/" + unquote(target.removeprefix(url))
            elif target.startswith(HERE):
                found = unquote(target.removeprefix(HERE))
            else:
                continue
            if found.endswith("/"):
                found += "index.html"
            if found not in files:
                yield path, written
            elif fragment and found.endswith(".html"):
                if found not in ids:
                    ids[found] = set(re.findall(r'\bid="?([^"\s>]+)', files[found].decode()))
                if unquote(fragment) not in ids[found]:
                    yield path, written


def test_every_link_of_this_repository_leads_somewhere() -> None:
    url, files = made(ROOT)
    assert {path.partition("/")[0] for path in files} == {"email", "site", "social"}
    kinds = {path.rpartition(".")[2] for path in files}
    assert {"html", "txt", "eml", "xml", "json", "ics", "css", "png", "pdf"} <= kinds
    assert list(dead(url, files)) == []
    ours = [found for path, data in files.items() for found in addresses(path, data) if found.startswith(url)]
    assert len(ours) > 1000  # otherwise, the test checks nothing


def test_names_that_need_escaping(project: Project) -> None:
    image = (ROOT / "announcements/images/logo.png").read_bytes()
    project.write("announcements/images/été à Amiens & fils.png", image)
    project.write("announcements/files/Règlement n° 1 (2024).pdf", b"%PDF-1.4")
    project.announce(
        "2024-11-26-un.md", tags=["Été & RSE", "日本"], aliases=["jadis"],
        body="## Où ?\n\n![Un](<images/été à Amiens & fils.png>) [ici](#ou) [deux](2024-11-27-deux.md#la-bas)\n\n"
             "Note[^1].\n\n[^1]: Fin.",
        attachments=[{"src": "files/Règlement n° 1 (2024).pdf", "title": "Règlement"}],
        event={"start": "2024-12-05", "url": "2024-11-27-deux.md"},
    )  # fmt: skip
    project.announce("2024-11-27-deux.md", body="## Là-bas\n\n[un](2024-11-26-un.md)")
    project.announce("2024-11-27-deux.en.md", id="2024-11-27-deux", body="[one](2024-11-26-un.md)")
    url, files = made(project.root)
    assert list(dead(url, files)) == []


@pytest.mark.parametrize("path", ["site/nowhere.html", "social/nowhere.json"])
def test_the_walk_finds_dead_links(path: str) -> None:
    files = {"site/a.html": b'<p id="x"><a href="b.html">b</a> <a href="#y">y</a>', "site/b.html": b"<p>b"}
    assert list(dead("https://a.example/", files)) == [("site/a.html", "#y")]
    files[path] = b'<a href="gone.html">x</a> {"url": "https://a.example/gone"}'
    assert len(list(dead("https://a.example/", files))) == 2
