"""import: a press release, or another tool's site, becomes announcements."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.extras import how_to_add
from newsletter.cli.running import Folder, Format, Now, moment, refuse, run, shown

if TYPE_CHECKING:
    from newsletter.intake import Given, Written
    from newsletter.problems import Problems


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A release, or the folder or export of a site.")],
    directory: Folder = None,
    title: Annotated[str, typer.Option("--title", help="The title, if the file's is not to be used.")] = "",
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="The date, if not the one in the text.")] = "",
    now: Now = "",
    format: Format = "text",
) -> None:
    """Make announcement files of a release (.docx, .odt, .html, .txt, .md) or of a Jekyll, Hugo or WordPress site.

    What had to be guessed or left out is told, with its line. Nothing is overwritten. Examples:

      newsletter import communique.docx

      newsletter import communique.txt --title "Un prix pour notre projet" --date "2024-11-27 09:00"

      newsletter import ../ancien-site
    """
    with run(directory, format, strict=False) as (project, problems):
        from newsletter.intake import Given, Unreadable

        if date:
            moment(date, project)
        today = moment(now, project).astimezone(project.settings.timezone).date()
        given = Given(today, project.settings.language, title, date)
        try:
            made, left = _read(file, given, project.root)
        except Unreadable as fault:
            refuse(f"{shown(file)}: {fault}")
        except ModuleNotFoundError as fault:
            if (fault.name or "").partition(".")[0] not in ("mammoth", "cobble"):
                raise
            refuse(f"Word documents need one more package; {how_to_add('import')}")
        _save(made, project.root, problems)
        for line in left:
            print(f"left out: {line}", file=sys.stderr)


def _read(file: Path, given: "Given", root: Path) -> tuple[list["Written"], list[str]]:
    from newsletter.intake import sites, write
    from newsletter.intake.release import draft

    names = sorted(path.stem for path in (root / "announcements").glob("*.md"))
    taken = {name[11:].partition(".")[0]: name[:10] for name in names}
    if not file.exists():
        refuse(f"there is no {shown(file)}")
    if not file.is_dir() and file.suffix.lower() != ".xml":
        one = write(draft(file, given), given, taken)
        if os.path.lexists(root / one.path):
            refuse(f"{shown(root / one.path)} exists already; nothing was written")
        return [one], []
    if given.title or given.date:
        refuse("--title and --date are for one release, not for a site")
    made = []
    drafts, left = sites.drafts(file)
    for each in drafts:
        written = write(each, given, taken)
        if (root / written.path).exists():
            left.append(f"{written.path}: it is there already")
            continue
        made.append(written)
        taken[written.slug] = ""
    return made, left


def _save(made: list["Written"], root: Path, problems: "Problems") -> None:
    from newsletter.problems import Place

    needs = {path: content for each in made for path, content in each.needs.items()}
    # Images first: an announcement never names one that is not there.
    pairs = [*needs.items(), *((each.path, each.content.encode()) for each in made)]
    for path, content in pairs:
        place = root / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as stream:
                stream.write(content)
        except FileExistsError:
            continue  # an image or file whose name holds the hash of its content: it is the same one
        except OSError as fault:
            refuse(f"{shown(place)} cannot be written: {fault.strerror}")
    for each in made:
        print(shown(root / each.path))
        for doubt in each.doubts:
            problems.warning(Place(each.path, *each.place(doubt)), doubt.code, doubt.message, doubt.fix)
    images = sum(path.startswith("announcements/images/") for path in needs)
    if len(made) != 1:
        print(f"{len(made)} announcements, {images} image{'s' * (images != 1)}", file=sys.stderr)
