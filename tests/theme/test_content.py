"""Test that content stays recognizable through the text operations of templates."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from newsletter import pipeline
from newsletter.model.problems import Aborted, Problems
from newsletter.theme import content
from newsletter.theme.content import ConstantText, Content, as_content, as_html, concat, slots
from newsletter.theme.templates import Templates
from support.project import Project


@dataclass(frozen=True)
class Thing:
    title: str
    tags: tuple[str, ...]
    html: Content
    empty: str = ""
    count: int = 3


THING = Thing('Été <b> "x" & \\', ("a&", "b"), Content("<p>x</p>", safe=True))

# Each gives the same text whether content is replaced by tokens and filled in later, or printed at once.
EXPRESSIONS = (
    "{{ a.title }}", "{{ a.title ~ ' et ' ~ a.count }}", "{{ 'mailto:' ~ a.title }}", "{{ a.title + '!' }}",
    "{{ '!' + a.title }}", "{{ a.tags|join(', ') }}", "{{ a.tags|join }}", "{{ a.title|upper|e }}",
    "{{ a.title|trim }}",
    "{{ a.title|truncate(6) }}", "{{ a.title[:3] }}", "{{ a.title|replace('x', 'y') }}", "{{ '%s !'|format(a.title) }}",
    "{{ '%s' % a.title }}", "{{ a.html }}", "{{ a.html ~ a.title }}", "{{ a.title|safe }}", "{{ a.empty }}",
    "{{ a.title if a.title else 'rien' }}", "{{ a.title|length }}", "{{ a.title == 'x' }}",
    "{{ a.title.split(' ')[0] }}",
    "{% set x = a.title ~ '.' %}{{ x }}{{ x }}", "{% set x %}<i>{{ a.title }}</i>{% endset %}{{ x }}",
    "{% macro m(t, w='9px') %}<b w='{{ w }}'>{{ t }}</b>{% endmacro %}{{ m(a.title) ~ a.title }}",
    "{% for tag in a.tags %}{{ loop.index }}{{ tag }}{% endfor %}", "{{ a.title|default('x') }}",
    "{{ [a.title]|first }}",
    "{{ a.title|capitalize }}", "{{ a.title * 2 }}", "{{ 'x' if a.empty else 'y' }}",
)  # fmt: skip


def render(root: Path, source: str) -> tuple[str, str, list[str]]:
    (root / "templates").mkdir(exist_ok=True)
    (root / "templates/essai.html").write_text(source)
    template = Templates(root, Problems()).get("essai.html")
    plain = template.render({"a": as_content(THING)})
    with slots() as taken:
        shape = template.render({"a": as_content(THING)})
    return plain, shape, taken


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_a_filled_shape_is_what_printing_at_once_gives(tmp_path: Path, source: str) -> None:
    plain, shape, taken = render(tmp_path, source)
    assert re.sub(r"QzSlot(\d+)Zq", lambda match: taken[int(match[1])], shape) == plain
    assert "Été" not in shape and "a&" not in shape and "<p>" not in shape
    assert len(re.findall("QzSlot", shape)) >= len(taken)


def test_what_comes_from_the_template_stays_literal(tmp_path: Path) -> None:
    _, shape, taken = render(tmp_path, "{{ 'abc' }}{{ 40 + 2 }}{{ 'a' ~ 'b' }}<b w='{{ a.count }}px'>")
    assert shape == "abc42ab<b w='3px'>" and taken == []


def test_content_is_escaped_for_its_place(tmp_path: Path) -> None:
    plain, _, _ = render(tmp_path, '<b title="{{ a.title }}">{{ a.title }}</b>{{ a.html }}')
    assert plain == '<b title="Été &lt;b&gt; &#34;x&#34; &amp; \\">Été &lt;b&gt; &#34;x&#34; &amp; \\</b><p>x</p>'


def test_joining_keeps_what_is_html_and_what_is_not() -> None:
    assert concat(("a", 1)) == "a1" and type(concat(("a", 1))) is str
    assert concat((Content("<"), "&")).as_html() == "&lt;&amp;"
    assert concat((Content("<i>", safe=True), "&")).as_html() == "<i>&amp;"
    assert concat((Markup("<i>"), Content("<"))) == Markup("<i>&lt;")


def test_text_templates_escape_nothing(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/essai.txt").write_text("{{ a.title }} {{ a.title ~ '&' }}")
    assert (
        Templates(tmp_path, Problems()).get("essai.txt").render({"a": as_content(THING)})
        == f"{THING.title} {THING.title}&"
    )


def faults(root: Path, source: str) -> list[str]:
    problems = Problems()
    (root / "templates").mkdir(exist_ok=True)
    (root / "templates/essai.html").write_text(source)
    with pytest.raises(Aborted):
        Templates(root, problems).get("essai.html").render({"a": as_content(THING)})
    return [f"{problem.place.path}:{problem.place.line} {problem.code}" for problem in problems]


@pytest.mark.parametrize(
    ("source", "line"),
    [("\n{{ a.titel }}", 2), ("\n\n{{ 1 / 0 }}", 3), ("{% if %}", 1), ("\n{{ a.title|nichts }}", 2), ("{{ x() }}", 1)],
)
def test_a_template_fault_is_reported_at_its_line(tmp_path: Path, source: str, line: int) -> None:
    assert faults(tmp_path, source) == [f"templates/essai.html:{line} template-fault"]


def test_a_missing_template_is_reported(tmp_path: Path) -> None:
    problems = Problems()
    with pytest.raises(Aborted):
        Templates(tmp_path, problems).get("rien.html")
    with pytest.raises(Aborted):
        Templates(tmp_path, problems).read("../pyproject.toml")
    assert {problem.code for problem in problems} == {"missing-template"}


def test_folders_under_their_former_names_are_not_passed_over(project: Project) -> None:
    project.announce()
    project.write("templates/mail/footer.txt", "Fin.")
    project.write("templates/themes/sobre/web/site.css", "")
    opened, problems = pipeline.open_project(project.root, Problems()), Problems()
    with pytest.raises(Aborted):
        list(pipeline.build(opened, datetime(2024, 12, 1, tzinfo=UTC), problems))
    sobre = "templates/themes/sobre"
    assert [(str(each.place), each.code, each.fix) for each in problems if each.level == "error"] == [
        ("templates/mail:1:1", "moved-template", "git mv templates/mail templates/email"),
        (f"{sobre}/web:1:1", "moved-template", f"git mv {sobre}/web {sobre}/site"),
    ]


def test_another_theme_replaces_single_files(tmp_path: Path) -> None:
    (tmp_path / "templates/themes/sobre/email").mkdir(parents=True)
    (tmp_path / "templates/themes/sobre/email/inline.css").write_text(".title { margin: 0; }")
    templates = Templates(tmp_path, Problems(), "sobre")
    assert templates.read("email/inline.css") == ("templates/themes/sobre/email/inline.css", ".title { margin: 0; }")
    assert templates.read("email/head.css")[0] == "templates/email/head.css"


@given(st.text("ab&<>'\"é ", max_size=8), st.booleans())
def test_content_is_escaped_as_markup_is(text: str, safe: bool) -> None:
    for value in (Content(text, safe), text, 7, None, Markup(text)):
        assert as_html(value) == str(escape(value)) and type(as_html(value)) is str


PARTS = st.lists(
    st.builds(lambda text, kind: kind(text), st.text("a<&\"'", max_size=3), st.sampled_from(
        [str, Content, ConstantText, lambda text: Content(text, safe=True), Markup, len]
    )), max_size=4,
)  # fmt: skip


@given(PARTS)
def test_texts_are_joined_as_what_is_no_text_is(parts: list[Any]) -> None:
    """Lists of plain texts are joined in a faster way, with the same result."""
    quick, slow = concat(parts), content.concat_any(tuple(parts))
    assert quick == slow and type(quick) is type(slow)
    assert getattr(quick, "safe", None) == getattr(slow, "safe", None)
