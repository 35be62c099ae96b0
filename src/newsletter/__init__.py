"""Turn announcements into mails, feeds, posts and web pages.

The names in `__all__` are the public interface. Everything else may change from one version to the next.

    import newsletter
    from datetime import UTC, datetime

    result = newsletter.build("my-project", now=datetime.now(UTC))
    for problem in result.problems:
        print(problem)
"""

TYPE_CHECKING = False  # type checkers assume True; importing the constant from typing would be slower
if TYPE_CHECKING:
    from newsletter.api import Busy, DiskFault, Place, Problem, Result, WorkerLost, build, count, find_problems

__all__ = ["Busy", "DiskFault", "Place", "Problem", "Result", "WorkerLost", "build", "count", "find_problems"]


def __getattr__(name: str) -> object:
    """Import public names on first use, so that the command line can start even if the import fails."""
    from importlib import import_module  # noqa: PLC0415

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("newsletter.api"), name)
