"""Test that several processes find the same problems as one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench import corpus

from newsletter import pipeline
from newsletter.model.problems import Problem, Problems
from support.processes import single_threaded

NOW = datetime(2060, 1, 1, tzinfo=UTC)


def found(root: Path, jobs: int, wanted: str = "-") -> tuple[list[Problem], list[str], int]:
    """Return a project's problems, the paths of the wanted files, and the total number of files."""
    problems = Problems()
    project = pipeline.open_project(root, problems)
    files = list(
        pipeline.inspect(project, NOW, problems, jobs=jobs, is_wanted=lambda path: path.startswith(wanted))
    )  # fmt: skip
    return list(problems), sorted(each.path for each in files if each), len(files)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of forty announcements, with theme faults that show only across all pages."""
    root = tmp_path_factory.mktemp("inspected")
    corpus.write(root, 40)
    (root / "templates/site").mkdir(parents=True)
    (root / "templates/site/links.html").write_text("<a href='nulle-part.html'>Rien</a>\n")
    (root / "templates/site/foot.html").write_text("\n<p id='deux'>Un</p><p id='deux'>Deux</p>\n")
    (root / "templates/email").mkdir()
    (root / "templates/email/head.css").write_text(".hero { color: red!important }\n")
    return root


@single_threaded
def test_several_processes_find_what_one_finds(project: Path) -> None:
    alone = found(project, 1, "email/issues/")
    assert {"broken-page-link", "duplicate-html-id", "fragile-css"} <= {each.code for each in alone[0]}
    assert alone[1] and alone[2] > 400
    for jobs in (2, 3):
        assert found(project, jobs, "email/issues/") == alone
