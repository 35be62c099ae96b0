"""newsletter: announcements in, mails, feeds, snippets and pages out.

What a script needs is here; everything else may change from one version to the next.

    import newsletter
    from datetime import UTC, datetime

    result = newsletter.build("my-project", now=datetime.now(UTC))
    for problem in result.problems:
        print(problem)
"""

from newsletter.library import Result, build, count, find_problems
from newsletter.problems import Place, Problem

__all__ = ["Place", "Problem", "Result", "build", "count", "find_problems"]
