"""outbox_target: where an outbox may stand, and which folder may be taken for one.

A build replaces the whole folder. A link named outbox, which a pull request can bring, or a slip in --out must not let
it replace a project, a home folder or somebody's documents.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from newsletter.model import MANIFEST
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.outbox.previous import PreviousBuild, has_stamp, read_previous_build
from newsletter.outbox.tree import refusals

_SOURCES = ("announcements", "templates", "src", "tests")
_MARKS = ("newsletter.toml", "pyproject.toml", "announcements")  # of a project
# What may lie in a folder that is to become an outbox: a new clone has a README there, a server its settings.
_HARMLESS = frozenset({".gitignore", ".gitkeep", ".nojekyll", "CNAME"})
_SERVED = ".well-known/"

_ROOMS = ("email/", "site/", "social/")  # of an outbox

Identity = tuple[int, int]


def check_place(out: Path, root: Path, problems: Problems) -> str:
    """The folder that `out` leads to, links resolved, provided that an outbox may stand there.

    It may not over, in or around the sources of the project `root`: code `unsafe-outbox`. Raises Aborted.
    """
    target = os.path.realpath(out)
    if danger := _find_danger(out, target, os.path.realpath(root)):
        cure = "choose a folder of its own, such as 'outbox' in the project"
        problems.error(Place(_shown(out, root)), "unsafe-outbox", danger, cure)
        raise Aborted
    return target


def check_unlocked(target: str, name: str, problems: Problems) -> None:
    """As check_content, of a folder without lock, before anything is written beside it. Raises Aborted, DiskFault."""
    if os.path.lexists(f"{target}/{MANIFEST}"):
        check_content(read_previous_build(target), name, problems)
    elif os.path.lexists(target):
        with refusals(target):
            _refuse(next(_files(target), ""), name, problems)


def check_content(old: PreviousBuild, name: str, problems: Problems) -> None:
    """Report the first file that keeps a folder, called `name`, from being taken for an outbox, or for an empty one.

    It is an outbox when it has a manifest as a build writes it, and at least one file as that manifest lists it. Where
    the manifest is damaged, the stamp of a build beside it will do, if nothing but an outbox's folders lies there.
    Code `foreign-output`. Raises Aborted when there is such a problem.
    """
    _refuse(_find_foreign(old), name, problems)


def _refuse(first: str, name: str, problems: Problems) -> None:
    if first:
        problems.error(
            Place(f"{name}/{first}"), "foreign-output",
            "this file is in the way: its folder does not look like an outbox that was built before",
            "move it away, or choose another folder with --out; an outbox whose manifest is damaged can be deleted",
        )  # fmt: skip
        raise Aborted


def _files(target: str, folder: str = "") -> Iterator[str]:
    """The files in the way, as _find_foreign orders them; the first is found without looking at all. Raises OSError."""
    with os.scandir(f"{target}/{folder}") as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(target, f"{folder}{entry.name}/")
        elif not _is_harmless(folder + entry.name):
            yield folder + entry.name


def _find_foreign(old: PreviousBuild) -> str:
    """The first file in the way, in the order of the paths; "" when there is none."""
    listed = (*old.paths, *(path for path, _ in old.edited))
    is_manifest = bool(old.sha256) and old.trusted
    if is_manifest and any(map(old.is_whole, old.paths)):
        return ""
    found = [path for path in (*old.foreign, *listed) if not _is_harmless(path)]
    if old.sha256 and not is_manifest:
        if has_stamp(old.root) and all(path.startswith(_ROOMS) for path in found):
            return ""
        found.append(MANIFEST)
    return min(found, key=lambda path: path.split("/"), default="")


def _is_harmless(path: str) -> bool:
    is_readme = path.upper().startswith("README") and "/" not in path
    return path in _HARMLESS or is_readme or path.startswith(_SERVED)


def _find_danger(out: Path, target: str, project: str) -> str:
    """Why no outbox may stand at `target`, written as `out`; "" when it may."""
    if out.parts[:1] == ("~",):
        return "'~' stands for the home folder in a shell only"
    return _find_held(target, project) or _find_holder(target, project)


def _find_held(target: str, project: str) -> str:
    """What a build at `target` would replace, said in a sentence."""
    if _holds(target, project):
        return "the project itself lies here, and a build would replace it"
    if _holds(target, os.path.realpath(os.path.expanduser("~"))):
        return "the home folder lies here, and a build would replace it"
    for name in _SOURCES:
        if _holds(target, os.path.realpath(f"{project}/{name}")):
            return f"'{name}' of the project lies here, and a build would replace it"
    mark = next((mark for mark in _MARKS if os.path.lexists(f"{target}/{mark}")), "")
    return f"a project with '{mark}' lies here, and a build would replace it" if mark else ""


def _find_holder(target: str, project: str) -> str:
    """Among which files `target` lies, said in a sentence."""
    if _is_in_git(target) and not _is_in_git(project):
        return "this lies in '.git'"
    for name in _SOURCES:
        # By any name: a link, another mount, upper case where that is the same.
        if _holds(os.path.realpath(f"{project}/{name}"), target):
            return f"this lies in '{name}' of the project"
    for folder in _above(target):
        if folder != project and _holds(folder, project):
            break  # what lies around the project is nobody's business here
        if os.path.lexists(f"{folder}/pyvenv.cfg"):
            return "this lies among Python's packages"
        name = os.path.relpath(target, folder).partition("/")[0]
        if (folder == project or _is_project(folder)) and (name.startswith(".") or name.casefold() in _SOURCES):
            return f"this lies in '{name}', which is no place for what is built"
    return ""


def _is_in_git(path: str) -> bool:
    return ".git" in path.casefold().split("/")


def _is_project(folder: str) -> bool:
    return os.path.lexists(f"{folder}/newsletter.toml") or (
        os.path.lexists(f"{folder}/pyproject.toml") and os.path.lexists(f"{folder}/announcements")
    )


def _above(path: str) -> Iterator[str]:
    """The path itself and the folders above it, the nearest first."""
    yield path
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent


def _holds(folder: str, path: str) -> bool:
    """Whether `path` is, or lies in, `folder`, under whatever name."""
    identity = _identity(folder)
    return any(folder == each or (identity and identity == _identity(each)) for each in _above(path))


def _identity(path: str) -> Identity | None:
    with suppress(OSError):
        seen = os.stat(path)
        return seen.st_dev, seen.st_ino
    return None


def _shown(out: Path, root: Path) -> str:
    """What problems call it: relative to the project if it lies there, else as it was written."""
    full = os.path.abspath(out)
    inside = os.path.commonpath((full, os.path.abspath(root))) == os.path.abspath(root)
    return os.path.relpath(full, root) if inside else str(out)
