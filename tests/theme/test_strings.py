"""Test dates, times, sizes and strings in French and English."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from newsletter.model import Event
from newsletter.model.problems import Aborted, Problems
from newsletter.theme import default as default_theme
from newsletter.theme.content import Content
from newsletter.theme.string_files import load_strings
from newsletter.theme.strings import Strings
from newsletter.theme.templates import Templates
from support.paths import ROOT

PARIS = ZoneInfo("Europe/Paris")
NIGHT = datetime(2024, 11, 30, 23, 30, tzinfo=UTC)  # 0:30 on 1 December in Paris


def words(lang: str) -> Strings:
    return Strings(lang, load_strings(Templates(ROOT, Problems()), lang), PARIS)


@pytest.mark.parametrize(
    ("lang", "date", "day", "time"),
    [
        ("fr", "1 décembre 2024", "dimanche 1 décembre 2024", "0\u00a0h\u00a030"),
        ("en", "December 1, 2024", "Sunday, December 1, 2024", "12:30\u202fAM"),
        ("en-GB", "1 December 2024", "Sunday, 1 December 2024", "12:30\u202fam"),
        ("xx", "December 1, 2024", "Sunday, December 1, 2024", "12:30\u202fAM"),
    ],
)
def test_dates_in_the_publications_zone(lang: str, date: str, day: str, time: str) -> None:
    found = words(lang)
    assert (found.date(NIGHT), found.day(NIGHT)) == (date, day)
    assert found.time(NIGHT).replace(" ", "\u202f") == time.replace(" ", "\u202f")


@pytest.mark.parametrize(
    ("event", "phrase"),
    [
        (Event(datetime(2024, 11, 26, tzinfo=PARIS), whole_day=True), "mardi 26 novembre 2024"),
        (Event(datetime(2024, 11, 26, 9, tzinfo=PARIS)), "mardi 26 novembre 2024, à partir de 9\u00a0h"),
        (
            Event(datetime(2024, 11, 26, 9, 30, tzinfo=PARIS), datetime(2024, 11, 26, 17, tzinfo=PARIS)),
            "mardi 26 novembre 2024, de 9\u00a0h\u00a030 à 17\u00a0h",
        ),
        (
            Event(datetime(2024, 11, 26, tzinfo=PARIS), datetime(2024, 11, 27, tzinfo=PARIS), whole_day=True),
            "du mardi 26 novembre 2024 au mercredi 27 novembre 2024",
        ),
        (
            Event(datetime(2024, 11, 26, 9, tzinfo=PARIS), datetime(2024, 11, 27, 17, tzinfo=PARIS)),
            "du mardi 26 novembre 2024, 9\u00a0h, au mercredi 27 novembre 2024, 17\u00a0h",
        ),
    ],
)
def test_events_in_one_phrase(event: Event, phrase: str) -> None:
    assert words("fr").when(event) == phrase


def test_sizes() -> None:
    found = words("fr")
    assert [found.size(n) for n in (12, 4_400, 1_250_000)] == ["12\u00a0octets", "4\u00a0ko", "1,2\u00a0Mo"]
    assert words("en").size(1_250_000) == "1.2 MB"


def test_a_quotation_inside_a_quotation_takes_other_marks() -> None:
    made = words("fr")("read_on", title=Content("Le «\u00a0prix\u00a0»"))
    assert made == "Lire la suite de «\u00a0Le “prix”\u00a0»"
    assert isinstance(made, Content)


def test_direction_and_names_of_languages() -> None:
    assert [words(lang).dir for lang in ("fr", "ar", "he-IL")] == ["ltr", "rtl", "rtl"]
    assert words("fr").language("en") == "English"


def test_both_languages_have_the_same_strings() -> None:
    folder = default_theme.folder() / "strings"
    french, english = (tomllib.loads((folder / f"{lang}.toml").read_text("utf-8")) for lang in ("fr", "en"))
    assert french.keys() == english.keys()
    for key in french:
        assert set(_names(french[key])) == set(_names(english[key])), key


def _names(pattern: str) -> list[str]:
    return [part.partition("}")[0] for part in pattern.split("{")[1:]]


def test_a_project_changes_single_strings(tmp_path: Path) -> None:
    (tmp_path / "templates/strings").mkdir(parents=True)
    (tmp_path / "templates/strings/fr.toml").write_text('links = "À lire"\n', encoding="utf-8")
    (tmp_path / "templates/strings/nl.toml").write_text('links = "Meer"\n', encoding="utf-8")
    templates = Templates(tmp_path, Problems())
    french, dutch = load_strings(templates, "fr"), load_strings(templates, "nl")
    assert (french["links"], dutch["links"]) == ("À lire", "Meer")
    assert french["all_news"] == words("fr").strings["all_news"]
    assert dutch["all_news"] == words("en").strings["all_news"]


def test_broken_strings_are_reported(tmp_path: Path) -> None:
    (tmp_path / "templates/strings").mkdir(parents=True)
    (tmp_path / "templates/strings/fr.toml").write_text("a = \n")
    problems = Problems()
    with pytest.raises(Aborted):
        load_strings(Templates(tmp_path, problems), "fr")
    assert [str(problem.place) for problem in problems] == ["templates/strings/fr.toml:1:5"]


def test_what_is_not_a_text_is_reported_with_the_line_to_write(tmp_path: Path) -> None:
    """The lines are searched once, whatever the number of such strings."""
    problems = Problems()
    (tmp_path / "templates/strings").mkdir(parents=True)
    path = tmp_path / "templates/strings/fr.toml"
    path.write_text('a = 1.50\nb = true\nc = ["x"]\nd = 2024-12-01\n"e" = 07:30:00\n[f]\ng = "h"\n')
    with pytest.raises(Aborted):
        load_strings(Templates(tmp_path, problems), "fr")
    reported = [str(each).removeprefix("templates/strings/fr.toml:") for each in problems]
    assert reported == [
        """1:1: error: the string 'a': a number is not a text; write it in quotes: a = "1.5" [bad-string]""",
        """2:1: error: the string 'b': the boolean true is not a text; write it in quotes: b = "true" [bad-string]""",
        """3:1: error: the string 'c': a list is not a text; write one text in quotes: c = "…" [bad-string]""",
        """4:1: error: the string 'd': a date or time is not a text; write it in quotes: d = "2024-12-01" [bad-string]""",  # noqa: E501
        """5:1: error: the string 'e': a date or time is not a text; write it in quotes: e = "07:30:00" [bad-string]""",
        """6:2: error: the string 'f': a table is not a text; write one text in quotes: f = "…" [bad-string]""",
    ]
    path.write_text("".join(f"k{number} = {number}\n" for number in range(50_000)))
    before = process_time()
    with pytest.raises(Aborted):
        load_strings(Templates(tmp_path, Problems()), "fr")
    assert process_time() - before < 15
