"""Test the registry of problems: complete, documented in docs/problems.md, with a case for each rule."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import pipeline
from newsletter.channels.email.mjml_schema import find_invalid
from newsletter.check.checker import Checker
from newsletter.load import load
from newsletter.load.assets import ProjectFiles
from newsletter.load.settings import MAIL_PROGRAMS
from newsletter.model import Announcement, Artefact, Publication, Unsubscribe
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.rules.manual import manual
from newsletter.rules.registry import FAMILIES, RULES
from newsletter.rules.rendered import clients, mails, mime_structure, pages
from newsletter.rules.rendered.document import Document
from newsletter.rules.rendered.inspection import SHAPES, Inspection
from newsletter.rules.rendered.mails import Mail
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.rules.written.text import SourceText
from newsletter.theme.templates import Templates
from support.paths import ROOT
from support.problem_cases import CASES, expectations
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)

# Codes that no file under tests/problems can cause, with the test that does.
NAMED = {
    "axe": "rules/external/test_audit.py::test_axe_and_width_are_reported",
    "bad-feed": "rules/test_rules.py::test_a_feed_that_cannot_be_read",
    "bad-header": "rules/test_rules.py::test_bytes_of_a_mail",
    "bad-manifest": "outbox/test_publish.py",
    "bad-mime": "rules/test_rules.py::test_bytes_of_a_mail",
    "changed-file": "outbox/test_publish.py",
    "damaged-output": "outbox/test_publish.py",
    "edited-output": "outbox/test_publish.py",
    "feed-size": "channels/feeds/test_entry.py::test_a_large_feed_is_reported",
    "file-size": "hostile/test_files.py::test_no_special_file_hangs_or_is_published",
    "foreign-output": "outbox/test_publish.py",
    "import-date": "importers/test_press_release.py::test_the_press_release_needs_few_edits",
    "import-heading": "importers/test_press_release.py::test_the_press_release_needs_few_edits",
    "import-hidden": "hostile/test_import_hidden.py::test_front_matter_that_hides",
    "import-image": "importers/test_press_release.py::test_a_word_document",
    "import-link": "importers/test_press_release.py::test_the_press_release_needs_few_edits",
    "import-lost": "importers/test_press_release.py::test_what_an_announcement_cannot_hold",
    "import-title": "importers/test_press_release.py::test_the_press_release_needs_few_edits",
    "internal-error": "preview/test_preview.py::test_what_nobody_foresaw_is_shown",
    "large-entry": "channels/feeds/test_entry.py::test_a_long_announcement_gives_its_summary",
    "leftover-slot": "rules/test_rules.py::test_a_slot_that_was_not_filled_in",
    "lost-output": "hostile/test_outbox_target.py::test_what_a_build_needs_the_place_of_is_named",
    "missing-output": "outbox/test_publish.py",
    "missing-tool": "rules/external/test_audit.py::test_what_is_not_installed_is_reported",
    "moved-template": "theme/test_content.py::test_folders_under_their_former_names_are_not_passed_over",
    "no-manifest": "outbox/test_publish.py",
    "no-network": "rules/external/test_link_checker.py::test_offline_is_reported_once",
    "private-link": "rules/external/test_link_checker.py::test_addresses_of_ones_own_network_are_never_visited",
    "spam-score": "rules/external/test_audit.py::test_spam_is_reported",
    "unreachable-link": "rules/external/test_link_checker.py::test_what_a_server_says",
    "unreadable": "rules/test_rules.py::test_a_file_that_cannot_be_read",
    "unsafe-outbox": "hostile/test_outbox_target.py::test_no_outbox_over_in_or_around_sources",
    "unwritable": "check/test_fix.py::test_a_file_that_cannot_be_written",
    "wide-mail": "rules/external/test_audit.py::test_axe_and_width_are_reported",
}

# Functions and classes that take a code as an argument.
TELLERS = frozenset("error warning notice refuse fault report Refused Unsafe Fault Invalid Text Slip _fault".split())
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
NO_CODES = frozenset(("utf-8", "mj-style"))


def raised() -> Iterator[tuple[str, str]]:
    """Yield each constant passed as a problem code to a function that reports problems, and its location."""
    for path in sorted((ROOT / "src/newsletter").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for each in (*node.args, *(keyword.value for keyword in node.keywords)) if name in TELLERS else ():
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
                    yield each.value, f"{path.relative_to(ROOT)}:{each.lineno}"


def test_every_code_in_use_is_registered() -> None:
    found = {code: place for code, place in raised() if code not in NO_CODES}
    assert len(found) > 60
    assert {place: code for code, place in found.items() if code not in RULES} == {}


def test_every_registered_code_is_in_use() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/newsletter").rglob("*.py"))
    made = {
        "duplicate-id",
        "duplicate-slug",
        "unsafe-image",
        "missing-image",
        "too-many-links",
        "too-many-hashtags",
    }  # codes assembled where they are reported
    for rule in RULES.values():
        times = 2 if rule.body is None else 1
        assert source.count(f'"{rule.code}"') >= times or rule.code in made, rule.code


def test_every_code_has_a_case() -> None:
    cased = {code for _, _, code in expectations(CASES)}
    assert cased <= RULES.keys()
    assert RULES.keys() - cased == NAMED.keys()
    for code, test in NAMED.items():
        file, _, name = test.partition("::")
        content = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert f"def {name}(" in content if name else f'"{code}"' in content, code


def test_the_manual_is_true() -> None:
    valid = (ROOT / "docs/problems.md").read_text(encoding="utf-8")
    assert valid == manual(FAMILIES), "run: python -m newsletter.rules > docs/problems.md"


def test_every_rule_has_a_page_with_both_examples() -> None:
    for rule in RULES.values():
        assert CODE.fullmatch(rule.code) or rule.code in ("axe", "capitals", "unreadable", "unwritable"), rule.code
        assert rule.title and not rule.title.endswith("."), rule.code
        assert bool(rule.fails) == bool(rule.passes), rule.code
        assert rule.why or rule.fails, rule.code
        assert rule.body is None or (rule.fails and rule.why), rule.code
    assert sum(len(family.rules) for family in FAMILIES) == len(RULES)


def test_the_samples_have_no_problem() -> None:
    problems = Problems()
    pipeline.find_problems(pipeline.open_project(ROOT, problems), datetime(2026, 11, 23, tzinfo=UTC), problems)
    assert list(map(str, problems)) == []


def test_the_second_theme_has_no_problem(project: Project) -> None:
    project.complete()
    settings = (project.root / "pyproject.toml").read_text(encoding="utf-8")
    project.write("pyproject.toml", settings.replace("language =", 'theme = "plain"\nlanguage ='))
    project.announce(
        event={"start": "2024-12-05", "place": "Amiens"}, links=[{"title": "Le programme", "url": "/page"}]
    )
    assert codes(project) == []


# --- ignoring problems ------------------------------------------------------------------------


def codes(project: Project) -> list[str]:
    problems = Problems()
    try:
        pipeline.find_problems(pipeline.open_project(project.root, problems), NOW, problems)
    except Aborted:
        assert problems.fatal
    return [problem.code for problem in problems]


SHOUTED = "title: Un\ndate: 2024-11-26\nid: un\nsummary: Neuf{}\n---\n\n[ici](https://exemple.example/)\n"


def test_a_comment_in_front_matter_speaks_for_its_file_or_its_line(project: Project) -> None:
    project.complete()
    path = "announcements/2024-11-26-un.md"
    project.write(path, "---\n" + SHOUTED.format(""))
    assert codes(project) == ["short-preheader", "vague-link"]
    project.write(path, "---\n# newsletter: ignore[vague-link, short-preheader]\n" + SHOUTED.format(""))
    assert codes(project) == []
    project.write(path, "---\n" + SHOUTED.format("  # newsletter: ignore[short-preheader vague-link]"))
    assert codes(project) == ["vague-link"]
    project.write(path, "---\n" + SHOUTED.format("#newsletter:ignore[short-preheader]"))
    assert "short-preheader" in codes(project)


def test_one_files_comment_says_nothing_for_another(project: Project) -> None:
    project.complete()
    project.write("announcements/2024-11-25-a.md", "---\n# newsletter: ignore[vague-link]\n---\n")
    project.write("announcements/2024-11-26-un.md", "---\n" + SHOUTED.format(""))
    assert "vague-link" in codes(project)


def test_errors_cannot_be_ignored(project: Project) -> None:
    project.write(
        "announcements/2024-11-26-un.md", "---\n# newsletter: ignore[no-alt]\ndate: 2024-11-26\n---\n\n![](a.png)\n"
    )
    assert {"no-alt", "unknown-code"} <= set(codes(project))


def test_unknown_codes_in_settings(project: Project) -> None:
    project.complete()
    settings = (project.root / "pyproject.toml").read_text(encoding="utf-8")
    project.write("pyproject.toml", settings + '\n[tool.newsletter.check]\nignore = ["plain-htp"]\n')
    problems = Problems()
    pipeline.find_problems(pipeline.open_project(project.root, problems), NOW, problems)
    assert [(p.code, p.place.line, p.fix) for p in problems] == [
        ("unknown-code", settings.count("\n") + 3, "did you mean 'plain-http'?")
    ]


# --- problems that only a fault in this program can cause ----------------------------------------


@pytest.fixture
def made(project: Project) -> tuple[Publication, Inspection, Mail]:
    """Return a publication with one announcement, an inspection of it, and its mail."""
    project.announce()
    problems = Problems()
    opened = pipeline.open_project(project.root, problems)
    publication = pipeline.read(opened, NOW, problems)
    templates = Templates(project.root, problems)
    chosen = ProjectSettings(project.root, opened.settings)
    inspection = Inspection(chosen, publication, templates, problems, thorough=True)
    files = {a.path: a.data for a in pipeline.build(opened, NOW, problems, ["email"])}
    stem = "email/announcements/prix"
    mail = Mail(
        publication.announcements[0], opened.settings, Place("a.md"), "templates/a.mjml", "templates/a.txt",
        files[f"{stem}.html"], files[f"{stem}.txt"], files[f"{stem}.eml"],
    )  # fmt: skip
    return publication, inspection, mail


@given(
    lengths=st.lists(st.sampled_from([0, 1, 76, 500, 996, 997, 998, 999, 1000, 2000]), max_size=8), end=st.booleans()
)
def test_lines_that_are_too_long(lengths: list[int], end: bool) -> None:
    eml = b"\r\n".join(b"x" * length for length in lengths) + b"\r\n" * end
    assert mime_structure.has_long_line(eml) == any(length > 998 for length in lengths)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"x", b"\0", b"\r\r\n"]), max_size=8).map(b"".join))
def test_line_ends(eml: bytes) -> None:
    rest = re.sub(b"\r\n", b"", eml)
    assert mime_structure.has_only_crlf(eml) == (rest.translate(None, b"\r\n") == rest)


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        (b"Subject:", b"Subject: x\r\nSubject:", "bad-header", "2 Subject headers"),
        (b"Date:", b"X-Date:", "bad-header", "0 Date headers"),
        (b"Un prix", "Un pré".encode(), "bad-mime", "non-ASCII"),
        (b"\r\n\r\n", b"\r\n\n", "bad-mime", "CRLF"),
        (b"X-Unsent: 1", b"X-Unsent: " + b"1" * 1000, "bad-mime", "998"),
        (b"text/plain", b"text/html", "bad-mime", "text part"),
    ],
)
def test_bytes_of_a_mail(
    made: tuple[Publication, Inspection, Mail], old: bytes, new: bytes, code: str, says: str
) -> None:
    mail = made[2]
    assert list(mails.HEADERS.find(mail)) == []
    found = list(mails.HEADERS.find(replace(mail, eml=mail.eml.replace(old, new, 1))))
    assert [rule.code for rule, _ in found][:1] == [code]
    assert says in found[0][1].message and found[0][0].level == "error"


def test_a_slot_that_was_not_filled_in(made: tuple[Publication, Inspection, Mail]) -> None:
    _, inspection, mail = made
    parts = {"html": mail.html.replace("Un prix", "QzSlot3Zq"), "txt": mail.text, "eml": mail.eml.decode()}
    for kind, content in parts.items():
        inspection.add(Artefact(f"email/announcements/prix.{kind}", content.encode(), ""))
    assert [problem.code for problem in inspection.problems if problem.level == "error"] == ["leftover-slot"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("atom.xml", "<feed><entry></feed>", "cannot be read"),
        (
            "atom.xml",
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>a</id></entry><entry><id>a</id></entry></feed>",
            "two",
        ),
        ("rss.xml", "<rss><channel><item><guid>a</guid></item><item><guid>a</guid></item></channel></rss>", "two"),
        ("feed.json", '{"items": [{"id": "a"}, {"id": "a"}]}', "two"),
        ("feed.json", "{", "cannot be read"),
    ],
)
def test_a_feed_that_cannot_be_read(name: str, content: str, says: str) -> None:
    ((rule, finding),) = pages.FEEDS.find(Artefact(f"site/feeds/{name}", content.encode(), ""))
    assert rule.code == "bad-feed" and says in finding.message


def test_a_sound_feed_passes() -> None:
    sound = "<feed><entry><id>a</id></entry><entry><id>b</id></entry></feed>"
    assert list(pages.FEEDS.find(Artefact("site/feeds/atom.xml", sound.encode(), ""))) == []


def test_a_feed_is_checked(made: tuple[Publication, Inspection, Mail]) -> None:
    inspection = made[1]
    inspection.add(Artefact("site/feeds/atom.xml", b"<feed>", "application/atom+xml"))
    inspection.finish_all([inspection.finish()])
    assert "bad-feed" in [problem.code for problem in inspection.problems]


def test_a_file_that_cannot_be_read(project: Project) -> None:
    (project.root / "announcements/2024-11-26-dossier.md").mkdir()
    assert codes(project) == ["unreadable"]


def test_links_are_the_same_with_and_without_their_places(project: Project) -> None:
    project.announce(
        body="[un](https://un.example/) ![deux](deux.png) [trois](#trois)", links=[{"title": "4", "url": "#trois"}],
        action={"label": "cinq", "url": "https://cinq.example/"},
    )  # fmt: skip
    project.announce("2024-11-27-sans.md")
    opened = pipeline.open_project(project.root, Problems())
    checker = Checker(opened.settings, ProjectFiles(project.root), problems := Problems())
    project.write("announcements/deux.png", (ROOT / "announcements/images/logo.png").read_bytes())
    for source, count in zip(load(project.root, problems), (4, 0), strict=True):
        announcement = checker.announcement(source)
        assert announcement is not None, list(problems)
        written = SourceText(announcement, source, opened.settings)
        assert list(written.named()) == [(label, target) for label, target, _ in written.links]
        assert len(written.links) == count


def test_an_announcement_of_an_issue_is_of_one_kind(made: tuple[Publication, Inspection, Mail]) -> None:
    assert isinstance(made[2].item, Announcement)


# --- single rules ------------------------------------------------------------------------------

COLUMN = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"
HEAD = "<mjml><mj-head>{}</mj-head><mj-body></mj-body></mjml>"
ATTRIBUTES = HEAD.format("<mj-attributes>{}</mj-attributes>")


@pytest.mark.parametrize(
    ("mjml", "found"),
    [
        (COLUMN.format('<mj-text css-class="a" mj-class="b"><p>x<br>y</p></mj-text><mj-spacer/>'), []),
        (COLUMN.format("<mj-txt>x</mj-txt>"), ["unknown-tag"]),
        (COLUMN.format("<div><mj-text>x</mj-text></div>"), ["unknown-tag"]),
        (COLUMN.format('<mj-image source="a" />'), ["unknown-attribute"]),
        (COLUMN.format("<mj-section></mj-section>"), ["wrong-parent"]),
        (COLUMN.format('<mj-navbar hamburger="hamburger"></mj-navbar>'), ["forbidden-tag"]),
        (COLUMN.format("<mj-navbar><mj-navbar-link href='x'>x</mj-navbar-link></mj-navbar>"), []),
        (COLUMN.format("<mj-raw><!--[if mso]><b>x</b><![endif]--></mj-raw>"), []),
        (COLUMN.format("<mj-raw><script>x</script></mj-raw>"), ["forbidden-tag"]),
        (HEAD.format('<mj-font name="x" href="https://a.example/x.css" />'), ["forbidden-tag"]),
        (HEAD.format('<mj-style inline="inline">a{}</mj-style>'), ["forbidden-tag"]),
        (HEAD.format('<mj-include path="x" />'), ["forbidden-tag"]),
        (ATTRIBUTES.format('<mj-all color="x" /><mj-class name="a" padding="0" /><mj-text color="x" />'), []),
        (ATTRIBUTES.format('<mj-all colour="x" /><mj-text href="x" />'), ["unknown-attribute"] * 2),
        (HEAD.format("<mj-text>x</mj-text>"), ["wrong-parent"]),
    ],
)  # fmt: skip
def test_invalid_mjml(mjml: str, found: list[str]) -> None:
    assert [fault.code for fault in find_invalid(mjml)] == found


DOCUMENT = (
    '<!DOCTYPE html><html lang="fr" dir="ltr"><head><title>T</title><meta name="color-scheme" content="light">{}'
    '</head><body><h1 style="color:#000000">T</h1>{}</body></html>'
)
UNDERLINED = '<p>Voir <a href="/x" style="text-decoration:none"><u style="text-decoration:underline">x</u></a></p>'


def test_addresses_of_a_theme_that_cannot_be_read() -> None:
    body = '<p><a href="https://[">x</a></p><table role="none" background="https://[x"><tr><td>x</td></tr></table>'
    document = Document(DOCUMENT.format("", body), host="exemple.example")
    assert [rule.code for family in SHAPES for rule, _ in family.find(document)] == ["remote-content"]
    assert not list(pages.links("index.html", document))


@pytest.mark.parametrize(
    ("head", "body", "found"),
    [
        ("", "", []),
        ('<meta http-equiv="refresh" content="0;url=https://a.example/">', "", ["active-content"]),
        ("", '<p><a href=" JavaScript:x">x</a></p>', ["active-content"]),
        ("", '<p><a href="https://a.example/">x</a></p>', []),
        ('<link rel="stylesheet" href="https://a.example/a.css">', "", ["remote-content"]),
        ('<link rel="canonical" href="https://a.example/">', "", []),
        ("", '<table role="none" background="//a.example/x.png"><tr><td>x</td></tr></table>', ["remote-content"]),
        ("", "<style>a{color:red}</style>", ["style-size"]),
        ("", '<p style="color:rgb(153, 153, 153);background:#fff">x</p>', ["low-contrast"]),
        ("", '<p style="color:#999;font-size:150%;font-weight:bold">x</p>', ["low-contrast"]),
        ("", '<p style="color:#888;font-size:14pt;font-weight:bold">x</p>', []),
        ("", '<p style="font-size:.5em">x</p>', []),
        ("", '<p style="font-size:0.5em">x</p>', ["small-text"]),
        ("", '<p style="line-height:18px">x</p>', ["tight-lines"]),
        ("", '<p style="line-height:120%">x</p>', ["tight-lines"]),
        ("", '<p style="line-height:24px">x</p>', []),
        ("", UNDERLINED, ["hidden-underline"]),
        ("", '<td><a href="/x" style="text-decoration:none">x</a></td>', []),
        ("", '<a href="/x"><img src="/x.png" alt="x" width="1"></a><a href="/x" aria-label="x"></a>', []),
        ("", '<a href="/x"><img src="/x.png" alt="" width="1"></a>', ["link-name"]),
        ('<meta name="viewport" content="width=device-width, maximum-scale=1">', "", ["no-zoom"]),
        ('<meta name="viewport" content="width=device-width, maximum-scale=10, initial-scale=1">', "", []),
    ],
)  # fmt: skip
def test_documents(head: str, body: str, found: list[str]) -> None:
    document = Document(DOCUMENT.format(head, body))
    assert [rule.code for family in SHAPES for rule, _ in family.find(document)] == found


def test_an_address_that_is_its_own_text_is_in_the_text_part(project: Project) -> None:
    project.complete()
    settings = (project.root / "pyproject.toml").read_text(encoding="utf-8")
    project.write("pyproject.toml", f"{settings}\n[tool.newsletter.mail]\nutm = true\n")
    project.announce(body="<https://école.example/été> et <https://exemple.example/page> et <lea@exemple.example>")
    assert codes(project) == []


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_theme_that_hides_the_way_out(made: tuple[Publication, Inspection, Mail], part: str) -> None:
    mail = made[2]
    settings = replace(mail.settings, unsubscribe=Unsubscribe("https://exemple.example/quitter?a=1&b=2"))
    html = '<a href="https://exemple.example/quitter?a=1&amp;b=2">x</a>' if part != "html" else ""
    text = "https://exemple.example/quitter?a=1&b=2" if part != "text" else ""
    found = [
        finding.where
        for rule, finding in mails.LISTS.find(
            replace(mail, settings=settings, html_part=html.encode(), text_part=text.encode())
        )
        if rule.code == "no-unsubscribe"
    ]
    assert found == [Place(f"templates/a.{'mjml' if part == 'html' else 'txt'}")]


def test_an_endless_reference_in_a_mail_is_no_number(made: tuple[Publication, Inspection, Mail]) -> None:
    html = f'<p>&#{"1" * 5000};</p><a href="https://exemple.example/&#{"1" * 5000};">x</a>'
    mail = replace(made[2], html_part=html.encode())
    assert {rule.code for rule, _ in mails.TEXTS.find(mail)} == {"text-link"}


# --- locations of problems ----------------------------------------------------------------------


def test_a_fault_in_a_macro_is_reported_at_the_macros_line_once_for_all_mails(project: Project) -> None:
    project.complete()
    for number in range(3):
        project.announce(f"2024-11-2{number}-a{number}.md")
    blocks = (ROOT / "templates/email/blocks.mjml").read_text(encoding="utf-8")
    line = blocks[: blocks.index('<p class="masthead">')].count("\n") + 1
    project.write(
        "templates/email/blocks.mjml", blocks.replace('<p class="masthead">', '<p class="masthead"><a href="x"></a>')
    )
    problems = Problems()
    pipeline.find_problems(pipeline.open_project(project.root, problems), NOW, problems)
    assert [(str(p.place), p.code) for p in problems] == [(f"templates/email/blocks.mjml:{line}:27", "link-name")]


def test_a_blank_behind_a_tag_of_the_head_is_no_fault(project: Project) -> None:
    project.complete()
    project.announce()
    layout = (ROOT / "templates/email/layout.mjml").read_text(encoding="utf-8")
    project.write("templates/email/layout.mjml", layout.replace("</mj-title>", "</mj-title>  "))
    assert codes(project) == []


# --- mail programs ------------------------------------------------------------------------------


def test_settings_know_the_mail_programs_of_the_table() -> None:
    assert tuple(clients.clients()) == MAIL_PROGRAMS
    features = clients.known_features()
    assert len(features) >= 40 and len({feature.name for feature in features}) == len(features)
    for feature in features:
        assert feature.fails and set(feature.fails) <= set(MAIL_PROGRAMS), feature.name
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", feature.tested), feature.name


USED = {
    "value": "a {{ {pattern}: {value} }}", "property": "a {{ {pattern}: x }}",
    "function": "a {{ width: {pattern}(1) }}",
    "unit": "a {{ width: 2{pattern} }}", "at": "@{pattern} x {{ }}", "selector": "a{pattern} {{ x: y }}",
}  # fmt: skip


ODD = {
    "linear-gradient()": "linear-gradient", "animation": "animation", "margin-inline": "margin-inline-start",
    "clip-path": "clip-path", ":has()": ":has(p)", "::before and ::after": "::before", "nested rules": " { & b",
}  # fmt: skip


def test_every_feature_of_the_table_is_recognised() -> None:
    for row in clients.support_table()["features"]:
        kind = next(key for key in row if key in (*USED, "tag", "attribute"))
        first = ODD.get(row["name"]) or row[kind].split("|")[0]
        if kind in ("tag", "attribute"):
            name, text = "a.mjml", f"<{first}>" if kind == "tag" else f'<p {first}="x">'
        else:
            name, text = "a.css", USED[kind].format(pattern=first, value=row.get("is", "").split("|")[0])
        sheet = clients.Sheet(name, text)
        assert row["name"] in {feature.name for feature, _ in clients.uses(sheet)}, (row["name"], text)
        assert not {feature.name for feature, _ in clients.uses(clients.Sheet(name, "a { color: red }"))}
