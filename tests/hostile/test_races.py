"""Test files and folders replaced by links while they are read: no link target is published."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import newsletter
from newsletter.load import read, safe_open
from newsletter.load.asset_copy import Changed, published
from newsletter.load.assets import AssetRefused, ProjectFiles
from newsletter.model.problems import Problems
from newsletter.pipeline import render
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)
OWN, SECRET = b"%PDF-1.4 own", b"%PDF-1.4 secret"
SOURCE = "announcements/2024-11-26-prix.md"


@pytest.fixture
def attached(project: Project, tmp_path: Path) -> Project:
    """Return a project with an attachment, and an outside folder with a file of the same name."""
    project.write("announcements/files/a.pdf", OWN)
    project.announce(attachments=[{"src": "files/a.pdf", "title": "Un"}])
    Project(tmp_path).write("outside/files/a.pdf", SECRET)
    return project


def exchange_folder(project: Project) -> None:
    files = project.root / "announcements/files"
    files.rename(files.with_name("before"))
    files.symlink_to(project.root.parent / "outside/files")


def exchange_file(project: Project) -> None:
    file = project.root / "announcements/files/a.pdf"
    file.unlink()
    file.symlink_to(project.root.parent / "outside/files/a.pdf")


def exchange_both_alike(project: Project) -> None:
    """Point the link at a file with the checked content: the path is still wrong."""
    (project.root.parent / "outside/files/a.pdf").write_bytes(OWN)
    exchange_folder(project)


def overwrite(project: Project) -> None:
    (project.root / "announcements/files/a.pdf").write_bytes(SECRET)


@pytest.mark.parametrize("built_before", [False, True])
@pytest.mark.parametrize("exchange", [exchange_folder, exchange_file, exchange_both_alike, overwrite])
def test_what_is_exchanged_between_check_and_copy_is_not_published(
    attached: Project, exchange: Callable[[Project], None], built_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if built_before:
        assert newsletter.build(attached.root, now=NOW).ok
    real = render.open_templates

    def overlap(*args: object, **named: object) -> object:
        exchange(attached)
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "open_templates", overlap)
    result = newsletter.build(attached.root, now=NOW, force=True)
    errors = [problem for problem in result.problems if problem.level == "error"]
    assert [(problem.code, problem.place.path) for problem in errors] == [("changed-file", "announcements/files/a.pdf")]
    found = {path.read_bytes() for path in (attached.root / "outbox").rglob("*.pdf")}
    assert found == ({OWN} if built_before else set())


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "fallback"])
def test_a_folder_exchanged_while_its_path_is_walked_leads_nowhere(
    attached: Project, relative: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_open, "OPENS_RELATIVE", relative)
    files = ProjectFiles(attached.root)

    def enter(folder: str, start: safe_open.Start) -> None:
        if folder == "announcements":
            exchange_folder(attached)

    with pytest.raises(OSError, match="symbolic links"):
        safe_open.open_beneath(str(attached.root), "announcements/files/a.pdf", enter)
    with pytest.raises(AssetRefused, match="symbolic link"):
        files.find(SOURCE, "files/a.pdf")


@pytest.mark.skipif(not safe_open.OPENS_RELATIVE, reason="the fallback notices this only afterwards")
def test_a_folder_exchanged_after_it_was_opened_changes_nothing(attached: Project) -> None:
    def enter(folder: str, start: safe_open.Start) -> None:
        if folder == "announcements/files":
            exchange_folder(attached)

    handle = safe_open.open_beneath(str(attached.root), "announcements/files/a.pdf", enter)
    assert safe_open.read(handle, 100) == OWN


def test_the_fallback_notices_a_folder_exchanged_after_it_was_looked_at(
    attached: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_open, "OPENS_RELATIVE", False)

    def enter(folder: str, start: safe_open.Start) -> None:
        if folder == "announcements/files":
            exchange_folder(attached)

    with pytest.raises(OSError, match="symbolic links"):
        safe_open.open_beneath(str(attached.root), "announcements/files/a.pdf", enter)
    handle = safe_open.open_beneath(str(attached.root.parent / "outside"), "files/a.pdf")
    assert safe_open.read(handle, 100) == SECRET


def test_a_folder_that_flickers_never_gives_what_is_behind_the_link(attached: Project, tmp_path: Path) -> None:
    secret = Project(tmp_path).write("outside/files/a.md", "---\ntitle: Secret\ndate: 2024-11-26\n---\n")
    attached.write("announcements/files/a.md", "---\ntitle: Un\ndate: 2024-11-26\n---\n")
    folder, aside = attached.root / "announcements/files", attached.root / "announcements/aside"
    link = attached.root / "announcements/link"
    link.symlink_to(secret.parent)
    stop, swaps = threading.Event(), 0

    def flicker() -> None:
        nonlocal swaps
        while not stop.is_set():
            os.rename(folder, aside)
            os.rename(link, folder)
            os.rename(folder, link)
            os.rename(aside, folder)
            swaps += 1

    thread = threading.Thread(target=flicker)
    thread.start()
    seen = {"refused": 0, "read": 0}
    try:
        for _ in range(2000):
            try:
                asset = ProjectFiles(attached.root).find(SOURCE, "files/a.pdf")
                assert b"".join(published(asset)) == OWN
                seen["read"] += 1
            except (AssetRefused, Changed):
                seen["refused"] += 1
            source = read(attached.root, "announcements/files/a.md", Problems())
            assert source is None or dict(source.values)["title"] == "Un"
    finally:
        stop.set()
        thread.join()
    assert swaps and seen["read"], (swaps, seen)


def test_only_plain_relative_paths_are_opened(attached: Project) -> None:
    root = str(attached.root)
    for path in ("", "/etc/passwd", "../outside/files/a.pdf", "announcements/../pyproject.toml", "./a", "a//b", "a\0b"):
        with pytest.raises(ValueError, match=r"path|null"):
            safe_open.open_beneath(root, path)
    before = len(os.listdir("/dev/fd"))
    for path in ("announcements", "none/a", "pyproject.toml/a", "x" * 300):
        with pytest.raises(OSError, match=path[:5]):
            safe_open.open_beneath(root, path)
    assert len(os.listdir("/dev/fd")) == before
