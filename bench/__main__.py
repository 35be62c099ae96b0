"""How long a build takes, beside the plain way: jinja2, mjml-python and premailer for every mail.

`python -m bench [COUNT]`; the two ways alternate in one run, medians and ratios are printed and
kept in bench/results.md.
"""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench import corpus

if TYPE_CHECKING:
    from newsletter.channels.mail import Mails
    from newsletter.model import Publication
    from newsletter.templates import Templates

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 3
PLAIN_SAMPLE = 60  # mails a round by the plain way: it takes long enough


def ours(root: Path) -> int:
    """Read, check, render and publish everything, from an empty outbox; gives announcements."""
    from newsletter import outbox, pipeline
    from newsletter.problems import Problems

    problems = Problems()
    project = pipeline.open_project(root, problems)
    shutil.rmtree(root / "outbox", ignore_errors=True)
    outbox.publish(pipeline.build(project, NOW, problems), root / "outbox", problems)
    return len(list((root / "announcements").glob("*.md")))


def plain(root: Path) -> float:
    """Seconds a mail by the plain way: Markdown, jinja2, mjml-python and premailer, HTML only.

    The same templates and the same CSS; prose is styled by premailer as everything else is.
    """
    import pyromark
    from mjml import mjml2html
    from premailer import Premailer

    from newsletter.content import Content

    publication, mails, templates = _mails(root)
    rules = templates.get("mail/prose.css").render({"brand": mails.theme.brand})
    css = mails.theme.press.css + re.sub(r"(^|,)\s*(?=[a-z][^{}]*\{)", r"\1.prose ", rules, flags=re.MULTILINE)
    template = templates.get("mail/announcement.mjml")
    begun = time.perf_counter()
    for announcement in publication.announcements[:PLAIN_SAMPLE]:
        values = dict(mails.announcement_values(announcement))
        values["story"] = _Plain(values["story"], Content(pyromark.html(announcement.source.body), safe=True))
        html = mjml2html(template.render(values), fonts={})
        Premailer(
            html, css_text=[css], allow_network=False, keep_style_tags=True, strip_important=False,
            cssutils_logging_level=50,
        ).transform()  # fmt: skip
    return (time.perf_counter() - begun) / PLAIN_SAMPLE


class _Plain:
    """A story with another body."""

    def __init__(self, story: object, body: object) -> None:
        self._story, self.body = story, body

    def __getattr__(self, name: str) -> object:
        return getattr(self._story, name)


def _mails(root: Path) -> tuple["Publication", "Mails", "Templates"]:
    from newsletter import pipeline
    from newsletter.channels.mail import Mails, Theme
    from newsletter.problems import Problems
    from newsletter.templates import Templates

    problems = Problems()
    publication = pipeline.read(pipeline.open_project(root, problems), NOW, problems)
    templates = Templates(root, problems)
    return publication, Mails(publication, Theme(publication, templates, problems), templates), templates


def same_work(root: Path) -> float:
    """Seconds a mail for the same result: the Markdown read, and the HTML of every announcement's mail."""
    from newsletter import markdown

    publication, mails, templates = _mails(root)
    template = templates.get("mail/announcement.mjml")
    begun = time.perf_counter()
    for announcement in publication.announcements:
        markdown.parse(announcement.source.body)
        mails.theme.press.render(template, mails.announcement_values(announcement))
    return (time.perf_counter() - begun) / len(publication.announcements)


def timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def command(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-m", "newsletter", *words], check=True, capture_output=True)


def main() -> None:
    """Run everything and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder) / "many", Path(folder) / "one"
        corpus.write(many, count)
        corpus.write(one, 1)
        per_ours, per_same, per_plain, rebuilds = [], [], [], []
        for _ in range(ROUNDS):
            per_ours.append(timed(lambda: ours(many)) / count)
            per_same.append(same_work(many))
            rebuilds.append(timed(command("build", "-C", str(many), "--now", "2026-01-01")) / count)
            per_plain.append(plain(many))
        cold = [timed(command("build", "-C", str(one), "--out", f"{folder}/out{n}")) for n in range(5)]
        helps = [timed(command("--help")) for _ in range(5)]
    ours_ms, same_ms, plain_ms = (statistics.median(each) * 1000 for each in (per_ours, per_same, per_plain))
    lines = [
        f"{count} announcements of 3.7 KB; medians of {ROUNDS} alternating rounds (5 for whole commands)",
        "",
        "| what | time | ratio |",
        "|---|---|---|",
        f"| plain way, HTML of one mail (Markdown → jinja2 → mjml-python → premailer) | {plain_ms:.2f} ms | 1 |",
        f"| ours, HTML of one mail, Markdown and all | {same_ms:.2f} ms | {plain_ms / same_ms:.1f} × faster |",
        f"| ours, the whole build, per announcement | {ours_ms:.2f} ms | {plain_ms / ours_ms:.1f} × faster |",
        f"| ours, nothing changed, whole command, per announcement | {statistics.median(rebuilds) * 1000:.2f} ms | |",
        f"| one announcement, whole command from cold | {statistics.median(cold):.2f} s | |",
        f"| `newsletter --help` | {statistics.median(helps):.2f} s | |",
    ]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    (Path(__file__).parent / "results.md").write_text(f"# Measured\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
