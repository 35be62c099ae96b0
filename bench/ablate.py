"""Measure what each fast path saves: build 1,000 announcements with and without it."""

import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from bench import corpus
from newsletter.model.switches import FAST_PATHS

COUNT = 1000
ROUNDS = 5
PACKAGE = Path(__file__).parents[1] / "src/newsletter"
# The files that could be deleted together with each fast path.
FILES: Mapping[str, tuple[str, ...]] = {
    "templates": ("theme/fastpath/compiled.py", "theme/fastpath/recorder.py", "theme/fastpath/traced.py"),
    "template-code": ("theme/fastpath/code_cache.py",),
    "mail-sections": ("channels/email/fastpath/sections.py",),
    "feed-entries": ("channels/feeds/fastpath/entry_templates.py", "channels/feeds/fastpath/escaping.py"),
    "simple-counts": ("channels/social/counting/fastpath.py",),
}


def build(root: Path, out: Path, off: str) -> float:
    """Return the CPU seconds of a single-process build without the fast paths named in `off`."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "newsletter", "build", "-C", str(root), "--out", str(out)]
    environment = {**os.environ, "NEWSLETTER_PLAIN": off}
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(
        sys.executable, [*command, "--now", "2060-01-01", "--jobs", "1"], environment, file_actions=silent
    )  # fmt: skip
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"a build without {off or 'nothing'} failed")
    return usage.ru_utime + usage.ru_stime


def lines(files: tuple[str, ...]) -> int:
    """Return the total number of lines in these files of the package."""
    return sum(len((PACKAGE / each).read_text(encoding="utf-8").splitlines()) for each in files)


def table() -> Iterator[str]:
    """Run all builds, then yield the rows of the table."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        root, out = Path(folder, "many"), Path(folder, "out")
        corpus.write(root, COUNT)
        build(root, out, "")  # fills the template cache
        ratios: dict[str, list[float]] = defaultdict(list)
        for number in range(ROUNDS):
            usual = build(root, out, "")
            for off in (*FAST_PATHS, "1"):
                ratios[off].append(build(root, out, off) / usual)
                print(f"\r{number + 1}/{ROUNDS} without {off:20}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    yield "| without | lines | a build takes |"
    yield "|---|---:|---:|"
    for name in FAST_PATHS:
        yield f"| `{name}` | {lines(FILES[name])} | {median(ratios[name]) - 1:+.0%} |"
    yield f"| all of them | {sum(map(lines, FILES.values()))} | {median(ratios['1']) - 1:+.0%} |"
