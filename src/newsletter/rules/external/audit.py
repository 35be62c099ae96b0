"""deep: mails looked at by programs of their own: axe-core in a browser, SpamAssassin. For `check --deep`."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from newsletter.model import Artefact
from newsletter.model.problems import Place, Problems
from newsletter.rules.external import browser

SUSPECT, REFUSED = 2.0, 5.0  # points of SpamAssassin
AT_ONCE = 16  # documents for one browser
LOOKS = ((800, False), (800, True), (360, False), (360, True))  # width in px, dark


def judge(
    made: Iterable[Artefact], root: Path, settings: str, environment: Mapping[str, str], problems: Problems
) -> None:
    """Let every tool that is installed look at the mails among `made`; what is not there is said at `settings`."""
    mails = [artefact for artefact in made if artefact.path.startswith("email/")]
    pages = [(_place(each, settings), each.data.decode()) for each in mails if each.path.endswith(".html")]
    letters = [(_place(each, settings), each.data) for each in mails if each.path.endswith(".eml")]
    judge_pages(pages, browser.find_chromium(), browser.find_axe(root, environment), Place(settings), problems)
    judge_letters(letters, shutil.which("spamassassin") or "", Place(settings), problems)


def _place(artefact: Artefact, settings: str) -> Place:
    return Place(artefact.origin or settings)


def judge_pages(
    pages: Sequence[tuple[Place, str]], chromium: str, axe: Path | None, settings: Place, problems: Problems
) -> None:
    """axe-core over HTML documents, in light and dark, wide and narrow."""
    lost = "nobody looked whether the mails are accessible in a browser"
    if not chromium:
        problems.notice(settings, "missing-tool", f"no Chromium is installed: {lost}", "install chromium")
        return
    if axe is None:
        cure = "run 'npm install axe-core' in the project, or set NEWSLETTER_AXE to axe.min.js"
        problems.notice(settings, "missing-tool", f"axe-core is not installed: {lost}", cure)
        return
    for begin in range(0, len(pages), AT_ONCE):
        some = pages[begin : begin + AT_ONCE]
        for width, dark in LOOKS:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    documents = {f"{number}.html": page for number, (_, page) in enumerate(some)}
                    found = browser.look(chromium, axe, documents, Path(folder), width, dark=dark).values()
            except browser.Failed as fault:
                problems.notice(settings, "missing-tool", f"the browser does not work: {fault}", "try it by hand")
                return
            for (place, _), seen in zip(some, found, strict=True):
                _tell(place, seen, problems)


def _tell(place: Place, seen: browser.Seen, problems: Problems) -> None:
    how = f"{seen.width} px, {'dark' if seen.dark else 'light'}"
    for fault in seen.violations:
        told = f"axe-core, {how}: {fault['help']} ({fault['id']}, {fault['impact']}): {fault['nodes'][0]}"
        problems.warning(place, "axe", " ".join(told.split())[:400], "correct the template, or the announcement")
    if seen.scroll > seen.width:
        told = f"at {seen.width} px the mail is {seen.scroll} px wide"
        problems.warning(place, "wide-mail", told, "let widths be at most 100 %")


def judge_letters(letters: Sequence[tuple[Place, bytes]], program: str, settings: Place, problems: Problems) -> None:
    """SpamAssassin over mails, without network."""
    if not program:
        told = "SpamAssassin is not installed: nobody looked whether the mails count as spam"
        problems.notice(settings, "missing-tool", told, "install spamassassin")
        return
    with ThreadPoolExecutor(2) as pool:  # each waits for a process
        for (place, _), (points, rules) in zip(
            letters, pool.map(lambda letter: _score(program, letter[1]), letters), strict=True
        ):
            if points is None:
                problems.notice(settings, "missing-tool", f"SpamAssassin does not work: {rules}", "try it by hand")
                return
            if points >= SUSPECT:
                verdict = "refuse it" if points >= REFUSED else f"refuse mails from {REFUSED:g} on"
                problems.warning(
                    place, "spam-score", f"SpamAssassin gives {points:g} points ({rules}); servers {verdict}"
                )


def _score(program: str, message: bytes) -> tuple[float | None, str]:
    """Points, and the names of the rules that gave them; None and the reason when there is no answer."""
    try:
        found = subprocess.run([program, "-L", "-t"], input=message, capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as fault:
        return None, str(fault)
    report = found.stdout.decode("utf-8", "replace")
    points = re.search(r"Content analysis details:\s+\((-?[\d.]+) points", report)
    if points is None:
        return None, report[-200:]
    rows = re.findall(r"^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)", report[points.start() :], re.MULTILINE)
    return float(points[1]), ", ".join(f"{name} {score}" for score, name in rows if float(score) >= 0.1)
