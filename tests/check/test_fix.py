"""Test that `check --fix` corrects typography in place, once, and changes nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from newsletter import markdown, pipeline
from newsletter.check import fix
from newsletter.check.fix import write_typography
from newsletter.cli import app
from newsletter.load import parse
from newsletter.model.problems import Problems
from newsletter.text.typography import find_slips, mend, passage
from support.project import Project

NB = "\u00a0"


def mended(text: str, lang: str = "fr") -> str:
    for _ in range(9):
        text = mend(text, tuple((each, lang) for each in markdown.passages(text)))
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Venez nombreux !", f"Venez nombreux{NB}!"),
        ("Venez nombreux!", f"Venez nombreux{NB}!"),
        ("Qui ? Quoi ?! Où: là ; ici", f"Qui{NB}? Quoi{NB}?! Où{NB}: là{NB}; ici"),
        ("« oui » et «non»", f"«{NB}oui{NB}» et «{NB}non{NB}»"),
        ("L'école d'été, aujourd'hui", "L’école d’été, aujourd’hui"),
        ('Il dit "oui".', f"Il dit «{NB}oui{NB}»."),
        ('Il dit "le **grand** jour" !', f"Il dit «{NB}le **grand** jour{NB}»{NB}!"),
        ('"a "b" c"', f"«{NB}a «{NB}b{NB}» c{NB}»"),
        ("**Attention** !", f"**Attention**{NB}!"),
        ("l'*été*, l'`x`", "l’*été*, l’`x`"),
        ("[Le programme : tout](https://a.example/)", f"[Le programme{NB}: tout](https://a.example/)"),
        ("| a ! | b |\n|---|---|\n| c : d | e |", f"| a{NB}! | b |\n|---|---|\n| c{NB}: d | e |"),
        ("![Un plan : l'entrée](a.png)", f"![Un plan{NB}: l’entrée](a.png)"),
        ("## Et après ?\n\n- un point ;\n- l'autre.", f"## Et après{NB}?\n\n- un point{NB};\n- l’autre."),
    ],
)  # fmt: skip
def test_french(before: str, after: str) -> None:
    assert mended(before) == after
    assert mended(after) == after


@pytest.mark.parametrize(
    "text",
    [
        "`code !` et <https://a.example/x?y=1>", "    bloc : x !", "```\nl'x !\n```", "à 10:30, ratio 4:3",
        "un écran de 19\"",
        "content :) ;-) :D", "voir https://a.example/?q=l'x et a'b@c.example",
        "[ref : a]\n\n[ref : a]: http://x.example",
        'une \\"citation\\" et \\!', "un &quot;mot&quot; &amp;;", f"déjà{NB}! juste\u202f? «{NB}oui{NB}»",
        "<abbr title=\"l'x !\">x</abbr>",
        "[a](b.md \"l'x : y\")", "une option :smile: ici",
    ],
)  # fmt: skip
def test_what_stays_as_it_is(text: str) -> None:
    assert mended(text) == text


@pytest.mark.parametrize(
    ("before", "after", "lang"),
    [
        ('It\'s "fine"! Is it?', "It’s “fine”! Is it?", "en"),
        ("C'est fini !", "C’est fini !", "fr-CA"),
        ("Das ist \"gut\" !", "Das ist \"gut\" !", "de"),
    ],
)  # fmt: skip
def test_other_languages(before: str, after: str, lang: str) -> None:
    assert mended(before, lang) == after


FRONT = """\
---
title: L'été : "portes ouvertes" !
date: 2024-06-01 09:30
id: un
summary: >-
  Une première ligne : l'une.
  L'autre !
tags: [l'un]
image: {src: "images/l'x.png", alt: "Un plan : l'entrée"}
action: {label: 'Venez !', url: "https://a.example/?x=l'y"}
links:
  - title: |
      Un titre : long
    url: https://a.example/
social:
  sms: L'été !
---

L'été ! `l'x`
"""
FIXED = (
    FRONT.replace("title: L'été : \"portes ouvertes\" !", f"title: L’été{NB}: «{NB}portes ouvertes{NB}»{NB}!")
    .replace("ligne : l'une", f"ligne{NB}: l’une").replace("L'autre !", f"L’autre{NB}!")
    .replace("Un plan : l'entrée", f"Un plan{NB}: l’entrée").replace("'Venez !'", f"'Venez{NB}!'")
    .replace("Un titre : long", f"Un titre{NB}: long").replace("\nL'été ! `", f"\nL’été{NB}! `")
)  # fmt: skip


def test_front_matter(project: Project) -> None:
    front = FRONT.replace('title: L\'été : "portes ouvertes" !', 'title: L\'été, "portes ouvertes" !')
    fixed = FIXED.replace(f"L’été{NB}: «", "L’été, «")
    path = project.write("announcements/2024-06-01-un.md", front)
    result = CliRunner().invoke(app, ["check", "--fix", "-C", str(project.root)])
    assert path.read_text(encoding="utf-8") == fixed
    assert "-L'été ! `l'x`\n+L’été⍽! `l'x`\n" in result.stderr
    again = CliRunner().invoke(app, ["check", "--fix", "-C", str(project.root)])
    assert path.read_text(encoding="utf-8") == fixed and "+++" not in again.stderr


def test_line_ends_mark_and_permissions_stay(project: Project) -> None:
    path = project.write(
        "announcements/2024-06-01-un.md",
        b"\xef\xbb\xbf---\r\ntitle: Un\r\ndate: 2024-06-01\nid: un\r\n---\r\n\r\nL'un !",
    )
    path.chmod(0o640)
    problems = Problems()
    opened = pipeline.open_project(project.root, problems)
    mended = write_typography(opened.root, opened.settings.language, problems)
    assert [each.path for each in mended] == ["announcements/2024-06-01-un.md"]
    expected = "\ufeff---\r\ntitle: Un\r\ndate: 2024-06-01\nid: un\r\n---\r\n\r\nL’un\u00a0!"
    assert path.read_bytes() == expected.encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert write_typography(opened.root, opened.settings.language, problems) == ()


def test_issue_files_and_translations(project: Project) -> None:
    issue = project.write("announcements/issues/2024-06.md", "---\ntitle: L'été !\n---\n\nBonjour !\n")
    english = project.announce("2024-06-01-un.en.md", "It's here !")
    problems = Problems()
    write_typography(project.root, "fr", problems)
    assert issue.read_text(encoding="utf-8") == f"---\ntitle: L’été{NB}!\n---\n\nBonjour{NB}!\n"
    assert english.read_text(encoding="utf-8").endswith("It’s here !\n")


def test_a_file_that_cannot_be_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.announce(body="L'un !")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(fix.os, "replace", refuse)
    problems = Problems()
    assert write_typography(project.root, "fr", problems) == ()
    assert [problem.code for problem in problems] == ["unwritable"]


SIGNS = st.sampled_from(list(" !?:;«»'\"*`[]()\n\\<>&-#|1aé"))
PIECES = st.sampled_from(
    ["l'x", "https://a.b", "mot", " ", NB, "\n\n", "](b)", "- ", "> ", "&amp;", '"mot"', " !", "a : b"]
)
WORDS = st.lists(SIGNS | PIECES, max_size=30).map("".join)


@given(WORDS, st.sampled_from(["fr", "en"]))
def test_mending_twice_changes_nothing_and_only_signs_change(body: str, lang: str) -> None:
    content = f"---\ntitle: Un\ndate: 2024-06-01\nid: un\nlang: {lang}\n---\n{body}"
    source = parse("announcements/un.md", content.encode(), Problems())
    assert source is not None
    once = fix.mend_file(source, content, "fr")
    assert content.count("\n") == once.count("\n")
    again = parse("announcements/un.md", once.encode(), Problems())
    assert again is not None and fix.mend_file(again, once, "fr") == once
    assert plain(once) == plain(content)
    assert [link.target for link in markdown.parse(again.body)[0].references] == [
        link.target for link in markdown.parse(source.body)[0].references
    ]


def plain(text: str) -> str:
    """Remove what may change in a text: spaces, and the form of quotation marks."""
    return re.sub("[ \u00a0]", "", text).translate(str.maketrans("’«»“”", '\'""""'))


def test_slips_name_their_kind() -> None:
    assert [slip.code for slip in find_slips(passage("L'un !"), "fr")] == ["straight-quotes", "missing-nbsp"]
