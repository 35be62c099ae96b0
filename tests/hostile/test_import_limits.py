"""Test that import reads or refuses files made to hang it, exhaust memory, or cause a traceback."""

import contextlib
import io
import os
import resource
import socket
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.importers import ImportOptions, Leftovers, Unreadable, sites, write
from newsletter.importers.press_release import draft
from newsletter.importers.safe_files import read, xml
from support.guard import newsletter
from support.imports import ODT, PAGE, pack, paragraph, word
from support.project import Project

GIVEN = ImportOptions(date(2024, 12, 1), "fr")


def take(path: Path) -> None:
    """Import a file or a site without writing the result. A refusal with a reason is fine as well."""
    with contextlib.suppress(Unreadable):
        if path.is_dir() or path.suffix == ".xml":
            made = list(sites.drafts(path, GIVEN.today, left := Leftovers()))
            list(left.lines())
        else:
            made = [draft(path, GIVEN)]
        for each in made:
            written = write(each, GIVEN, {})
            written.content.encode()
            assert all(written.place(doubt) >= (1, 1) for doubt in written.doubts)


# special files


def test_only_ordinary_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(tmp_path):
        listening.bind("socket")
    (tmp_path / "loop").symlink_to("loop")
    names = (*(tmp_path / name for name in ("pipe", "socket", "loop", "")), Path("/dev/zero"), Path("/dev/null"))
    for path in names:
        with pytest.raises(Unreadable):
            read(path)
    if Path("/proc/self/mem").exists():  # a regular file whose reported size is meaningless
        with pytest.raises(Unreadable):
            read(Path("/proc/self/mem"))


@pytest.mark.parametrize("ending", [".txt", ".md", ".html", ".docx", ".odt", ".xml", ""])
def test_a_pipe_does_not_hang_import(project: Project, ending: str) -> None:
    os.mkfifo(project.root / f"pipe{ending}")
    done = newsletter("import", f"pipe{ending}", cwd=project.root, seconds=20)
    assert done.code == 2 and "Traceback" not in done.output and f"pipe{ending}: " in done.stderr


def test_special_files_of_a_site(tmp_path: Path) -> None:
    posts = tmp_path / "_posts"
    posts.mkdir()
    os.mkfifo(posts / "2024-11-26-a.md")
    (posts / "again").symlink_to(tmp_path)
    (posts / "2024-11-27-b.md").write_text("---\ntitle: B\n---\n![x](pipe.png) [y](pipe.pdf)")
    for name in ("pipe.png", "pipe.pdf"):
        os.mkfifo(posts / name)
    left = Leftovers()
    assert [each.slug for each in sites.drafts(tmp_path, GIVEN.today, left)] == ["b"]
    assert list(left.lines()) == ["_posts/2024-11-26-a.md: it is not an ordinary file"]


@pytest.mark.parametrize("name", ["x" * 5_000 + ".md", "\udcff.md", "nothing.xml", "loop.md"])
def test_names_that_lead_nowhere(project: Project, name: str) -> None:
    (project.root / "loop.md").symlink_to("loop.md")
    done = newsletter("import", name, cwd=project.root, seconds=20)
    assert done.code == 2 and "Traceback" not in done.output


def test_a_disk_that_refuses_is_reported_and_nothing_half_written_stays(project: Project) -> None:
    project.write("a.txt", f"Un titre\n\n{'Un mot. ' * 9_000}")
    done = newsletter("import", "a.txt", cwd=project.root, limits={resource.RLIMIT_FSIZE: 4_096})
    assert done.code == 74 and "Traceback" not in done.output
    assert list((project.root / "announcements").iterdir()) == []


# each kind at its limit, where quadratic time means hours

BIG = 2 * 2**20 - 100  # characters of text
TAGS = 45_000  # pairs of tags
KINDS = {
    "attributes.html": lambda: "<p " + " ".join(f"a{number}" for number in range(1_000_000)) + ">x",
    "unfinished.html": lambda: "<p a='\"<" * 90_000,
    "breaks.html": lambda: f"<p>a{'<br>' * TAGS}b",
    "blanks.html": lambda: f"<p>a{'<i> </i>' * TAGS}b",
    "nbsp.html": lambda: f"<p><b>a{chr(160) * BIG}b</b>",
    "inline.html": lambda: f"{'<span>' * 150}{'<b>x</b>' * TAGS}",
    "tables.html": lambda: f"{'<table><tr><td>' * 60}{'<b>x</b>' * TAGS}",
    "ragged.html": lambda: f"<table><tr>{'<td>x' * TAGS}</tr>{'<tr><td>y' * 20_000}</table>",
    "lists.html": lambda: "<ul><li>a" * 90 + "<li>x" * TAGS,
    "scripts.html": lambda: "<a href='javascript:x'>y</a> " * TAGS,
    "comments.html": lambda: "<!--" * 1_000_000,
    "spaces.odt": lambda: pack(content_xml=ODT.format(f"<text:p>{'<text:s/>' * 200_000}</text:p>")),
    "unknown.odt": lambda: pack(content_xml=ODT.format(f"<text:p>{'<text:x>y</text:x>' * 100_000}</text:p>")),
    "images.odt": lambda: pack(
        content_xml=ODT.format(f"<text:p><draw:frame>{'<draw:image/>' * 90_000}</draw:frame></text:p>")
    ),
    "columns.odt": lambda: pack(
        content_xml=ODT.format(
            "<table:table><table:table-column table:visibility='collapse'/>"
            + "<table:table-column/>" * 30_000
            + "<table:table-row><table:table-cell table:number-columns-repeated='9999'/></table:table-row>" * 30_000
            + "</table:table>"
        )
    ),
    "attributes.odt": lambda: pack(
        content_xml=ODT.format("<text:p " + " ".join(f'a{number}=""' for number in range(400_000)) + "/>")
    ),
    "rows.docx": lambda: word("<w:tbl>" + f"<w:tr><w:tc>{paragraph('x')}</w:tc></w:tr>" * 4_000 + "</w:tbl>"),
    "words.txt": lambda: "a b " * (BIG // 4),
    "brackets.md": lambda: "[a](" * (BIG // 4),
    "controls.md": lambda: "---\ntitle: T\n---\n" + "\x07" * (BIG - 50),
    "tags.md": lambda: "---\ntags: a" + " " * 60_000 + "\n---\nx",
}  # fmt: skip


def _address_space() -> int:
    """Return the bytes of address space of this process, or 0 if the system does not report it."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits are those of a process")
def test_each_kind_at_its_limit(tmp_path: Path) -> None:
    """Run all kinds in one process under the guard's limits, which quadratic growth would exceed."""
    for name, make in KINDS.items():
        content = make()
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    child = os.fork()
    if not child:
        code = 1
        try:
            memory = 1_500_000_000 + _address_space()  # earlier tests have used some, too
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            used = int(resource.getrusage(resource.RUSAGE_SELF).ru_utime)
            resource.setrlimit(resource.RLIMIT_CPU, (used + 240, used + 240))
            for name in KINDS:
                take(tmp_path / name)
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


# XML and archives


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "subset",
    ['<!ENTITY a "aaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">', '<!ATTLIST x y CDATA "long">', "<!ELEMENT x ANY>"],
)
def test_any_document_type_is_refused(tmp_path: Path, subset: str, encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><!-- c --><!DOCTYPE x [{subset}]><x/>'.encode(encoding)
    with pytest.raises(Unreadable, match="document type"):
        xml(content)
    (tmp_path / "a.xml").write_bytes(content)
    with pytest.raises(Unreadable, match="document type"):
        list(sites.drafts(tmp_path / "a.xml", GIVEN.today, Leftovers()))


def test_a_part_under_another_name_is_not_parsed(tmp_path: Path) -> None:
    """mammoth parses any part that the relationships name, so it gets only XML checked beforehand."""
    evil = b'<!DOCTYPE x [<!ENTITY a "secret">]><x>&a;</x>'
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/x.bin"/>'
        "</Relationships>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made, zipfile.ZipFile(io.BytesIO(word(paragraph("x")))) as whole:
        for name in whole.namelist():
            made.writestr(name, rels if name == "_rels/.rels" else whole.read(name))
        made.writestr("word/x.bin", evil)
    (tmp_path / "a.docx").write_bytes(stream.getvalue())
    with pytest.raises(Unreadable, match="cannot be read as a Word document"):
        draft(tmp_path / "a.docx", GIVEN)


# arbitrary files

SEEDS = {
    ".html": PAGE.encode(),
    ".txt": "Un titre\n\nAmiens, le 26 novembre 2024\n\n• un\n\nEn savoir plus\n\nx https://a.example".encode(),
    ".md": b"---\ntitle: T\ndate: 2024-11-26\ntags: [a]\n---\n![x](y.png) [z](a.pdf)",
    ".odt": ODT.format('<text:h text:outline-level="2">x</text:h><text:p>y<text:s/></text:p>').encode(),
    ".docx": paragraph("x", "Titre", "<w:b/>").encode(),
    ".xml": b'<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><wp:post_type>post</wp:post_type><wp:status>'
    b"publish</wp:status><wp:post_date>2024-11-26</wp:post_date></item></channel></rss>",
}  # fmt: skip
TOKENS = [
    b"<",
    b">",
    b"</p>",
    b"<p>",
    b"<table><tr><td>",
    b"&",
    b"&#x0;",
    b"]]>",
    b"<!--",
    b"\xff",
    b"\x00",
    b"\xc2\xb2",
    b"[",
    b"](",
    b"---\n",
    b"+++\nx = 0x" + b"f" * 5_000 + b"\n+++\n",
    b"+++\nlinks = [{}]\n+++\n",
    b"+++\nx = [[1979-05-27]]\n+++\n",
    b'{"a": "\\ud800"}',
    b"3 \xc5\xbfeptembre 2024",
    b"{{<",
    b"{%",
    b"\n\n",
    b'text:outline-level="\xc2\xb2"',
    b"\xef\xbb\xbf",
    b"<wp:post_password>x</wp:post_password>",
    b"0000-00-00",
    b"9999-12-31",
    b"2024-13-45",
    b"<text:list>",
    b"<w:tbl>",
]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a small document of some kind, with pieces deleted and others inserted."""
    ending = draw(st.sampled_from(sorted(SEEDS)))
    content = SEEDS[ending]
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.integers(0, 8)))
        content = content[:start] + draw(st.sampled_from(TOKENS) | st.binary(max_size=6)) + content[stop:]
    return ending, content


@given(mutated(), st.booleans())
@example((".txt", "Le 3 ſeptembre 2024".encode()), True)
@example((".odt", ODT.format('<text:h text:outline-level="²">x</text:h>').encode()), True)
@example((".md", b"+++\nx = 0x" + b"f" * 5_000 + b"\n+++\n"), True)
@example((".md", b"+++\ntitle = 'T'\nevent = {start = 1979-05-27}\nlinks = [{}]\n+++\n"), True)
@example((".md", b'{"title": "\\ud800", "links": [{"a\\nb": [[]]}]}'), True)
@example((".md", b"---\nevent: {}\nlinks: [[], {}]\nauthors: [{}, [x]]\n---\n"), True)
def test_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, pair: tuple[str, bytes], whole: bool
) -> None:
    ending, content = pair
    if ending == ".odt" and whole:
        content = pack(content_xml=content)
    elif ending == ".docx" and whole:
        content = word(content.decode("utf-8", "replace"))
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(content)
    take(path)
    site = tmp_path_factory.getbasetemp() / "any-site"
    for folder in ("content", "_posts"):
        (site / folder).mkdir(parents=True, exist_ok=True)
        (site / folder / "2024-11-26-x.md").write_bytes(content)
    take(site)
