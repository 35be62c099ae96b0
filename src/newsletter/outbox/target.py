"""Check where an outbox may be, and which existing folders a build may replace.

A build replaces the whole folder. It must not replace a project, a home folder or someone's
documents because of a mistake in --out, or because of a symbolic link named outbox, which can come
with a pull request.
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
_PROJECT_FILES = ("newsletter.toml", "pyproject.toml", "announcements")
# Files allowed in a folder that becomes an outbox. Such a folder may contain a README in a new clone, or settings on a
# web server.
_HARMLESS = frozenset({".gitignore", ".gitkeep", ".nojekyll", "CNAME"})
_SERVED = ".well-known/"

_MAX_DEPTH = 200
_FOLDERS = ("email/", "site/", "social/")  # of an outbox

Identity = tuple[int, int]  # device and inode


def check_place(out: Path, root: Path, problems: Problems) -> str:
    """Return the folder for the outbox `out`, with symbolic links resolved.

    Raises Aborted after reporting `unsafe-outbox` if the folder is, contains or is inside sources
    of the project `root`.
    """
    target = os.path.realpath(out)
    if danger := _find_danger(out, target, os.path.realpath(root)):
        fix = "choose a folder of its own, such as 'outbox' in the project"
        problems.error(Place(_shown(out, root)), "unsafe-outbox", danger, fix)
        raise Aborted
    return target


def check_unlocked(target: str, name: str, problems: Problems) -> None:
    """Make the same check as check_content(), but before a lock file is written beside the folder.

    Raises Aborted and DiskFault.
    """
    if os.path.lexists(f"{target}/{MANIFEST}"):
        check_content(read_previous_build(target), name, problems)
    elif os.path.lexists(target):
        with refusals(target):
            _refuse(next(_files(target), ""), name, problems)


def check_content(old: PreviousBuild, name: str, problems: Problems) -> None:
    """Check that a folder, called `name` in problems, is an outbox or empty.

    It is an outbox if it has a manifest written by a build and at least one of the files listed
    there is intact. If the manifest is damaged, a stamp beside the folder is enough, provided that
    the folder contains only the folders of an outbox. Raises Aborted after reporting the first file
    in the way (`foreign-output`).
    """
    _refuse(_find_foreign(old), name, problems)


def _refuse(file: str, name: str, problems: Problems) -> None:
    if file:
        problems.error(
            Place(f"{name}/{file}"), "foreign-output",
            "this file is in the way: its folder does not look like an outbox from an earlier build",
            "move it away, or choose another folder with --out; an outbox whose manifest is damaged can be deleted",
        )  # fmt: skip
        raise Aborted


def _files(target: str, folder: str = "") -> Iterator[str]:
    """Yield the files in the way, without listing the whole tree first.

    They are ordered as in _find_foreign(). Raises OSError.
    """
    with os.scandir(f"{target}/{folder}") as iterator:
        entries = sorted(iterator, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(target, f"{folder}{entry.name}/")
        elif not _is_harmless(folder + entry.name):
            yield folder + entry.name


def _find_foreign(old: PreviousBuild) -> str:
    """Return the first file in the way, in path order, or "" if there is none."""
    listed = (*old.paths, *(path for path, _ in old.edited))
    is_manifest = bool(old.sha256) and old.trusted
    if is_manifest and any(map(old.is_intact, old.paths)):
        return ""
    paths = [path for path in (*old.foreign, *listed) if not _is_harmless(path)]
    if old.sha256 and not is_manifest:
        if has_stamp(old.root) and all(path.startswith(_FOLDERS) for path in paths):
            return ""
        paths.append(MANIFEST)
    return min(paths, key=lambda path: path.split("/"), default="")


def _is_harmless(path: str) -> bool:
    is_readme = path.upper().startswith("README") and "/" not in path
    return path in _HARMLESS or is_readme or path.startswith(_SERVED)


def _find_danger(out: Path, target: str, project: str) -> str:
    """Return why `target` must not be an outbox, or "" if it may be one.

    `out` is the path as the user wrote it.
    """
    if out.parts[:1] == ("~",):
        return "'~' means the home folder only in a shell"
    if target.count("/") > _MAX_DEPTH:  # os.makedirs() is recursive
        return f"this path has more than {_MAX_DEPTH} folders"
    return _find_contained(target, project) or _find_container(target, project)


def _find_contained(target: str, project: str) -> str:
    """Return a message that says what a build at `target` would replace, or ""."""
    if _contains(target, project):
        return "the project itself is here, and a build would replace it"
    if _contains(target, os.path.realpath(os.path.expanduser("~"))):
        return "the home folder is here, and a build would replace it"
    for name in _SOURCES:
        if _contains(target, os.path.realpath(f"{project}/{name}")):
            return f"'{name}' of the project is here, and a build would replace it"
    file = next((file for file in _PROJECT_FILES if os.path.lexists(f"{target}/{file}")), "")
    return f"a project with '{file}' is here, and a build would replace it" if file else ""


def _find_container(target: str, project: str) -> str:
    """Return a message that says which forbidden folder contains `target`, or ""."""
    if _is_in_git(target) and not _is_in_git(project):
        return "this is inside '.git'"
    for name in _SOURCES:
        # Compare by inode: through links, mounts or case-insensitive file systems, a folder can have
        # several names.
        if _contains(os.path.realpath(f"{project}/{name}"), target):
            return f"this is inside '{name}' of the project"
    for folder in _above(target):
        if folder != project and _contains(folder, project):
            break  # the folders above the project do not matter
        if os.path.lexists(f"{folder}/pyvenv.cfg"):
            return "this is inside a Python environment"
        name = os.path.relpath(target, folder).partition("/")[0]
        if (folder == project or _is_project(folder)) and (name.startswith(".") or name.casefold() in _SOURCES):
            return f"this is inside '{name}', which is not a place for build results"
    return ""


def _is_in_git(path: str) -> bool:
    return ".git" in path.casefold().split("/")


def _is_project(folder: str) -> bool:
    return os.path.lexists(f"{folder}/newsletter.toml") or (
        os.path.lexists(f"{folder}/pyproject.toml") and os.path.lexists(f"{folder}/announcements")
    )


def _above(path: str) -> Iterator[str]:
    """Yield a path and the folders above it, nearest first."""
    yield path
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent


def _contains(folder: str, path: str) -> bool:
    """Return whether `path` is `folder` or inside it, by name or by inode."""
    identity = _identity(folder)
    return any(folder == each or (identity and identity == _identity(each)) for each in _above(path))


def _identity(path: str) -> Identity | None:
    with suppress(OSError):
        status = os.stat(path)
        return status.st_dev, status.st_ino
    return None


def _shown(out: Path, root: Path) -> str:
    """Return the name of the outbox for use in problems.

    It is relative to the project if it is inside it; otherwise it is as the user wrote it.
    """
    full = os.path.abspath(out)
    is_inside = os.path.commonpath((full, os.path.abspath(root))) == os.path.abspath(root)
    return os.path.relpath(full, root) if is_inside else str(out)
