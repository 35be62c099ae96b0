"""No input blows up: twice as much of anything takes at most three times the work and the memory.

The kinds are those of bench/kinds.py. See there, and in bench/growth.py, what is counted.
"""

import subprocess
import sys

import pytest
from bench import growth
from bench.kinds import KINDS, Kind

from support.paths import ROOT

MOST = 3.0
# In tests each kind is run at this part of its limit; `python -m bench.growth --limit` runs it at the whole. What is
# quadratic takes a sixty-fourth of hours then, which is still beyond the guard of 15 s.
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
    """Patterns and C libraries work inside one call; so each kind is also run at its limit."""
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
