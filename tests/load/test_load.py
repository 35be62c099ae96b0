"""Test loading: values with positions, with or without a byte order mark, and any line endings."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.load import load, parse, yaml_events
from newsletter.load.context import FieldContext
from newsletter.load.keys import ANNOUNCEMENT
from newsletter.model import Fields, Items, Scalar, Source, plain_pairs
from newsletter.model.problems import Problems
from support.project import Project

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


def test_a_folder_may_be_a_link_within_the_project_only(tmp_path: Path) -> None:
    for folder in ("projet/texte", "dehors"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "secret.md").write_text(TEXT)
    root = tmp_path / "projet"
    (root / "announcements").symlink_to("texte")
    problems = Problems()
    assert [source.path for source in load(root, problems)] == ["announcements/secret.md"]
    assert not len(problems)
    (root / "announcements").unlink()
    (root / "announcements").symlink_to("../dehors")
    assert list(load(root, problems)) == []
    assert [(problem.code, problem.place.path) for problem in problems] == [("outside-project", "announcements")]
    assert "secret" not in str(list(problems))


def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    folder = tmp_path / "announcements"
    folder.mkdir()
    os.mkfifo(folder / "a.md")  # opening it would block until something writes to it
    (folder / "b.md").mkdir()
    problems = Problems()
    assert list(load(tmp_path, problems)) == []
    assert [(problem.code, str(problem.place)) for problem in problems] == [
        ("unreadable", "announcements/a.md:1:1"), ("unreadable", "announcements/b.md:1:1"),
    ]  # fmt: skip


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


def test_a_source_can_be_sent_to_another_process() -> None:
    source = parse("announcements/a.md", TEXT.encode(), Problems())
    assert source is not None
    received = pickle.loads(pickle.dumps(source, pickle.HIGHEST_PROTOCOL))
    assert isinstance(received, Source) and received == source
    assert received.body == source.body and str(received.at_key("title")) == "announcements/a.md:2:8"


# --- front matter, compared with another YAML parser ------------------------------------------------

WORDS = st.text(st.sampled_from("ab é’1.-/:#,?'\"[]{}&*!|>%@`~=<\\\u00a0🏆"), max_size=8)
VALUES = st.one_of(
    WORDS,
    st.sampled_from(
        ["Été à Lille", "2024-11-26 09:30", "https://a.example/b#c", '"a : b"', "'c # d'", "[a, b c]", '["a, b", c]',
         "[]", "~", "", '""', "[a,b]", "[a , b]", "a: b", "a #b", "a#b", "- a", "{a: b}", "|", "&a b", "a:", "x ",
         '"a\\n"', "'a''b'", "[a: b]", "[[a]]", "[a", "---", "true", "a ? b", "[a?b]", "[?a]", "a\u00a0", "# a"]
    ),
    st.tuples(
        st.sampled_from([">-", ">", "|", "|-", "|+", ">2", "> "]), st.sampled_from([" ", "  ", "    ", "      "]),
        st.lists(st.sampled_from(["a: b # c", "d", " e", "", "- f", "# g", "h ", "---"]), min_size=1, max_size=3),
    ).map(lambda value: value[0] + "".join(f"\n{value[1]}{line}" for line in value[2])),
)  # fmt: skip
NAMES = st.sampled_from(["title", "date", "tags", "url", "sms_ascii", "a", "A", "é", '"b"', "c d", "?", "-"])
INDENTS = st.sampled_from(["", "", "", "  ", "  ", "    ", " ", "- ", "- ", "  - ", "-  ", "  -", "\t"])
BETWEEN = st.sampled_from([": ", ": ", ": ", ":", ":  ", " : ", ":\t", ""])
LINES = st.one_of(
    st.tuples(INDENTS, NAMES, BETWEEN, VALUES).map("".join), st.tuples(INDENTS, VALUES).map("".join), st.just("")
)
RECORDS = st.lists(st.tuples(NAMES, st.just(": "), VALUES).map("".join), min_size=1, max_size=3)
BLOCKS = st.one_of(
    RECORDS.map("\n".join),
    RECORDS.map(lambda lines: "event:\n  " + "\n  ".join(lines)),
    st.lists(RECORDS, min_size=1, max_size=3).map(
        lambda items: "links:\n  - " + "\n  - ".join("\n    ".join(item) for item in items)
    ),
    st.lists(VALUES, min_size=1, max_size=3).map(lambda items: "authors:\n- " + "\n- ".join(items)),
    LINES,
)
FRONTS = st.lists(BLOCKS, max_size=5).map(lambda blocks: "\n" + "".join(f"{block}\n" for block in blocks))


def composed(node: yaml.Node) -> Any:
    """Convert a node composed by PyYAML's Python parser to our nodes, recursively."""
    place = node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, yaml.ScalarNode):
        return Scalar("" if node.style is None and node.value == "~" else node.value, *place, node.style is not None)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(map(composed, node.value)), *place)
    return Fields(tuple((composed(key), composed(value)) for key, value in node.value), *place)


def assert_read_as_composed(front: str) -> None:
    problems = Problems()
    fields = yaml_events.read("a.md", front, problems)
    try:
        root = yaml.compose(front, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError):
        return  # libyaml accepts some spaces that PyYAML's own parser does not
    if fields is not None and not len(problems) and root is not None and fields.pairs:
        assert fields == composed(root)


@settings(max_examples=1_000)
@given(FRONTS)
def test_front_matter_is_read_as_pyyaml_composes_it(front: str) -> None:
    assert_read_as_composed(front)


@settings(max_examples=500)
@given(st.sampled_from([TEXT, TEXT.replace("[a, b]", "\n- a\n- b")]), st.data())
def test_slips_in_front_matter_are_read_as_pyyaml_composes_them(content: str, data: st.DataObject) -> None:
    front = content[3 : content.index("---", 3)]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(front)))
        slip = data.draw(st.sampled_from([*" \n:-#'\"[]{},&*!|>%@`~?a", "  ", "\n  ", ": ", "- "]))
        front = front[:at] + slip + front[at + data.draw(st.integers(0, 2)) :]
    assert_read_as_composed("\n" + front.lstrip("\n"))


def test_nodes_have_values_and_places() -> None:
    front = "\ntitle: 'a: b'\n\ntags: [a, \"b, c\"]\nlinks:\n- title: d\n  url: https://e.example/#f\n"
    front += "event:\n    start: 2024\nsummary: >-\n  g: h # i\n  j\n"
    found = yaml_events.read("", front, Problems())
    assert found is not None
    assert found.get("tags") == Items((Scalar("a", 4, 8), Scalar("b, c", 4, 11, True)), 4, 7)
    assert found.get("summary") == Scalar("g: h # i j", 10, 10, True)
    assert dict(plain_pairs(found))["event"] == (("start", "2024"),)


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("title: a\ndate: 2024-02-30\n", ["a.md:3:7 bad-date"]),
        ("title: a\ndate: 2024-11-26\ntags: [b, [c], d]\n", ["a.md:4:11 wrong-type"]),
        ("title: a\n\ntag: [b]\n", ["a.md:2:1 missing-key", "a.md:4:1 unknown-key"]),
        ("title: a\ndate: 2024-11-26\nlinks:\n- title: b\n  url: c d:e\n- adress: f\n  title: g\n",
         ["a.md:6:8 unsafe-link", "a.md:7:3 missing-key", "a.md:7:3 unknown-key"]),
        ("title: a\ndate: 2024-11-26\nevent:\n  begin: 2024-11-26\n  url:  'javascript:a'\n",
         ["a.md:5:3 missing-key", "a.md:5:3 unknown-key", "a.md:6:9 unsafe-link"]),
        (f"title: a\ndate: 2024-11-26\nauthors: [b, {'c' * 101}]\n", ["a.md:4:14 too-long"]),
        ("title: a\ndate: 2024-11-26\nimage:\n  src: b.png\n  alt: ''\n  credit:\n    - c\n",
         ["a.md:8:5 wrong-type"]),
    ],
)  # fmt: skip
def test_a_fault_deep_in_front_matter_has_its_place(lines: str, places: list[str]) -> None:
    problems = Problems()
    source = parse("a.md", f"---\n{lines}---\n".encode(), problems)
    assert source is not None
    ANNOUNCEMENT.collect(source.values, FieldContext("a.md", problems, lambda: source.front))
    assert sorted(f"{each.place} {each.code}" for each in problems) == places


def test_a_name_that_is_not_utf_8_is_reported(project: Project) -> None:
    project.announce("2024-11-26-été.md")
    (Path(os.fsdecode(os.fsencode(project.root) + b"/announcements/2024-11-25-\xe9t\xe9.md"))).write_text("")
    problems = Problems()
    assert [source.path for source in load(project.root, problems)] == ["announcements/2024-11-26-été.md"]
    (problem,) = problems
    assert (problem.code, problem.place.path) == ("not-utf-8", "announcements/2024-11-25-\udce9t\udce9.md")
