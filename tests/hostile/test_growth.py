"""Test that twice as much input takes at most three times the work and memory.

The kinds of input are defined in bench/kinds.py; bench/growth.py explains how work is counted.
"""

import subprocess
import sys

import pytest
from bench import growth
from bench.kinds import KINDS, Kind

from support.paths import ROOT

MOST = 3.0
# Tests run each kind at 1/PART of its limit; `python -m bench.growth --limit` runs it at the full limit.
# A quadratic kind that takes hours there takes 1/PART² of that here, still more than the guard's 15 s.
PART = 8
BATCHES = 6


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_twice_as_much_takes_at_most_three_times_as_much(kind: Kind) -> None:
    idle = growth.idle()
    once, twice = (growth.measure(kind, kind.small * times) for times in (1, 2))
    work, memory = twice.over(once, idle)
    assert work <= MOST, (once, twice)
    assert memory <= MOST, (once, twice)


def test_there_are_forty_kinds_of_every_surface() -> None:
    assert len(KINDS) >= 40
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert {kind.surface for kind in KINDS} >= {"body", "front matter", "settings", "files", "theme"}


@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_at_the_limit_everything_ends_within_guards(batch: int) -> None:
    """Call counts miss the work inside regular expressions and C libraries, so run each kind at scale."""
    names = [kind.name for kind in KINDS[batch::BATCHES]]
    done = subprocess.run(
        [sys.executable, "-m", "bench.growth", f"--limit={PART}", *(f"--kind={name}" for name in names)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert done.stdout.count("\n") == len(names) + 2
