"""packaged: the default theme, which comes with the package, as files."""

from functools import cache
from pathlib import Path


@cache
def folder() -> Path:
    """Where it stands: in the package (as the wheel carries it), or in the checkout."""
    inside = Path(__file__).parents[1] / "templates"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "templates"


def names() -> tuple[str, ...]:
    """Every file of the default theme, such as `email/issue.mjml`, in order."""
    top = folder()
    return tuple(sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()))
