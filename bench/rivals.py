"""Build the same announcements with other tools, where they are installed.

Hugo (Debian's package) must be on PATH. Inkletter and npm's mjml and juice are looked up in the
folder named by NEWSLETTER_RIVALS: a virtual environment with Inkletter, in which
`npm install mjml juice` was run as well.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench.watch import Run, run

SAMPLE = 60  # mails per round: enough for these slow tools

_HUGO = """baseURL = "https://banc.example/"
title = "Banc d’essai"
languageCode = "fr"
disableKinds = ["taxonomy", "term", "sitemap", "robotsTXT", "404"]
[outputs]
page = ["HTML", "TXT"]
home = ["HTML", "RSS"]
[outputFormats.TXT]
mediaType = "text/plain"
isPlainText = true
baseName = "index"
"""

_PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>
<h1>{{ .Title }}</h1><p>{{ .Params.summary }}</p>{{ with .Params.event }}<p>{{ .start }} {{ .place }}</p>{{ end }}
{{ .Content }}<ul>{{ range .Params.links }}<li><a href="{{ .url }}">{{ .title }}</a></li>{{ end }}</ul></body></html>
"""

# Unlike Hugo's own feed, this one has the full text of each announcement, as our feeds do.
_FEED = """{{ "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>{{ .Site.Title }}</title>
<link>{{ .Permalink }}</link><description>{{ .Site.Title }}</description>{{ range .Site.RegularPages }}
<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link><guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate>
<description>{{ .Summary }}</description>
<content:encoded>{{ printf "<![CDATA[%s]]>" .Content | safeHTML }}</content:encoded></item>{{ end }}
</channel></rss>
"""

_INKLETTER = """import sys, time
from pathlib import Path
from inkletter import parse_markdown_to_html, parse_markdown_to_text
bodies = [Path(name).read_text("utf-8").split("---\\n", 2)[2] for name in sys.argv[1:]]
begun = time.perf_counter()
for body in bodies:
    parse_markdown_to_html(body)
    parse_markdown_to_text(body)
print(time.perf_counter() - begun)
"""

_PREMAILER = """import sys, time
from pathlib import Path
from mjml import mjml2html
from premailer import Premailer
css, *mails = [Path(name).read_text("utf-8") for name in sys.argv[1:]]
begun = time.perf_counter()
for mail in mails:
    Premailer(
        mjml2html(mail, fonts={}), css_text=[css], allow_network=False, keep_style_tags=True, strip_important=False,
        cssutils_logging_level=50,
    ).transform()
print(time.perf_counter() - begun)
"""

_NODE = """const fs = require('fs'), mjml = require('mjml'), juice = require('juice');
const [css, ...mails] = process.argv.slice(2).map(name => fs.readFileSync(name, 'utf8'));
(async () => {
  const begun = process.hrtime.bigint();
  for (const mail of mails) juice.inlineContent((await mjml(mail)).html, css);
  console.log(Number(process.hrtime.bigint() - begun) / 1e9);
})();
"""


def hugo(announcements: Path, folder: Path, mail: str = "") -> Run | None:
    """Run Hugo: one HTML page and one text page per announcement, and one RSS feed.

    If `mail` is given, the HTML of one of our mails becomes the page layout, and the feed has full
    texts.
    """
    if shutil.which("hugo") is None:
        return None
    if not folder.exists():
        layouts = {"single.html": _as_layout(mail) if mail else _PAGE, "list.html": _PAGE,
                   "single.txt": "{{ .Title }}\n\n{{ .Plain }}\n"} | ({"rss.xml": _FEED} if mail else {})  # fmt: skip
        (folder / "layouts/_default").mkdir(parents=True)
        (folder / "hugo.toml").write_text(_HUGO, encoding="utf-8")
        for name, layout in layouts.items():
            (folder / "layouts/_default" / name).write_text(layout, encoding="utf-8")
        shutil.copytree(announcements, folder / "content")
    shutil.rmtree(folder / "public", ignore_errors=True)
    return run("hugo", "--quiet", cwd=folder)


def _as_layout(mail: str) -> str:
    """Turn a mail's HTML into a Hugo layout. Comments for Outlook are quoted, or Hugo would drop them."""
    title, prose = re.search(r"<title>(.*?)</title>", mail), re.search(r'<div class="prose"[^>]*>', mail)
    assert title and prose
    end, depth = prose.end(), 1
    while depth:
        tag = re.compile(r"</?div\b").search(mail, end)
        assert tag
        end, depth = tag.end(), depth + (-1 if tag[0] == "</div" else 1)
    layout = mail[: prose.end()] + "{{ .Content }}" + mail[mail.rindex("</div", 0, end) :]
    layout = layout.replace(title[1], "{{ .Title }}")
    return re.sub(r"<!--.*?-->", lambda comment: "{{ `" + comment[0] + "` | safeHTML }}", layout, flags=re.DOTALL)


def inkletter(announcements: Path) -> float | None:
    """Return Inkletter's seconds per mail, HTML and text."""
    python = _rivals() / "bin/python"
    if not (_rivals() / "bin/inkletter").exists():
        return None
    names = [str(path) for path in sorted(announcements.glob("*.md"))[:SAMPLE]]
    found = subprocess.run([python, "-c", _INKLETTER, *names], capture_output=True, text=True, check=True)
    return float(found.stdout) / len(names)


def premailer(mails: list[str], css: str, folder: Path) -> float:
    """Return the seconds per mail of mjml-python and premailer, from rendered MJML; HTML only.

    This runs in a separate process, because our own use of premailer evicts style sheets from its
    cache.
    """
    return _compiled((sys.executable, "-c", _PREMAILER), mails, css, folder)


def node(mails: list[str], css: str, folder: Path) -> float | None:
    """Return the seconds per mail of npm's mjml and juice, from rendered MJML; HTML only."""
    if not (_rivals() / "node_modules/juice").exists():
        return None
    return _compiled(("node", "-e", _NODE), mails, css, folder)


def _compiled(words: tuple[str, ...], mails: list[str], css: str, folder: Path) -> float:
    names = []
    folder.mkdir(exist_ok=True)
    for name, text in {"style.css": css, **{f"{n}.mjml": mail for n, mail in enumerate(mails)}}.items():
        (folder / name).write_text(text, encoding="utf-8")
        names.append(str(folder / name))
    where = _rivals() if words[0] == "node" else None
    found = subprocess.run([*words, *names], cwd=where, capture_output=True, text=True, check=True)
    return float(found.stdout) / len(mails)


def _rivals() -> Path:
    return Path(os.environ.get("NEWSLETTER_RIVALS", "nowhere")).resolve()
