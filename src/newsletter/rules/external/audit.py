"""Implement `check --deep`: check mails with axe-core in a browser, and with SpamAssassin."""

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

SUSPECT, REFUSED = 2.0, 5.0  # SpamAssassin scores
BATCH = 16  # documents per run of the browser
VIEWPORTS = ((800, False), (800, True), (360, False), (360, True))  # width in px, dark mode


def judge(
    artefacts: Iterable[Artefact], root: Path, settings: str, environment: Mapping[str, str], problems: Problems
) -> None:
    """Check the mails among the artefacts with every tool that is installed.

    `root` is the project folder. `settings` is the path of the settings file, where missing tools are reported.
    `environment` contains environment variables, which may say where axe-core is: see browser.find_axe().
    """
    mails = [artefact for artefact in artefacts if artefact.path.startswith("email/")]
    pages = [(_place(each, settings), each.data.decode()) for each in mails if each.path.endswith(".html")]
    messages = [(_place(each, settings), each.data) for each in mails if each.path.endswith(".eml")]
    judge_pages(pages, browser.find_chromium(), browser.find_axe(root, environment), Place(settings), problems)
    judge_messages(messages, shutil.which("spamassassin") or "", Place(settings), problems)


def _place(artefact: Artefact, settings: str) -> Place:
    return Place(artefact.origin or settings)


def judge_pages(
    pages: Sequence[tuple[Place, str]], chromium: str, axe: Path | None, settings: Place, problems: Problems
) -> None:
    """Check HTML documents with axe-core, in light and dark mode, in a wide and a narrow window.

    `settings` is the place where missing tools are reported.
    """
    consequence = "accessibility was not checked in a browser"
    if not chromium:
        problems.notice(settings, "missing-tool", f"Chromium is not installed: {consequence}", "install chromium")
        return
    if axe is None:
        fix = "run 'npm install axe-core' in the project, or set NEWSLETTER_AXE to axe.min.js"
        problems.notice(settings, "missing-tool", f"axe-core is not installed: {consequence}", fix)
        return
    for start in range(0, len(pages), BATCH):
        batch = pages[start : start + BATCH]
        for width, dark in VIEWPORTS:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    documents = {f"{number}.html": page for number, (_, page) in enumerate(batch)}
                    reports = browser.run_axe(chromium, axe, documents, Path(folder), width, dark=dark).values()
            except browser.Failed as fault:
                problems.notice(
                    settings, "missing-tool", f"the browser does not work: {fault}", "run it by hand to find the cause"
                )
                return
            for (place, _), report in zip(batch, reports, strict=True):
                _report_page(place, report, problems)


def _report_page(place: Place, report: browser.PageReport, problems: Problems) -> None:
    viewport = f"{report.width} px, {'dark' if report.dark else 'light'}"
    for violation in report.violations:
        rule = f"{violation['help']} ({violation['id']}, {violation['impact']})"
        message = " ".join(f"axe-core, {viewport}: {rule}: {violation['nodes'][0]}".split())[:400]
        problems.warning(place, "axe", message, "correct the template or the announcement")
    if report.scroll > report.width:
        message = f"at {report.width} px, the mail is {report.scroll} px wide"
        problems.warning(place, "wide-mail", message, "limit widths to 100 %")


def judge_messages(messages: Sequence[tuple[Place, bytes]], program: str, settings: Place, problems: Problems) -> None:
    """Check mails (.eml) with SpamAssassin, without network access.

    `program` is the path of SpamAssassin, or "" if it is not installed. `settings` is the place where that is reported.
    """
    if not program:
        message = "SpamAssassin is not installed: the mails were not checked for spam"
        problems.notice(settings, "missing-tool", message, "install spamassassin")
        return
    with ThreadPoolExecutor(2) as pool:  # each thread waits for a process
        scores = pool.map(lambda message: _score(program, message[1]), messages)
        for (place, _), (points, rules) in zip(messages, scores, strict=True):
            if points is None:
                problems.notice(
                    settings, "missing-tool", f"SpamAssassin does not work: {rules}", "run it by hand to find the cause"
                )
                return
            if points >= SUSPECT:
                verdict = "refuse it" if points >= REFUSED else f"refuse mails with {REFUSED:g} or more"
                problems.warning(
                    place, "spam-score", f"SpamAssassin gives {points:g} points ({rules}); servers {verdict}"
                )


def _score(program: str, message: bytes) -> tuple[float | None, str]:
    """Return the points of a mail and the rules that matched, or None and the reason if SpamAssassin failed."""
    try:
        process = subprocess.run([program, "-L", "-t"], input=message, capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as fault:
        return None, str(fault)
    report = process.stdout.decode("utf-8", "replace")
    points = re.search(r"Content analysis details:\s+\((-?[\d.]+) points", report)
    if points is None:
        return None, report[-200:]
    rows = re.findall(r"^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)", report[points.start() :], re.MULTILINE)
    return float(points[1]), ", ".join(f"{name} {score}" for score, name in rows if float(score) >= 0.1)
