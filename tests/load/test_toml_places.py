"""Test the positions of our keys in TOML, even if another tool has a key of the same name."""

import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import pipeline
from newsletter.load.toml_places import key_places
from newsletter.model.problems import Place, Problems
from support.project import SETTINGS, Project

TOOLS = '''[tool.ruff]
ignore = ["E501"]
check = {ignore = ["plain-htp"]}

[tool.ruff.lint]
ignore = ["E501"] # check.ignore = []
text = """
[tool.newsletter.check]
ignore = ["plain-htp"]
"""

'''
HEAD, _, REST = SETTINGS.removeprefix("[tool.newsletter]\n").partition("\n[tool.newsletter.sender]\n")
SENDER = "\n[tool.newsletter.sender]\n" + REST
OURS = f"[tool.newsletter]\n{HEAD}"
WHOLE = f"{OURS}{SENDER}"
INLINE = f"{HEAD}sender = {{name = 'A', email = 'a@b.example'}}\n"
DOTTED = f"{HEAD}sender.name = 'A'\nsender.email = 'a@b.example'\n"


@pytest.mark.parametrize(
    ("name", "before", "ours", "begins"),
    [
        ("pyproject.toml", WHOLE, '[tool.newsletter.check]\nignore = ["x-y"]\n', "ignore ="),
        ("pyproject.toml", OURS, f'check.ignore = ["x-y"]\n{SENDER}', "ignore ="),
        ("pyproject.toml", OURS, f'check = {{error = [], ignore = ["x-y"]}}\n{SENDER}', "ignore ="),
        ("pyproject.toml", WHOLE, '[tool.newsletter."check"]\n"ignore" = ["x-y"]\n', '"ignore"'),
        ("pyproject.toml", WHOLE,
         "['tool' . newsletter.check] # ignore =\n  'ignore' = [\n'x-y']\n", "'ignore'"),
        ("pyproject.toml", OURS,
         f'"ch\\u0065ck" . "ignor\\u0065" = ["x-y"]\n{SENDER}', '"ignor\\u0065"'),
        ("newsletter.toml", INLINE, '[check]\nignore = ["x-y"]\n', "ignore ="),
        ("newsletter.toml", INLINE, '[check]\r\nignore = ["x-y"]\r\n', "ignore ="),
        ("newsletter.toml", DOTTED, "check.ignore = ['x-y']\n", "ignore ="),
        ("newsletter.toml", DOTTED,
         "[check.audience]\ngmail = 1\n[check]\nignore = ['x-y']\n", "ignore ="),
    ],
)  # fmt: skip
def test_a_fault_in_our_settings_is_reported_at_our_key(
    project: Project, name: str, before: str, ours: str, begins: str
) -> None:
    (project.root / "pyproject.toml").unlink()
    content = (TOOLS if name == "pyproject.toml" else "") + before + ours
    project.write(name, content)
    problems = Problems()
    pipeline.find_problems(pipeline.open_project(project.root, problems), datetime(2024, 12, 1, tzinfo=UTC), problems)
    (found,) = (each for each in problems if each.code == "unknown-code")
    at = content.rindex(begins)
    assert found.place == Place(name, content.count("\n", 0, at) + 1, at - content.rfind("\n", 0, at))


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("brand", '[tool.newsletter.brand]\nmuted = "#aaaaaa"\n'),
        ("unsubscribe", '[tool.newsletter.unsubscribe]\nmailto = "a@b.example"\n'),
        ("organisation", '[tool.newsletter.organisation]\nname = "A"\n'),
    ],
)
def test_other_keys_of_ours_are_distinguished_from_those_of_other_tools(project: Project, key: str, ours: str) -> None:
    others = "[tool.x]\nmuted = 1\nunsubscribe = 2\norganisation = 3\n\n"
    project.write("pyproject.toml", f"{others}{SETTINGS}\n{ours}")
    project.announce()
    problems = Problems()
    pipeline.find_problems(pipeline.open_project(project.root, problems), datetime(2024, 12, 1, tzinfo=UTC), problems)
    reported = [each.place for each in problems if each.place.path == "pyproject.toml" and each.place.line > 1]
    lines = f"{others}{SETTINGS}\n".count("\n")
    expected = {"brand": (lines + 2, 1), "unsubscribe": (lines + 1, 18), "organisation": (lines + 1, 18)}[key]
    assert expected in [(place.line, place.column) for place in reported]
    assert not [place for place in reported if place.line <= 5]


def test_every_key_of_toml_has_its_place() -> None:
    content = (
        'a.b = {c = [{d = 1}, {d = 2, "e f" = """x = 1\n[y]\n"""}], g = "]"}\n'
        "h = [\n  1, # i = 2\n  {j = '}'},\n]\n[[k.l]]\nm = 2024-01-01\n[[k.l]]\nm = 1\n[a.n]\n'o' = {}\np = 0\n"
    )
    assert tomllib.loads(content)["h"] == [1, {"j": "}"}]
    assert {".".join(key): place for key, place in key_places(content).items()} == {
        "a": (1, 1), "a.b": (1, 3), "a.b.c": (1, 8), "a.b.c.d": (1, 14), "a.b.c.e f": (1, 30), "a.b.g": (3, 8),
        "h": (4, 1), "h.j": (6, 4), "k": (8, 3), "k.l": (8, 5), "k.l.m": (9, 1), "a.n": (12, 4),
        "a.n.o": (13, 1), "a.n.p": (14, 1),
    }  # fmt: skip


@pytest.mark.parametrize("part", ["{a=", "[", "a.", '"""', "'''", '"', "a={b=1},", '""" ', "]", "}", "\\", "[a]\n"])
def test_places_are_found_in_linear_time(part: str) -> None:
    assert len(key_places(part * (300_000 // len(part)))) <= 30


@given(st.text("ab=.,[]{}\"'#\\\n "))
def test_keys_have_places_whatever_stands_in_a_file(content: str) -> None:
    for line, column in key_places(content).values():
        assert 1 <= column <= len(content.split("\n")[line - 1])
