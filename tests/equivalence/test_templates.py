"""Test that a trace recorded with some values renders others as Jinja would."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from newsletter.model.problems import Aborted, Problems
from newsletter.theme.content import HEAD, TAIL, CapturedHtml, Content, as_content, constant, for_templates, slots
from newsletter.theme.fastpath import compiled, recorder
from newsletter.theme.templates import Template, Templates
from support.project import Project


@dataclass(frozen=True)
class Person:
    name: str
    age: int = 0


@dataclass(frozen=True)
class Thing:
    title: str
    note: str = ""
    number: int = 0
    flag: bool = False
    owner: Person | None = None
    parts: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    facts: Mapping[str, int] = field(default_factory=dict)

    @for_templates
    def greet(self, whom: str) -> str:
        return f"{whom}, {self.title}"


def words(key: str, **values: Any) -> Any:
    made = f"{key}:" + ",".join(f"{name}={value}" for name, value in values.items())
    return Content(made) if any(isinstance(value, Content) for value in values.values()) else made


PARTS = {
    "parts.html": "{% macro row(x, y='-') %}<b>{{ x }}{{ y }}</b>{% if caller %}{{ caller() }}{% endif %}{% endmacro %}"
    "{% macro rows(xs) %}{% for x in xs %}{{ row(x, loop.index) }}{% endfor %}{% endmacro %}",
    "base.html": "{% import 'parts.html' as p with context %}<i>{% block a %}{{ s.title }}{% endblock %}</i>",
    "own.html": "[{{ s.title }}{% if s.flag %}{{ t('o', x=s.note) }}{{ [s.title, '-'|safe]|join }}{% endif %}]",
    "each.html": "{{ '' if first else '; ' }}{{ e }}{{ t('in', x=e) }}",
    "piece.html": "<u>{{ s.note }}{{ t('in', x=s.title) }}</u>",
}
CONDITIONS = (
    "s.flag", "not s.flag", "s.title", "s.note", "s.owner", "s.owner is none", "s.number > 2", "s.number",
    "'a' in s.title", "s.title == 'abc'", "s.parts", "s.parts|length > 1", "s.people and s.flag", "s.note is defined",
    "s.nothing is defined", "s.owner and s.owner.age is odd", "s.title in ['abc', 'x']", "s.number in (1, 2)",
    "s.title|length == 3", "s.title is string", "s.parts != ()", "s.number is divisibleby 2", "'k' in s.facts",
    "s.title < 'b'", "s.note is sameas s.note",
)  # fmt: skip
PRINTS = (
    "'' % s.title", "'%s.' % s.title", "'%(a)s' % {'a': s.title}", "s.title % s.number", "s.number % 3",
    "part('own.html', s=s, t=t)", "part('own.html', s=s, t=t)", "part('own.html', s=s, t=t)|length",
    "parts('each.html', 'e', s.parts, t=t)", "parts('each.html', 'e', s.people, t=t)",
    "parts('own.html', 's', [s, f], t=t)",
    "s.title", "s.note", "s.number", "s.flag", "s.owner", "s.owner.name", "s.title|upper", "s.title ~ ' ' ~ s.note",
    "s.title|safe", "s.parts|join(', ')", "s.people|map(attribute='name')|join('-')", "s.title[:2]", "s.title[0]",
    "s.parts[0]", "s.number + 1", "[s.title|length, 2]|min", "'=' * s.number", "t('k', x=s.title)", "t('k')",
    "t(s.title)", "s.title if s.flag else s.note", "s.title or s.note", "s.greet('Bonjour')", "s.of", "s.facts['k']",
    "s.facts.k", "s.people|length", "'%s!'|format(s.title)", "'%d' % s.number", "s.title|e", "s.title|trim",
    "s.title|replace('a', 'b')", "s.title|default('?')", "s.nothing|default('?')", "(s.parts|first)",
    "s.parts|list|last", "s['title']", "p.row(s.title)", "p.row(s.title, s.number)", "p.rows(s.parts)",
    "p.row(s.title)|upper", "s.title.upper()", "s.note.splitlines()|length", "-s.number", "s.number * 2 - 1",
    "s.number // 2", "{'a': s.title}['a']", "{'a': 'b', '': 'c'}[s.note]",
    "s.people|sort(attribute='name')|map(attribute='name')|join", "s.title|center(9)", "range(s.number)|list", "n",
    "n ~ s.title", "m", "s.title ~ m", "brand.colour", "[s.title, 'x']|join", "s.parts|sum(start='')",
    "f.title", "f.title", "f.note", "f.title ~ s.title", "f.parts|join(s.note)", "t('k', x=f.title)", "f.owner.name",
    "f.note.splitlines()|length", "f.number", "f.people|length", "s.title|replace('a', f.note)", "f == s",
    "f.title|safe", "s == f", "f != s", "f.title == s.title", "f.title in s.title", "s.title in f.title",
    "f.title + s.title", "f.title < s.title", "f.title * s.number", "f.title.join(s.parts)",
    "dict(a=s.title).a", "namespace(x=s.title).x", "s.title|wordcount", "s.number|string", "s.title|attr('x')",
)  # fmt: skip
FRAMES = (
    "{{% if {c} %}}{x}{{% else %}}{y}{{% endif %}}",
    "{{% if {c} %}}{x}{{% elif s.flag %}}{y}{{% endif %}}",
    "{{% for e in s.parts %}}{{{{ e }}}}{{{{ ', ' if not loop.last else loop.index }}}}{{% else %}}{y}{{% endfor %}}",
    "{{% for e in s.people if e.age %}}{{{{ e.name }}}}{{{{ loop.length }}}}{x}{{% endfor %}}",
    "{{% for e in s.people %}}{{% if loop.changed(e.age) %}}{{{{ e.name }}}}{{% endif %}}{{% endfor %}}{x}",
    "{{% set q = s.title %}}{{{{ q }}}}{x}{y}",
    "{{% set q %}}{x}{{% endset %}}{{{{ q }}}}{{{{ q|length }}}}",
    "{{% filter upper %}}{x}{{% endfilter %}}{y}",
    "{{% call p.row(s.note) %}}{x}{{% endcall %}}{y}",
    "{{% include 'piece.html' %}}{x}",
    "{{% set c = namespace(n=0) %}}{{% for e in s.parts %}}{{% set c.n = c.n + 1 %}}{{% endfor %}}{{{{ c.n }}}}{x}",
    "{{% set sep = joiner('; ') %}}{{% for e in s.parts %}}{{{{ sep() }}}}{{{{ e }}}}{{% endfor %}}{x}",
    "{{% set r = p.row(s.title) %}}{{{{ r }}}}{x}{{{{ r }}}}",
    "{{% with z = s.title ~ '!' %}}{{{{ z }}}}{x}{{% endwith %}}",
    "{x} {y}",
)  # fmt: skip

printed = st.sampled_from(PRINTS).map(lambda code: f"<{{{{ {code} }}}}>")
fragments = st.recursive(
    st.one_of(printed, st.sampled_from(["lit", "<br>", ""])),
    lambda inner: st.builds(
        lambda frame, c, x, y: frame.format(c=c, x=x, y=y),
        st.sampled_from(FRAMES),
        st.sampled_from(CONDITIONS),
        inner,
        inner,
    ),
    max_leaves=8,
)
texts = st.sampled_from(["", " ", "abc", "a<b>&\"'", "été « x »", f"{HEAD}0{TAIL}", "\u00a0", "x\ny", "{{ 1 }}"])
people = st.builds(Person, texts, st.integers(0, 3))
things = st.builds(
    Thing, texts, texts, st.integers(0, 4), st.booleans(), st.none() | people, st.lists(texts, max_size=3).map(tuple),
    st.lists(people, max_size=3).map(tuple), st.sampled_from([{}, {"k": 1}, {"k": 2}]),
)  # fmt: skip


class Brand(dict[str, Any]):
    """A value that belongs to no announcement: the same object in each render."""

    colour = "#123456"


BRAND, MARKED = Brand(), Markup("<hr>")


def outcome(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except Aborted:
        return "Aborted"


def by_jinja(template: Template, values: Mapping[str, Any]) -> tuple[str, list[str]]:
    with slots() as content:
        return template._rendered(values), content


def made(folder: Path, name: str, source: str) -> Templates:
    (folder / "templates").mkdir(exist_ok=True)
    for each, text in {**PARTS, name: source}.items():
        (folder / "templates" / each).write_text(text, encoding="utf-8")
    templates = Templates(folder, Problems())
    ready(templates.get("own.html"))
    return templates


def ready(template: Template) -> Template:
    """Make a template record from its first render on."""
    for each in (template._text, template._shape):
        each._warm_up, each._attempts = 0, 100
    return template


def firsts(each: compiled.CompiledTrace) -> list[compiled.Branch]:
    """Return the first branches of a compiled trace."""
    return [branch for signature in each._signatures.values() for branch in signature.branches.values()]


def agree(template: Template, given: list[dict[str, Any]]) -> None:
    """Compare with Jinja twice: while traces are recorded and when they are used."""
    for values in given * 2:
        assert outcome(lambda: template.render(values)) == outcome(lambda: template._rendered(values))  # noqa: B023
        assert outcome(lambda: template.draw(values)) == outcome(lambda: by_jinja(template, values))  # noqa: B023


@pytest.mark.parametrize("name", ["t.html", "t.txt"])
@given(source=fragments, given_things=st.lists(things, min_size=2, max_size=6), seen=st.booleans())
@settings(max_examples=150)
def test_a_trace_renders_what_jinja_renders(
    tmp_path_factory: pytest.TempPathFactory, name: str, source: str, given_things: list[Thing], seen: bool
) -> None:
    head = (
        "{% extends 'base.html' %}{% block a %}{{ super() }}" if name == "t.html" else "{% import 'parts.html' as p %}"
    )
    source = head + source + ("{% endblock %}" if name == "t.html" else "")
    try:
        template = ready(made(tmp_path_factory.mktemp("t"), name, source).get(name))
    except Aborted:
        return
    show = as_content if seen else (lambda thing: thing)
    base = {"t": words, "brand": BRAND, "m": MARKED, "n": 7}
    lasts = [constant(thing) for thing in given_things[:2]]
    agree(template, [{**base, "s": show(thing), "f": lasts[n % 2]} for n, thing in enumerate(given_things)])


def test_the_repositorys_templates_are_traced(project: Project) -> None:
    """Most renders of a larger publication bypass Jinja, and every one gives the same result."""
    from datetime import UTC, datetime

    from newsletter import pipeline

    for number in range(60):
        event = "\nevent: {start: 2024-11-05, place: Arras}" if number % 3 else ""
        links = "\nlinks: [{title: Un, url: https://example.org/}]" if number % 2 else ""
        project.write(
            f"announcements/2024-{number % 12 + 1:02}-03-n{number}.md",
            f"---\ntitle: Titre <{number}> & plus\ndate: 2024-{number % 12 + 1:02}-03 0{number % 9}:00\nid: n{number}\n"
            f"tags: [Un, T{number % 4}]{event}{links}\n---\n\nUn *corps* {number}.\n\n- [x](https://example.org/{number})\n",
        )
    seen: dict[str, list[bool]] = {}
    render, draw = Template.render, Template.draw

    def watched_render(self: Template, values: Mapping[str, Any]) -> str:
        before = self._text.filled
        found = render(self, values)
        assert found == self._rendered(values)
        seen.setdefault(self.name, []).append(self._text.filled > before)
        return found

    def watched_draw(self: Template, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        before = self._shape.filled
        found = draw(self, values)
        assert found == by_jinja(self, values)
        seen.setdefault(self.name, []).append(self._shape.filled > before)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", watched_render)
        patch.setattr(Template, "draw", watched_draw)
        problems = Problems()
        opened = pipeline.open_project(project.root, problems)
        assert list(pipeline.build(opened, datetime(2026, 1, 1, tzinfo=UTC), problems, jobs=1))
    for name in ("email/announcement.mjml", "email/announcement.txt", "feeds/entry.html", "site/announcement.html"):
        assert sum(seen[name]) > len(seen[name]) / 2, name


def test_content_is_in_no_trace(tmp_path: Path) -> None:
    template = ready(
        made(tmp_path, "t.html", "{{ s.title }} {% if s.note %}{{ s.note|upper }}{% endif %}").get("t.html")
    )
    template.draw({"s": as_content(Thing("secret", "hush"))})
    template.render({"s": as_content(Thing("secret", "hush"))})
    for each in (template._shape, template._text):
        (way,) = firsts(each)
        assert "secret" not in repr(way.text) and "HUSH" not in repr(way.text)
    assert template.render({"s": as_content(Thing("public", "x"))}) == "public X" and template._text.filled == 1


@given(given_things=st.lists(things, min_size=2, max_size=5))
@settings(max_examples=50)
def test_parts_are_one_part_after_another(tmp_path_factory: pytest.TempPathFactory, given_things: list[Thing]) -> None:
    folder = tmp_path_factory.mktemp("t")
    one = "{% for e in s.parts %}\n{{ part('each.html', e=e, first=loop.first, t=t) }}\n{% endfor %}\n"
    many = "{% if s.parts %}\n{{ parts('each.html', 'e', s.parts, t=t) }}\n{% endif %}\n"
    templates = [ready(made(folder, "t.html", source).get("t.html")) for source in (one, many)]
    for thing in given_things * 2:
        values = {"s": as_content(thing), "t": words}
        (rendered, drawn), others = [(each.render(values), each.draw(values)) for each in templates]
        assert (rendered, drawn) == others


def test_numbers_are_literal_in_shapes(tmp_path: Path) -> None:
    """MJML calculates with numbers, so another number needs another shape."""
    template = ready(made(tmp_path, "t.html", '<mj-image width="{{ s.number }}px" alt="{{ s.title }}">').get("t.html"))
    drawn = [template.draw({"s": as_content(Thing("a", number=number))}) for number in (1, 2, 1, 2)]
    assert [text.partition(" alt")[0] for text, _ in drawn] == [f'<mj-image width="{n}px"' for n in (1, 2, 1, 2)]
    assert all(content == ["a"] for _, content in drawn) and template._shape.filled == 2


def test_few_renders_are_not_recorded(tmp_path: Path) -> None:
    template = made(tmp_path, "t.html", "{{ s.title }}").get("t.html")
    for _ in range(compiled.WARM_UP):
        template.render({"s": Thing("a")})
    assert not firsts(template._text)


def test_a_template_that_is_another_each_time_is_left_to_jinja(tmp_path: Path) -> None:
    template = made(tmp_path, "t.html", "{% for p in s.parts %}{% if p %}{{ p }}{% endif %}{% endfor %}").get("t.html")
    for number in range(60):
        values = {"s": Thing("a", parts=("x",) * number)}
        assert template.render(values) == template._rendered(values)
    branches = firsts(template._text)
    assert 0 < len(branches) + sum(len(branch.side_branches) for branch in branches) <= 5


def test_a_long_list_is_left_to_jinja_and_a_short_one_is_not(tmp_path: Path) -> None:
    source = "{% for p in s.parts %}{{ p|upper }}{% endfor %}"
    template = ready(made(tmp_path, "t.html", source).get("t.html"))
    long, short = ({"s": Thing("a", parts=("x",) * count)} for count in (recorder.MAX_VARIABLES, 3))
    for values, drawn in (long, "X" * recorder.MAX_VARIABLES), (short, "XXX"), (long, "X" * recorder.MAX_VARIABLES):
        assert template.render(values) == template.render(values) == drawn
    assert template._text.filled == 1 and len(firsts(template._text)) == 1


def test_a_template_that_asks_too_much_is_left_to_jinja(tmp_path: Path) -> None:
    source = "{% for p in s.parts %}{% if p %}{{ p }}{% endif %}{% endfor %}"
    template = ready(made(tmp_path, "t.html", source).get("t.html"))
    values = {"s": Thing("a", parts=tuple(map(str, range(recorder.MAX_GUARDS + 1))))}
    assert template.render(values) == template.render(values) == "".join(values["s"].parts)
    assert not firsts(template._text) and not template._text.filled


def test_a_fault_is_reported_as_without_a_trace(tmp_path: Path) -> None:
    """If an announcement lacks a value that all earlier ones had, Jinja reports the line."""
    templates = made(tmp_path, "t.html", "\n{{ s.owner.name }}\n")
    template = ready(templates.get("t.html"))
    for _ in range(3):
        assert template.render({"s": Thing("a", owner=Person("Anne"))}) == "\nAnne\n"
    with pytest.raises(Aborted):
        template.render({"s": Thing("a")})
    assert [str(problem.place) for problem in templates.problems] == ["templates/t.html:2:1"]


def test_what_can_be_used_once_is_left_to_jinja(tmp_path: Path) -> None:
    template = ready(made(tmp_path, "t.html", "{% for p in parts %}{{ p }}{% endfor %}").get("t.html"))
    for _ in range(3):
        assert template.render({"parts": iter("ab")}) == "ab"
    assert not template._text.filled


@pytest.mark.parametrize("name", ["a b", "x);import os;(", "class", "é-"])
def test_no_name_becomes_code(tmp_path: Path, name: str) -> None:
    template = ready(made(tmp_path, "t.html", f"{{{{ s[{name!r}]|default('-') }}}}").get("t.html"))
    assert template.render({"s": Thing("a")}) == template.render({"s": Thing("b")}) == "-"
    template = ready(made(tmp_path, "t.html", f"{{{{ t('k', **{{{name!r}: s.title}}) }}}}").get("t.html"))
    for title in "ab":
        values = {"s": Thing(title), "t": words}
        assert outcome(lambda: template.render(values)) == outcome(lambda: template._rendered(values))  # noqa: B023
    assert not template._text.filled


def test_two_threads_do_not_meet_in_a_trace(tmp_path: Path) -> None:
    """While one thread records, renders in other threads are ordinary."""
    from threading import Thread

    templates = made(tmp_path, "t.html", "{{ t('k', x=s.title) }}")
    template, found = ready(templates.get("t.html")), []

    def slow(key: str, **values: Any) -> str:
        if not found:
            found.append("")
            other = Thread(target=lambda: found.append(template._rendered({"t": words, "s": Thing("b")})))
            other.start()
            other.join()
        return str(words(key, **values))

    assert template.render({"t": slow, "s": Thing("a")}) == "k:x=a" and found[1:] == ["k:x=b"]


def test_lasting_content_is_printed_once(tmp_path: Path) -> None:
    """Content that is the same object in all renders becomes a literal; another object does not match it."""
    source = "{% if p.note %}{{ p.title }}{% endif %} {{ s.title }} {{ p.note|upper }}"
    template = ready(made(tmp_path, "t.html", source).get("t.html"))
    first, second = constant(Thing("<a>", "n")), constant(Thing("<b>", "m"))
    for each, title, note in ((first, "&lt;a&gt;", "N"), (second, "&lt;b&gt;", "M")) * 2:
        text, content = template.draw({"p": each, "s": as_content(Thing("own"))})
        assert text == "QzSlot0Zq QzSlot1Zq QzSlot2Zq" and content == [title, "own", note]
        assert [type(part) for part in content] == [CapturedHtml, str, CapturedHtml] or not template._shape.filled
        assert template.render({"p": each, "s": as_content(Thing("own"))}) == f"{title} own {note}"
    assert template._shape.filled == template._text.filled == 2
    assert constant("x").upper() == "X" and constant(("x", 1)) == ("x", 1) and constant(7) == 7
