"""Test that the wheel is complete: build it without a network and use it outside the checkout."""

import os
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from support.paths import ROOT


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a new environment with the wheel and its dependencies, but not the checkout.

    A line in a .pth file adds the current environment's packages to the path. Python does not process
    .pth files in a folder added this way, so an editable install stays hidden.
    """
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:  # all that an installer does with a pure Python wheel
        archive.extractall(packages)
    (packages / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return folder / "venv/bin/python"


def run(python: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    command = [str(python), "-P", "-m", "newsletter", *words]
    return subprocess.run(command, cwd=python.parent, env=clean, capture_output=True, text=True, check=False)


def test_a_project_from_the_wheel_alone(python: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [str(python), "-P", "-c", "import newsletter; print(newsletter.__file__)"],
        cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(python.parents[1])), "newsletter was not imported from the wheel"
    project = tmp_path / "lettre"
    for words in (
        ("init", str(project), "--now", "2024-12-01"),
        ("check", "-C", str(project), "--now", "2024-12-01", "--strict"),
        ("build", "-C", str(project), "--now", "2024-12-01"),
        ("theme", "copy", "email/layout.mjml", "-C", str(project)),
        ("new", "Un prix", "--kind", "award", "-C", str(project), "--date", "2024-12-01"),
    ):
        result = run(python, *words)
        assert result.returncode == 0, (words, result.stdout, result.stderr)
    assert list((project / "outbox/email/announcements").glob("*.eml"))
    assert (project / "outbox/site/index.html").exists()
    assert (project / "templates/email/layout.mjml").exists()


@pytest.mark.loopback
def test_the_preview_from_the_wheel_alone(python: Path, tmp_path: Path) -> None:
    project = tmp_path / "lettre"
    assert run(python, "init", str(project), "--now", "2024-12-01").returncode == 0
    words = ("preview", "-C", str(project), "--port", "0", "--no-open")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    command = [str(python), "-P", "-m", "newsletter", *words]
    with subprocess.Popen(command, cwd=tmp_path, env=clean, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            address = server.stderr.readline().split()[1]
            for path in ("", "calendar", "own/preview.css", "own/preview.js", "site/index.html"):
                with urllib.request.urlopen(address + path, timeout=20) as answer:
                    assert answer.status == 200 and answer.read(), path
        finally:
            server.terminate()
