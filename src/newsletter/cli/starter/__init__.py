"""Provide the files of a new project, and a skeleton for each kind of announcement."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files

from newsletter.load import schema

LANGUAGES = ("fr", "en")
KINDS = ("news", "event", "award", "enrolment")

# The files in this folder, and their paths in a project. Here, no name begins with a full stop, because git and build
# tools would act on such files.
_PATHS = {
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
    """Map the path of every file of a new project to its content.

    `lang` is one of LANGUAGES. The sample announcement is dated the day before `today`. `package` is the pip
    requirement from which CI installs newsletter.
    """
    day = today - timedelta(days=1)
    names = {"lang": lang, "day": f"{day:%Y-%m-%d}", "slug": _SLUGS[lang]}
    values = {"@DAY@": names["day"], "@YEAR@": names["day"][:4], "@PACKAGE@": package}
    contents = {}
    for source, path in _PATHS.items():
        content = _read(source.format(**names))
        for placeholder, value in values.items():
            content = content.replace(placeholder, value)
        contents[path.format(**names)] = content
    contents[".vscode/announcement.schema.json"] = _json(schema.schema())
    contents[".vscode/announcement.code-snippets"] = _json(schema.snippets())
    contents[".vscode/settings.json"] = _json(_EDITOR)
    return contents


def skeleton(kind: str, lang: str) -> tuple[str, str]:
    """Return additional front matter and the body of a new announcement, in `lang` if available, else in English.

    `kind` is one of KINDS.
    """
    if kind == "news":
        return "", ""
    front, _, body = _read(f"{lang if lang in LANGUAGES else 'en'}/{kind}.md").partition("---\n")
    return front, body


def _read(name: str) -> str:
    return (files("newsletter") / "cli" / "starter" / name).read_text(encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
