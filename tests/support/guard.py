"""Run the program in a separate process, under limits that a hostile input would exceed."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEMORY = 1_500_000_000  # bytes of address space
SECONDS = 60  # CPU time; a build of one announcement takes about one

# Coverage is off under limits, because it writes its own files and prints its own errors.
UNMEASURED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}

ENDINGS = {0, 1, 2, 74, 75}  # exit codes documented in docs/ and `--help`
PROBLEM = re.compile(r"^[^\n:]+:\d+:\d+: (error|warning|info): .+ \[[a-z0-9-]+\]$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished command: its exit code and its output as text."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


def newsletter(
    *words: str,
    cwd: Path,
    memory: int = MEMORY,
    seconds: int = SECONDS,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    limits: Mapping[int, int] | None = None,
    wrapper: Sequence[str] = (),
) -> Finished:
    """Run `newsletter WORDS` in `cwd`, limited to `memory` bytes and `seconds` of CPU time.

    Further limits are passed as rlimit numbers and values. `wrapper` is a command prefix that runs
    another command.

    A process that hangs without using the CPU is killed after three times `seconds`, which fails the
    test.
    """
    bounds = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: seconds, **(limits or {})}

    def bound() -> None:
        for number, value in bounds.items():
            resource.setrlimit(number, (value, value))

    done = subprocess.run(
        [*wrapper, sys.executable, "-m", "newsletter", *words],
        cwd=cwd,
        env={**os.environ, **UNMEASURED, **(env or {})},
        input="" if stdin is None else stdin,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=3 * seconds,
        preexec_fn=bound,  # runs between fork and exec; there are no other threads here
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def problems(done: Finished) -> list[str]:
    """Return the output lines that report a problem with its location and code."""
    return [match.group() for match in PROBLEM.finditer(done.output)]


def assert_sound(done: Finished) -> None:
    """Check for a documented exit code, no traceback, and with exit code 1, a located problem."""
    assert "Traceback" not in done.output, done.output[-4000:]
    assert done.code in ENDINGS, (done.code, done.output[-4000:])
    if done.code == 1:
        assert problems(done), done.output[-4000:]


def build_soundly(project: Path, *words: str, now: str = "2024-12-01") -> Finished:
    """Build under guard; check for a located problem and no outbox, or an outbox that passes `verify`."""
    done = newsletter("build", *words, "--now", now, cwd=project)
    assert_sound(done)
    if done.code == 0:
        verified = newsletter("verify", cwd=project)
        assert verified.code == 0, verified.output[-4000:]
    else:
        assert not (project / "outbox" / "manifest.json").exists()
    return done
