"""Test that each file under tests/problems/ gives exactly the problems that it expects.

`# expect: code other-code` marks a line with faults; `# expect@7: code` refers to another line.
"""

import re
import shutil
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from newsletter import pipeline
from newsletter.model.problems import Aborted, Place, Problem, Problems
from support.pictures import png
from support.problem_cases import CASES, SETTINGS, expectations

NOW = datetime(2024, 12, 1, tzinfo=UTC)


ANNOUNCEMENT = "---\ntitle: Un titre\ndate: 2024-11-26\nid: un-titre\n---\n\nTexte.\n"


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def archive(path: Path, name: str, content: str) -> None:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(name, content)


def found(root: Path) -> Iterator[tuple[str, int, str]]:
    problems = Problems()
    try:
        project = pipeline.open_project(root, problems)
        pipeline.find_problems(project, NOW, problems)
    except Aborted:
        assert problems.fatal
    for problem in problems:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem.code)
        assert problem.message
        yield problem.place.path, problem.place.line, problem.code


def prepare(case: Path, root: Path) -> None:
    if case.is_dir():
        shutil.copytree(case, root, dirs_exist_ok=True)
    else:
        (root / "announcements").mkdir(parents=True)
        shutil.copy(case, root / "announcements" / case.name)
    if not (root / "newsletter.toml").exists():
        (root / "newsletter.toml").write_text(SETTINGS)
    images = root / "announcements/images"
    if not images.parent.exists():
        images.parent.mkdir()
        (images.parent / "a.md").write_text(ANNOUNCEMENT)
    images.mkdir(exist_ok=True)
    pictures = {"carre": png(), "lourde": png(1_000_001), "moyenne": png(250_000), "large": png(width=1300)}
    pictures |= {f"legere{number}": png(170_000 + 10 * number) for number in range(1, 6)}
    for name, content in pictures.items():
        (images / f"{name}.png").write_bytes(content)
    Image.new("RGB", (1, 1)).save(images / "photo.webp")
    (images / "texte.png").write_text("pas une image")
    (images / "film.mp4").write_bytes(
        box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", box(b"udta", box(b"\xa9xyz", b"+49+002/")))
    )
    archive(images / "suivi.docx", "word/document.xml", "<w:p><w:ins w:author='A'/></w:p>")
    archive(images / "annote.odt", "content.xml", "<office:annotation>Non</office:annotation>")


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.stem)
def test_each_problem_is_found_at_its_line(case: Path, tmp_path: Path) -> None:
    prepare(case, tmp_path)
    expected = set(expectations(tmp_path))
    assert expected, "this file expects nothing"
    assert set(found(tmp_path)) == expected


def test_a_file_named_for_a_code_expects_it() -> None:
    for case in CASES.glob("*.md"):
        assert case.stem in case.read_bytes().decode("utf-8", "replace"), case


def test_problems_are_counted_each_once() -> None:
    problems = Problems(ignore=frozenset({"c"}), raised=frozenset({"d"}))
    assert problems.count("error") == 0 and not problems.fatal
    for code in ("a", "b", "b", "c", "d"):
        problems.warning(Place("a.md"), code, "x")
    problems.extend([Problem(Place("a.md"), "a", "warning", "x"), Problem(Place("a.md", 2), "a", "info", "x")])
    assert [problems.count(level) for level in ("error", "warning", "info")] == [1, 2, 1] and len(problems) == 4
    assert problems.fatal and Problems().fatal is False
