"""Explain how to install the optional packages that some commands need."""

from pathlib import Path

_COMMANDS = {"import": "make runtime-env", "preview": "make preview"}  # targets of the checkout's Makefile


def how_to_add(extra: str) -> str:
    """Return instructions for adding an extra to this installation, as the end of a message.

    They never suggest installing `newsletter` by name from an index, where the name may belong to someone else.
    """
    if is_checkout(Path(__file__).parents[3]):
        return f"run: {_COMMANDS[extra]}"
    return (
        f"in requirements.txt, give newsletter the extra [{extra}], as in newsletter[{extra}] @ …, "
        "and run: python -m pip install --requirement requirements.txt"
    )


def is_checkout(folder: Path) -> bool:
    """Return whether `folder` is a checkout of this program. Its Makefile installs missing packages."""
    return (folder / "Makefile").is_file() and (folder / "src" / "newsletter").is_dir()


def with_extras(package: str) -> str:
    """Return the pip requirement `package` with every extra added.

    Only `newsletter @ …` and the path of a local wheel are changed.
    """
    names = f"[{','.join(sorted(_COMMANDS))}]"
    if package.startswith("newsletter @ "):
        return package.replace("newsletter", f"newsletter{names}", 1)
    return package + names if package.startswith("./") and package.endswith(".whl") else package
