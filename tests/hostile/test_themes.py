"""Test that an untrusted theme shows only the values passed to it, and reads and runs nothing else."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import BuiltinMethodType, MethodType
from typing import Any

import pytest
from jinja2 import Undefined

import newsletter
from newsletter.model.problems import Aborted, Problems
from newsletter.theme.content import View
from newsletter.theme.sandbox import is_shown
from newsletter.theme.templates import Template, Templates
from support import guard
from support.project import SETTINGS, Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)
SECRET = "geheim-4711"
NOTHING = re.compile(r"(?:Undefined|&#39;|[\[\]()', \n])*")  # harmless output of an attack that is not refused

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

# Each tries to escape the sandbox, or to read something that a theme must not see.
ATTACKS = (
    "cycler.__init__.__globals__.os.popen('id').read()",
    "joiner.__init__.__globals__",
    "namespace.__init__.__globals__",
    "lipsum.__globals__['os'].environ",
    "self.__init__.__globals__",
    "self._TemplateReference__context.environment",
    "loop.__class__",
    "part.__globals__",
    "part.func.__globals__",
    "''.__class__.__mro__[1].__subclasses__()",
    "()['__class__']",
    "().__class__|string",
    "''|attr('__class__')",
    "''|attr('__cla' ~ 'ss__')",
    "['']|map(attribute='__class__')|list",
    "['']|map('attr', '__class__')|list",
    "['']|selectattr('__class__')|list",
    "['']|groupby('__class__')",
    "['']|sort(attribute='__class__')",
    "['']|sum(attribute='__class__', start='')",
    "['']|join('-', '__class__')",
    "['']|unique(attribute='__class__')|list",
    "[story]|join('', '_of')",
    "'{0.__class__}'.format('')",
    "'{0.__class__.__mro__}'.format(story.title)",
    "'{x.__class__}'.format_map({'x': ''})",
    "('{0.__class__}'|safe).format('')",
    "'{0.__class__}'|attr('format')('')",
    "(['{0.__class__}']|map(attribute='format')|first)('')",
    "(story.title ~ '{0.__class__}').format('')",
    "story.title.format.__self__",
    "t.__call__.__globals__",
    "t.date.__func__.__globals__",
    "t('read_on', title='').__class__",
    "story._of",
    "story['_of']",
    "story|attr('_of')",
    "story.of.source.root",
    "story.of.source.readers[1]('a: b')",
    "story.of.source.text",
    "story.of.source.body",
    "shown[0][0].file.root",
    "shown[0][0].source.utf8_body",
    "story.addressing.target",
    "story.addressing['page']('x')",
    "story.look.link('x')",
    "story.of.date.now()",
    "publication.timezone.from_file(1)",
    "publication.timezone.clear_cache()",
    "brand.update(x=1)",
    "brand.clear()",
    "[1].append(2)",
    "{}.__setitem__('a', 1)",
    "range(10**9)|list",
    "words.templates",
    "words.problems.error(1, 'x', 'y')",
    "words.templates.root.joinpath('pyproject.toml').read_text()",
)


Given = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """Return the values passed to each template in a build, by template name."""
    project = Project(tmp_path_factory.mktemp("given"))
    project.write("pyproject.toml", SETTINGS + '[tool.newsletter.organisation]\nlogo = "announcements/logo.png"\n')
    project.write("announcements/logo.png", PNG)
    project.announce(
        tags=["a"], authors=["B"], event={"start": "2024-12-24"}, links=[{"title": "L", "url": "https://l.example/"}],
        action={"label": "L", "url": "https://l.example/"}, image={"src": "logo.png", "alt": "x"},
        attachments=[{"src": "logo.png", "title": "x"}],
    )  # fmt: skip
    project.announce("2024-11-26-prix.en.md", id="2024-11-26-prix", title="A prize")
    project.announce("2024-11-27-entwurf.md", title=SECRET, body=SECRET, draft=True)
    project.announce("2030-01-01-embargo.md", title=SECRET, body=SECRET)
    project.write("announcements/issues/2024-11.md", "---\ntitle: T\n---\n\nIntro.\n")
    found: Given = {}
    with pytest.MonkeyPatch.context() as patch:
        rendered = Template._rendered

        def watched(self: Template, values: dict[str, Any]) -> str:
            found.setdefault(self.name, dict(values))
            return rendered(self, values)

        patch.setattr(Template, "_rendered", watched)
        assert newsletter.build(project.root, now=NOW).ok
    return found


@pytest.mark.parametrize("kind", ["email/announcement.txt", "site/announcement.html", "site/index.html"])
def test_each_attack_is_a_problem_at_its_line(project: Project, given: Given, kind: str) -> None:
    """Try each attack in Jinja, during recording, and from the trace."""
    templates = Templates(project.root, Problems())
    for number, attack in enumerate(ATTACKS):
        name = f"{number}-{kind.replace('/', '-')}"
        project.write(f"templates/{name}", f"\n\n{{{{ {attack} }}}}")
        template = templates.get(name)
        template._text._warm_up = template._shape._warm_up = 0
        for render in (template.render, template.draw) * 2:
            before = len(templates.problems)
            try:
                found = render(given[kind])
            except Aborted:
                assert f"templates/{name}:3:1" in map(str, (problem.place for problem in templates.problems)), attack
            else:
                shown = found if isinstance(found, str) else found[0]
                assert NOTHING.fullmatch(shown) and len(templates.problems) == before, (attack, shown)


def test_templates_reach_data_only(given: Given, tmp_path: Path) -> None:
    """From its values, a theme reaches no file, no hidden announcement, and only the intended functions."""
    environment = Templates(tmp_path, Problems())._environment
    reached: dict[int, tuple[str, Any]] = {}
    kinds: set[type] = set()
    ahead = [(name, value) for values in given.values() for name, value in values.items() if not callable(value)]
    ahead += [("t", values["t"]) for values in given.values() if "t" in values]
    while ahead:
        path, value = ahead.pop()
        if id(value) in reached or path.count(".") > 12:
            continue
        reached[id(value)] = path, value
        if type(value) not in kinds:  # look inside one text only
            ahead += [(f"{path}.{name}", found) for name, found in attributes(environment, value)]
        if isinstance(value, (str, int, date, MethodType, BuiltinMethodType)):
            kinds.add(type(value))
        if isinstance(value, dict):
            ahead += [(f"{path}[]", each) for pair in value.items() for each in pair]
        elif isinstance(value, (tuple, list)):
            ahead += [(f"{path}[]", each) for each in value]
    paths = {path for path, _ in reached.values()}
    assert len(reached) > 500 and {"story.title", "publication.sender.email"} <= paths
    for path, value in reached.values():
        assert not callable(value) or hasattr(value, "__self__") or is_shown(value) or "format" in value.__name__, path
        assert not isinstance(value, str) or not re.search(rf"/given0|{SECRET}", value), path


def attributes(environment: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes and items of a value that a template can see."""
    of = value._of if isinstance(value, View) else value
    for name in {*dir(of), *getattr(of, "__dict__", ())}:
        try:
            found = environment.getattr(value, name)
        except (Aborted, AttributeError, TypeError, ValueError):
            continue
        if not isinstance(found, Undefined):
            yield name, found


def test_nothing_that_a_theme_can_print_names_a_place_of_this_machine(given: Given) -> None:
    for name, values in given.items():
        for key, value in values.items():
            printed = f"{value} {value!r} {getattr(value, '_of', '')!r}"
            assert not re.search(r"/given0|Path\(|newsletter/src|site-packages", printed), (name, key, printed[:300])


LEAVING = ("../pyproject.toml", "../../pyproject.toml", "/etc/hostname", "web/../../pyproject.toml", ".git/config", "",
           "./site/links.html", "web//links.html", "web/.links.html", "file:///etc/hostname")  # fmt: skip


@pytest.mark.parametrize("form", ["include", "extends", "import", "from", "part"])
def test_no_template_is_read_outside_the_theme(project: Project, form: str) -> None:
    """Try relative, absolute and hidden paths, in every construct that names a template."""
    forms = {
        "include": "{{% include '{0}' %}}",
        "extends": "{{% extends '{0}' %}}",
        "import": "{{% import '{0}' as x %}}",
        "from": "{{% from '{0}' import x %}}",
        "part": "{{{{ part('{0}') }}}}",
    }
    project.write("templates/.git/config", SECRET)
    project.write("templates/web/.links.html", SECRET)
    templates = Templates(project.root, Problems())
    for number, path in enumerate(LEAVING):
        project.write(f"templates/{number}.txt", "\n" + forms[form].format(path))
        with pytest.raises(Aborted):
            templates.get(f"{number}.txt").render({})
        assert ("missing-template", f"templates/{number}.txt") in {(p.code, p.place.path) for p in templates.problems}


@pytest.mark.parametrize(
    ("link", "to"),
    [
        ("templates/email/announcement.txt", "../../pyproject.toml"),
        ("templates/email/prose.css", "../../pyproject.toml"),
        ("templates/strings/fr.toml", "../../pyproject.toml"),
        ("templates/email", "../announcements"),
        ("templates", "announcements"),
        ("templates", "/"),
        ("templates/themes/mine", "/"),
    ],
)
def test_a_link_in_the_theme_is_not_followed(project: Project, link: str, to: str) -> None:
    """The search for changes does not follow it either: the target may be the whole disk."""
    project.announce()
    project.write("announcements/announcement.txt", SECRET)
    if "mine" in link:
        project.write("pyproject.toml", SETTINGS.replace("[tool.newsletter.s", 'theme = "mine"\n[tool.newsletter.s'))
    path = project.root / link
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(to)
    done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root, seconds=20)
    guard.assert_sound(done)
    # If the link puts everything inside templates/, the outbox is there, too.
    expected = (
        "outbox:1:1: error: this is inside 'templates'" if (link, to) == ("templates", "/") else f"{link}:1:1: error: "
    )
    assert (
        done.code == 1 and expected in done.output and ("symbolic link" in done.output or expected.startswith("outbox"))
    )


READING = {
    "email/inline.css": "@import url(file://{0});\n@import '{0}';\np {{ background: url(file://{0}) }}\n",
    "email/head.css": "@import url(file://{0});\np {{ background: url(file://{0}) }}\n",
    "email/prose.css": "p {{ background: url(file://{0}) }}\n",
    "email/footer.txt": "{{% include '{0}' %}}",
    "email/blocks.mjml": "<mj-include path='{0}' />",
    "email/announcement.mjml": "<mjml><mj-head><mj-include path='{0}' type='css' /></mj-head>"
    "<mj-body></mj-body></mjml>",
    "email/issue.mjml": "<mjml><mj-body><mj-raw><link rel='stylesheet' href='{0}'><STYLE>@import url(file://{0});</STYLE>"
    "<style>@import url('{0}');</style></mj-raw></mj-body></mjml>",
    "email/story.mjml": "<mj-text><mj-include path='{0}' /></mj-text>",
    "site/layout.html": "<!DOCTYPE html [<!ENTITY x SYSTEM 'file://{0}'>]><link rel='stylesheet' href='{0}'>&x;",
    "feeds/entry.html": "<!DOCTYPE x [<!ENTITY x SYSTEM 'file://{0}'>]>&x;<img src='file://{0}'>",
}


@pytest.mark.parametrize("name", READING)
def test_no_style_sheet_or_mail_reads_a_file(project: Project, name: str) -> None:
    project.announce()
    secret = project.write("secret.txt", f"p {{ color: {SECRET} }}")
    project.write(f"templates/{name}", READING[name].format(secret))
    result = newsletter.build(project.root, now=NOW)
    assert result.ok or any(problem.level == "error" for problem in result.problems)
    written = [path for path in (project.root / "outbox").rglob("*") if path.is_file()]
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]
    assert SECRET not in str((*result.problems, *newsletter.find_problems(project.root, now=NOW)))
