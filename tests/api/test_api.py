"""Test the public Python API."""

from datetime import UTC, datetime

import pytest

import newsletter
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)


def test_build_and_build_again(project: Project) -> None:
    project.announce()
    result = newsletter.build(project.root, now=NOW)
    assert result.ok and result.problems == () and result.written == result.files > 0
    assert (project.root / "outbox/email/announcements/prix.eml").exists()
    assert newsletter.build(str(project.root), now=NOW).written == 0


def test_only_with_another_outbox(project: Project) -> None:
    project.announce()
    result = newsletter.build(project.root, now=NOW, out=project.root.parent / "x", only=["email"])
    assert result.ok and {p.name for p in (project.root.parent / "x").iterdir()} == {"email", "manifest.json"}


def test_errors_come_back_and_nothing_is_written(project: Project) -> None:
    project.announce(date="demain")
    result = newsletter.build(project.root, now=NOW)
    assert not result.ok and [problem.code for problem in result.problems] == ["bad-date"]
    assert not (project.root / "outbox").exists()
    assert newsletter.find_problems(project.root, now=NOW) == result.problems


def test_strict(project: Project) -> None:
    project.announce(id=None)
    assert newsletter.build(project.root, now=NOW).ok
    assert not newsletter.build(project.root, now=NOW, strict=True).ok


def test_wrong_calls(project: Project) -> None:
    with pytest.raises(ValueError, match="aware"):
        newsletter.build(project.root, now=datetime(2024, 12, 1))
    with pytest.raises(ValueError, match="`only` requires `out`"):
        newsletter.build(project.root, now=NOW, only=["email"])
    with pytest.raises(ValueError, match="may contain"):
        newsletter.build(project.root, now=NOW, only=["fax"], out="x")


def test_exceptions_have_public_names(project: Project) -> None:
    project.announce()
    with pytest.raises(newsletter.DiskFault):
        newsletter.build(project.root, now=NOW, out=project.write("fichier", "x") / "outbox")
    assert {"Busy", "DiskFault", "WorkerLost"} <= set(newsletter.__all__)
    assert all(issubclass(getattr(newsletter, name), Exception) for name in ("Busy", "DiskFault", "WorkerLost"))


def test_count() -> None:
    found = newsletter.count("Été à Genève\u00a0!")
    assert (found["x"]["count"], found["bluesky"]["bytes"], found["sms"]["encoding"]) == (14, 19, "UCS-2")
