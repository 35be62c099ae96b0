"""load: sources with places; BOM and line ends change nothing."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from newsletter.load import load, parse
from newsletter.model import Fields, Scalar
from newsletter.problems import Problems

TEXT = "---\ntitle: Été\ndate: 2024-11-26\ntags: [a, b]\nevent:\n  start: 2024-11-26\n---\nCorps é\n\nfin\n"


def test_every_value_has_its_place() -> None:
    problems = Problems()
    source = parse("announcements/a.md", TEXT.encode(), problems)
    assert source is not None and not len(problems)
    assert str(source.at_key("title")) == "announcements/a.md:2:8"
    event = source.front.get("event")
    assert isinstance(event, Fields)
    start = event.get("start")
    assert isinstance(start, Scalar) and (start.value, start.line, start.column) == ("2024-11-26", 6, 10)
    assert str(source.at_offset(len("Corps é\n\nf".encode()))) == "announcements/a.md:10:2"
    assert source.body == "Corps é\n\nfin\n"


def test_byte_order_mark_and_line_ends_change_nothing() -> None:
    plain = parse("a.md", TEXT.encode(), Problems())
    assert parse("a.md", b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(), Problems()) == plain
    assert parse("a.md", TEXT.replace("\n", "\r").encode(), Problems()) == plain


def test_scalars_stay_text() -> None:
    source = parse("a.md", b"---\ntitle: no\nid: 012\nslug: 1:30\nurl:\n---\n", Problems())
    assert source is not None
    assert [node.value for _, node in source.front.pairs if isinstance(node, Scalar)] == ["no", "012", "1:30", ""]


def test_no_folder_is_no_announcement(tmp_path: Path) -> None:
    problems = Problems()
    assert list(load(tmp_path, problems)) == [] and not len(problems)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "announcements"
    folder.mkdir()
    (tmp_path / "ailleurs.md").write_text(TEXT)
    (folder / "a.md").symlink_to(tmp_path / "ailleurs.md")
    problems = Problems()
    assert list(load(tmp_path, problems)) == []
    assert [problem.code for problem in problems] == ["outside-project"]


@given(st.binary(max_size=200))
def test_any_bytes_give_a_source_or_a_problem(raw: bytes) -> None:
    for content in (raw, b"---\n" + raw + b"\n---\n", b"---\ntitle: x\n---\n" + raw):
        problems = Problems()
        source = parse("a.md", content, problems)
        assert source is not None or problems.fatal


def test_deep_brackets_end_no_process() -> None:
    problems = Problems()
    assert parse("a.md", b"---\na: " + b"[" * 30_000 + b"\n---\n", problems) is None
    assert [problem.code for problem in problems] == ["too-deep"]


def test_a_long_front_matter_is_refused() -> None:
    problems = Problems()
    assert parse("a.md", b"---\na: " + b"x" * 65_536 + b"\n---\n", problems) is None
    assert [problem.code for problem in problems] == ["front-matter-size"]
