"""new: begin an announcement."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.options import Folder, fail, moment, refuse, require_text, run, shown

if TYPE_CHECKING:
    from newsletter.pipeline import Project


def new(
    title: Annotated[str, typer.Argument(help="The title, which is also the subject of the mail.")] = "",
    directory: Folder = None,
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="When it becomes public (default: today).")] = "",
    tags: Annotated[str, typer.Option("--tags", metavar="A,B", help="Labels, separated by commas.")] = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="news, event, award or enrolment: what the file begins with.")
    ] = "",
    lang: Annotated[str, typer.Option("--lang", help="Its language, if not the publication's.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Keep it out of everything for now.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Open the file in $VISUAL or $EDITOR.")] = False,
) -> None:
    """Write a new announcement file with a permanent id; an existing file is never overwritten.

    Without a title it asks for what it needs. Examples:

      newsletter new

      newsletter new "Portes ouvertes d’hiver" --date "2024-12-02 09:00" --kind event --tags Portes-ouvertes

      newsletter new "Winter open house" --lang en --draft --edit
    """
    from newsletter.cli import starter

    with run(directory, "text", strict=False) as (project, _):
        wish = Wish(title, date, tags, kind, lang, draft)
        if not title:
            if not sys.stdin.isatty():
                refuse("a title is missing; give it as an argument")
            wish = _ask(wish, starter.KINDS)
        wish.kind = wish.kind or "news"
        if wish.kind not in starter.KINDS:
            refuse(f"--kind cannot be '{wish.kind}'; use {', '.join(starter.KINDS)}")
        _require_texts(wish)
        path = _write(project, wish)
        print(shown(path))
        if edit:
            _edit(path)
        else:
            print("Write its text below the second '---', then run: newsletter check", file=sys.stderr)


@dataclass(slots=True)
class Wish:
    """What the announcement is to begin with."""

    title: str
    date: str
    tags: str
    kind: str
    lang: str
    draft: bool


def _ask(wish: Wish, kinds: tuple[str, ...]) -> Wish:
    """What no option gave, asked for at the terminal."""
    wish.title = typer.prompt("Title", err=True)
    wish.date = wish.date or typer.prompt("Date (2024-11-26 or 2024-11-26 09:30)", "today", err=True)
    wish.date = "" if wish.date == "today" else wish.date
    while wish.kind not in kinds:
        wish.kind = typer.prompt(f"Kind ({', '.join(kinds)})", "news", err=True)
    wish.tags = wish.tags or typer.prompt("Tags, separated by commas", "", show_default=False, err=True)
    return wish


def _require_texts(wish: Wish) -> None:
    from newsletter.load.fields import LANGUAGE

    require_text("a title", wish.title)
    require_text("--tags", wish.tags)
    if wish.lang and (not re.fullmatch(LANGUAGE, wish.lang) or len(wish.lang) > 35):
        refuse(f"--lang cannot be '{wish.lang[:35]}'; write a language such as en or pt-BR")


def _write(project: "Project", wish: Wish) -> Path:
    from newsletter import text
    from newsletter.cli import starter
    from newsletter.load import front_matter, safe_write
    from newsletter.load.keys import MAX_TITLE

    day = moment(wish.date, project, "--date").astimezone(project.settings.timezone)
    slug = text.fold(wish.title)[:60].strip("-")
    if not slug or "\n" in wish.title or len(wish.title) > MAX_TITLE:
        refuse(f"'{wish.title}' is no title; write at most {MAX_TITLE} characters on one line, with letters")
    keys: dict[str, Any] = {"title": wish.title, "date": wish.date or f"{day:%Y-%m-%d}", "id": f"{slug}-{day:%Y}"}
    keys |= {"lang": wish.lang} if wish.lang else {}
    labels = [label.strip() for label in wish.tags.split(",") if label.strip()]
    keys |= {"tags": labels} if labels else {}
    keys |= {"draft": True} if wish.draft else {}
    more, body = starter.skeleton(wish.kind, text.base_language(wish.lang or project.settings.language))
    name = f"announcements/{day:%Y-%m-%d}-{slug}{f'.{wish.lang}' if wish.lang else ''}.md"
    path = project.root / name
    content = "---\n" + "\n".join(front_matter.lines(keys)) + f"\n{more}---\n\n{body}"
    try:
        safe_write.create(project.root, name, content.encode())
    except FileExistsError:
        refuse(f"{shown(path)} exists already; choose another title or --date")
    except OSError as fault:
        fail(f"{shown(path)} cannot be written: {fault.strerror}")
    return path


def _edit(path: Path) -> None:
    import shlex
    import subprocess

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        refuse(f"{shown(path)} is written, but neither VISUAL nor EDITOR names an editor")
    try:
        subprocess.run([*shlex.split(editor), str(path)], check=False)
    except (OSError, ValueError) as fault:
        refuse(f"{shown(path)} is written, but '{editor}' cannot be started: {fault}")
