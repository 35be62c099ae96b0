"""import: a press release, or another tool's site, becomes announcements."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.extras import how_to_add
from newsletter.cli.options import Folder, Format, Now, moment, refuse, require_text, run, shown

if TYPE_CHECKING:
    from newsletter.importers import ImportedFile, ImportOptions, Leftovers
    from newsletter.model.problems import Problems

_MOST_TOLD = 5_000  # doubts of one import


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A release, or the folder or export of a site.")],
    directory: Folder = None,
    title: Annotated[str, typer.Option("--title", help="The title, if the file's is not to be used.")] = "",
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="The date, if not the one in the text.")] = "",
    now: Now = "",
    format: Format = "text",
) -> None:
    """Make announcement files of a release (.docx, .odt, .html, .txt, .md) or of a Jekyll, Hugo or WordPress site.

    What had to be guessed or left out is told, with its line. Nothing is overwritten. What was hidden there is a draft
    here. Examples:

      newsletter import communique.docx

      newsletter import communique.txt --title "Un prix pour notre projet" --date "2024-11-27 09:00"

      newsletter import ../ancien-site
    """
    with run(directory, format, strict=False) as (project, problems):
        from newsletter.importers import ImportOptions, Leftovers, Unreadable

        require_text("--title", title)
        if date:
            moment(date, project, "--date")
        today = moment(now, project).astimezone(project.settings.timezone).date()
        given = ImportOptions(today, project.settings.language, title, date)
        left = Leftovers()
        try:
            _save(_read(file, given, project.root, left), project.root, problems, left)
        except Unreadable as fault:
            refuse(f"{shown(file)}: {fault}")
        except ModuleNotFoundError as fault:
            if (fault.name or "").partition(".")[0] not in ("mammoth", "cobble"):
                raise
            refuse(f"Word documents need one more package; {how_to_add('import')}")
        for line in left.lines():
            print(f"left out: {_printable(line)}", file=sys.stderr)


def _read(file: Path, given: "ImportOptions", root: Path, left: "Leftovers") -> Iterator["ImportedFile"]:
    """What is to be written, one announcement after the other. Raises Unreadable, before the first."""
    from newsletter.importers import Unreadable, sites, write
    from newsletter.importers.press_release import draft

    names = sorted(path.stem for path in (root / "announcements").glob("*.md"))
    taken = {name[11:].partition(".")[0]: name[:10] for name in names}
    try:
        is_site = file.is_dir() or (file.suffix.lower() == ".xml" and file.exists())
        if not is_site and not file.exists():
            refuse(f"there is no {shown(file)}")
    except OSError as fault:
        raise Unreadable(f"it cannot be read: {fault.strerror}") from None
    if not is_site:
        one = write(draft(file, given), given, taken)
        if os.path.lexists(root / one.path):
            refuse(f"{shown(root / one.path)} exists already; nothing was written")
        yield one
        return
    if given.title or given.date:
        refuse("--title and --date are for one release, not for a site")
    for each in sites.drafts(file, given.today, left):
        try:
            written = write(each, given, taken)
        except Unreadable as fault:
            left.add(f"'{each.title}'", str(fault))
            continue
        if os.path.lexists(root / written.path):
            left.add(written.path, "it is there already")
            continue
        taken[written.slug] = ""
        yield written


def _save(made: Iterator["ImportedFile"], root: Path, problems: "Problems", left: "Leftovers") -> None:
    """Write each announcement before the next one is read: a site's images need not fit into memory together."""
    from newsletter.model.problems import Place

    images: set[str] = set()
    count = doubts = 0
    for each in made:
        # Images first: an announcement never names one that is not there.
        for path, content in (*each.needs.items(), (each.path, each.content.encode())):
            _create(root, path, content)
        count += 1
        images.update(path for path in each.needs if path.startswith("announcements/images/"))
        print(shown(root / each.path))
        for doubt in each.doubts:
            doubts += 1
            if doubts <= _MOST_TOLD:
                problems.warning(Place(each.path, *each.place(doubt)), doubt.code, doubt.message, doubt.fix)
    if doubts > _MOST_TOLD:
        left.count("doubt that is not shown", doubts - _MOST_TOLD)
    if count != 1:
        print(f"{count} announcements, {len(images)} image{'s' * (len(images) != 1)}", file=sys.stderr)


def _create(root: Path, path: str, content: bytes) -> None:
    """Write a new file, whole or not at all, through no link. Raises DiskFault."""
    from newsletter.load import safe_write
    from newsletter.outbox.publish import DiskFault

    try:
        safe_write.create(root, path, content)
    except FileExistsError:
        return  # an image or file whose name holds the hash of its content: it is the same one
    except OSError as fault:
        raise DiskFault(f"{shown(root / path)} cannot be written: {fault.strerror or fault}") from None


def _printable(line: str) -> str:
    """A line with names that another tool, or its author, has chosen, fit for a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
