"""Time the writing of all feeds: `python -m bench.feeds [COUNT]`.

By default there are 10,000 announcements with 50 tags. One process writes every feed, archives
included. The time to read the announcements is measured separately.
"""

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import corpus
from newsletter import pipeline
from newsletter.channels import render
from newsletter.model.problems import Problems
from newsletter.theme.templates import Templates

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def megabytes() -> float:
    """Return the peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run the benchmark and print the result on one line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        root, problems = Path(folder), Problems()
        corpus.write(root, count)
        begun = time.perf_counter()
        publication = pipeline.read(pipeline.open_project(root, problems), NOW, problems)
        read, before = time.perf_counter() - begun, megabytes()
        begun = time.perf_counter()
        files = size = 0
        for artefact in render("feeds", publication, Templates(root, problems), problems):
            files += 1
            size += len(artefact.data)
        written = time.perf_counter() - begun
    print(
        f"{count:,} announcements: {files} feed files, {size / 1e6:.0f} MB, in {written:.1f} s and "
        f"{megabytes() - before:.0f} MB; reading took {read:.1f} s and {before:.0f} MB before"
    )


if __name__ == "__main__":
    main()
