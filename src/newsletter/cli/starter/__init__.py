"""starter: the files of a new project, and the beginnings of announcements of each kind."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files

from newsletter.load import schema

LANGUAGES = ("fr", "en")
KINDS = ("news", "event", "award", "enrolment")

# Where each file of this folder goes. Hidden names are given here: git and build tools would obey such files.
_PLACES = {
    "{lang}/newsletter.toml": "newsletter.toml",
    "{lang}/announcement.md": "announcements/{day}-{slug}.md",
    "{lang}/README.md": "README.md",
    "gitignore": ".gitignore",
    "requirements.txt": "requirements.txt",
    "ci/github.yml": ".github/workflows/newsletter.yml",
    "ci/gitlab.yml": ".gitlab-ci.yml",
    "ci/publish.sh": ".ci/publish",
}
_SLUGS = {"fr": "notre-lettre", "en": "our-newsletter"}
_EDITOR = {
    "files.encoding": "utf8",
    "files.eol": "\n",
    "[markdown]": {"editor.wordWrap": "on", "editor.quickSuggestions": {"other": True, "strings": True}},
}


def project(lang: str, today: date, package: str = "") -> Mapping[str, str]:
    """Path and content of every file of a new project in `lang`; its sample is of the day before `today`.

    `package` is what CI installs newsletter from, as pip takes it.
    """
    day = today - timedelta(days=1)
    names = {"lang": lang, "day": f"{day:%Y-%m-%d}", "slug": _SLUGS[lang]}
    values = {"@DAY@": names["day"], "@YEAR@": names["day"][:4], "@PACKAGE@": package}
    made = {}
    for source, place in _PLACES.items():
        content = _read(source.format(**names))
        for mark, value in values.items():
            content = content.replace(mark, value)
        made[place.format(**names)] = content
    made[".vscode/announcement.schema.json"] = _json(schema.schema())
    made[".vscode/announcement.code-snippets"] = _json(schema.snippets())
    made[".vscode/settings.json"] = _json(_EDITOR)
    return made


def skeleton(kind: str, lang: str) -> tuple[str, str]:
    """More lines of front matter, and the body, that an announcement of a kind begins with."""
    if kind == "news":
        return "", ""
    front, _, body = _read(f"{lang if lang in LANGUAGES else 'en'}/{kind}.md").partition("---\n")
    return front, body


def _read(name: str) -> str:
    return (files("newsletter") / "cli" / "starter" / name).read_text(encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
