"""Find the files of the default theme, which is part of the package."""

from functools import cache
from pathlib import Path


@cache
def folder() -> Path:
    """Return the default theme's folder, which is inside the installed package or at the top of the checkout."""
    packaged = Path(__file__).parents[1] / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "templates"


def names() -> tuple[str, ...]:
    """Return the names of all files in the default theme, such as `email/issue.mjml`, sorted."""
    top = folder()
    return tuple(sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()))
