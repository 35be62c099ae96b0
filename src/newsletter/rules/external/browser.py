"""Run axe-core on HTML documents in headless Chromium, from the command line and without network access."""

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

from newsletter.text.entities import unescape

# axe-core rules that apply only to web pages. A mail has no landmarks, and no repeated blocks to skip.
PAGE_RULES = ("region", "landmark-one-main", "bypass")

# A script for each document. It runs axe-core when the document is loaded, and sends the result to the parent page.
_SCRIPT = """
<script src="%s"></script>
<script>
addEventListener('load', () => axe.run(document, {rules: %s, resultTypes: ['violations']}).then(found => {
  parent.postMessage(JSON.stringify({
    violations: found.violations.map(v => ({
      id: v.id, impact: v.impact, help: v.help,
      nodes: v.nodes.map(n => n.html + ' | ' + n.failureSummary)})),
    mode: document.compatMode,
    scroll: document.documentElement.scrollWidth,
    width: innerWidth,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
  }), '*');
}));
</script>
"""

# The parent page, which shows the documents in frames, one after another. Unlike Chromium's window, a frame can have
# any width.
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


class Failed(Exception):
    """The browser could not be used. The message gives the reason."""


@dataclass(frozen=True)
class PageReport:
    """The browser's report on one document.

    `violations` are those found by axe-core, and `mode` is document.compatMode. `scroll` is the width of the content
    and `width` that of the window, both in px.
    """

    violations: list[dict[str, Any]]
    mode: str
    scroll: int
    width: int
    dark: bool


def find_chromium() -> str:
    """Return the path of an installed browser, or ""."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), "")


def find_axe(root: Path, environment: Mapping[str, str]) -> Path | None:
    """Return the path of axe.min.js, or None if it is not installed.

    The path comes from the environment variable NEWSLETTER_AXE, or from `npm install axe-core` in the project.
    """
    chosen = environment.get("NEWSLETTER_AXE")
    path = Path(chosen) if chosen else root / "node_modules/axe-core/axe.min.js"
    return path if path.is_file() else None


def run(chromium: str, *words: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    """Run headless Chromium with a temporary profile and without network access.

    `chromium` is the path of the browser, `words` are further arguments, and `timeout` is in seconds. Raises Failed if
    the browser cannot be started, fails, or takes too long.
    """
    # Chromium's own sandbox does not work for root, the usual user in a container.
    sandbox = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    with tempfile.TemporaryDirectory() as profile:
        try:
            return subprocess.run(
                [
                    chromium, "--headless", *sandbox, "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--hide-scrollbars", "--allow-file-access-from-files", "--proxy-server=127.0.0.1:9",
                    f"--user-data-dir={profile}", *words,
                ],
                capture_output=True, text=True, check=True, timeout=timeout,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as fault:
            raise Failed(str(fault)) from None


def run_axe(
    chromium: str, axe: Path, documents: Mapping[str, str], folder: Path, width: int, *, dark: bool, mail: bool = True
) -> dict[str, PageReport]:
    """Open HTML documents at a width of `width` px, in light or dark mode, and run axe-core in each.

    `documents` maps relative paths to HTML. The documents are written to `folder`, which may already contain files
    that they refer to. With `mail`, rules that apply only to web pages are disabled. Return the reports by path.
    Raises Failed if the browser does not work, or does not report on every document.
    """
    rules = {rule: {"enabled": False} for rule in PAGE_RULES} if mail else {}
    script = _SCRIPT % (axe.resolve().as_uri(), json.dumps(rules))
    for path, document in documents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # A page that forbids scripts from elsewhere would block axe-core as well.
        open_document = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", document)
        file.write_text(open_document.replace("</head>", f"{script}</head>", 1), encoding="utf-8")
    page = folder / "frames.html"
    page.write_text(_FRAMES % (json.dumps(list(documents)), width), encoding="utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    arguments = ["--window-size=900,900", "--virtual-time-budget=60000", "--dump-dom"]
    process = run(chromium, *arguments, *scheme, page.as_uri())
    reports = re.findall(r'<pre class="axe-report">(.*?)</pre>', process.stdout, re.DOTALL)
    if len(reports) != len(documents):
        raise Failed(f"only {len(reports)} of {len(documents)} documents were checked: {process.stderr[-300:]}")
    return {path: PageReport(**json.loads(unescape(report))) for path, report in zip(documents, reports, strict=True)}
