"""Time the preview from save to screen: `python -m bench.preview [COUNT…]`.

The default counts are 200 and 2,000 announcements. A browser shows the mail of one announcement in a
wide and a narrow frame. The benchmark changes the title and waits until both frames show it.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from bench import corpus

SAVES = 15
COMMAND = (sys.executable, "-m", "newsletter", "preview", "--port", "0", "--no-open", "--now", "2026-01-01", "-C")
_SHOWN = """mark => ['.w720', '.w360'].every(frame =>
  document.querySelector(frame + ' iframe').contentDocument?.querySelector('h1')?.textContent.includes(mark))"""


def seconds(page: Page, file: Path) -> list[float]:
    """Return the seconds from save to screen for each save."""
    text, found = file.read_text(encoding="utf-8"), []
    for number in range(SAVES):
        mark = f"Essai {number} "
        begun = time.perf_counter()
        file.write_text(text.replace('title: "', f'title: "{mark}', 1), encoding="utf-8")
        while not page.evaluate(_SHOWN, mark):
            time.sleep(0.002)
        found.append(time.perf_counter() - begun)
        time.sleep(0.25)
    return found


def measure(count: int, folder: Path) -> str:
    """Return one row of the table."""
    corpus.write(folder, count)
    begun = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": "src"}
    server = subprocess.Popen([*COMMAND, str(folder)], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        address = server.stderr.readline().split()[1]
        started = time.perf_counter() - begun
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            file = max((folder / "announcements").glob("*.md"))
            page.goto(f"{address}announcement/{file.stem}")
            page.wait_for_timeout(1000)
            found = seconds(page, file)
            browser.close()
    finally:
        server.terminate()
        server.wait()
    return f"| {count:,} | {median(found):.2f} | {max(found):.2f} | {started:.1f} |"


if __name__ == "__main__":
    print("| announcements | s from save to screen, median | maximum | s to start |\n|---:|---:|---:|---:|")
    for wanted in map(int, sys.argv[1:] or ("200", "2000")):
        with tempfile.TemporaryDirectory() as scratch:
            print(measure(wanted, Path(scratch) / "projet"), flush=True)
