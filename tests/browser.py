"""A real browser for tests: headless Chromium, driven by the command line, and axe-core inside the page."""

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
ORACLES = Path(os.environ.get("NEWSLETTER_ORACLES") or Path(__file__).parent / "oracles") / "node_modules"

# Rules for web pages that make no sense in a mail: a mail has no landmarks and nothing to skip.
PAGE_RULES = ("region", "landmark-one-main", "bypass")

# In each document: run axe once it is loaded, and tell the page around it.
_SCRIPT = """
<script src="%s"></script>
<script>
addEventListener('load', () => axe.run(document, {rules: %s, resultTypes: ['violations']}).then(found => {
  parent.postMessage(JSON.stringify({
    violations: found.violations.map(v => ({
      id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html + ' | ' + n.failureSummary)})),
    mode: document.compatMode,
    scroll: document.documentElement.scrollWidth,
    width: innerWidth,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
  }), '*');
}));
</script>
"""

# Around them: one frame after another. A frame may be narrower than any window that Chromium opens.
_FRAMES = """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta name="color-scheme" content="light dark"></head><body><script>
const names = %s;
const next = () => {
  document.querySelector('iframe')?.remove();
  if (!names.length) return;
  const frame = document.createElement('iframe');
  frame.style.cssText = 'border:0;color-scheme:light dark;width:%dpx;height:900px';
  frame.src = names.shift();
  document.body.append(frame);
};
addEventListener('message', message => {
  const report = document.createElement('pre');
  report.className = 'axe-report';
  report.textContent = message.data;
  document.body.append(report);
  next();
});
next();
</script></body></html>
"""


@dataclass(frozen=True)
class Seen:
    """What the browser says of one document."""

    violations: list[dict[str, Any]]
    mode: str
    scroll: int
    width: int
    dark: bool


def require() -> None:
    """Skip where the browser or axe-core is missing; in CI that is a failure."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    if not (ORACLES / "axe-core/axe.min.js").is_file():
        pytest.skip("axe-core is not installed: npm install --prefix tests/oracles")


def chromium(*words: str) -> subprocess.CompletedProcess[str]:
    """Run headless Chromium with a profile of its own and without any network."""
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [
                CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                "--allow-file-access-from-files", "--proxy-server=127.0.0.1:9", f"--user-data-dir={profile}", *words,
            ],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip


def look(documents: Mapping[str, str], folder: Path, width: int, dark: bool, mail: bool) -> dict[str, Seen]:
    """Open HTML documents, by path in `folder`, at `width` px, in light or dark, and run axe-core in each."""
    rules = {rule: {"enabled": False} for rule in PAGE_RULES} if mail else {}
    script = _SCRIPT % ((ORACLES / "axe-core/axe.min.js").as_uri(), json.dumps(rules))
    for path, document in documents.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        # A page that forbids foreign scripts would refuse axe-core, too.
        document = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", document)  # noqa: PLW2901
        place.write_text(document.replace("</head>", f"{script}</head>", 1), encoding="utf-8")
    page = folder / "frames.html"
    page.write_text(_FRAMES % (json.dumps(list(documents)), width), encoding="utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    found = chromium("--window-size=900,900", "--virtual-time-budget=60000", "--dump-dom", *scheme, page.as_uri())
    reports = re.findall(r'<pre class="axe-report">(.*?)</pre>', found.stdout, re.DOTALL)
    assert len(reports) == len(documents), found.stderr[-500:]
    return {path: Seen(**json.loads(html.unescape(report))) for path, report in zip(documents, reports, strict=True)}
