"""The `import` command: convert a press release, or another tool's site, to announcement files."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.extras import how_to_add
from newsletter.cli.options import Folder, Format, Now, display_path, moment, refuse, require_text, run

if TYPE_CHECKING:
    from newsletter.importers import ImportedFile, ImportOptions, Leftovers
    from newsletter.model.problems import Problems

_MAX_DOUBTS = 5_000  # reported for one import, at most


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="A press release, or the folder or export of a site.")
    ],
    directory: Folder = None,
    title: Annotated[str, typer.Option("--title", help="Use this title instead of the one in the file.")] = "",
    date: Annotated[
        str, typer.Option("--date", metavar="DATE", help="Use this date instead of the one in the text.")
    ] = "",
    now: Now = "",
    format: Format = "text",
) -> None:
    """Import a press release (.docx, .odt, .html, .txt, .md) or a Jekyll, Hugo or WordPress site as announcements.

    Every guess and every omission is reported with its line. No file is overwritten. Hidden posts become drafts.
    Examples:

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
        options = ImportOptions(today, project.settings.language, title, date)
        leftovers = Leftovers()
        try:
            _save(_read(file, options, project.root, leftovers), project.root, problems, leftovers)
        except Unreadable as fault:
            refuse(f"{display_path(file)}: {fault}")
        except ModuleNotFoundError as fault:
            if (fault.name or "").partition(".")[0] not in ("mammoth", "cobble"):
                raise
            refuse(f"Word documents need one more package; {how_to_add('import')}")
        for line in leftovers.lines():
            print(f"left out: {_printable(line)}", file=sys.stderr)


def _read(file: Path, options: "ImportOptions", root: Path, leftovers: "Leftovers") -> Iterator["ImportedFile"]:
    """Yield the announcements to write. Raises Unreadable before the first one if the file cannot be read."""
    from newsletter.importers import Unreadable, sites, write
    from newsletter.importers.press_release import draft

    names = sorted(path.stem for path in (root / "announcements").glob("*.md"))
    taken = {name[11:].partition(".")[0]: name[:10] for name in names}
    try:
        is_site = file.is_dir() or (file.suffix.lower() == ".xml" and file.exists())
        if not is_site and not file.exists():
            refuse(f"{display_path(file)} does not exist")
        if not is_site and file.is_symlink():
            refuse(f"{display_path(file)} is a symbolic link; name the file that it points to")
    except OSError as fault:
        raise Unreadable(f"it cannot be read: {fault.strerror}") from None
    if not is_site:
        release = write(draft(file, options), options, taken)
        if os.path.lexists(root / release.path):
            refuse(f"{display_path(root / release.path)} already exists; nothing was written")
        yield release
        return
    if options.title or options.date:
        refuse("--title and --date apply to a press release, not to a site")
    for post in sites.drafts(file, options.today, leftovers):
        try:
            imported = write(post, options, taken)
        except Unreadable as fault:
            leftovers.add(f"'{post.title}'", str(fault))
            continue
        if os.path.lexists(root / imported.path):
            leftovers.add(imported.path, "it already exists")
            continue
        taken[imported.slug] = ""
        yield imported


def _save(imported_files: Iterator["ImportedFile"], root: Path, problems: "Problems", leftovers: "Leftovers") -> None:
    """Write each announcement before reading the next one, because a site's images may not all fit into memory."""
    from newsletter.model.problems import Place

    images: set[str] = set()
    count = doubts = 0
    for file in imported_files:
        # Images are written first, so that no announcement refers to a missing one.
        for path, content in (*file.needs.items(), (file.path, file.content.encode())):
            _create(root, path, content)
        count += 1
        images.update(path for path in file.needs if path.startswith("announcements/images/"))
        print(display_path(root / file.path))
        for doubt in file.doubts:
            doubts += 1
            if doubts <= _MAX_DOUBTS:
                problems.warning(Place(file.path, *file.place(doubt)), doubt.code, doubt.message, doubt.fix)
    if doubts > _MAX_DOUBTS:
        leftovers.count("doubt that is not shown", doubts - _MAX_DOUBTS)
    if count != 1:
        print(f"{count} announcements, {len(images)} image{'s' * (len(images) != 1)}", file=sys.stderr)


def _create(root: Path, path: str, content: bytes) -> None:
    """Write a new file atomically, without following symbolic links. Raises DiskFault."""
    from newsletter.load import safe_write
    from newsletter.outbox.publish import DiskFault

    try:
        safe_write.create(root, path, content)
    except FileExistsError:
        return  # the name contains a hash of the content, so it is the same file
    except OSError as fault:
        raise DiskFault(f"{display_path(root / path)} cannot be written: {fault.strerror or fault}") from None


def _printable(line: str) -> str:
    """Make a line safe for a terminal. It may contain file names and titles from another tool."""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
