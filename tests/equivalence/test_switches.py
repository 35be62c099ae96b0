"""Test that switching off one or all fast paths changes no byte of the outbox.

Mails are compared after decoding, because quoted-printable soft line breaks depend on where a mail is
split into pieces.
"""

import email
import email.policy
from collections.abc import Mapping
from pathlib import Path

import pytest
from bench import corpus

import newsletter
from newsletter import pipeline
from newsletter.model.problems import Problems
from newsletter.model.switches import FAST_PATHS, is_on
from support.golden import NOW, as_text, cases, expected, read
from support.processes import single_threaded

LATER = NOW.replace(year=2060)


def comparable(files: Mapping[str, bytes]) -> dict[str, object]:
    return {path: decoded(content) if path.endswith(".eml") else content for path, content in files.items()}


def decoded(content: bytes) -> list[object]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    return [
        [*((name, str(value)) for name, value in part.items()), None if part.is_multipart() else part.get_content()]
        for part in message.walk()
        if part.get_content_type() != "multipart/alternative"
    ]


def outbox(root: Path, out: Path, jobs: int) -> dict[str, object]:
    problems = Problems()
    pipeline.publish(pipeline.open_project(root, problems), LATER, problems, out, jobs=jobs)
    return comparable(read(out))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of sixty announcements, many with the same shape."""
    root = tmp_path_factory.mktemp("corpus")
    corpus.write(root, 60)
    return root


@pytest.fixture(scope="module")
def fast(project: Path) -> dict[str, object]:
    """Return the project's outbox, built with all fast paths."""
    return outbox(project, project.parent / "fast", 1)


@pytest.mark.parametrize("off", ["1", *FAST_PATHS])
def test_a_project_is_the_same_without_a_fast_path(
    project: Path, fast: dict[str, object], off: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PLAIN", off)
    assert not any(is_on(name) for name in (FAST_PATHS if off == "1" else (off,)))
    plain = outbox(project, tmp_path / "plain", 1)
    assert plain.keys() == fast.keys()
    assert [path for path in plain if plain[path] != fast[path]] == []


@pytest.mark.parametrize("jobs", [2, 7])
@single_threaded
def test_processes_change_no_byte(project: Path, fast: dict[str, object], jobs: int, tmp_path: Path) -> None:
    assert outbox(project, tmp_path / "out", jobs) == fast


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_golden_projects_are_the_same_in_the_plain_way(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PLAIN", "1")
    assert newsletter.build(case, now=NOW, out=tmp_path / "out").ok
    texts = dict(as_text(path, content) for path, content in read(tmp_path / "out").items())
    plain = {path: content.encode() for path, content in texts.items()}
    golden = {path: content.encode() for path, content in expected(case).items()}
    assert comparable(plain) == comparable(golden)
