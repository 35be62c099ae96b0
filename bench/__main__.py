"""Time builds against other tools and a plain implementation: `python -m bench [COUNT] [--growth]`.

The candidates alternate within one run. The table of medians and ratios is printed and saved in
bench/results.md. `--growth` adds builds of 100 to 20,000 announcements. See rivals.py for the
environment variable NEWSLETTER_RIVALS.

Instead, `python -m bench --ablate` prints how much time each fast path saves.
"""

import os
import platform
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench import ablate, corpus, rivals, watch
from bench.watch import Run, ours
from bench.ways import Bench
from newsletter.channels.social.counting.platforms import PLATFORMS

ROUNDS = 3
NOW = ("--now", "2060-01-01")  # later than the last of 20,000 announcements, so all are public
MEMORY = Path("/dev/shm")


class Table:
    """Collect the measurements. `seconds` has one list for each candidate, with one item per round."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.megabytes: dict[str, float] = {}
        self.files: dict[str, int] = {}

    def take(self, way: str, found: Run | float | None, share: int = 1) -> None:
        """Record one measurement: a run that built `share` announcements, or the seconds per mail."""
        if isinstance(found, Run):
            self.megabytes[way] = max(self.megabytes.get(way, 0), found.megabytes)
            found = found.seconds
        if found is not None:
            self.seconds[way].append(found / share)

    def lines(self, *beside: str) -> Iterator[str]:
        """Yield the lines of a Markdown table, with ratios to each measured candidate in `beside`."""
        beside = tuple(way for way in beside if way in self.seconds) or ("ours, every channel",)
        yield f"| way | ms per announcement | {' | '.join(f'relative to {way}' for way in beside)} | files | MB |"
        yield f"|---|---:|{'---:|' * len(beside)}---:|---:|"
        for way, figures in self.seconds.items():
            ratios = " | ".join(f"{median(figures) / median(self.seconds[other]):.2f} ×" for other in beside)
            memory = f"{self.megabytes[way]:.0f}" if way in self.megabytes else ""
            yield f"| {way} | {median(figures) * 1000:.2f} | {ratios} | {self.files.get(way, '')} | {memory} |"


def build(root: Path, out: Path, *words: str) -> Run:
    """Build into an empty outbox."""
    shutil.rmtree(out, ignore_errors=True)
    return ours("build", "-C", str(root), "--out", str(out), *NOW, *words)


def changed(root: Path, out: Path) -> Run:
    """Add a sentence to one announcement, build, and restore the announcement."""
    path = min((root / "announcements").glob("*.md"))
    content = path.read_bytes()
    path.write_bytes(content + b"\nEncore une phrase.\n")
    try:
        return ours("build", "-C", str(root), "--out", str(out), *NOW)
    finally:
        path.write_bytes(content)


def rounds(table: Table, root: Path, memory: Path, disk: Path) -> None:
    """Measure all candidates in turn, ROUNDS times."""
    count, announcements = table.count, root / "announcements"
    bench = Bench(root)
    mails, mail = bench.filled(), bench.html()
    ways: dict[str, Callable[[], Run | float | None]] = {
        HUGO: lambda: rivals.hugo(announcements, memory / "hugo"),
        ALIKE: lambda: rivals.hugo(announcements, memory / "alike", mail),
        "ours, mail and feeds": lambda: build(root, memory / "same", "--only", "email,feeds"),
        "ours, every channel": lambda: build(root, memory / "all"),
        "ours, every channel, to disk": lambda: build(root, disk / "all"),
        "ours, nothing changed": lambda: ours("build", "-C", str(root), "--out", str(memory / "all"), *NOW),
        "ours, one file changed": lambda: changed(root, memory / "all"),
        "ours, HTML of the mail only": bench.same_html,
        "ours, seven snippets": bench.snippets,
        "ours, all thirteen snippets": lambda: bench.snippets(tuple(PLATFORMS)),
        "jinja2 → mjml-python → premailer, HTML of the mail only": lambda: bench.plain(disk / "plain"),
        "Inkletter, HTML and text of the mail": lambda: rivals.inkletter(announcements),
        "npm mjml → juice, HTML of the mail only": lambda: rivals.node(mails, bench.css, disk / "node"),
    }
    for number in range(ROUNDS):
        for way, measure in ways.items():
            found = measure()
            table.take(way, found, count if isinstance(found, Run) else 1)
            print(f"\r{number + 1}/{ROUNDS} {way:60}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for way, folder in ((HUGO, memory / "hugo/public"), (ALIKE, memory / "alike/public"),
                        ("ours, mail and feeds", memory / "same"),
                        ("ours, every channel", memory / "all")):  # fmt: skip
        table.files[way] = sum(path.is_file() for path in folder.rglob("*"))


HUGO = "Hugo, a page, a text, RSS"
ALIKE = "Hugo, our mail's HTML, a text, RSS of whole texts"


def small(folder: Path) -> Iterator[str]:
    """Measure what a user waits for: `--help`, and a build of one announcement from a cold start."""
    one = folder / "one"
    corpus.write(one, 1)
    helps = [watch.ours("--help").seconds for _ in range(5)]
    cold = [build(one, folder / "out").seconds for _ in range(5)]
    imports = [
        watch.run(sys.executable, "-c", "import newsletter.pipeline, newsletter.channels.email").seconds
        for _ in range(5)
    ]
    yield "| what | s |"
    yield "|---|---:|"
    yield f"| `newsletter --help` | {median(helps):.2f} |"
    yield f"| one announcement, cold start | {median(cold):.2f} |"
    yield f"| of that, Python and imports | {median(imports):.2f} |"


def _python() -> str:
    """Describe this Python. Distributions' builds are about 10% faster than a build with the defaults."""
    whose = "the system's" if sys.base_prefix == "/usr" else "not the system's"
    return f"Python {platform.python_version()} ({whose})"


def growth(memory: Path) -> Iterator[str]:
    """Measure full builds of increasing numbers of announcements."""
    yield "| announcements | ms per announcement | MB |"
    yield "|---:|---:|---:|"
    for count in (100, 1000, 5000, 20_000):
        root = memory / f"grown-{count}"
        corpus.write(root, count)
        found = [build(root, memory / "grown") for _ in range(ROUNDS)]
        shutil.rmtree(root)
        each = median(run.seconds for run in found) / count * 1000
        yield f"| {count:,} | {each:.2f} | {max(run.megabytes for run in found):.0f} |"
    shutil.rmtree(memory / "grown")


def main() -> None:
    """Run the benchmarks and print the tables."""
    if "--ablate" in sys.argv:
        print(*ablate.table(), sep="\n")
        return
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5000)
    shared = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=shared) as fast, tempfile.TemporaryDirectory() as slow:
        memory, disk = Path(fast), Path(slow)
        root, table = memory / "many", Table(count)
        corpus.write(root, count)
        rounds(table, root, memory, disk)
        parts = [
            f"{count:,} announcements of 3.7 KB, {os.cpu_count()} cores, {_python()}; medians "
            f"of {ROUNDS} alternating rounds, with an empty outbox on a RAM disk unless a row says otherwise.",
            *("", *table.lines(HUGO, ALIKE)),
            *("", *small(disk)),
        ]
        if "--growth" in sys.argv:
            shutil.rmtree(memory / "all", ignore_errors=True)
            parts += ["", *growth(memory)]
    text = "\n".join(parts) + "\n"
    print(text, end="")
    (Path(__file__).parent / "results.md").write_text(f"# Measured\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
