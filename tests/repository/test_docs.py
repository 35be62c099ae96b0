"""Test the documentation: links, pictures, commands and keys exist, and the quick start works."""

import re
import shlex
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from typer.testing import CliRunner

from newsletter import markdown
from newsletter.cli import app
from newsletter.load.keys import ANNOUNCEMENT, ISSUE_FILE
from newsletter.text.typography import find_slips
from support.paths import ROOT
from support.project import Project

GUIDES = ROOT / "docs/guide"
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
READABLE = [path for path in PAGES if path.name != "problems.md"]  # its examples are faults


def prose_of(path: Path) -> str:
    """Return a page without its code."""
    text = re.sub(r"^(?: {4}|\t).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def commands(path: Path) -> list[list[str]]:
    """Return a page's commands, split into words: code block lines that begin with `newsletter`."""
    found = re.findall(r"^ {4}(?:\$ )?(newsletter .*?)(?: {3,}.*| +#.*)?$", path.read_text("utf-8"), re.MULTILINE)
    return [
        shlex.split(line.replace("…", "x"))[1:]
        for line in found
        if not line.startswith(("newsletter: ", "newsletter @"))
    ]


@pytest.mark.parametrize("path", READABLE, ids=[str(path.relative_to(ROOT)) for path in READABLE])
def test_links_and_pictures_are_there(path: Path) -> None:
    text = prose_of(path)
    targets = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|href)="([^"]+)"', text)]
    for target in targets:
        if not re.match(r"[a-z]+:", target) and (file := urldefrag(target)[0]):
            assert (path.parent / file).exists(), target
    for picture in re.findall(r"<img [^>]*>", text):
        assert re.search(r'alt="[^"]+"', picture), picture
    assert "![](" not in text


def known_options(words: list[str]) -> set[str]:
    """Return the options of the command named by `words`."""
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == 0, words
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", result.output))


@pytest.mark.parametrize("path", READABLE, ids=[str(path.relative_to(ROOT)) for path in READABLE])
def test_commands_are_there(path: Path) -> None:
    for words in commands(path):
        words = words[2:] if words[:1] == ["-C"] else words  # noqa: PLW2901
        if words[0].startswith("-"):
            assert words[0] in known_options([]), words
            continue
        names = words[:2] if words[0] == "theme" else words[:1]
        options = {word.partition("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)}
        assert options <= known_options(names), words


FAULTY = """---
title: Portes ouvertes
date: 2/12/2024
id: portes-ouvertes-2024
sumary: Venez nous rencontrer
image: {src: images/atelier.png}
---

Voir [le programme de la journée](http://exemple.example/programme).

#### Plan d’accès
"""


def test_the_readme_shows_what_check_reports(project: Project) -> None:
    project.complete()
    project.write("announcements/2024-12-02-portes-ouvertes.md", FAULTY)
    reported = CliRunner().invoke(app, ["check", "-C", str(project.root), "--now", "2024-12-01"]).output
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"^ {4}\$ newsletter check\n((?: {4}.*\n)+)", readme, re.MULTILINE)
    assert shown and reported == re.sub("^ {4}", "", shown[1], flags=re.MULTILINE)


def test_the_readme_lists_every_command_once() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"^ {4}(newsletter [a-z]+(?: --[a-z]+)?) .* {2,}\S", readme, re.MULTILINE)
    help_text = CliRunner().invoke(app, ["--help"]).output
    known = set(re.findall(r"^  ([a-z]+)  ", help_text.partition("Commands:")[2], re.MULTILINE))
    assert len(listed) == len(set(listed)) and {words.split()[1] for words in listed} == known


def test_both_languages_say_the_same() -> None:
    french, english = ({path.name: path for path in (GUIDES / lang).glob("*.md")} for lang in ("fr", "en"))
    assert french.keys() == english.keys() and len(french) == 6
    for name in french:
        shapes = [re.findall(r"^#+ |^\| `\w+|^ {4}newsletter \w+|^!\[", path.read_text("utf-8"), re.MULTILINE)
                  for path in (french[name], english[name])]  # fmt: skip
        assert shapes[0] == shapes[1], name


def test_the_keys_of_the_guides_are_there() -> None:
    known = {*ANNOUNCEMENT.keys, *ISSUE_FILE.keys}
    for path in GUIDES.rglob("write.md"):
        keys = re.findall(r"^\| `(\w+)`", path.read_text("utf-8"), re.MULTILINE)
        assert len(keys) == 12 and set(keys) <= known


def test_french_pages_are_typeset_as_announcements_are() -> None:
    for path in (GUIDES / "fr").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        slips = [slip for passage in markdown.passages(text) for slip in find_slips(passage, "fr")]
        assert slips == [], path


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_quick_start_works(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every command of the page in order, and write the file when the page says so."""
    monkeypatch.chdir(tmp_path)
    ran = []
    for words in commands(GUIDES / lang / "start.md"):
        if words[0] == "preview":  # it would wait for requests; tests/system/test_preview.py runs it
            continue
        if words[0] == "check":
            (made,) = (
                path for path in Path("announcements").glob("*.md") if "hiver" in path.name or "winter" in path.name
            )
            front = made.read_text("utf-8").rpartition("\n---\n")[0]
            made.write_text(f"{front}\n---\n\nNous vous ouvrons nos portes samedi, de dix heures à midi.\n", "utf-8")
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, (words, result.output)
        ran.append(words[0])
        if words[0] == "init":
            monkeypatch.chdir(tmp_path / "lettre")
    assert ran == ["init", "new", "check", "build"]
    for path in ("social/index.html", "site/index.html", "site/feeds/atom.xml"):
        assert (Path("outbox") / path).is_file()
    assert list(Path("outbox/email/announcements").glob("*.eml"))


def test_the_documentation_site_builds(tmp_path: Path) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path), strict=True)
    build(config)
    assert (tmp_path / "guide/fr/start.html").is_file() and (tmp_path / "problems.html").is_file()
    foreign = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]*)")
    loaded = [found for path in tmp_path.rglob("*.html") for found in foreign.findall(path.read_text("utf-8"))]
    assert loaded == []
