"""Test the import of press releases in every format, with a problem at each guessed value."""

import shutil
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter import markdown
from newsletter.importers import html_to_markdown, markdown_escape, safe_files
from newsletter.markdown import prose
from support.commands import run, tree
from support.imports import IMAGE, NOW, ODT, PAGE, W, pack, paragraph, parts, take, word
from support.paths import ROOT, TESTS
from support.pictures import png
from support.project import Project

RELEASES = TESTS / "releases"
LONG = (
    "Un paragraphe assez long pour que la ligne au-dessus de lui soit prise pour son titre, comme dans un communiqué."
)


def refused(project: Project, name: str, content: str | bytes = b"", *words: str) -> str:
    """Import a file that must be refused, check that nothing is written, and return the message."""
    path = project.root.parent / name
    if content:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    before = tree(project.root)
    result = run("import", str(path), "-C", str(project.root), *NOW, *words)
    assert result.exit_code == 2 and tree(project.root) == before
    return result.stderr


# text


def test_the_press_release_needs_few_edits(project: Project) -> None:
    """Only the edits that the command lists separate the result from the sample announcement."""
    shutil.copy(RELEASES / "interfor-trophee-innovation-2024.txt", project.root.parent)
    project.root.parent.joinpath("recu").mkdir()
    shutil.copy(RELEASES / "interfor-trophee-innovation-2024.txt", project.root.parent / "recu")
    made, doubts = take(project, "interfor-trophee-innovation-2024.txt")
    listed = [(doubt["code"], doubt["line"]) for doubt in doubts]
    assert listed == [
        ("import-title", 2), ("import-date", 3), *(("import-link", line) for line in (6, 8, 10, 12, 14)),
        ("import-heading", 22), ("import-heading", 26), ("import-heading", 32),
    ]  # fmt: skip
    # Seven edits: a title, a date, and five addresses missing from the release. `--fix` adds no-break spaces.
    path = project.root / "announcements/2024-11-26-interfor-trophee-innovation.md"
    assert "id: interfor-trophee-innovation-2024\n" in made
    for line in (6, 8, 10, 12, 14):
        assert made.split("\n")[line] == "    url:"
    path.write_text(made.replace("    url:", "    url: https://interfor.example/"))
    assert run("check", "-C", str(project.root), *NOW, "--fix").exit_code == 0
    sample = (ROOT / "announcements/2024-11-26-trophee-innovation.md").read_text()
    assert parts(path.read_text())[1] == parts(sample)[1]
    assert [line for line in parts(path.read_text())[0].split("\n") if "title:" in line][1:] == [
        line for line in parts(sample)[0].split("\n") if "title:" in line
    ][1:]


def test_title_and_date_can_be_given(project: Project) -> None:
    words = ("--title", "Un prix : enfin", "--date", "2024-11-27 09:00")
    made, doubts = take(project, "a.txt", "Le 26 novembre 2024, un prix.\n\nLe texte.", *words)
    assert (
        parts(made)[0] == 'title: "Un prix : enfin"\ndate: 2024-11-27 09:00\nid: un-prix-enfin-2024\n' and doubts == []
    )


def test_text_is_no_markdown(project: Project) -> None:
    lines = [
        "Titre court",
        "",
        f"# 1. *{LONG}* [a](b) <b> & &amp; `x` a_b",
        "",
        "- un",
        "",
        "1. deux",
        "",
        "+ trois",
        "",
        "====",
    ]
    take(project, "a.txt", "\n".join(lines))
    assert run("check", "-C", str(project.root), *NOW).exit_code == 0
    out = project.root.parent / "out"
    run("build", "-C", str(project.root), *NOW, "--only", "email", "--out", str(out))
    (text,) = (out / "email/announcements").glob("*.txt")
    shown = " ".join(text.read_text().split())
    assert (
        f"# 1. *{LONG[:20]}" in shown
        and "[a](b) <b> & &amp; `x` a_b" in shown
        and "1. deux" in shown
        and "+ trois" in shown
    )
    assert "====" in shown


def test_older_encodings_are_read_and_reported(project: Project) -> None:
    made, doubts = take(project, "a.txt", f"L’été\n\n{LONG} œuvré".encode("cp1252"))
    assert "L’été" in made and "œuvré" in made
    assert any("Windows-1252" in doubt["message"] for doubt in doubts)
    assert "Été" in take(project, "b.txt", f"Été\n\n{LONG}".encode("utf-16"))[0]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Amiens, le 1er décembre 2024", "2024-12-01"), ("lundi 2\u00a0décembre 2024 à 9 h", "2024-12-02"),
        ("On November 26, 2024, we", "2024-11-26"), ("the 3rd of March 2024", "2024-03-03"),
        ("26/11/2024", "2024-11-26"), ("2024-11-26", "2024-11-26"), ("12/31/2024", "2024-12-31"),
        ("le 31 février 2024", ""), ("en novembre 2024", ""), ("tél. 03.22.2024", ""),
        ("Le 3 mai 2023, puis :\n\nAmiens, le 4 juin 2024", "2024-06-04"),
    ],
)  # fmt: skip
def test_dates_are_found_in_french_and_english(project: Project, said: str, day: str) -> None:
    made, doubts = take(project, "a.txt", f"Titre\n\n{LONG}\n\n{said}\n\n{LONG}")
    assert f"\ndate: {day or '2024-12-01'}\n" in made
    assert [doubt["line"] for doubt in doubts if doubt["code"] == "import-date"] == [3]


# pages and documents


def test_a_page(project: Project) -> None:
    folder = project.root.parent / "recu"
    folder.mkdir()
    (folder / "photo.png").write_bytes(png())
    made, doubts = take(project, "page.html", PAGE)
    front, body = parts(made)
    assert front == "title: Un prix\ndate: " + '"2024-11-26T09:30+01:00"' + "\nid: un-prix-2024\n"
    (image,) = (project.root / "announcements/images").iterdir()
    assert body == (
        "Un **mot** et *deux*, <strong>« trois »</strong>suite, H<sub>2</sub>O, 2<sup>e</sup>, "
        "[lien](<https://a.example/x(1)>).\n\n### Partie\n\n- un\n- deux\n  1. dedans\n\n> Cité\n\n"
        f"![Une photo](images/{image.name})\n\n| A | B \\| C |\n|---|---|\n| 1 | 2 |\n\npiège autre\\\nligne"
    )
    assert [doubt["code"] for doubt in doubts] == ["import-link", "import-link"]
    assert run("check", "-C", str(project.root), *NOW).exit_code == 0


def test_footnotes_of_a_word_document(project: Project) -> None:
    reference = f'<w:footnoteReference {W} w:id="2"/>'
    note = f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("Une source.")}</w:footnote></w:footnotes>'
    content = word(paragraph("Titre", "Titre"), paragraph("Un fait"), paragraph(reference), word__footnotes_xml=note)
    made, _ = take(project, "a.docx", content, "--date", "2024-11-26")
    assert parts(made)[1] == "Un fait\n\n[^2]\n\n[^2]: Une source."
    assert run("check", "-C", str(project.root), *NOW).exit_code == 0


def test_what_an_announcement_cannot_hold(project: Project) -> None:
    page = (
        f'<h1>T</h1><p>{LONG} 26/11/2024</p><video src="x"></video><iframe></iframe><p><img src="../../etc/passwd"></p>'
    )
    merged = '<table><tr><td colspan="2">a</td></tr><tr><td>1</td><td>2</td></tr></table>'
    _, doubts = take(project, "a.html", page + merged)
    assert sorted(doubt["code"] for doubt in doubts) == ["import-date", "import-image", *["import-lost"] * 3]


def test_a_word_document(project: Project) -> None:
    content = word(
        paragraph("Communiqué de presse"), paragraph("Un prix pour notre projet", "Titre"),
        paragraph("Amiens, le 26 novembre 2024"),
        paragraph("Partie", "Titre1"), paragraph("Un texte "), paragraph("Gras seul", "", "<w:b/>"), paragraph(LONG),
        paragraph(IMAGE),
    )  # fmt: skip
    made, doubts = take(project, "a.docx", content)
    front, body = parts(made)
    (image,) = (project.root / "announcements/images").iterdir()
    assert front == "title: Un prix pour notre projet\ndate: 2024-11-26\nid: un-prix-pour-notre-projet-2024\n"
    assert body == (
        f"Amiens, le 26 novembre 2024\n\n# Partie\n\nUn texte\n\n## Gras seul\n\n{LONG}\n\n![](images/{image.name})"
    )
    found = [(doubt["code"], doubt["line"]) for doubt in doubts]
    assert found == [("import-date", 3), ("import-heading", 13), ("import-image", 17)]


def test_word_documents_need_an_extra(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mammoth", None)
    assert "one more package; run: make runtime-env" in refused(project, "a.docx", word(paragraph("x")))


def test_an_open_document(project: Project) -> None:
    content = (
        '<text:p text:style-name="P1">Un prix</text:p><text:p>Le 26 novembre 2024, un '
        '<text:span text:style-name="T1">mot</text:span><text:s/>et '
        '<text:a xlink:href="https://a.example/">un lien</text:a>.</text:p>'
        '<text:h text:outline-level="2">Partie</text:h><text:list text:style-name="L1">'
        "<text:list-item><text:p>un</text:p>"
        "</text:list-item><text:list-item><text:p>deux</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:table-cell>"
        "<text:p>B</text:p></table:table-cell></table:table-row></table:table>"
        '<text:p><draw:frame><draw:image xlink:href="Pictures/a.png"/>'
        "<svg:desc>Une photo</svg:desc></draw:frame></text:p>"
    )
    made, doubts = take(project, "a.odt", pack(content_xml=ODT.format(content), Pictures__a_png=png()))
    (image,) = (project.root / "announcements/images").iterdir()
    assert parts(made) == (
        "title: Un prix\ndate: 2024-11-26\nid: un-prix-2024\n",
        "Le 26 novembre 2024, un **mot** et [un lien](https://a.example/).\n\n## Partie\n\n1. un\n2. deux\n\n"
        f"| A | B |\n|---|---|\n\n![Une photo](images/{image.name})",
    )
    assert [doubt["code"] for doubt in doubts] == ["import-date"]


def test_markdown_keeps_its_body_and_brings_its_images(project: Project) -> None:
    folder = project.root.parent / "recu/img"
    folder.mkdir(parents=True)
    (folder / "Photo 1.png").write_bytes(png())
    body = "Un *texte*  \nà lui.\n\n![Une photo](img/Photo%201.png)\n\n\n* puce\n"
    made, doubts = take(project, "a.md", f"---\ntitle: Un prix\ndate: 2024-11-26\ncategories: RSE, Été\n---\n\n{body}")
    (image,) = (project.root / "announcements/images").iterdir()
    assert parts(made)[1] == body.strip("\n").replace("img/Photo%201.png", f"images/{image.name}")
    assert "tags: [RSE, Été]\n" in made and doubts == []


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \n"), max_size=60))
@example("1) a\n# b\n===\n--- \n+ c\n- d\n> e\n| f | g |\n~~~\n```\n[^1]: x")
@example("a\\ *b_ **c** __d__ ~~e~~ <b> &amp; &copy; ![i](j) [k]: l http://m {% n %} <!-- o -->")
def test_text_reads_back_as_it_was(content: str) -> None:
    """Markdown takes no character of an imported text for markup."""
    lines = [line.strip(" ") for line in content.split("\n") if line.strip(" ")]
    found, faults = markdown.parse(markdown_escape.guard(markdown_escape.escape("\n".join(lines))))
    shown = prose.plain(found, str, width=10_000)
    assert shown.split() == " ".join(lines).split()
    assert not faults and len(found.blocks) <= 1 and all(block.kind == "paragraph" for block in found.blocks)


@pytest.mark.parametrize(
    ("page", "body"),
    [
        ("<h2>Un<br>titre</h2><p>x</p>", "## Un titre\n\nx"),
        ("<p><b>mot<br></b>suite</p>", "**mot**\\\nsuite"),
        ("<h2><img src='data:image/png;base64,iVBORw0KGgo=' alt='a'></h2>", "![a](images/image-4c4b6a3b.png)"),
        ("<p><b>un</b><b>deux</b> <i>« x »</i>y <b>« x »</b> y</p>", "**undeux** <em>« x »</em>y **« x »** y"),
        ("<p>a<b> b </b>c <b><i>d</i></b></p>", "a **b** c ***d***"),
        ("<div>libre<p>bloc</p>fin</div>", "libre\n\nbloc\n\nfin"),
        ("<ul><li><p>un</p><p>deux</p></li></ul>", "- un\n\n  deux"),
        ("<table><tr><td><p>cadre</p></td></tr></table>", "cadre"),
        ("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````"),
        ("<p><del>a</del> <code>b_c</code> <kbd>d</kbd></p>", "~~a~~ `b_c` <kbd>d</kbd>"),
        ("<p><a href='mailto:a@b.example'>écrire</a> <a href='#x'>ici</a></p>", "[écrire](mailto:a@b.example) ici"),
    ],
)
def test_html_as_markdown(page: str, body: str) -> None:
    assert html_to_markdown.MarkdownConverter().markdown(html_to_markdown.parse(page)) == body


# untrusted input


def test_archives_made_to_do_harm(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "points outside the archive" in refused(
        project, "a.docx", word(paragraph("x"), **{"____x": "y", ".." + "__x": "y"})
    )
    assert "it is damaged, or not of this type" in refused(project, "b.docx", b"PK\3\4 nothing")
    assert "it is not a text document" in refused(project, "c.odt", pack(other_xml="<x/>"))
    assert "it is not a Word document" in refused(project, "d.docx", pack(other_xml="<x/>"))
    bomb = pack(content_xml=b" " * 3_000_000)
    assert len(bomb) < 10_000
    monkeypatch.setattr(safe_files, "MAX_UNPACKED", 2_000_000)
    assert "unpack to more than 1 MB" in refused(project, "e.odt", bomb)


def test_a_size_that_lies_is_found_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_files, "MAX_UNPACKED", 1000)
    opened = safe_files.Archive(pack(a="x" * 600, b="x" * 300))
    assert len(opened.read("a")) == 600
    with pytest.raises(safe_files.Unreadable, match="unpack to more"):
        opened.read("a")


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


def test_entities_are_refused(project: Project) -> None:
    assert "entities; do not trust" in refused(project, "a.docx", word(paragraph("&b;&c;"), prolog=ENTITIES))
    odt = ODT.format("<text:p>&b;</text:p>")
    assert "entities; do not trust" in refused(project, "b.odt", pack(content_xml=ENTITIES + odt))
    wxr = f"{ENTITIES}<rss><channel><item><post_type>&c;</post_type></item></channel></rss>"
    assert "entities; do not trust" in refused(project, "c.xml", wxr)


def test_depth_is_bounded(project: Project) -> None:
    deep = "<text:span>" * 5000 + "x" + "</text:span>" * 5000
    assert "its XML is damaged" in refused(project, "a.odt", pack(content_xml=ODT.format(f"<text:p>{deep}</text:p>")))
    assert refused(project, "b.html", "<div>" * 50_000 + "x")


def test_huge_and_unknown_files(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cannot be read; save it as .docx" in refused(project, "a.pages", b"x")
    assert "does not exist" in refused(project, "rien.txt")
    monkeypatch.setattr(safe_files, "read", safe_files.read)
    path = project.root.parent / "b.txt"
    with path.open("wb") as file:
        file.truncate(safe_files.MAX_FILE + 1)
    assert "larger than 50 MB" in refused(project, "b.txt")


def test_nothing_is_overwritten(project: Project) -> None:
    take(project, "a.txt", f"Titre\n\n{LONG}")
    again = refused(project, "recu/a.txt")
    assert "already exists; nothing was written" in again
    take(project, "b.txt", f"Titre\n\n{LONG}", "--date", "2024-11-01")
    assert (project.root / "announcements/2024-11-01-titre-2.md").exists()


def test_control_characters_are_left_behind(project: Project) -> None:
    made, _ = take(project, "a.txt", f"Ti\u202etre\x07\n\n{LONG}\x00")
    assert "title: Titre\n" in made and run("check", "-C", str(project.root), *NOW).exit_code == 0


@pytest.mark.parametrize("unit", ["[a", "![a", "[a](", "*a_", "26 novembre "])
def test_text_made_to_take_hours_takes_none(project: Project, unit: str) -> None:
    """A regular expression that retried from every position would not finish in time."""
    made, _ = take(project, "a.md", unit * 100_000)
    assert len(made) > 100_000
