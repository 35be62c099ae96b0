"""Test characters that only some functions accept as digits, and numbers that are too long."""

import pytest
from typer.testing import CliRunner

from newsletter.cli import app
from newsletter.importers import dates, office
from newsletter.rules.rendered.document import colour_of

LONG = "9" * 5_000  # int() refuses more than 4,300 digits


@pytest.mark.parametrize(
    ("written", "level"),
    [("1", 1), ("6", 6), ("7", 6), ("0", 1), ("", 1), ("²", 1), ("①", 1), ("٣", 1), ("-2", 1), ("2.5", 1), (LONG, 1)],
)
def test_levels_of_headings(written: str, level: int) -> None:
    assert office.heading_level(written) == level


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("3 ſeptembre 2024", "2024-09-03"), ("3 auguſt 2024", "2024-08-03"), ("3 juın 2024", "2024-06-03"),
        ("3 JUİN 2024", "2024-06-03"), ("3 JU\u0130LLET 2024", "2024-07-03"), ("٣ mars 2024", "2024-03-03"),
        ("² mars 2024", ""), ("0 mars 2024", ""), ("03/00/2024", ""), ("3 mars ٢٠٢٤", ""),
    ],
)  # fmt: skip
def test_dates_in_letters_that_pass_for_others(said: str, day: str) -> None:
    found = dates.dates(said)
    assert [each.value.isoformat() for each in found] == ([day] if day else [])


@pytest.mark.parametrize(
    ("value", "colour"),
    [("rgb(255, 0, 10)", "#ff000a"), ("rgb(999, 0, 0)", "#ff0000"), (f"rgb({LONG}, 0, 0)", ""), ("rgb(², 0, 0)", "")],
)
def test_colours_of_a_theme(value: str, colour: str) -> None:
    assert colour_of(value) == colour


@pytest.mark.parametrize("jobs", [LONG, "²", "٣", "-1", "65", ""])
def test_numbers_of_processes(jobs: str) -> None:
    result = CliRunner().invoke(app, ["build", "--jobs", jobs])
    assert result.exit_code == 2 and "from 1 to 64" in result.output
