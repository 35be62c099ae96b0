"""Test the mails: links, text part, size, UTM parameters, themes and colours."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest

from newsletter import pipeline
from newsletter.channels.email import Mails, Theme
from newsletter.channels.email.css import inline, resolve
from newsletter.channels.email.mjml import MjmlFault, to_html
from newsletter.load.settings import load_settings
from newsletter.model.problems import Problems
from newsletter.text.utm import marker
from newsletter.theme.branding import BRAND
from newsletter.theme.templates import Templates
from support.paths import ROOT
from support.project import Project

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def mails(root: Path) -> dict[str, str]:
    problems = Problems()
    project = pipeline.open_project(root, problems)
    made = {a.path.removeprefix("email/"): a.data.decode() for a in pipeline.build(project, NOW, problems, ["email"])}
    assert not problems.fatal, [str(problem) for problem in problems]
    return made


def stories(project: Project, count: int) -> None:
    for number in range(1, count + 1):
        project.announce(
            f"2024-11-{number:02}-annonce-{number}.md",
            "Une phrase de l’annonce. " * 30,
            title=f"Une annonce de longueur moyenne, numéro {number}",
            summary="Une phrase qui résume l’annonce en peu de mots. " * 4,
            tags=["RSE", "Innovation"],
            event={"start": "2024-12-05 09:30", "end": "2024-12-05 17:00", "place": "Artois Expo"},
        )


def test_an_issue_of_eight_stories_is_small_and_has_a_table_of_contents(project: Project) -> None:
    stories(project, 8)
    html = mails(project.root)["issues/2024-11.html"]
    assert len(html.encode()) <= 70_000
    assert "Au sommaire" in html and html.count("Lire la suite de «") == 8
    stories(project, 4)
    for number in range(5, 9):
        (project.root / f"announcements/2024-11-{number:02}-annonce-{number}.md").unlink()
    assert "Au sommaire" not in mails(project.root)["issues/2024-11.html"]


def test_inlining_adds_little_to_what_mjml_gives(project: Project) -> None:
    stories(project, 8)
    problems = Problems()
    publication = pipeline.read(pipeline.open_project(project.root, problems), NOW, problems)
    templates = Templates(project.root, problems)
    each = Mails(publication, Theme(publication, templates, problems), templates)
    raw = to_html(templates.get("email/issue.mjml").render(each.issue_values(publication.issues[0])))
    made = inline(raw, each.theme.compiler.css)
    assert len(made) <= 1.12 * len(raw)
    # Dark mode and small screens still have the rules that they need.
    for sign in ("!important", "@media", "[data-ogsc]", "prefers-color-scheme"):
        assert made.count(sign) == raw.count(sign) > 0
    assert made.startswith("<!DOCTYPE html>")


def links(html: str) -> set[str]:
    return {unescape(address) for address in re.findall(r'<a [^>]*href="([^"]+)"', html)}


def test_every_link_of_the_html_is_in_the_text() -> None:
    made = mails(ROOT)
    for name in (name for name in made if name.endswith(".html")):
        text = made[name.replace(".html", ".txt")]
        for address in links(made[name]):
            assert address.removeprefix("mailto:").removeprefix("tel:") in text, (name, address)


def test_the_text_reads_like_a_letter() -> None:
    for name, text in mails(ROOT).items():
        if name.endswith(".txt"):
            assert not re.search(r"\n{4}|<p|&[a-z]+;|\t| \n", text), name
            for line in text.split("\n"):
                assert len(line) <= 72 or " " not in line.strip(" "), (name, line)


def test_the_message_says_the_same_as_the_files() -> None:
    made = mails(ROOT)
    for name in (name for name in made if name.endswith(".eml")):
        message = message_from_bytes(made[name].encode(), policy=policy.default)
        text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
        assert text == made[name.replace(".eml", ".txt")] and html == made[name.replace(".eml", ".html")]
        assert str(message["Subject"]) == re.search(r"<title>(.*?)</title>", html)[1].replace("&amp;", "&")  # type: ignore[index]
        assert message["Message-ID"] and message["List-Unsubscribe"] and message["X-Unsent"] == "1"
    assert len({re.search(r"Message-ID: (.*)", text)[1] for name, text in made.items() if name.endswith(".eml")}) == 10  # type: ignore[index]


def test_the_message_id_survives_renaming(project: Project) -> None:
    project.announce(id="prix")
    before = re.search("Message-ID: .*", mails(project.root)["announcements/prix.eml"])
    (project.root / "announcements/2024-11-26-prix.md").unlink()
    project.announce("2024-11-26-autre-nom.md", id="prix", slug="tout-autre", title="Autre titre")
    after = re.search("Message-ID: .*", mails(project.root)["announcements/tout-autre.eml"])
    assert before and after and before[0] == after[0]


def test_no_address_of_a_third_party() -> None:
    for name, html in mails(ROOT).items():
        if name.endswith(".html"):
            sources = re.findall(r'(?:src|background)="([^"]+)"|url\(([^)]+)\)|@import', html)
            assert all(one.startswith("https://actualites.interfor.example/") for one, _ in sources), name
            assert "<link" not in html and "<script" not in html


def test_utm_parameters_are_added_only_where_allowed(project: Project) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    project.write(
        "pyproject.toml",
        f'{settings}\n[tool.newsletter.mail]\nutm = true\n\n[tool.newsletter.unsubscribe]\nurl = "https://exemple.example/quitter"\n',
    )
    body = "[a](/page?x=1#bas) [b](https://ailleurs.example/) [c](mailto:a@b.example) [d](#un)\n\n## Un\n\nx"
    project.announce(body=body)
    html = mails(project.root)["announcements/prix.html"]
    extra = "utm_source=exemple-example&utm_medium=email&utm_campaign=prix"
    assert links(html) == {
        f"https://exemple.example/page?x=1&{extra}#bas", "https://ailleurs.example/", "mailto:a@b.example",
        "https://exemple.example/prix.html#un", "https://exemple.example/prix.html", "https://exemple.example/",
        "https://exemple.example/quitter",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "marked"),
    [
        ("https://exemple.example/", True), ("https://EXEMPLE.example/a?b", True),
        ("https://exemple.example.ailleurs.fr/", False),
        ("https://exemple.example/?utm_source=x", False), ("tel:+331", False), ("{{ unsubscribe }}", False),
    ],
)  # fmt: skip
def test_marks(project: Project, address: str, marked: bool) -> None:
    mark = marker(load_settings(project.root, Problems()), "email", "2024-W48")
    assert ("utm_campaign=2024-w48" in mark(address)) == marked


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["", "_dark"])
def test_every_pair_of_the_brand_is_readable(mode: str) -> None:
    for ink in ("text", "muted", "accent"):
        for ground in ("card", "background"):
            assert contrast(BRAND[ink + mode], BRAND[ground + mode]) >= 4.5, (ink, ground, mode)
    assert contrast(BRAND["on_accent" + mode], BRAND["accent" + mode]) >= 4.5


def test_brand_colours_of_the_settings_are_used(project: Project) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    project.write(
        "pyproject.toml", f'{settings}\n[tool.newsletter.brand]\naccent = "#123456"\naccent_dark = "#fedcba"\n'
    )
    project.announce(body="[a](https://exemple.example/)")
    html = mails(project.root)["announcements/prix.html"]
    assert "color:#123456" in html and "#fedcba" in html and BRAND["accent"] not in html


def test_the_plain_theme_is_another_one(project: Project) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    project.announce(body="## Un\n\n- a\n")
    before = mails(project.root)["announcements/prix.html"]
    project.write("pyproject.toml", settings.replace("[tool.newsletter]\n", '[tool.newsletter]\ntheme = "plain"\n'))
    after = mails(project.root)["announcements/prix.html"]
    assert "Georgia" in after and "Georgia" not in before


@pytest.mark.parametrize(
    ("mjml", "message"),
    [
        ("<mjml><mj-body></mj-bodi></mjml>", "no matching tag"), ("<mjml><mj-body>", "never closed"),
        ("<mjml>" + "<div>" * 300 + "</div>" * 300 + "</mjml>", "nested deeper"), ("</mjml>", "no matching tag"),
        ("<mjml><mj-head><mj-foo></mj-foo></mj-head></mjml>", "unexpected element"),
    ],
)  # fmt: skip
def test_broken_mjml_is_reported(mjml: str, message: str) -> None:
    with pytest.raises(MjmlFault, match=message):
        to_html(mjml)


def test_styles_of_chains_are_what_premailer_gives_elements() -> None:
    css = "p { margin: 0; } blockquote p { color: red; } .x p { color: blue; } li p, td { margin: 1px; }"
    assert resolve(["p", "blockquote p", "ul li p", "table tbody tr td", "hr", "p img"], css) == {
        "p": ' style="margin:0"', "blockquote p": ' style="margin:0; color:red"', "ul li p": ' style="margin:1px"',
        "table tbody tr td": ' style="margin:1px"', "hr": "", "p img": "",
    }  # fmt: skip


def test_styling_reads_nothing_from_outside() -> None:
    """The CSS parser would fetch an `@import`, and the tests' blocked sockets would raise."""
    html = "<!DOCTYPE html><html><head><link rel='stylesheet' href='http://127.0.0.1:9/a.css'></head><body><p>x</p></body></html>"
    made = inline(html, "@import url(http://127.0.0.1:9/b.css); p { color: red; }")
    assert '<p style="color:red">' in made
