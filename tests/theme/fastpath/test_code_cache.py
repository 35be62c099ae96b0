"""Test the cache of compiled templates: no damage to it changes what is built."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
import pytest

import newsletter
from newsletter.model.problems import Aborted, Problems
from newsletter.theme.fastpath.code_cache import CodeCache, open_cache
from newsletter.theme.templates import Templates
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a separate cache, which does not exist yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches/newsletter/templates"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Return a list that records the name of each template that Jinja compiles."""
    names: list[str | None] = []
    compile_template = jinja2.Environment.compile

    def watched(self: jinja2.Environment, source: str, name: str | None = None, *args: Any, **named: Any) -> Any:
        names.append(name)
        return compile_template(self, source, name, *args, **named)

    monkeypatch.setattr(jinja2.Environment, "compile", watched)
    return names


def render(project: Project, name: str = "x.html") -> str:
    problems = Problems()
    return Templates(project.root, problems, code_cache=open_cache((project.root,))).get(name).render({"a": "<é>"})


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_template_is_compiled_once(project: Project, folder: Path, compiled: list[str | None]) -> None:
    project.write("templates/x.html", "{{ a }}")
    assert [render(project) for _ in range(3)] == ["&lt;é&gt;"] * 3
    assert compiled == ["x.html"]
    assert oct(folder.stat().st_mode) == "0o40700"
    assert [oct(each.stat().st_mode) for each in entries(folder)] == ["0o100600"]


def test_another_source_or_name_is_another_entry(project: Project, folder: Path, compiled: list[str | None]) -> None:
    for name, content in (("x.html", "{{ a }}"), ("x.html", "{{ a }}!"), ("x.txt", "{{ a }}"), ("x.html", "{{ a }}")):
        project.write(f"templates/{name}", content)
        assert render(project, name) == (content.replace("{{ a }}", "<é>" if name == "x.txt" else "&lt;é&gt;"))
    assert compiled == ["x.html", "x.html", "x.txt"] and len(entries(folder)) == 3


def swap(folder: Path) -> None:
    contents = [each.read_bytes() for each in entries(folder)]
    for each, content in zip(entries(folder), contents[1:] + contents[:1], strict=True):
        each.write_bytes(content)


def change(edit: Callable[[Path], object]) -> Callable[[Path], None]:
    def changed(folder: Path) -> None:
        for each in entries(folder):
            edit(each)

    return changed


def turn_into_link(path: Path) -> None:
    path.rename(target := path.parent.parent / path.name)
    path.symlink_to(target)


def turn_into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "swapped": swap,
    "cut": change(lambda path: path.write_bytes(path.read_bytes()[:-9])),
    "empty": change(lambda path: path.write_bytes(b"")),
    "one bit": change(lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x7f")),
    "not code": change(lambda path: path.write_bytes(path.read_bytes()[:32] + b"i\x01\0\0\0")),
    "deleted": change(Path.unlink),
    "links": change(turn_into_link),
    "folders": change(turn_into_folder),
    "folder deleted": shutil.rmtree,
    "folder open to others": lambda folder: folder.chmod(0o770),
    "folder closed": lambda folder: folder.chmod(0o500),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_damage_changes_a_byte(project: Project, folder: Path, damage: str) -> None:
    project.announce()
    fresh, again = project.root.parent / "fresh", project.root.parent / "again"
    assert newsletter.build(project.root, now=NOW, out=fresh).ok
    assert len(entries(folder)) > 20
    DAMAGES[damage](folder)
    assert newsletter.build(project.root, now=NOW, out=again).ok
    assert contents(again) == contents(fresh)


def contents(outbox: Path) -> dict[str, bytes]:
    return {str(each.relative_to(outbox)): each.read_bytes() for each in outbox.rglob("*") if each.is_file()}


def test_a_link_is_not_a_cache(project: Project, folder: Path, tmp_path: Path) -> None:
    folder.parent.mkdir(parents=True)
    (elsewhere := tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(elsewhere)
    project.write("templates/x.html", "{{ a }}")
    assert render(project) == "&lt;é&gt;" and not entries(elsewhere)


@pytest.mark.parametrize("inside", ["projet", "projet/.cache", "boite", "boite/a"])
def test_nothing_is_cached_in_sources_or_outbox(
    project: Project, tmp_path: Path, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / inside))
    project.announce()
    assert newsletter.build(project.root, now=NOW, out=tmp_path / "boite").ok
    assert not list(tmp_path.rglob("newsletter/templates"))


@pytest.mark.parametrize("setting", [{"NEWSLETTER_PLAIN": "1"}, {"XDG_CACHE_HOME": "/proc"}])
def test_there_need_not_be_a_cache(setting: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert open_cache(()) is None and not folder.exists()


def test_without_the_variable_it_is_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert isinstance(open_cache(()), CodeCache)
    assert entries(tmp_path / ".cache/newsletter") == [tmp_path / ".cache/newsletter/templates"]


def test_a_full_folder_is_emptied(project: Project, folder: Path) -> None:
    assert open_cache(())
    for number in range(500):
        (folder / f"{number}").touch()
    project.write("templates/x.html", "{{ a }}")
    render(project)
    assert len(entries(folder)) == 1


def test_a_full_disk_leaves_no_half_entry(project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise OSError(28, "no space left on device")

    project.write("templates/x.html", "{{ a }}")
    monkeypatch.setattr(os, "replace", refuse)
    assert render(project) == "&lt;é&gt;" and not entries(folder)


def test_a_fault_has_its_line_when_the_code_comes_from_the_cache(project: Project, folder: Path) -> None:
    project.write("templates/x.html", "a\n\n{{ missing }}")
    reports = []
    for _ in range(2):
        problems = Problems()
        template = Templates(project.root, problems, code_cache=open_cache((project.root,))).get("x.html")
        with pytest.raises(Aborted):
            template.render({})
        reports.append([str(each) for each in problems])
    assert entries(folder) and reports[0] == reports[1] and "templates/x.html:3" in reports[0][0]
