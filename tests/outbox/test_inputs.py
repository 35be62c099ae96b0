"""Test that an unchanged build makes nothing, and a changed one gives the same as a fresh build."""

import io
import os
import shutil
import sys
import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

import newsletter
from newsletter import channels, pipeline
from newsletter.channels import CHANNELS
from newsletter.model.problems import Problems
from newsletter.outbox import inputs
from newsletter.outbox.publish import DiskFault
from newsletter.pipeline import render
from newsletter.theme import default as default_theme
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)
Edit = Callable[[Project], object]


def picture(colour: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (600, 300), colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def written(project: Project) -> Project:
    """Return a project with three announcements, a draft, a scheduled announcement and an issue file.

    One announcement has a picture and one expires.
    """
    project.complete()
    project.write("announcements/prix.png", picture("red"))
    project.announce(
        "2024-11-26-prix.md", "Texte, et [un lien](2024-11-25-salon.md).\n\n![Le prix](prix.png)", summary="Résumé."
    )
    project.announce("2024-11-25-salon.md", title="Le salon", summary="Résumé.")
    project.announce("2024-11-23-stage.md", title="Un stage", summary="Résumé.", expires="2024-12-20")
    project.announce("2024-11-24-brouillon.md", title="Brouillon", draft=True)
    project.announce("2024-12-10-demain.md", title="Plus tard", summary="Résumé.")
    project.write("announcements/issues/2024-11.md", "---\ntitle: Novembre\n---\n\nBonjour.\n")
    return project


def build(project: Project, now: datetime = NOW, out: Path | None = None) -> newsletter.Result:
    result = newsletter.build(project.root, now=now, out=out)
    assert result.ok, list(result.problems)
    return result


def tree(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that records the channels called from now on."""
    asked: list[str] = []
    real = channels.jobs
    monkeypatch.setattr(channels, "jobs", lambda name, *others: asked.append(name) or real(name, *others))
    return asked


def test_an_unchanged_project_is_read_and_nothing_is_made(written: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(written)
    before = tree(written.root / "outbox")
    asked = made(monkeypatch)
    second = build(written)
    assert (asked, second.files, second.written, second.removed) == ([], first.files, 0, 0)
    assert newsletter.build(written.root, now=NOW, force=True) == second
    assert asked
    assert tree(written.root / "outbox") == before


EDITS: dict[str, Edit] = {
    "a word": lambda p: p.announce("2024-11-25-salon.md", "Autre texte.", title="Le salon", summary="Résumé."),
    "a title": lambda p: p.announce("2024-11-25-salon.md", title="Un salon", summary="Résumé."),
    "a new announcement": lambda p: p.announce("2024-11-27-neuf.md", title="Neuf", summary="Résumé."),
    "an announcement less": lambda p: os.unlink(p.root / "announcements/2024-12-10-demain.md"),
    "a draft that is done": lambda p: p.announce("2024-11-24-brouillon.md", title="Fini", summary="Résumé."),
    "a picture": lambda p: p.write("announcements/prix.png", picture("blue")),
    "an issue's title": lambda p: p.write("announcements/issues/2024-11.md", "---\ntitle: Autre\n---\n\nBonjour.\n"),
    "an issue's words": lambda p: p.write("announcements/issues/2024-11.md", "---\ntitle: Novembre\n---\n\nSalut.\n"),
    "an issue file less": lambda p: os.unlink(p.root / "announcements/issues/2024-11.md"),
    "a setting": lambda p: p.write(
        "pyproject.toml", (p.root / "pyproject.toml").read_text().replace('"Exemple"', '"Autre"')
    ),
    "a template": lambda p: p.write("templates/social/card.html", "<p>Rien.</p>"),
    "a string": lambda p: p.write("templates/strings/fr.toml", 'read = "Lisez"\n'),
    "a stamp that is gone": lambda p: os.unlink(p.root / ".outbox.stamp"),
    "a file that is gone": lambda p: os.unlink(p.root / "outbox/site/index.html"),
    "a file edited by hand": lambda p: p.write("outbox/site/index.html", "x"),
    "a letter, by hand": lambda p: p.write(
        "outbox/site/index.html", (p.root / "outbox/site/index.html").read_bytes().replace(b"prix", b"prex")
    ),
    "a manifest that is none": lambda p: p.write("outbox/manifest.json", "{}"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_after_any_change_the_outbox_is_what_a_fresh_build_gives(written: Project, tmp_path: Path, edit: Edit) -> None:
    build(written)
    edit(written)
    build(written)
    build(written, out=tmp_path / "fresh")
    assert tree(written.root / "outbox") == tree(tmp_path / "fresh")
    assert build(written).written == 0


MOMENTS = {
    "the same day": (datetime(2024, 12, 1, 22, tzinfo=UTC), False),
    "one shows": (datetime(2024, 12, 11, tzinfo=UTC), True),
    "one has expired": (datetime(2024, 12, 21, tzinfo=UTC), True),
    "earlier, when less showed": (datetime(2024, 11, 26, tzinfo=UTC), True),
    "earlier, when an issue was open": (datetime(2024, 11, 30, 12, tzinfo=UTC), True),
}


@pytest.mark.parametrize(("now", "changes"), MOMENTS.values(), ids=MOMENTS)
def test_a_moment_counts_for_what_it_shows(
    written: Project, tmp_path: Path, now: datetime, changes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(written)
    asked = made(monkeypatch)
    build(written, now)
    assert bool(asked) is changes
    build(written, now, tmp_path / "fresh")
    assert tree(written.root / "outbox") == tree(tmp_path / "fresh")


def of(project: Project, channels: tuple[str, ...] = tuple(CHANNELS)) -> str:
    problems = Problems()
    opened = pipeline.open_project(project.root, problems)
    around = inputs.environment_hash(project.root, opened.settings)
    return inputs.fingerprint(around, pipeline.read(opened, NOW, problems), channels)


def test_the_program_counts_and_what_it_is_run_by(
    written: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {of(written)}
    assert {of(written), of(written, tuple(reversed(tuple(CHANNELS))))} == found
    found.add(of(written, ("email",)))
    library = tmp_path / "lib/some-1.0.dist-info"
    library.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "lib"), str(tmp_path / "none")])
    found.add(of(written))
    os.utime(library, ns=(0, 0))  # as after reinstallation
    found.add(of(written))
    library.rename(tmp_path / "lib/some-1.1.dist-info")
    os.utime(tmp_path / "lib/some-1.1.dist-info", ns=(0, 0))
    found.add(of(written))
    monkeypatch.setattr(sys, "version", "3.99")
    found.add(of(written))
    zone = tmp_path / "zones/Europe/Paris"
    zone.parent.mkdir(parents=True)
    zone.write_bytes(b"TZif")
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path / "zones"),))
    found.add(of(written))
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    found.add(of(written))
    copy = tmp_path / "package"
    shutil.copytree(Path(inputs.__file__).parents[1], copy)
    monkeypatch.setattr(inputs, "__file__", str(copy / "outbox/inputs.py"))
    assert of(written) in found
    (copy / "text/__init__.py").write_bytes(b"")
    found.add(of(written))
    shutil.copytree(default_theme.folder(), tmp_path / "default")
    monkeypatch.setattr(default_theme, "folder", lambda: tmp_path / "default")
    assert of(written) in found
    (tmp_path / "default/email/issue.mjml").write_bytes(b"")
    found.add(of(written))
    assert len(found) == 10


def test_what_cannot_be_read_is_no_fault(written: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = of(written)
    odd = os.fsdecode(b"\xff.html")
    written.write(f"templates/site/{odd}", "rien")
    real = Path.read_bytes

    def refusing(path: Path) -> bytes:
        if path.name == odd:
            raise PermissionError
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refusing)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "none"), __file__])
    assert of(written) == of(written) != before


@pytest.mark.parametrize("name", ["templates", "templates/social", "templates/social/card.html"])
def test_a_link_in_templates_is_noticed_and_never_followed(written: Project, tmp_path: Path, name: str) -> None:
    build(written)
    theme = tmp_path / "theme"
    theme.mkdir()
    os.symlink("/", theme / "everything")
    place = theme / (Path("templates/social/card.html").relative_to(name) if name[-1] != "l" else "card.html")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("<p>Rien.</p>")
    (written.root / name).parent.mkdir(parents=True, exist_ok=True)
    os.symlink(place if name.endswith(".html") else theme, written.root / name)
    result = newsletter.build(written.root, now=NOW)
    assert {problem.code for problem in result.problems if problem.level == "error"} == {"outside-project"}


def test_links_in_a_theme_count_and_what_is_behind_them_does_not(written: Project, tmp_path: Path) -> None:
    """A build refuses them; following them may take forever."""
    theme = tmp_path / "theme"
    theme.mkdir()
    written.write("templates/README", "Ici.")
    before = of(written)
    os.symlink(theme, written.root / "templates/social")
    linked = of(written)
    (theme / "card.html").write_text("<p>Rien.</p>")
    assert of(written) == linked != before


WHILE = {
    "a template": EDITS["a template"],
    "a string": EDITS["a string"],
    "a picture": EDITS["a picture"],
    "a picture less": lambda p: os.unlink(p.root / "announcements/prix.png"),
    "a word": EDITS["a word"],
    "a setting": EDITS["a setting"],
}


@pytest.mark.parametrize(("where", "when"), [(pipeline, "read"), (render, "open_templates")])
@pytest.mark.parametrize("edit", WHILE)
def test_what_is_changed_while_a_build_runs_and_back_is_not_taken_for_unchanged(
    written: Project, tmp_path: Path, edit: str, where: ModuleType, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(written.root)
    real = getattr(where, when)

    def edited(*args: object, **options: object) -> object:
        WHILE[edit](written)
        return real(*args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(where, when, edited)
        with suppress(DiskFault):  # raised for a deleted picture
            newsletter.build(written.root, now=NOW)
    for path in set(tree(written.root)) - set(before):
        if not path.startswith((".outbox", "outbox/")):
            os.unlink(written.root / path)
    for path, content in before.items():
        (written.root / path).write_bytes(content)
    build(written)
    build(written, out=tmp_path / "fresh")
    assert tree(written.root / "outbox") == tree(tmp_path / "fresh")


def test_what_is_wrong_with_what_was_made_is_reported_each_time(project: Project) -> None:
    project.complete()
    project.announce(title="Un prix", summary="Résumé.", social={"instagram": "Un prix"})
    first, second = build(project), build(project)
    assert [problem.code for problem in first.problems] == ["unused-snippet"]
    assert first.problems == second.problems


def test_a_fault_in_a_hidden_announcement_is_reported_though_nothing_changed(written: Project) -> None:
    build(written)
    written.announce("2024-11-24-brouillon.md", "![Rien](rien.png)", title="Brouillon", draft=True)
    result = newsletter.build(written.root, now=NOW)
    assert not result.ok
    assert [problem.code for problem in result.problems if problem.level == "error"] == ["missing-image"]


def test_another_choice_of_channels_is_another_build(written: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(written, out=out)
    newsletter.build(written.root, now=NOW, out=out, only=["feeds"])
    assert {path.split("/")[0] for path in tree(out)} == {"site", "manifest.json"}


def test_a_disk_that_takes_no_stamp_costs_time_only(written: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (written.root / ".outbox.stamp").mkdir()
    build(written)
    asked = made(monkeypatch)
    assert build(written).written == 0
    assert asked
