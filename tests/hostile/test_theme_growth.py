"""Test that theme files are checked in linear time. Each of these inputs once took quadratic time."""

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from newsletter.channels.email import css, mjml, mjml_schema
from newsletter.rules.rendered import sheets
from newsletter.rules.rendered.clients import uses
from support import guard
from support.project import Project

SIZE = 250_000  # characters; quadratic time would be a minute
SECONDS = 45  # of CPU time; coverage turns two seconds into twenty


def _sheet(text: str) -> None:
    for path in ("a.css", "a.mjml"):
        sheet = sheets.Sheet(path, text)
        list(uses(sheet))
        list(sheets.fragile_css(sheet))


READERS: dict[str, Callable[[str], Any]] = {
    "tags": mjml.is_closed,
    "attributes": mjml.escape_attributes,
    "marks": mjml.mark,
    "schema": lambda text: list(mjml_schema.find_invalid(text)),
    "sheet": _sheet,
    "styles": lambda text: _sheet(f"<style>{text}"),
    "around": css.looks_around,
}
UNITS = (
    "<!--", "/*", "<mj-title>", "<style>", "<style", "{", "{#", "{%", "{{", "{{}", "@media", "@media{", "@media a{b{}",
    "a{", "a:b ", "a ", "! ", "!important", "=\"", "<a b=", "<a '\"", "<mj-x ", "rgb(1 ",
)  # fmt: skip
LONG = ("a", "a:b", "a{b:c", "@media", "<a b=", "!", "rgb(1", "<a")  # followed by spaces


@pytest.mark.parametrize("reader", READERS)
def test_twice_as_much_of_a_theme_takes_twice_as_long(reader: str) -> None:
    texts = [unit * (SIZE // len(unit)) for unit in UNITS] + [f"{unit}{' ' * SIZE}c" for unit in LONG]
    for text in texts:
        before = process_time()
        READERS[reader](text)
        assert process_time() - before < SECONDS, text[:20]


def test_what_is_never_closed_is_still_reported() -> None:
    assert not mjml.is_closed("<mj-text>a</mj-text><!-- b")
    assert mjml.is_closed("<mj-text>a</mj-text><!-- b -->")
    assert [each.code for each in mjml_schema.find_invalid("<mj-raw><!-- <mj-text>")] == ["split-comment"]
    with pytest.raises(mjml.MjmlFault):
        mjml.check_balance("<mjml><!-- </mjml>")


def test_sheets_are_taken_apart_as_before() -> None:
    source = "a {{ x }}{b : c d ;e:f }\n{# x #}{% z }\n.g  {  h:  {{ i }}; }"
    pieces = [(piece.kind, piece.name, piece.value.strip()) for piece in sheets.Sheet("a.css", source).pieces[1:]]
    assert ("declaration", "b", "c d") in pieces and ("declaration", "e", "f") in pieces
    assert ("declaration", "h", "0000000") in pieces and ("selector", "", ".g") in pieces


def test_faults_of_a_large_template_are_counted_not_all_located(project: Project) -> None:
    project.announce()
    project.write("templates/email/story.mjml", "<mj-text>" + "<mj-x a='b' />" * 30_000 + "</mj-text>\n")
    done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root, seconds=30)
    guard.assert_sound(done)
    assert "templates/email/story.mjml:1:" in done.output


def test_a_file_of_the_theme_has_at_most_one_mebibyte(project: Project) -> None:
    project.announce()
    path = project.write("templates/email/inline.css", "p{}\n" * 2**18)
    assert path.stat().st_size == 2**20
    for more, code in (("", 0), (" ", 1)):
        path.write_text(("/**/" * 2**18)[: 2**20 - 4] + "/**/" + more)
        done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root, seconds=60)
        guard.assert_sound(done)
        assert done.code == code, done.output
    assert "templates/email/inline.css:1:1: error: this file has more than 1 MiB" in done.output
