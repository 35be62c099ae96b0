"""new: begin an announcement."""

import json
import re
import sys
from typing import Annotated

import typer

from newsletter.cli.running import Folder, moment, refuse, run, shown


def new(
    title: Annotated[str, typer.Argument(help="The title, which is also the subject of the mail.")],
    directory: Folder = None,
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="When it becomes public (default: today).")] = "",
    tags: Annotated[str, typer.Option("--tags", metavar="A,B", help="Labels, separated by commas.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Its language, if not the publication's.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Keep it out of everything for now.")] = False,
) -> None:
    """Write a new announcement file with a permanent id; an existing file is never overwritten.

    Examples:

      newsletter new "Portes ouvertes d’hiver" --date "2024-12-02 09:00" --tags Portes-ouvertes

      newsletter new "Winter open house" --lang en --draft
    """
    from newsletter import text

    with run(directory, "text", strict=False) as (project, _):
        day = moment(date, project).astimezone(project.settings.timezone)
        slug = text.fold(title)[:60].strip("-")
        if not slug or "\n" in title or len(title) > 150:
            refuse(f"'{title}' is no title; write at most 150 characters on one line, with letters")
        front = {"title": title, "date": date or f"{day:%Y-%m-%d}", "id": f"{slug}-{day:%Y}"}
        front |= {"lang": lang} if lang else {}
        labels = [label.strip() for label in tags.split(",") if label.strip()]
        lines = [f"{key}: {_plain(value)}" for key, value in front.items()]
        lines += [f"tags: [{', '.join(map(_plain, labels))}]"] if labels else []
        lines += ["draft: true"] if draft else []
        path = project.root / "announcements" / f"{day:%Y-%m-%d}-{slug}{f'.{lang}' if lang else ''}.md"
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write("---\n" + "\n".join(lines) + "\n---\n\n")
        except FileExistsError:
            refuse(f"{shown(path)} exists already; choose another title or --date")
        except OSError as fault:
            refuse(f"{shown(path)} cannot be written: {fault.strerror}")
        print(shown(path))
        print("Write its text below the second '---', then run: newsletter check", file=sys.stderr)


def _plain(value: str) -> str:
    """A YAML scalar: bare where that is safe, else quoted as JSON, which YAML reads too."""
    bare = re.fullmatch(r"[^\W_][\w ’.,()/+\u00a0-]*", value) and not value.endswith((" ", ":"))
    return value if bare else json.dumps(value, ensure_ascii=False)
