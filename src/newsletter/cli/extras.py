"""extras: how this installation gets the packages that only some commands need."""

from pathlib import Path

_TARGETS = {"import": "make runtime-env", "preview": "make preview"}  # of the checkout's Makefile


def how_to_add(extra: str) -> str:
    """The command that adds an extra to this installation.

    It never installs `newsletter` by its name from an index, where the name may be a stranger's.
    """
    if is_checkout(Path(__file__).parents[3]):
        return f"run: {_TARGETS[extra]}"
    return (
        f"in requirements.txt, give newsletter the extra [{extra}], as in newsletter[{extra}] @ …, "
        "and run: python -m pip install --requirement requirements.txt"
    )


def is_checkout(folder: Path) -> bool:
    """Whether the program runs from its own repository: then its Makefile installs what is missing."""
    return (folder / "Makefile").is_file() and (folder / "src" / "newsletter").is_dir()


def with_extras(package: str) -> str:
    """A requirement on newsletter that asks for every extra, if it is one whose spelling leaves no doubt."""
    names = f"[{','.join(sorted(_TARGETS))}]"
    if package.startswith("newsletter @ "):
        return package.replace("newsletter", f"newsletter{names}", 1)
    return package + names if package.startswith("./") and package.endswith(".whl") else package
