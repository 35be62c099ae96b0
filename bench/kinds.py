"""Define inputs that grow by repeating a unit, as a hostile file would."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bench.texts import TEXTS

SETTINGS = """title = "Essai"
language = "fr"
cadence = "manual"
timezone = "Europe/Paris"
url = "https://essai.example/"
authority = "essai.example,2024"
sender = {name = "Essai", email = "lettre@essai.example"}
organisation = {name = "Essai", address = "1 rue de l’Essai, 80000 Amiens"}
unsubscribe = {url = "https://essai.example/quitter"}
"""
FILE = "announcements/2024-11-26-essai.md"
FRONT = "title: Essai\ndate: 2024-11-26\nid: essai\n"
BODY_LIMIT = 1024 * 1024
FRONT_LIMIT = 64 * 1024

Files = Mapping[str, str]
Surface = str  # body, front matter, settings, files, theme, count, import


class Kind(NamedTuple):
    """A kind of input. `files(n)` gives the files of a project with `n` units, by path.

    `small` is enough units to count calls. `limit` is the largest accepted number of units, or the
    number that fits in a file of 1 MiB. `fixes` is true if `check --fix` must be measured too.
    """

    name: str
    surface: Surface
    files: Callable[[int], Files]
    small: int
    limit: int
    fixes: bool = False


def project(body: str = "Texte.\n", front: str = "", settings: str = "", **others: str) -> Files:
    """Return the files of a project with one announcement."""
    return {"newsletter.toml": SETTINGS + settings, FILE: f"---\n{FRONT}{front}---\n{body}", **others}


def _units(unit: str | Callable[[int], str], count: int) -> str:
    return unit * count if isinstance(unit, str) else "".join(map(unit, range(count)))


def _fitting(unit: str | Callable[[int], str], room: int) -> int:
    """Return how many units fit in `room` bytes."""
    size = len(unit.encode()) if isinstance(unit, str) else len(unit(99_999).encode())
    return room // size


def body(
    name: str, unit: str | Callable[[int], str], small: int = 150, *, before: str = "", behind: str = "",
    limit: int = 0, fixes: bool = False,
) -> Kind:  # fmt: skip
    """Define a kind that repeats a unit in the body."""
    room = BODY_LIMIT - len((before + behind).encode()) - 1
    return Kind(
        name, "body", lambda count: project(before + _units(unit, count) + behind + "\n"), small,
        limit or _fitting(unit, room), fixes,
    )  # fmt: skip


def front(
    name: str, unit: str | Callable[[int], str], small: int = 100, *, before: str = "", behind: str = "",
    limit: int = 0, fixes: bool = False,
) -> Kind:  # fmt: skip
    """Define a kind that repeats a unit in the front matter."""
    room = FRONT_LIMIT - len((FRONT + before + behind).encode()) - 2
    return Kind(
        name, "front matter", lambda count: project(front=before + _units(unit, count) + behind), small,
        limit or _fitting(unit, room), fixes,
    )  # fmt: skip


def settings(name: str, unit: str | Callable[[int], str], small: int = 100, *, before: str = "", behind: str = "",
             limit: int = 0) -> Kind:  # fmt: skip
    """Define a kind that repeats a unit in the settings."""
    return Kind(
        name, "settings", lambda count: project(settings=before + _units(unit, count) + behind + "\n"), small,
        limit or _fitting(unit, BODY_LIMIT - len((SETTINGS + before + behind).encode()) - 1),
    )  # fmt: skip


def many(name: str, file: Callable[[int], tuple[str, str]], small: int = 20, limit: int = 1000) -> Kind:
    """Define a kind with many files: `file(n)` gives the path and content of the nth."""
    return Kind(name, "files", lambda count: {**project(), **dict(map(file, range(count)))}, small, limit)


def _table(columns: int, row: str) -> Files:
    return project("|a" * columns + "|\n" + "|-" * columns + "|\n" + row)


def _short_rows(count: int) -> Files:
    return _table(count, "|a|\n" * count)


def _full_row(count: int) -> Files:
    return _table(count, "|a" * count + "|\n")


def _wide_head(count: int) -> Files:
    return project("|" + "mot " * count + "|b|\n|-|-|\n" + "|a|b|\n" * count)


def _nested_otherwise(number: int) -> str:
    """Return five nested elements, in a different order for each number."""
    names = "em strong q s kbd mark cite sup sub small".split()
    chosen = [names[number // 10**place % 10] for place in range(5)]
    return "".join(f"<{name}>" for name in chosen) + "a" + "".join(f"</{name}>" for name in reversed(chosen)) + " "


def _anchors(count: int) -> Files:
    body = "".join(f"## Titre {each}\n\n[a](#inconnu-{each})\n\n" for each in range(count))
    return project(body)


def _notes(count: int) -> Files:
    return project("".join(f"a[^{each}]\n\n[^{each}]: Note.\n\n" for each in range(count)))


def _pyproject(unit: str) -> Callable[[int], Files]:
    def files(count: int) -> Files:
        made = dict(project())
        made["pyproject.toml"] = "[tool.other]\n" + unit * count + "\n"
        return made

    return files


def _dated(number: int) -> str:
    return f"20{number // 336 % 24 + 1:02}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"


def _announcement(
    number: int, *, same: str = "", date: str = "", front: str = "", body: str = "Texte."
) -> tuple[str, str]:
    """Return one of many announcements. `same` names a key whose value all share."""
    date = date or _dated(number)
    keys = {"id": f"annonce-{number}", "slug": f"annonce-{number}"}
    if same:
        keys[same] = "pareil"
    lines = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return (
        f"announcements/{date}-{number}.md",
        f"---\ntitle: Annonce {number}\ndate: {date}\n{lines}{front}---\n{body}\n",
    )


def _one_issue(count: int) -> Files:
    files = dict(_announcement(each, date="2024-03-01") for each in range(count))
    return {**files, "newsletter.toml": SETTINGS.replace("manual", "monthly")}


def _language(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "x" + letters[number // 26 % 26] + letters[number % 26]


def _in_language(number: int) -> tuple[str, str]:
    lang = _language(number)
    return (
        f"announcements/pareil.{lang}.md",
        f"---\ntitle: Annonce\ndate: 2024-01-01\nid: pareil\nlang: {lang}\n---\nTexte.\n",
    )


def _issue_file(number: int) -> tuple[str, str]:
    order = ", ".join(f"inconnu-{each}" for each in range(3))
    return (
        f"announcements/issues/{2000 + number // 12}-{number % 12 + 1:02}.md",
        f"---\norder: [{order}]\n---\nTexte.\n",
    )


def _theme(path: str, unit: str | Callable[[int], str], before: str = "", behind: str = "") -> Callable[[int], Files]:
    def files(count: int) -> Files:
        return {**project(), f"templates/{path}": before + _units(unit, count) + behind}

    return files


def _text(made: Callable[[int], str]) -> Callable[[int], Files]:
    """Return a function that gives a body of about n characters, within the size limit of a body."""

    def files(count: int) -> Files:
        return project(made(count).encode()[: BODY_LIMIT - 100].decode("utf-8", "ignore") + "\n")

    return files


KINDS: tuple[Kind, ...] = (
    # --- bodies: words ---
    body("words in one paragraph", "mot "),
    body("sentences in one paragraph", "Une phrase. "),
    body("paragraphs", "Un.\n\n"),
    body("one long word", "a", 2000, fixes=True),
    body("full stops in a row", ".", 2000),
    body("no-break spaces in a row", "\u00a0", 2000, before="a", behind="b"),
    body("combining marks", "\u0301", 2000, before="e"),
    body("lines broken hard", "mot\\\n"),
    body("escapes", "\\*"),
    body("entities", "&amp;"),
    body("entities of forbidden characters", "&#1; "),
    body("forbidden characters", "\x01", 2000),
    body("emoji in a row", "\U0001f389"),
    body("emoji joined", "\U0001f469\u200d"),
    body("regional indicators", "\U0001f1eb\U0001f1f7"),
    body("hashtags", lambda n: f"#mot{n} "),
    body("words in capitals", "ABCDEFGHIJKLMNOPQR mot, ", 600),
    # --- bodies: typography ---
    body("apostrophes", "l'un ", fixes=True),
    body("quotation marks", '"un" ', fixes=True),
    body("quotation marks, one a line", '"un"\n\n', fixes=True),
    body("blanks before signs", "un !\n", fixes=True),
    body("colons", ":a", 2000, fixes=True),
    body("addresses", "a@b.fr "),
    body("signs of addresses in one word", "://@www.", 1000, fixes=True),
    body("web addresses as text", lambda n: f"https://e{n}.example/ "),
    # --- bodies: links ---
    body("links", lambda n: f"[a](https://e.example/{n}) "),
    body("links of one text", lambda n: f"[**a** b](https://e.example/{n}) "),
    body("links to one page", "[a](https://e.example/) "),
    body("links that are not encrypted", lambda n: f"[a](http://e.example/{n}) "),
    body("links to other alphabets", lambda n: f"[a](https://é{n}.example/) "),
    body("links spelled out", lambda n: f"<https://e.example/é{n}> "),
    body("links to numbers", lambda n: f"[a](https://10.0.0.1/{n}) "),
    body("mailboxes", lambda n: f"<a{n}@b.fr> "),
    body("links with vague texts", lambda n: f"[ici](https://e.example/{n}) "),
    body("one link with a text of signs", "!", 2000, before="[a", behind="a](https://e.example/)"),
    body("one long link", "a", 2000, before="[a](https://e.example/", behind=")"),
    body("one link of marks", "\u0301\u0316", 1000, before="[a](https://e.example/", behind=")"),
    body("links to missing files", lambda n: f"[a](f{n}.pdf) "),
    body("links to missing announcements", lambda n: f"[a](a{n}.md) "),
    body("links that are unsafe", "[a](javascript:b) "),
    Kind("headings and links to unknown ones", "body", _anchors, 100, 20_000),
    body("link definitions", lambda n: f"[a{n}]: https://e.example/{n}\n"),
    body("link definitions that are used", lambda n: f"[a{n}]\n\n[a{n}]: https://e.example/{n}\n\n"),
    body("remote pictures", lambda n: f"![a](https://e.example/{n}.png) "),
    body("missing pictures", lambda n: f"![a](f{n}.png) "),
    body("pictures without a text", lambda n: f"![](f{n}.png) "),
    # --- bodies: structure ---
    body("headings of one text", "## x\n\n"),
    body("headings", lambda n: f"## x{n}\n\n"),
    body("headings of other alphabets", lambda n: f"## {chr(0x4E00 + n % 20000)}\n\n"),
    body("one long heading", "mot ", before="## "),
    body("headings that skip", "## x\n\n#### y\n\n"),
    body("emphasis", "**a** "),
    body("emphasis that is never closed", "*a _b "),
    body("brackets that are never closed", "[", 2000),
    body("links in links", "[a](", 1000),
    body("backticks", lambda n: "`" * (n % 40 + 1) + "a", 200, limit=50_000),
    body("code in a line", "`a` "),
    body("inline HTML", "<em>a</em> "),
    body("inline HTML, nested", "<em>", 1000, behind="a"),
    body("inline HTML, nested and closed", "<em><q>", 40, behind="a", limit=40),
    body("inline HTML in every order", _nested_otherwise, 100),
    body("inline HTML that is refused", "<b>a</b> "),
    body("inline HTML that is never closed", "<em>a\n\n"),
    body("comments", "<!-- a -->\n\n"),
    body("comments that are never closed", "<!--", 1000),
    body("comments that are never closed, in a line", "a <!--", 1000),
    body("declarations that are never closed", "a <![CDATA[ <? <!A ", 300),
    body("footnotes", lambda n: f"a[^{n}]\n\n[^{n}]: Note.\n\n"),
    body("one footnote, referred to", "a[^1] ", behind="\n\n[^1]: Note."),
    body(
        "footnotes and links in one paragraph",
        lambda n: f"a[^1] [b **c**](https://e.example/{n}) ",
        behind="\n\n[^1]: N.",
    ),
    body("table, long", "|a|b|\n", before="|a|b|\n|-|-|\n"),
    Kind("table, wide", "body", _full_row, 100, 170_000),
    Kind("table of rows that are too short", "body", _short_rows, 50, 100_000),
    Kind("table with a long heading", "body", _wide_head, 200, 100_000),
    body("list", "- a\n"),
    body("list with numbers", "1. a\n"),
    body("list, deep", lambda n: "  " * (n % 90) + "- a\n", 180),
    body("quotations, deep", ">", 1000),
    body("quotation of many lines", "> a\n"),
    body("deep quotation, lazily continued", "mot\n", before="> " * 90),
    body("quotations, one after another", "> a\n\n"),
    body("code of long lines", "    " + "mot " * 25 + "\n"),
    body("rules", "***\n\n"),
    # --- front matter ---
    front("unknown keys", lambda n: f"cle{n}: x\n"),
    front("unknown keys that resemble", lambda n: f"summar{n}: x\n"),
    front("keys that stand twice", "draft: false\n"),
    front("tags", lambda n: f"  - tag{n}\n", 50, before="tags:\n", limit=100),
    front("too many tags", lambda n: f"  - tag{n}\n", 300, before="tags:\n"),
    front(
        "links in front matter",
        lambda n: f"  - {{title: T{n}, url: 'https://e.example/{n}'}}\n",
        50,
        before="links:\n",
        limit=100,
    ),
    front("aliases", lambda n: f"  - alias-{n}\n", 50, before="aliases:\n", limit=100),
    front(
        "hashtags for networks", lambda n: f", mot{n}", 50, before="social:\n  hashtags: [mot", behind="]\n", limit=99
    ),
    front("a long text for a network", "mot ", before="social:\n  linkedin: ", behind="\n"),
    front("a title that is too long", "mot ", before="summary: ", behind="\n"),
    front("a folded text", "  l'un\n", before="social:\n  linkedin: x\nsummary: >\n", behind="\n", fixes=True),
    front("brackets in front matter", "[", 1000, before="tags: "),
    front("anchors of YAML", "  - &a b\n", before="tags:\n"),
    front("comments in front matter", "# x\n"),
    front("comments that excuse", lambda n: f"# newsletter: ignore[code-{n}]\n"),
    front("a comment that excuses, never closed", "# newsletter: ignore[", behind="\n"),
    front("blanks in front matter", " ", 1000, before="summary: a", behind="b\n"),
    # --- settings ---
    settings("unknown settings", lambda n: f"cle{n} = 1\n"),
    settings("unknown tables of settings", lambda n: f"[t{n}]\na = 1\n"),
    settings("codes to ignore", lambda n: f'"code-{n}", ', before="[check]\nignore = [", behind="]", limit=100),
    settings("a setting that nests", "[", 400, before="x = ", behind="]"),
    settings("a key of many parts", "a.", 400, behind="a = 1"),
    settings("blanks in settings", " ", 2000, before="[x", behind="y]"),
    settings("one long setting", "a", 2000, before='description = "', behind='"'),
    Kind("empty lines in pyproject.toml", "settings", _pyproject("\n"), 2000, BODY_LIMIT - 20),
    # --- files ---
    many("announcements", _announcement),
    many("announcements with one id", lambda n: _announcement(n, same="id")),
    many("announcements with one slug", lambda n: _announcement(n, same="slug")),
    Kind("announcements in one issue", "files", _one_issue, 20, 1000),
    many("announcements that link to one", lambda n: _announcement(n, body="[a](2024-11-26-essai.md)")),
    many("announcements with tags of their own", lambda n: _announcement(n, front=f"tags: [a{n}, b{n}]\n")),
    many("announcements without front matter", lambda n: (f"announcements/a{n}.md", "Texte.\n")),
    many("versions in other languages", _in_language, 10, limit=50),
    many("issue files", _issue_file, limit=600),
    # --- themes ---
    Kind("rules for prose", "theme", _theme("email/prose.css", lambda n: f".a{n} p {{ color: #000000 }}\n"), 50, 2000),
    Kind("comments of CSS never closed", "theme", _theme("email/inline.css", "/* "), 200, 100_000),
    Kind("strings", "theme", _theme("strings/fr.toml", lambda n: f'mot{n} = "x"\n'), 100, 20_000),
    Kind("comments of MJML never closed", "theme", _theme("email/story.mjml", "<!--"), 200, BODY_LIMIT // 4),
    Kind("styles never closed", "theme", _theme("email/story.mjml", "<style>"), 200, BODY_LIMIT // 7),
    Kind("rules for media never opened", "theme", _theme("email/inline.css", "@media"), 200, BODY_LIMIT // 6),
    Kind("braces in CSS", "theme", _theme("email/head.css", "{ "), 50, BODY_LIMIT // 2),
    Kind("blanks in CSS", "theme", _theme("email/head.css", " ", "p { color: #000000", "}"), 2000, BODY_LIMIT - 30),
    Kind("unknown tags of MJML", "theme", _theme("email/story.mjml", "<mj-x a='b' />"), 200, BODY_LIMIT // 14),
    Kind("strings that are none", "theme", _theme("strings/fr.toml", lambda n: f"mot{n} = {n}\n"), 100, 20_000),
    # --- texts to count and cut ---
    *(Kind(f"text: {name}", "count", _text(made), 4100, BODY_LIMIT - 100) for name, made in TEXTS.items()),
    # --- files to import: tests/hostile has further ones ---
)
