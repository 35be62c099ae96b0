"""Test every sample mail in a real browser with axe-core: light and dark, wide and narrow."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from newsletter import pipeline
from newsletter.model import Artefact
from newsletter.model.problems import Problems
from support import browser
from support.paths import ROOT
from support.project import Project

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def made() -> dict[str, Artefact]:
    """Return all artefacts made from the announcements of this repository."""
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    artefacts = {artefact.path: artefact for artefact in pipeline.build(project, NOW, problems)}
    assert not problems.fatal
    return artefacts


@pytest.fixture(scope="module")
def documents(made: dict[str, Artefact]) -> dict[str, str]:
    """Return the HTML of every mail and page."""
    return {path: artefact.data.decode() for path, artefact in made.items() if path.endswith(".html")}


@pytest.mark.system
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [800, 360])
def test_mails_have_no_accessibility_fault(documents: dict[str, str], tmp_path: Path, width: int, dark: bool) -> None:
    browser.require()
    mails = {path: text for path, text in documents.items() if path.startswith("email/")}
    assert len(mails) >= 10
    for path, seen in browser.look(mails, tmp_path, width, dark, mail=True).items():
        assert seen.violations == [], path
        assert (seen.mode, seen.dark, seen.width) == ("CSS1Compat", dark, width)
        assert seen.scroll <= width, path


@pytest.mark.system
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [800, 360])
def test_pages_have_no_accessibility_fault(
    documents: dict[str, str], made: dict[str, Artefact], tmp_path: Path, width: int, dark: bool
) -> None:
    browser.require()
    for path, artefact in made.items():
        if path.endswith((".css", ".png")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(artefact.data or Path(artefact.file).read_bytes())
    # Redirect pages are skipped, because the browser leaves them at once.
    here = f"{(tmp_path / 'site').as_uri()}/"
    pages = {
        path: text.replace("https://actualites.interfor.example/", here) for path, text in documents.items()
        if not path.startswith("email/") and 'http-equiv="refresh"' not in text
    }  # fmt: skip
    assert len(pages) >= 18
    for path, seen in browser.look(pages, tmp_path, width, dark, mail=False).items():
        assert seen.violations == [], path
        assert (seen.mode, seen.dark, seen.width) == ("CSS1Compat", dark, width)
        assert seen.scroll <= width, path


# Every element that Markdown can produce, down to the deepest heading.
EVERYTHING = """
Un <abbr title="Langage">L</abbr>, un <cite>titre</cite>, <kbd>Ctrl</kbd>, <mark>marqué</mark>, <q>cité</q>,
<s>ôté</s>, <small>petit</small>, H<sub>2</sub>O,
1<sup>er</sup>, **gras**, *nuance*, ~~barré~~, `code`, un [lien utile](https://exemple.example/a), une note[^1].

## Deux

### Trois

#### Quatre

##### Cinq `code` et [un lien](https://exemple.example/b)

###### Six

> Une citation, `code`, [un autre lien](https://exemple.example/c).

- un
  1. premier
  2. second

| Étape | Quand |
|---|---|
| Dossier | **lundi** |

```
première ligne
```

---

[^1]: La note.
"""


def every_element(project: Project, theme: str) -> dict[str, str]:
    """Return the HTML of a mail with every Markdown element, in this theme."""
    project.complete()
    settings = (project.root / "pyproject.toml").read_text("utf-8")
    project.write("pyproject.toml", settings.replace("[tool.newsletter]", f'[tool.newsletter]\ntheme = "{theme}"'))
    project.announce(body=EVERYTHING, summary="Un résumé.", action={"label": "S’inscrire", "url": "https://e.example/"})
    artefacts = pipeline.build(pipeline.open_project(project.root, Problems()), NOW, Problems(), ["email"])
    mails = {each.path: each.data.decode() for each in artefacts if each.path.endswith("prix.html")}
    assert all(f"<h{level}" in text for text in mails.values() for level in range(1, 7)) and len(mails) == 1
    return mails


@pytest.mark.system
@pytest.mark.parametrize("theme", ["default", "plain"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_element_of_markdown_is_accessible(project: Project, tmp_path: Path, dark: bool, theme: str) -> None:
    browser.require()
    mails = every_element(project, theme)
    for width in (800, 360):
        (seen,) = browser.look(mails, tmp_path, width, dark, mail=True).values()
        assert seen.violations == []


@pytest.mark.parametrize("theme", ["", "themes/plain/"])
def test_what_has_a_colour_in_prose_has_a_dark_one_too(theme: str) -> None:
    """Colours for prefers-color-scheme and for Outlook's own dark mode are both needed."""
    prose = (ROOT / "templates/email/prose.css").read_text("utf-8")
    head = (ROOT / f"templates/{theme}email/head.css").read_text("utf-8")
    coloured = re.findall(r"^([^{}/]+?) \{[^}]*?[ {]color: ", prose.replace("{{ ", "").replace(" }}", ""), re.MULTILINE)
    elements = {name.strip() for names in coloured for name in names.split(",")}
    assert {"h2", "h6", "a"} <= elements
    dark, outlook = head.split("[data-ogsb]", 1)
    dark = dark[dark.index("(prefers-color-scheme: dark)") :]
    assert [name for name in sorted(elements) if f".ink {name}," not in dark] == []
    assert [name for name in sorted(elements) if f"[data-ogsc] .ink {name}," not in outlook] == []


@pytest.mark.system
def test_axe_sees_what_is_wrong(tmp_path: Path) -> None:
    """Check the checker: a mail with faults does not pass."""
    browser.require()
    body = '<img src="x.png"><p style="color:#ccc">pâle</p>'
    bad = f"<!DOCTYPE html><html><head><title></title></head><body>{body}</body></html>"
    found = {
        violation["id"]
        for violation in browser.look({"bad.html": bad}, tmp_path, 800, dark=False, mail=True)["bad.html"].violations
    }
    assert {"image-alt", "color-contrast", "html-has-lang", "document-title"} <= found


def test_what_axe_does_not_check(documents: dict[str, str]) -> None:
    for path, text in documents.items():
        if not path.startswith("email/"):
            continue
        language = "en" if ".en." in path else "fr"
        assert text.startswith("<!DOCTYPE html>")
        assert re.search(rf'<html[^>]* lang="{language}"[^>]* dir="ltr"', text), path
        body = text[text.index("<body") :]
        assert f'lang="{language}"' in body and 'dir="ltr"' in body
        assert len(re.findall(r"<h1[ >]", text)) == 1
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", text)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)
        shown = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        layout = len(re.findall(r"<table[^>]*role=\"presentation\"", shown))
        assert layout == shown.count("<table") - shown.count("<thead"), path
        for size in re.findall(r"font-size:\s*(\d+)px", body):
            assert int(size) >= 14 or int(size) <= 1 or f"font-size:{size}px" in IMAGE_TEXT, (path, size)
        assert not re.findall(r'(?:src|href)="(?!https://|mailto:|tel:)', text), path
        assert "user-scalable" not in text and "maximum-scale" not in text


# The style that MJML writes for the alternative text of images.
IMAGE_TEXT = "font-size:13px"
