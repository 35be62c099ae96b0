"""Test the front matter key `subject`, which replaces the title as a mail's subject."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

import newsletter
from newsletter.load import schema
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)
SUBJECT = "L’été à Genève\u00a0: « déjà » cinq cents inscrits, et l’on n’a pas fini d’en accueillir…"


def subjects(project: Project) -> dict[str, str]:
    """Return the Subject of every mail, by path. Check that it is ASCII, in lines of up to 78 characters."""
    found = {}
    for path in (project.root / "outbox/email").rglob("*.eml"):
        data = path.read_bytes()
        assert all(len(line) <= 78 and line.isascii() for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n"))
        message = message_from_bytes(data, policy=policy.default)
        found[path.relative_to(project.root / "outbox/email").as_posix()] = str(message["Subject"])
    return found


def test_a_mail_has_the_subject_and_all_else_the_title(project: Project) -> None:
    project.announce(title="Un prix", subject=SUBJECT, event={"start": "2025-01-02"})
    project.announce("2024-10-26-b.md", title="Un autre")
    project.write(
        "announcements/issues/2024-11.md", '---\ntitle: Novembre en fête\nsubject: "Tout novembre, d’un coup"\n---\n'
    )
    assert newsletter.build(project.root, now=NOW).ok
    assert subjects(project) == {
        "announcements/prix.eml": SUBJECT,
        "announcements/b.eml": "Un autre",
        "issues/2024-11.eml": "Tout novembre, d’un coup",
        "issues/2024-10.eml": "Exemple\u00a0: octobre 2024",
    }
    for path in (project.root / "outbox").rglob("*"):
        if path.is_file() and path.suffix != ".eml":
            content = path.read_bytes()
            assert b"cinq cents" not in content and b"d\xe2\x80\x99un coup" not in content, path


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("x" * 151, "too-long"),
        ("\u00a0\u202f", "bad-value"),
        ("Un\nDeux", "line-break"),
        ("Un\u202eprix", "control-character"),
        ("Un\u0000prix", "control-character"),
        (["Un"], "wrong-type"),
    ],
)
@pytest.mark.parametrize("kind", ["announcement", "issue"])
def test_a_subject_is_as_safe_as_a_title(project: Project, subject: object, code: str, kind: str) -> None:
    if kind == "announcement":
        project.announce(subject=subject)
        assert [p.code for p in newsletter.find_problems(project.root, now=NOW) if p.level == "error"] == [code]
        return
    project.announce()
    project.announce("issues/2024-11.md", date=None, id=None, subject=subject)
    assert [p.code for p in newsletter.find_problems(project.root, now=NOW) if p.level == "error"] == [code]


def test_an_empty_subject_counts_as_absent_and_markup_is_text(project: Project) -> None:
    project.announce(subject="")
    project.announce("2024-11-27-b.md", subject="<b>Un &amp; deux</b> {{ x }} **trois**\t")
    assert newsletter.build(project.root, now=NOW).ok
    found = subjects(project)
    assert found["announcements/prix.eml"] == "Un prix"
    assert found["announcements/b.eml"] == "<b>Un &amp; deux</b> {{ x }} **trois**"


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ({"title": "x " * 40, "subject": "Court"}, {}),
        ({"subject": "x " * 40}, {"long-subject": "subject"}),
        ({"title": "x " * 40}, {"long-subject": "title"}),
        ({"title": "RE\u00a0: notre rendez-vous", "subject": "Notre rendez-vous"}, {}),
        ({"subject": "RE\u00a0: notre rendez-vous"}, {"forged-reply": "subject"}),
        ({"subject": "Vingt entreprises vous reçoivent dans nos locaux jeudi",
          "summary": "Vingt entreprises vous reçoivent dans nos locaux jeudi"}, {"same-preheader": "summary"}),
        ({"subject": "Vingt entreprises : venez"}, {"missing-nbsp": "subject"}),
    ],
)  # fmt: skip
def test_rules_about_subjects_look_at_the_subject(
    project: Project, front: dict[str, str], expected: dict[str, str]
) -> None:
    project.complete()
    path = project.announce(**front)
    lines = path.read_text(encoding="utf-8").split("\n")
    found = newsletter.find_problems(project.root, now=NOW)
    assert {each.code: lines[each.place.line - 1].partition(":")[0] for each in found} == expected


def test_forms_and_editors_know_the_key() -> None:
    assert schema.schema()["properties"]["subject"] == schema.schema()["properties"]["title"]
    assert "announcement: subject" in schema.snippets()
    fields = schema.decap("fr", "Exemple", "https://exemple.example/")["collections"][0]["fields"]
    assert [each for each in fields if each["name"] == "subject"] == [
        {"name": "subject", "label": "Objet du courriel", "hint": "Vide\u00a0: le titre", "widget": "string",
         "required": False}
    ]  # fmt: skip
