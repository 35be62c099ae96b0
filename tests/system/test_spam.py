"""Test that SpamAssassin, with its default rules and no network, finds no fault in the samples."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from newsletter import pipeline
from newsletter.model.problems import Problems
from support.paths import ROOT

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def score(message: bytes) -> tuple[float, str]:
    """Return a mail's spam score and the rules that contributed to it."""
    found = subprocess.run(["spamassassin", "-L", "-t"], input=message, capture_output=True, check=True, timeout=120)
    report = found.stdout.decode("utf-8", "replace")
    points = re.search(r"Content analysis details:\s+\((-?[\d.]+) points", report)
    assert points, report[-2000:]
    return float(points[1]), report[points.start() : points.start() + 1500]


@pytest.mark.system
def test_every_sample_mail_is_clean() -> None:
    if not shutil.which("spamassassin"):
        pytest.skip("SpamAssassin is not installed")
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    mails = [a for a in pipeline.build(project, NOW, problems, ["email"]) if a.path.endswith(".eml")]
    assert len(mails) >= 10
    with ThreadPoolExecutor(2) as pool:
        for mail, (points, rules) in zip(mails, pool.map(score, (mail.data for mail in mails)), strict=True):
            assert points <= 0.0, (mail.path, rules)


@pytest.mark.system
def test_spamassassin_finds_spam() -> None:
    if not shutil.which("spamassassin"):
        pytest.skip("SpamAssassin is not installed")
    assert score(b"Subject: BUY NOW\r\nFrom: a@b.example\r\n\r\nViagra!!! http://1.2.3.4/\r\n")[0] > 1
