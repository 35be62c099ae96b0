"""Compare the outbox of small projects with the golden files in tests/cases/<name>/expected/."""

from pathlib import Path

import pytest

from support import golden


@pytest.mark.parametrize("case", golden.cases(), ids=lambda case: case.name)
def test_a_project_gives_what_it_gave(case: Path) -> None:
    """After an intended change, run `make golden` and read the differences."""
    if diff := golden.differences(golden.expected(case), golden.built(case)):
        pytest.fail(f"run `make golden` if this is intended:\n{diff}", pytrace=False)


def test_differences_are_shown_by_line() -> None:
    old = {"a.txt": "one\r\ntwo\r\n", "b.txt": "x", "empty": ""}
    assert golden.differences(old, old) == ""
    diff = golden.differences(old, {"a.txt": "one\r\n2\r\n", "c.png.sha256": "0\n"}).split("\n")
    assert {"--- expected/a.txt", "-two␍", "+2␍", "-x", "+0", "- empty, which is empty"} <= set(diff)


def test_binary_files_are_compared_by_hash() -> None:
    assert golden.as_text("a.txt", "é\r\n".encode()) == ("a.txt", "é\r\n")
    for content in (b"\xff", b"a\0"):
        name, digest = golden.as_text("a.png", content)
        assert name == "a.png.sha256" and len(digest) == 65
