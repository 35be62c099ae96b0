"""The `new` command: create an announcement file."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.options import Folder, display_path, fail, moment, refuse, require_text, run

if TYPE_CHECKING:
    from newsletter.pipeline import Project


def new(
    title: Annotated[str, typer.Argument(help="The title, which is also the subject of the mail.")] = "",
    directory: Folder = None,
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="Publication date (default: today).")] = "",
    tags: Annotated[str, typer.Option("--tags", metavar="A,B", help="Tags, separated by commas.")] = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="Kind of announcement: news, event, award or enrolment.")
    ] = "",
    lang: Annotated[str, typer.Option("--lang", help="Language (default: the publication's).")] = "",
    draft: Annotated[
        bool, typer.Option("--draft", help="Mark the announcement as a draft, which is not published.")
    ] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Open the file in $VISUAL or $EDITOR.")] = False,
) -> None:
    """Create an announcement file with a permanent id. An existing file is never overwritten.

    Without TITLE, the command prompts for the values. Examples:

      newsletter new

      newsletter new "Portes ouvertes d’hiver" --date "2024-12-02 09:00" --kind event --tags Portes-ouvertes

      newsletter new "Winter open house" --lang en --draft --edit
    """
    from newsletter.cli import starter

    with run(directory, "text", strict=False) as (project, _):
        answers = Answers(title, date, tags, kind, lang, draft)
        if not title:
            if not sys.stdin.isatty():
                refuse("the title is missing; give it as an argument")
            answers = _ask(answers, starter.KINDS)
        answers.kind = answers.kind or "news"
        if answers.kind not in starter.KINDS:
            refuse(f"--kind cannot be '{answers.kind}'; use {', '.join(starter.KINDS)}")
        _require_texts(answers)
        path = _write(project, answers)
        print(display_path(path))
        if edit:
            _edit(path)
        else:
            print("Write the text below the second '---', then run: newsletter check", file=sys.stderr)


@dataclass(slots=True)
class Answers:
    """The values of a new announcement, from options or prompts; "" for a missing value."""

    title: str
    date: str
    tags: str
    kind: str
    lang: str
    draft: bool


def _ask(answers: Answers, kinds: tuple[str, ...]) -> Answers:
    """Prompt for the values that no option supplied."""
    answers.title = typer.prompt("Title", err=True)
    answers.date = answers.date or typer.prompt("Date (2024-11-26 or 2024-11-26 09:30)", "today", err=True)
    answers.date = "" if answers.date == "today" else answers.date
    while answers.kind not in kinds:
        answers.kind = typer.prompt(f"Kind ({', '.join(kinds)})", "news", err=True)
    answers.tags = answers.tags or typer.prompt("Tags, separated by commas", "", show_default=False, err=True)
    return answers


def _require_texts(answers: Answers) -> None:
    from newsletter.load.fields import LANGUAGE

    require_text("the title", answers.title)
    require_text("--tags", answers.tags)
    if answers.lang and (not re.fullmatch(LANGUAGE, answers.lang) or len(answers.lang) > 35):
        refuse(f"--lang cannot be '{answers.lang[:35]}'; write a language such as en or pt-BR")


def _write(project: "Project", answers: Answers) -> Path:
    from newsletter import text
    from newsletter.cli import starter
    from newsletter.load import front_matter, safe_write
    from newsletter.load.keys import MAX_TITLE

    day = moment(answers.date, project, "--date").astimezone(project.settings.timezone)
    slug = text.fold(answers.title)[:60].strip("-")
    if not slug or "\n" in answers.title or len(answers.title) > MAX_TITLE:
        refuse(f"'{answers.title}' cannot be a title; write at most {MAX_TITLE} characters on one line, with letters")
    keys: dict[str, Any] = {"title": answers.title, "date": answers.date or f"{day:%Y-%m-%d}", "id": f"{slug}-{day:%Y}"}
    keys |= {"lang": answers.lang} if answers.lang else {}
    labels = [label.strip() for label in answers.tags.split(",") if label.strip()]
    keys |= {"tags": labels} if labels else {}
    keys |= {"draft": True} if answers.draft else {}
    more_fields, body = starter.skeleton(answers.kind, text.base_language(answers.lang or project.settings.language))
    name = f"announcements/{day:%Y-%m-%d}-{slug}{f'.{answers.lang}' if answers.lang else ''}.md"
    path = project.root / name
    content = "---\n" + "\n".join(front_matter.lines(keys)) + f"\n{more_fields}---\n\n{body}"
    try:
        safe_write.create(project.root, name, content.encode())
    except FileExistsError:
        refuse(f"{display_path(path)} already exists; choose another title or --date")
    except OSError as fault:
        fail(f"{display_path(path)} cannot be written: {fault.strerror}")
    return path


def _edit(path: Path) -> None:
    import shlex
    import subprocess

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        refuse(f"{display_path(path)} was created, but neither VISUAL nor EDITOR names an editor")
    try:
        subprocess.run([*shlex.split(editor), str(path)], check=False)
    except (OSError, ValueError) as fault:
        refuse(f"{display_path(path)} was created, but '{editor}' cannot be started: {fault}")
