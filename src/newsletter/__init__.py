"""newsletter: announcements in, mails, feeds, snippets and pages out.

What a script needs is here; everything else may change from one version to the next.

    import newsletter
    from datetime import UTC, datetime

    result = newsletter.build("my-project", now=datetime.now(UTC))
    for problem in result.problems:
        print(problem)
"""

TYPE_CHECKING = False  # as type checkers read it, without importing typing
if TYPE_CHECKING:
    from newsletter.api import Busy, DiskFault, Place, Problem, Result, WorkerLost, build, count, find_problems

__all__ = ["Busy", "DiskFault", "Place", "Problem", "Result", "WorkerLost", "build", "count", "find_problems"]


def __getattr__(name: str) -> object:
    """Import what is asked for. The command line needs none of it, and begins before anything can fail to load."""
    from importlib import import_module  # noqa: PLC0415

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("newsletter.api"), name)
