"""Test that a theme prints only values with a stable text, and no invisible character."""

from dataclasses import dataclass
from typing import Any

import pytest

from newsletter.model.problems import Aborted, Problems
from newsletter.theme.content import Content, as_content
from newsletter.theme.templates import Templates
from support import guard
from support.project import Project


@dataclass(frozen=True)
class Thing:
    title: str
    owner: Any = None


class Words:
    def __call__(self, key: str) -> Any:
        return Content(key)


def problems_of(project: Project, content: str, name: str = "x.html", **values: Any) -> list[str]:
    """Return a template's problems when rendered by Jinja and from a trace, as text and as a shape."""
    found = []
    for shape in (False, True):
        problems = Problems()
        path = project.write(f"templates/{name}", content)
        try:
            template = Templates(project.root, problems).get(name)
        except Aborted:
            return list(map(str, problems))
        template._text._warm_up = template._shape._warm_up = 0
        for _ in range(3):
            try:
                (template.draw if shape else template.render)(values)
            except Aborted:
                continue
            found.append(f"{path} was rendered")
        found += map(str, problems)
    return sorted(set(found))


FORMLESS = (
    "{}.items", "s.title.upper", "[1]|map('abs')", "[1, 2]|batch(2)", "[s.title.upper]", "{'a': {}.items}",
    "{}.items|string", "s.title ~ {}.items", "[{}.items]|join", "'%s'|format({}.items)", "'%s' % {}.items",
    "'a' ~ {}.items",
    "'{}'.format({}.items)", "'{a}'.format_map({'a': {}.items})", "({}.items)|upper", "({}.items)|pprint",
    "({}.items, 1)|string|length", "row", "part", "range", "dict", "cycler('a')", "joiner()", "namespace(a=1)", "self",
    "self.b", "s", "[s]", "{1: s}.values()", "s ~ ''", "s|e", "t", "[1]|reverse", "''|indent(1, {}.items)",
    "[{}.items]|tojson", "nothing", "[nothing]", "[[1]|map('abs')]|map('string')|list", "loop",
    "s.title|replace('T', {}.items)", "[['a', {}.items]]|join(attribute=1)",
)  # fmt: skip


@pytest.mark.parametrize("printed", FORMLESS)
@pytest.mark.parametrize("name", ["x.html", "x.txt"])
def test_what_has_no_text_is_a_fault_of_its_line(project: Project, printed: str, name: str) -> None:
    content = (
        "{% macro row() %}a{% endmacro %}\n{% block b %}{% endblock %}\n{% for each in [1] %}\n"
        f"{{{{ {printed} }}}}\n{{% endfor %}}\n"
    )
    problems = problems_of(project, content, name, s=as_content(Thing("Titre")), t=Words())
    assert problems and all(f"templates/{name}:4:1: error: " in each for each in problems), problems
    assert " at 0x" not in str(problems)


def test_a_value_that_once_had_a_text_is_a_fault_when_it_has_none(project: Project) -> None:
    """The trace was recorded with a value that had a text."""
    project.write("templates/x.html", "\n{{ s.owner }}")
    problems = Problems()
    template = Templates(project.root, problems).get("x.html")
    template._text._warm_up = 0
    for _ in range(3):
        assert template.render({"s": as_content(Thing("a", "b"))}) == "\nb"
    assert template._text.filled
    for owner in (Thing("c"), len, iter([1])):
        with pytest.raises(Aborted):
            template.render({"s": as_content(Thing("a", owner))})
    assert {str(each.place) for each in problems} == {"templates/x.html:2:1"}


CHARACTERS = (
    r'"\x00"', r'"\ud800"', r'"\x1b[31m"', r'"\x7f"', r'"\x9b"', r'"\u202e"', r'"\u2066"', r'"\ufffe"', r'"\ufeff"',
    r'"\x0c"', r'"a" ~ "\x01"', r'"%c" % 0', r'"{:c}".format(0)', "s.title.translate({84: 0})",
    r'"\\x00".encode().decode("unicode_escape")', r'["\x00"]|join', r'{"a": "\x00"}.a', r'"\x02x\x03"',
    r'"\x02"|block if 0 else "\x03"', r's.title|replace("T", "\u202e")',
)  # fmt: skip


@pytest.mark.parametrize("printed", CHARACTERS)
@pytest.mark.parametrize("name", ["x.html", "x.txt", "social/x.txt"])
def test_a_character_that_cannot_be_seen_is_a_fault_of_its_line(project: Project, printed: str, name: str) -> None:
    problems = problems_of(project, f"a\n{{{{ {printed.replace('|block', '')} }}}}", name, s=as_content(Thing("Titre")))
    assert problems and all(f"templates/{name}:2:1: error: " in each and "U+" in each for each in problems), problems


def test_it_is_a_fault_of_the_file_that_prints_it(project: Project) -> None:
    project.write("templates/inner.html", "\n{{ x }}")
    project.write("templates/macro.html", "\n\n{% macro row(x) %}{{ x }}{% endmacro %}")
    ways = {
        "{% include 'inner.html' %}": "inner.html:2",
        "{% import 'macro.html' as m %}{{ m.row(x) }}": "macro.html:3",
        "{{ part('inner.html', x=x) }}": "inner.html:2",
        "{% set y %}{{ x }}{% endset %}{{ y }}": "x.html:1",
        "\n{% filter replace('a', x) %}a{% endfilter %}": "x.html:2",
        "\n{% filter e %}{% filter replace('a', x) %}a{% endfilter %}{% endfilter %}": "x.html:2",
    }
    for content, place in ways.items():
        problems = problems_of(project, content, x="\ud800")
        assert len(problems) == 1 and f"templates/{place}:1: error: " in problems[0] and "U+D800" in problems[0], (
            problems
        )


def test_a_recording_made_of_another_text_is_judged_as_well(project: Project) -> None:
    project.write("templates/x.html", r"""{{ s.title.replace("é", "\x00") }}""")
    problems = Problems()
    template = Templates(project.root, problems).get("x.html")
    template._text._warm_up = template._shape._warm_up = 0
    for render in (template.render, template.draw):
        for _ in range(3):
            render({"s": as_content(Thing("Titre"))})
        with pytest.raises(Aborted):
            render({"s": as_content(Thing("Été"))})
    assert template._text.filled and template._shape.filled
    assert [str(each.place) for each in problems] == ["templates/x.html:1:1"]


@pytest.mark.parametrize("name", ["site/foot.html", "email/head.css", "email/footer.txt", "strings/fr.toml"])
@pytest.mark.parametrize("character", ["\0", "\x1b", "\u202e", "\ufeff"])
def test_a_file_of_the_theme_holds_no_such_character(project: Project, name: str, character: str) -> None:
    project.announce()
    project.write(f"templates/{name}", f"\ufeff\n# {character}\n")
    done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root)
    guard.assert_sound(done)
    assert f"templates/{name}:2:3: error: U+{ord(character):04X}" in done.output
    assert "[control-character]" in done.output


@pytest.mark.parametrize("called", ["{}.get('a', {}.items)", "dict()", "[].__class__", "'{}'.format({}.items)"])
def test_what_a_called_function_gives_has_a_text(project: Project, called: str) -> None:
    problems = problems_of(
        project, f"\n{{% call {called if called.endswith(')') else called + '()'} %}}{{% endcall %}}"
    )
    assert problems and all("templates/x.html:2:1: error: " in each for each in problems), problems
    assert " at 0x" not in str(problems)


def test_marks_of_blocks_stay_in_snippets(project: Project) -> None:
    """A theme can make block marks with the filter only."""
    project.announce()
    for name, content in (
        ("email/footer.txt", '{{ "hook"|block }}'),
        ("social/x.txt", r'{{ "\x02nothing\x1f0\x1f0\x1f0\x03" }}Texte'),
        ("social/x.txt", r'{{ "\x02nothing\x03" }}Texte'),
        ("social/x.txt", r'{{ "\x1e" }}Texte'),
        ("social/x.txt", r'{{ "\x1e"|block }}Texte'),
    ):
        path = project.write(f"templates/{name}", f"\n{content}\n")
        done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root)
        guard.assert_sound(done)
        assert done.code == 0 if "0\\x1f" in content else f"templates/{name}:2:1: error: " in done.output, content
        path.unlink()
