"""Test that lines and columns are the same as when counted from the beginning."""

import random

import pytest

from newsletter.model.positions import Positions

TEXTS = [
    "",
    "a",
    "\n",
    "é\nà\n",
    "x" * 2000 + "\n" + "y" * 700,
    "é" * 3000,
    "🎉é\n\n" * 500 + "a" * 1500 + "\u00a0\nfin",
]


@pytest.mark.parametrize("text", TEXTS)
def test_places_are_those_of_counting(text: str) -> None:
    utf8 = text.encode()
    positions = Positions(utf8, first_line=7)
    numbers = {0, len(text), *random.Random(1).choices(range(len(text) + 1), k=200)}
    for number in numbers:
        before = text[:number]
        assert positions.character(len(before.encode())) == number
        expected = 7 + before.count("\n"), len(before) - before.rfind("\n")
        assert positions.line_and_column(number) == expected


def test_an_offset_behind_the_end_is_the_end() -> None:
    assert Positions("été".encode()).character(99) == 3
    assert Positions(b"ete").character(99) == 3
