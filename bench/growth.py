"""Compare work and memory at n and 2n units of each kind of input.

Usage: `python -m bench.growth [--limit] [WORD]`.

Work is measured as the number of calls to Python and C functions, so the result depends neither on
the clock nor on other programs. Call counts miss the time spent inside one call, such as a regular
expression search. `--limit` therefore runs each kind with the largest accepted number of units,
under limits on CPU time and memory; `--limit=4` runs it with a quarter of that number. WORD selects
kinds by surface or name; `--kind=NAME` selects one kind.
"""

import gc
import os
import resource
import sys
import tempfile
import traceback
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from bench.kinds import KINDS, SETTINGS, Kind
from newsletter import pipeline
from newsletter.check.fix import write_typography
from newsletter.model.problems import Aborted, Problems
from newsletter.pipeline.render import RenderStage, open_templates
from newsletter.theme.templates import Templates

NOW = datetime(2060, 1, 1, tzinfo=UTC)
MADE = ("email", "feeds", "site", "social")
SECONDS = 60  # CPU time for a run at the limit
MEMORY = 1_500_000_000  # bytes of address space for a run at the limit


class Cost(NamedTuple):
    """Number of calls, peak memory in bytes, and whether the channels ran (`is_whole`)."""

    calls: int
    memory: int
    is_whole: bool

    def over(self, less: "Cost", idle: "Cost") -> tuple[float, float]:
        """Return the ratios of calls and memory to `less`. Calls exclude `idle`, the cost of any project."""
        least = idle.calls // 10  # fewer cannot be told apart from the cost of any project
        usual = idle.calls if self.is_whole and less.is_whole else 0
        work, before = (max(each.calls - usual, least) for each in (self, less))
        return work / before, self.memory / less.memory


def write(kind: Kind, count: int, root: Path) -> None:
    """Write a project with `count` units to the folder `root`."""
    for path, content in kind.files(count).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8", newline="")


@cache
def packaged() -> Templates:
    """Return the default theme. It is compiled once, because compiling costs more than most kinds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "newsletter.toml").write_text(SETTINGS, encoding="utf-8")
        return open_templates(root, pipeline.open_project(root, Problems()).settings, Problems())


def run(root: Path, *, fixes: bool) -> Problems:
    """Do what `newsletter check` does, or `check --fix`, in this process; return the problems."""
    problems = Problems()
    try:
        project = pipeline.open_project(root, problems)
        if fixes:
            write_typography(project.root, project.settings.language, problems)
        publication = pipeline.read(project, NOW, problems, thorough=True)
        if not problems.fatal:
            own = (root / "templates").exists()
            templates = open_templates(root, project.settings, problems) if own else packaged()
            for _ in RenderStage(root, templates, problems, MADE).run(publication, len, thorough=True):
                pass
    except Aborted:
        pass
    for problem in problems:
        str(problem)
    return problems


def cost(work: Callable[[], Problems]) -> Cost:
    """Measure the peak memory of `work`, then count the calls that it makes in a second run.

    Two runs are needed because counting allocates memory.
    """
    gc.collect()
    tracemalloc.start()
    try:
        problems = work()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        if event == "call" or event == "c_call":
            count += 1

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return Cost(count, peak, not problems.fatal)


def measure(kind: Kind, count: int) -> Cost:
    """Return the cost of `count` units."""
    # The cache starts empty, because compiling templates is part of the cost.
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, XDG_CACHE_HOME=folder):
        write(kind, count, Path(folder))
        return cost(lambda: run(Path(folder), fixes=kind.fixes))


@cache
def idle() -> Cost:
    """Return the cost of a one-word project after a first run has filled the caches."""
    measure(KINDS[0], 1)
    return measure(KINDS[0], 1)


class Stopped(NamedTuple):
    """The result of a run at the limit: CPU seconds, peak MB, and the failure, or ""."""

    seconds: float
    megabytes: int
    fault: str


def at_limit(kind: Kind, part: int, seconds: int, memory: int) -> Stopped:
    """Run a kind with 1/`part` of its maximum units, in a separate process under limits."""
    with tempfile.TemporaryDirectory() as folder:
        write(kind, max(kind.limit // part, 1), Path(folder))
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            try:
                run(Path(folder), fixes=kind.fixes)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        _, status, used = os.wait4(child, 0)
    faults = {0: "", 256: "a traceback"}
    fault = faults.get(status, f"stopped by signal {status} after {seconds} s, or {memory // 10**6} MB")
    return Stopped(used.ru_utime + used.ru_stime, used.ru_maxrss // 1000, fault)


def print_growth(kinds: Iterable[Kind]) -> None:
    """Print the growth table."""
    print("| kind | surface | n | calls | at 2n | MB | at 2n |\n|---|---|---:|---:|---:|---:|---:|")
    for kind in kinds:
        none = idle()
        once, twice = (measure(kind, kind.small * times) for times in (1, 2))
        work, memory = twice.over(once, none)
        print(
            f"| {kind.name} | {kind.surface} | {kind.small} | {once.calls:,} | {work:.2f} × "
            f"| {once.memory / 1e6:.1f} | {memory:.2f} × |",
            flush=True,
        )


def print_limits(kinds: Iterable[Kind], part: int) -> bool:
    """Print the table of runs at 1/`part` of the limit; return whether all succeeded."""
    idle()  # fill the caches before the processes fork
    good = True
    print("| kind | surface | n | s | MB | |\n|---|---|---:|---:|---:|---|", flush=True)
    for kind in kinds:
        ended = at_limit(kind, part, max(SECONDS // part, 15), MEMORY)
        good = good and not ended.fault
        row = f"| {kind.name} | {kind.surface} | {kind.limit // part} | {ended.seconds:.1f} | {ended.megabytes} |"
        print(row, ended.fault, "|", flush=True)
    return good


def main(*words: str) -> int:
    """Print one of the tables. The exit code is 1 if a run at a limit failed."""
    parts = [int(word.partition("=")[2] or 1) for word in words if word.startswith("--limit")]
    named = [word for word in words if not word.startswith("--")]
    exactly = {word.removeprefix("--kind=") for word in words if word.startswith("--kind=")}
    kinds = [
        kind
        for kind in KINDS
        if all(word in f"{kind.surface}: {kind.name}" for word in named) and (not exactly or kind.name in exactly)
    ]
    if parts:
        return 0 if print_limits(kinds, parts[0]) else 1
    print_growth(kinds)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
