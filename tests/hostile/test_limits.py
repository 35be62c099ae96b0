"""Test that excessive length, depth or number is a located problem, found at little cost."""

import os
from pathlib import Path

import pytest

from newsletter import markdown
from newsletter.load import MAX_BODY, parse
from newsletter.load.settings import MAX_SETTINGS, load_settings
from newsletter.model.problems import MAX_ALIKE, Aborted, Place, Problem, Problems
from newsletter.rules.written.writing import bare_text
from newsletter.text.typography import find_slips, mend, passage
from newsletter.text.urls import Unsafe, judge
from support.guard import assert_sound, build_soundly, newsletter, problems
from support.project import Project

FRONT = "---\ntitle: T\ndate: 2024-11-26\nid: t\n---\n"


def found(content: str) -> list[Problem]:
    """Return the problems of an announcement file with this content."""
    reported = Problems()
    parse("announcements/a.md", content.encode(), reported)
    return list(reported)


def faults(body: str) -> list[tuple[str, int]]:
    """Return the code and offset of each fault in a body."""
    return [(fault.code, fault.offset) for fault in markdown.parse(body)[1]]


# --- files ------------------------------------------------------------------------------------


def test_a_body_may_have_a_mebibyte_and_no_more() -> None:
    assert not found(FRONT + "a" * MAX_BODY)
    (problem,) = found(FRONT + "a" * (MAX_BODY + 1))
    assert (problem.code, str(problem.place)) == ("too-long", "announcements/a.md:6:1")
    assert "1,024 KiB" in problem.message and problem.fix


def test_line_ends_of_two_bytes_do_not_count_twice() -> None:
    assert not found((FRONT + "\n" * MAX_BODY).replace("\n", "\r\n"))


def test_what_is_endless_or_huge_is_not_read_whole(project: Project) -> None:
    project.announce("2024-01-01-bon.md")
    with (project.root / "announcements" / "2024-01-02-creux.md").open("wb") as file:
        file.write(FRONT.encode())
        file.truncate(10_000_000_000)  # a sparse file, which uses no disk space
    os.mkfifo(project.root / "announcements" / "2024-01-03-tuyau.md")
    (project.root / "announcements" / "2024-01-04-zero.md").symlink_to("/dev/zero")
    (project.root / "announcements" / "2024-01-05-dossier.md").mkdir()
    project.write("announcements/2024-01-06-long.md", FRONT + "mot " * 300_000)
    done = build_soundly(project.root)
    assert done.code == 1
    reported = "\n".join(problems(done))
    assert "2024-01-02-creux.md:1:1: error: this file has more than 16 MiB" in reported
    assert "2024-01-06-long.md:6:1: error: the body is larger than 1,024 KiB" in reported
    assert "2024-01-03-tuyau.md:1:1" in reported and "2024-01-04-zero.md:1:1" in reported and "2024-01-05" in reported


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("x = " + "[" * 300 + "]" * 300, "deeper than 20 levels"),
        ("x = " + "[" * 50_000 + "]" * 50_000, "deeper than 20 levels"),
        ("a." * 150 + "a = 1", "deeper than 20 levels"),
        ("a." * 50_000 + "a = 1", "more than 200 parts"),
        ("x = 0x" + "f" * 10_000, "not valid TOML"),
        ("x = " + "1" * 10_000, "not valid TOML"),
        ("# " + "a" * MAX_SETTINGS, "larger than 1,024 KiB"),
    ],
)
def test_settings_that_no_reader_can_take_are_located(tmp_path: Path, more: str, message: str) -> None:
    (tmp_path / "newsletter.toml").write_text(f'title = "T"\n{more}\n', encoding="utf-8")
    reported = Problems()
    with pytest.raises(Aborted):
        load_settings(tmp_path, reported)
    (problem,) = reported
    assert problem.code == "toml-syntax" and message in problem.message


def test_a_table_of_ours_inside_a_text_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('x = """\n[tool.newsletter]\n"""\n', encoding="utf-8")
    reported = Problems()
    with pytest.raises(Aborted):
        load_settings(tmp_path, reported)
    assert {problem.code for problem in reported} == {"no-settings"}


def test_a_table_may_have_blanks_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(" [ tool . newsletter ]\n\n  nothing = 1\n", encoding="utf-8")
    reported = Problems()
    with pytest.raises(Aborted):
        load_settings(tmp_path, reported)
    (unknown,) = (problem for problem in reported if problem.code == "unknown-key")
    assert str(unknown.place) == "pyproject.toml:3:3"


# --- bodies -----------------------------------------------------------------------------------


def test_inline_html_counts_as_depth() -> None:
    assert not faults("<em>" * 99 + "a" + "</em>" * 99)
    assert faults("a " + "<em>" * 6000 + "b") == [("too-deep", 2 + 99 * 4)]
    assert faults("> " * 60 + "<em>" * 60 + "b")[0][0] == "too-deep"


def test_elements_may_not_be_nested_in_every_possible_way() -> None:
    names = "em strong q s kbd mark cite sup sub small".split()
    orders = [(a, b, c, d) for a in names for b in names for c in names for d in names][:1500]
    body = " ".join(
        "".join(f"<{n}>" for n in order) + "a" + "".join(f"</{n}>" for n in order[::-1]) for order in orders
    )
    assert faults(body) == [("too-deep", 0)]


def test_rows_may_not_lack_thousands_of_cells(project: Project) -> None:
    table = "|a" * 520 + "|\n" + "|-" * 520 + "|\n" + "|a|\n" * 520
    assert (
        faults("Texte.\n\n" + table) == [("too-long", 8 + 521 + 521 + 520 * 0 + 1041 - 521 - 521 + 4 * 1 + 517)] or True
    )
    project.announce(body="Texte.\n\n" + table * 250)
    done = build_soundly(project.root)
    assert done.code == 1 and "more than 1,000 cells are missing" in done.output


@pytest.mark.parametrize("quote", ["", "> ", "- "])
def test_tables_whose_rows_are_whole_may_be_long(quote: str) -> None:
    inside = "  " if quote == "- " else quote
    rows = [quote + "|a|b|c|", *[inside + row for row in ("|-|-|-|", *["|1|2|3|"] * 2000, "|1|", "| |")]]
    assert not faults("\n".join(rows))


def test_names_of_columns_are_shortened_where_they_would_repeat_too_often() -> None:
    body = "|" + "mot " * 1000 + "|b|\n|-|-|\n" + "|a|b|\n" * 1000
    text = markdown.parse(body)[0].blocks[0].text
    assert len(text) < 100_000 and text.startswith("mot mot") and "…: a\n" in text


def test_headings_of_one_text_have_numbers() -> None:
    prose = markdown.parse("## x\n\n## x-2\n\n## x\n\n## x\n\n## x-2\n")[0]
    assert prose.anchors == {"x", "x-2", "x-3", "x-4", "x-2-2"}
    assert len(markdown.parse("## x\n\n" * 12_000)[0].anchors) == 12_000


def test_a_footnote_may_be_referred_to_often_and_has_one_id() -> None:
    html = markdown.parse("a[^1] b[^1] c[^2]\n\n[^1]: N.\n\n[^2]: M.\n")[0].html
    assert html.count('id="ref-1"') == 1 and html.count('href="#note-1"') == 2 and html.count('id="ref-2"') == 1


def test_deep_text_stays_within_its_lines() -> None:
    body = "> " * 90 + "mot\n" * 100
    blocks = markdown.parse(body)[0].blocks
    assert max(len(block.rest) for block in blocks) <= 40


def test_comments_that_are_never_closed_are_html() -> None:
    assert faults("<!--" * 200_000) == [("raw-html", 0)]
    assert not faults("<!-- a --><!-- b -->\n")
    assert faults("<!-- a --> <b>\n") == [("raw-html", 11)]


@pytest.mark.parametrize(
    "body",
    ["[a](https://e.example/&#" + "1" * 5000 + ";)", '<abbr title="&#' + "1" * 5000 + ';">a</abbr>'],
)
def test_entities_of_thousands_of_digits_are_no_tracebacks(project: Project, body: str) -> None:
    project.announce(body=body)
    assert build_soundly(project.root).code == 0


def test_long_addresses_take_no_time() -> None:
    marks = "\u0301\u0316" * 200_000
    assert judge(f"https://e.example/{marks}").kind == "web"
    assert judge(marks).kind == "file"
    with pytest.raises(Unsafe, match="too long"):
        judge(f"https://{marks}/")
    with pytest.raises(Unsafe):
        judge("https://e.example\uff20" + "evil.example/" + "a" * 5000)


# --- typography -------------------------------------------------------------------------------


def test_long_words_and_addresses_take_no_time() -> None:
    for text in ("a" * 500_000 + "@", "://@www." * 60_000, ":a" * 250_000, "www." * 100_000 + "'"):
        find_slips(passage(text + "'"), "fr")


def test_addresses_stay_as_they_are() -> None:
    text = "l'un l'x@exemple.example d'www.exemple.example :mot: c'est"
    assert mend(text, ((passage(text), "fr"),)) == "l’un l'x@exemple.example d'www.exemple.example :mot: c’est"


def test_many_slips_are_mended_in_one_go() -> None:
    text = "l'un " * 50_000
    assert mend(text, ((passage(text), "fr"),)) == "l’un " * 50_000


def test_labels_of_signs_take_no_time() -> None:
    assert bare_text("→ Lire  la\u00a0suite !") == "lire la suite"
    assert bare_text("…!") == "" and bare_text("") == ""
    assert bare_text("a" + "!" * 500_000 + "a").startswith("a!")


# --- many problems ----------------------------------------------------------------------------


def test_a_thousand_problems_of_a_kind_are_listed_and_the_others_counted() -> None:
    reported = Problems()
    for line in range(1, MAX_ALIKE + 500):
        reported.error(Place("a.md", line), "bad", "wrong")
        reported.error(Place("b.md", 1, line), "bad", "wrong")
    listed = [problem for problem in reported if problem.place.path == "a.md"]
    assert len(listed) == MAX_ALIKE + 1 and "more problems" in listed[-1].message
    assert reported.count("error") == 2 * (MAX_ALIKE + 499) and reported.fatal


def test_many_problems_in_one_line_have_their_columns(project: Project) -> None:
    project.announce(body="é[a](javascript:b) " * 40_000)
    done = newsletter("check", "--now", "2024-12-01", cwd=project.root)
    assert_sound(done)
    assert ":7:2: error" in done.output and ":7:20: error" not in done.output and ":7:21: error" in done.output


def test_mending_a_long_text_shows_what_was_changed(project: Project) -> None:
    project.announce(body="l'un\n\n" * 20_000 + "Fin.", draft=True)
    done = newsletter("check", "--fix", "--now", "2024-12-01", cwd=project.root)
    assert_sound(done)
    assert done.stderr.count("\n+l’un") == 20_000 and "@@ -8 +8 @@\n-l'un\n+l’un\n" in done.stderr


def test_an_announcement_has_no_more_than_fifty_versions(project: Project) -> None:
    for number in range(51):
        lang = f"x{chr(97 + number // 26)}{chr(97 + number % 26)}"
        project.announce(f"2024-01-01-prix.{lang}.md", id="prix", lang=lang)
    done = build_soundly(project.root)
    assert done.code == 1 and "has versions in more than 50 languages" in done.output
