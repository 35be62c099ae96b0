"""Test the preview in a real browser: edit, view, break and repair; and run axe-core on every screen."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from newsletter import pipeline
from newsletter.channels import render
from newsletter.model.problems import Problems
from newsletter.pipeline.render import open_templates
from newsletter.preview.panels import view_names
from support import browser
from support.paths import ROOT
from support.project import SETTINGS, Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.system, pytest.mark.loopback]

NOW = "2024-12-05T12:00"
PRIZE = "2024-11-26-prix"
VIEWS = view_names("announcement")


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    browser.require()
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser.CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Served:
    """A project's preview in a separate process, started as a user starts it."""

    def __init__(self, root: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "newsletter",
            "-C",
            str(root),
            "preview",
            "--port",
            "0",
            "--no-open",
            "--now",
            NOW,
        ]
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert "http://127.0.0.1:" in line, line
        self.address = line.split()[1].rstrip("/")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("apercu") / "projet")
    made.write("newsletter.toml", SETTINGS.replace("[tool.newsletter]", "").replace("tool.newsletter.", ""))
    logo = (ROOT / "announcements/images/trophee.png").read_bytes()
    made.write("announcements/trophee.png", logo)
    made.announce(f"{PRIZE}.md", title="Un prix", image={"src": "trophee.png", "alt": "Un trophée"}, tags=["RSE"])
    made.announce("2024-12-03-secret.md", title="Pas encore", draft=True)
    made.announce("2024-12-24-noel.md", title="Noël approche", body="Un [lien](https://exemple.example/x).")
    made.announce("2024-12-01-vieux.md", title="C’était hier", expires="2024-12-02")
    made.announce("2024-12-02-faux.md", date="demain", title="Date fausse")
    return made


@pytest.fixture(scope="module")
def served(project: Project) -> Iterator[Served]:
    preview = Served(project.root)
    yield preview
    preview.stop()


@pytest.fixture
def page(chromium: "Browser", served: Served) -> Iterator["Page"]:
    # "null": a colour scheme emulated by Playwright would override that of the frames.
    context = chromium.new_context(
        base_url=served.address, viewport={"width": 1280, "height": 900}, color_scheme="null",
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    opened = context.new_page()
    opened.set_default_timeout(8000)
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    # Chromium logs this for each blocked picture when the writer views a mail without images.
    wanted = "img-src 'none'"
    opened.on("pageerror", lambda fault: errors.append(str(fault)))
    yield opened
    context.close()
    assert [text for text in errors if wanted not in text] == []


def mail(page: "Page", width: int = 720) -> Any:
    return page.frame_locator(f".w{width} iframe")


def comes(page: "Page", expression: str) -> bool:
    """Wait until an expression is true. Our CSP forbids Playwright's own wait_for_function."""
    for _ in range(100):
        if page.evaluate(expression):
            return True
        page.wait_for_timeout(20)
    return False


def test_write_see_break_mend(page: "Page", project: Project) -> None:
    page.goto(f"/announcement/{PRIZE}")
    page.evaluate("window.still = true")  # lost if the page were reloaded
    mail(page).get_by_role("heading", name="Un prix").wait_for()
    file = project.root / f"announcements/{PRIZE}.md"
    sound = file.read_text(encoding="utf-8")

    file.write_text(sound.replace("Un prix", "Un grand prix"), encoding="utf-8")
    mail(page).get_by_role("heading", name="Un grand prix").wait_for()
    page.get_by_role("heading", name="Un grand prix", level=1, exact=True).first.wait_for()

    file.write_text(sound.replace("2024-11-26", "26/11/2024", 1), encoding="utf-8")
    page.locator(".problem code", has_text=f"announcements/{PRIZE}.md:3:7").wait_for()
    page.get_by_text("Voici la dernière version lisible").wait_for()
    assert mail(page).get_by_role("heading", name="Un grand prix").count() == 1

    template = project.write("templates/email/announcement.mjml", "{% extends %}")
    file.write_text(sound, encoding="utf-8")
    page.locator(".problem code", has_text="templates/email/announcement.mjml:1:1").wait_for()

    template.unlink()
    mail(page).get_by_role("heading", name="Un prix", exact=True).wait_for()
    page.get_by_text("Voici la dernière version lisible").wait_for(state="detached")

    settings = project.root / "newsletter.toml"
    good = settings.read_text(encoding="utf-8")
    settings.write_text(good + "\ntitre = 1\n", encoding="utf-8")
    page.get_by_text("Les réglages ne sont pas lisibles").wait_for()
    settings.write_text(good, encoding="utf-8")
    page.get_by_text("Les réglages ne sont pas lisibles").wait_for(state="detached")
    assert page.evaluate("window.still")


def test_a_tab_that_comes_back_is_up_to_date(page: "Page", project: Project) -> None:
    page.goto("/")
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); %s }"
    hide %= "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(hide, True)
    assert page.evaluate("events.readyState") == 2
    added = project.announce("2024-12-03-entre-temps.md", title="Entre-temps")
    page.wait_for_timeout(300)
    assert page.get_by_role("link", name="Entre-temps").count() == 0
    page.evaluate(hide, False)
    page.get_by_role("link", name="Entre-temps").wait_for()
    added.unlink()


def test_dark_phone_and_without_images(page: "Page") -> None:
    page.goto(f"/announcement/{PRIZE}")
    inside = mail(page, 360).locator("body")
    inside.wait_for()
    dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    framed = f"document.querySelector('.w360 iframe').contentWindow.{dark}"
    assert page.evaluate(framed) is False
    page.get_by_role("button", name="Sombre").click()
    assert comes(page, framed)
    assert page.evaluate(dark) is False
    assert inside.evaluate("() => innerWidth") == 360
    picture = mail(page, 360).get_by_role("img", name="Un trophée")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0  # after it has loaded
    page.keyboard.press("i")
    frame = "document.querySelector('.w360 iframe')"
    there = f"{frame}.contentWindow.location.href.includes('images=off')"
    assert comes(page, f"{there} && {frame}.contentDocument.readyState === 'complete'")
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 0
    page.get_by_role("button", name="Téléphone").click()
    assert page.locator(".w720").is_hidden()
    page.reload()  # the choices are kept
    assert page.get_by_role("button", name="Sombre").get_attribute("aria-pressed") == "true"
    assert page.locator(".w720").is_hidden()
    assert comes(page, f"Math.abs({frame}.clientHeight - {frame}.contentDocument.body.scrollHeight) < 60")


def test_keys_lead_everywhere(page: "Page") -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("noel", delay=10)
    page.get_by_text("1 annonce trouvée").wait_for()
    assert page.get_by_role("link", name="Un prix").count() == 0
    page.get_by_role("link", name="Noël approche").click()
    page.wait_for_url("**/2024-12-24-noel")
    page.keyboard.press("2")
    page.wait_for_url("**/inbox")
    page.keyboard.press("j")
    page.wait_for_url("**/2024-12-03-secret/inbox")
    page.keyboard.press("c")
    page.wait_for_url("**/calendar")
    assert page.get_by_role("link", name="Noël approche").count() == 1
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Announcements").wait_for()


def test_a_snippet_is_copied_as_it_is_built(page: "Page", project: Project) -> None:
    problems = Problems()
    opened = pipeline.open_project(project.root, problems)
    publication = pipeline.read(opened, datetime(2024, 12, 5, 12, tzinfo=UTC), Problems())
    templates = open_templates(opened.root, opened.settings, problems)
    made = {each.path: each.data.decode() for each in render("social", publication, templates, problems)}
    page.goto(f"/announcement/{PRIZE}/social")
    for name, platform in (("Mastodon", "mastodon"), ("LinkedIn", "linkedin"), ("SMS", "sms")):
        page.get_by_role("button", name=f"Copier {name}").click()
        page.get_by_text("Copié").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == made[f"social/prix.{platform}.txt"]
    card = page.get_by_role("article", name="Mastodon")
    assert (
        card.get_by_role("img", name="Un trophée").evaluate("image => image.decode().then(() => image.naturalWidth)")
        > 0
    )


def test_places_are_copied(page: "Page") -> None:
    page.goto("/problems")
    page.get_by_role("button", name="Copier announcements/2024-12-02-faux.md:3:7").click()
    page.get_by_text("Copié").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "announcements/2024-12-02-faux.md:3:7"
    link = page.get_by_role("link", name="Ouvrir dans l’éditeur (announcements/2024-12-02-faux").get_attribute("href")
    assert link is not None
    assert link.startswith("vscode://file/") and link.endswith("/announcements/2024-12-02-faux.md:3:7")


def test_a_new_file_and_a_new_folder_are_seen(page: "Page", project: Project) -> None:
    page.goto("/")
    added = project.announce("2024-12-04-neuf.md", title="Tout neuf")
    page.get_by_role("link", name="Tout neuf").wait_for()
    added.unlink()
    page.get_by_role("link", name="Tout neuf").wait_for(state="detached")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(chromium: "Browser", served: Served, dark: bool) -> None:
    script = (browser.ORACLES / "axe-core/axe.min.js").read_text(encoding="utf-8")
    hidden = ["/announcement/2024-12-24-noel/inbox", "/announcement/2024-12-02-faux"]
    screens = ["/", "/?q=x", "/calendar/2024-11", "/problems", "/nothing", "/issue/2024-11/mail", *hidden]
    screens += [f"/announcement/{PRIZE}/{view}" for view in VIEWS]
    width = 360 if dark else 1280
    context = chromium.new_context(
        base_url=served.address, viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light", bypass_csp=True,
    )  # fmt: skip
    opened = context.new_page()
    opened.add_init_script(f"localStorage.setItem('preview-scheme', '{'dark' if dark else 'light'}')")
    opened.add_init_script(script)
    for screen in screens:
        opened.goto(screen)
        found = opened.evaluate("() => axe.run(document, {iframes: false, resultTypes: ['violations']})")
        faults = [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found["violations"]]
        assert faults == [], (screen, width)
        assert opened.evaluate("document.documentElement.scrollWidth") <= width, (screen, width)
    context.close()


def test_it_stops_when_asked(project: Project, chromium: "Browser") -> None:
    preview = Served(project.root)
    opened = chromium.new_page()
    opened.goto(f"{preview.address}/")
    preview.process.send_signal(2)  # Ctrl-C
    assert preview.process.wait(5) in (0, 130, -2)
    opened.get_by_text("Déconnecté").wait_for()
    opened.close()
