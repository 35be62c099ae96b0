"""Test problems that a single file under tests/problems/ cannot show."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from newsletter import pipeline
from newsletter.model.problems import Aborted, Problems
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)


def problems_of(project: Project) -> list[tuple[str, int, str]]:
    """Return the path, line and code of every problem of a build."""
    problems = Problems()
    try:
        for _ in pipeline.build(pipeline.open_project(project.root, problems), NOW, problems):
            pass
    except Aborted:
        assert problems.fatal
    return [(problem.place.path, problem.place.line, problem.code) for problem in problems]


FRONT: tuple[tuple[str, str, str], ...] = (
    ("draft: maybe", "bad-value|wrong-type", "a flag is true or false"),
    ("issue: {a: b}", "wrong-type", "a mapping instead of text"),
    ("date: [2024]", "wrong-type|duplicate-key", "a list instead of a date"),
    ("tags: RSE", "wrong-type", "text instead of a list"),
    ("tags: [" + ", ".join(f"t{n}" for n in range(2000)) + "]", "too-long", "too many entries"),
    ("links: [[a, b]]", "wrong-type", "a list instead of a link"),
    ("url: 'mailto:a@b.example'", "bad-address", "a page that is not a web address"),
    ("links: [{title: Un, url: 'http://b.example/'}]", "plain-http", "a link without encryption"),
    ("links: [{title: Un, url: 'https://a b.example/'}]", "bad-address", "a space in a host name"),
    ("links: [{title: Un, url: 'https://%s.example/'}]" % ("é" * 70), "bad-address", "an impossible host name"),
    ("url: javascript:alert(1)", "unsafe-link", "an address that runs code"),
    ("? [a, b]\n: c", "wrong-type", "a key that is not text"),
    ("attachments: [{title: Un, src: 'https://b.example/a.pdf'}]", "bad-address", "an attachment from elsewhere"),
    ("attachments: [{title: Un, src: '../../../a.pdf'}]", "outside-project", "a file outside the project"),
    ("attachments: [{title: Un, src: '.secret.pdf'}]", "outside-project", "a hidden file"),
    ("aliases: ['Mauvais !']", "bad-slug", "an alias that is not a slug"),
    ("summary: !!python/object:os.system x", "yaml-tag", "a YAML tag"),
    ("summary: *un", "yaml-syntax|yaml-alias", "an alias without an anchor"),
    ("summary: 'a\n---\nb", "yaml-syntax", "a quote that is never closed"),
    ('summary: "\\u202e"', "control-character", "an escaped bidi override"),
    ("image: {src: a.png, alt: x, width: 3}", "unknown-key|missing-image|missing-file", "an unknown key"),
    ("lang: klingon", "bad-value", "an invalid language"),
)  # fmt: skip


@pytest.mark.parametrize(("front", "codes", "why"), FRONT, ids=[row[2] for row in FRONT])
def test_front_matter(project: Project, front: str, codes: str, why: str) -> None:
    text = f"---\ntitle: Un prix\ndate: 2024-11-26\nid: prix\n{front}\n---\n\nTexte.\n"
    project.write("announcements/2024-11-26-prix.md", text)
    project.write("announcements/.secret.pdf", "%PDF-")
    found = problems_of(project)
    assert set(codes.split("|")) & {code for _, _, code in found}, (why, found)
    assert all(line >= 5 for _, line, _ in found), found


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("a &#8238; b", "control-character"),
        ('<abbr title="&#8238;">a</abbr>', "control-character"),
        ("![a&#8238;](a.png)", "control-character"),
        ("[a](<../../../etc/passwd>)", "outside-project"),
        ("[a](<a%00b.pdf>)", "bad-address"),
        ("[a](nulle-part.md)", "missing-announcement"),
        ("![un](dossier/)", "missing-image"),
    ],
)
def test_bodies(project: Project, body: str, code: str) -> None:
    project.announce(body=f"Un.\n\n{body}")
    found = problems_of(project)
    assert code in {code for _, _, code in found}, found
    assert all(path.endswith("prix.md") for path, _, _ in found)


def drawn(path: Path, kind: str, size: tuple[int, int] = (8, 8)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("1", size).save(path, kind)


def a_bmp(project: Project) -> str:
    drawn(project.root / "announcements/images/a.png", "BMP")
    return "bad-image"


def many_pixels(project: Project) -> str:
    drawn(project.root / "announcements/images/a.png", "PNG", (9000, 9000))
    return "image-size"


def cut_short(project: Project) -> str:
    drawn(project.root / "announcements/images/a.png", "PNG", (600, 600))
    path = project.root / "announcements/images/a.png"
    path.write_bytes(path.read_bytes()[:60])
    return "bad-image"


def a_link_to_elsewhere(project: Project) -> str:
    outside = project.root.parent / "secret.png"
    drawn(outside, "PNG")
    (project.root / "announcements/images").mkdir()
    (project.root / "announcements/images/a.png").symlink_to(outside)
    return "outside-project"


def a_linked_folder(project: Project) -> str:
    drawn(project.root.parent / "ailleurs/a.png", "PNG")
    (project.root / "announcements/images").symlink_to(project.root.parent / "ailleurs")
    return "outside-project"


@pytest.mark.parametrize("case", [a_bmp, many_pixels, cut_short, a_link_to_elsewhere, a_linked_folder])
def test_images(project: Project, case: Callable[[Project], str]) -> None:
    code = case(project)
    project.announce(image={"src": "images/a.png", "alt": "Un carré"})
    assert [code for _, _, code in problems_of(project)] == [code]
    project.write(
        "announcements/2024-11-26-prix.md", "---\ntitle: Un\ndate: 2024-11-26\nid: prix\n---\n\n![x](images/a.png)\n"
    )
    assert problems_of(project) == [("announcements/2024-11-26-prix.md", 7, code)]


def test_a_logo_that_is_not_there(project: Project) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    project.write("pyproject.toml", settings + '\n[tool.newsletter.organisation]\nlogo = "templates/logo.png"\n')
    project.announce()
    line = settings.count("\n") + 3
    assert problems_of(project) == [("pyproject.toml", line, "missing-file")]


def test_names_that_give_no_id_and_no_slug(project: Project) -> None:
    project.announce("!!.md", date="2024-11-26", id=None)
    assert {code for _, _, code in problems_of(project)} == {"bad-id", "bad-slug"}


def test_an_invalid_name_of_an_issue(project: Project) -> None:
    project.write("announcements/issues/un deux.md", "---\ntitle: Un\n---\n")
    assert problems_of(project) == [("announcements/issues/un deux.md", 1, "bad-id")]


def test_announcements_is_a_file(project: Project) -> None:
    (project.root / "announcements").rmdir()
    project.write("announcements", "rien")
    assert ("announcements", 1, "unreadable") in problems_of(project)


def test_an_announcement_that_is_a_folder_or_cannot_be_opened(project: Project) -> None:
    (project.root / "announcements/a.md").mkdir()
    assert [code for _, _, code in problems_of(project)] == ["unreadable"]


@pytest.mark.parametrize("target", [None, "../dehors.md"], ids=["to nothing", "outside the project"])
def test_an_announcement_that_is_a_link(project: Project, target: str | None) -> None:
    (project.root / "dehors.md").write_text("---\ntitle: Secret\ndate: 2024-11-26\n---\n")
    os.symlink(target or "rien.md", project.root / "announcements/a.md")
    assert [code for _, _, code in problems_of(project)] == ["outside-project"]


def test_aliases_take_slugs_too(project: Project) -> None:
    project.announce("2024-11-25-un.md", aliases=["pareil"])
    project.announce("2024-11-26-deux.md", aliases=["pareil"])
    assert {code for _, _, code in problems_of(project)} == {"duplicate-slug"}
