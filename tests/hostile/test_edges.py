"""Test values at the limit: the last day of the calendar, and invisible characters in settings."""

import io
import struct
from datetime import date
from pathlib import Path

import pytest

from newsletter.compose.issues import period
from newsletter.load import metadata
from support.guard import build_soundly, newsletter, problems

SETTINGS = """\
title = "Lettre"
language = "fr"
timezone = "Europe/Paris"
url = "https://lettre.example/"
authority = "lettre.example,2024"
cadence = "weekly"
"""
SENDER = 'sender = {name = "Lettre", email = "lettre@lettre.example"}\n'


def project(root: Path, settings: str = SETTINGS + SENDER, **announcements: str) -> Path:
    (root / "announcements").mkdir()
    (root / "newsletter.toml").write_text(settings)
    for name, content in announcements.items():
        (root / f"announcements/{name}.md").write_text(content)
    return root


def announcement(name: str, more: str, body: str = "Un texte.", day: str = "2024-11-26") -> str:
    return f"---\ntitle: Un titre\ndate: {day}\nid: {name}\n{more}---\n\n{body}\n"


def test_events_and_issues_may_last_until_the_last_day(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        last=announcement("last", "event: {start: 9999-12-31}\n"),
        until=announcement("until", "event: {start: 2024-12-01, end: 9999-12-31}\n"),
        late=announcement("late", "", day="9999-12-30"),
    )
    assert build_soundly(root, now="9999-12-31").code == 0
    assert b"DTSTART;VALUE=DATE:99991231\r\nDTSTAMP" in (root / "outbox/site/last.ics").read_bytes()
    assert b"DTEND;VALUE=DATE:99991231\r\n" in (root / "outbox/site/until.ics").read_bytes()
    status = newsletter("status", "--now", "9999-12-31", cwd=root)
    assert status.code == 0, status.output
    assert "9999-W52" in status.stdout


@pytest.mark.parametrize("id_", ["9999-W52", "9999-12", "9999-Q4", "0000-01", "0000-W01", "9999-W53"])
def test_a_period_without_a_following_day_is_refused(id_: str) -> None:
    assert period(id_) is None
    assert period("9999-W51") == (date(9999, 12, 20), date(9999, 12, 27))


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (r'sender = {name = "Let\u0000tre", email = "lettre@lettre.example"}', "7:11"),
        (SENDER + r'description = "Une\u202elettre"', "8:1"),
        (SENDER + '[organisation]\nname = "O"\naddress = """Rue\n\\u0008"""', "10:1"),
        (SENDER + '[social]\nhashtags = ["un", "d\\uffffeux"]', "9:1"),
    ],
)
def test_settings_hold_no_character_that_cannot_be_seen(tmp_path: Path, line: str, place: str) -> None:
    done = build_soundly(project(tmp_path, f"{SETTINGS}{line}\n", a=announcement("a", "")))
    assert done.code == 1
    assert [each for each in problems(done) if f"newsletter.toml:{place}: error: U+" in each], done.output
    assert "[control-character]" in done.output


def test_a_nul_in_a_path_is_not_called_a_backslash(tmp_path: Path) -> None:
    done = build_soundly(project(tmp_path, a=announcement("a", "", "Un [texte](%00.txt).")))
    assert "NUL" in done.output
    assert "backslash" not in done.output


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("site/foot.html", r'{{ "\ud800" }}', "U+D800"),
        ("social/x.txt", r'{{ "%c" % 56320 }}', "U+DC00"),
        ("email/inline.css", "@media a{" * 2000, "nested too deeply"),
        ("email/prose.css", "p{color:" + "f(" * 3000, "nested too deeply"),
        ("strings/fr.toml", r'read_on = "Lire\u0000la suite"', "U+0000"),
    ],
)
def test_a_theme_prints_characters_and_has_styles_that_end(tmp_path: Path, name: str, content: str, said: str) -> None:
    root = project(tmp_path, a=announcement("a", "", "Un **texte**."))
    path = root / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    done = build_soundly(root)
    assert done.code == 1
    assert said in done.output


def test_a_wrong_date_is_reported_with_its_option(tmp_path: Path) -> None:
    done = newsletter("new", "Un titre", "--date", "hier", cwd=project(tmp_path))
    assert done.code == 2
    assert "--date: 'hier'" in done.stderr


def test_a_text_without_a_visible_character_is_refused(tmp_path: Path) -> None:
    more = 'image: {src: x.png, alt: "\u00a0"}\ntags: ["\u200b"]\n'
    done = build_soundly(project(tmp_path, a=announcement("a", more).replace("Un titre", '"\u200b\u00a0"')))
    assert done.code == 1
    found = [each for each in problems(done) if "has no visible character" in each]
    assert [each.split(" error")[0] for each in found] == [f"announcements/a.md:{at}:" for at in ("2:8", "5:26", "6:8")]


def test_a_position_in_a_list_of_items_is_found() -> None:
    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content) + 8) + kind + content

    items = box(b"ilst", box(b"\xa9xyz", box(b"data", b"\0\0\0\1\0\0\0\0+48.85+002.35/")))
    meta = box(b"meta", bytes(4) + box(b"hdlr", bytes(25)) + items)
    film = box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", box(b"udta", meta))
    assert metadata.find_hidden(io.BytesIO(film)) == (metadata.POSITION,)
