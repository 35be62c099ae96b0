"""Measure a command's wall time, and the peak memory of the command and its children together."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# Without this, Python would recompile every module on each run, unlike on a user's machine.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds, and MB of all processes together: proportional set size, or 0 without /proc."""

    seconds: float
    megabytes: float


def run(*words: str, cwd: Path | None = None) -> Run:
    """Run a command to completion. Raises CalledProcessError if it fails."""
    begun = time.perf_counter()
    child = subprocess.Popen(words, cwd=cwd, env=_ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    most = [0.0]
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            most[0] = max(most[0], sum(map(_held, _family(child.pid))))

    watcher = threading.Thread(target=look)
    watcher.start()
    out, err = child.communicate()
    seconds = time.perf_counter() - begun
    done.set()
    watcher.join()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, words, out, err)
    return Run(seconds, most[0])


def ours(*words: str) -> Run:
    """Run `newsletter` with these arguments."""
    return run(sys.executable, "-m", "newsletter", *words)


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for listed in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, listed.read_text().split())
            except OSError:
                continue
    return found


def _held(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1000
