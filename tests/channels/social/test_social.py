"""Test the snippets of the sample announcements and of small ones: texts and JSON."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from newsletter import pipeline
from newsletter.channels.social.counting import bluesky
from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.model.problems import Aborted, Problems
from support.paths import ROOT, TESTS
from support.project import Project

GOLDEN = TESTS / "snippets"
NOW = datetime(2025, 2, 1, tzinfo=UTC)


def built(root: Path, problems: Problems | None = None) -> dict[str, bytes]:
    """Return the files under social/, by relative path."""
    problems = Problems() if problems is None else problems
    project = pipeline.open_project(root, problems)
    made = {each.path: each.data for each in pipeline.build(project, NOW, problems, channels=["social"])}
    assert all(path.startswith("social/") for path in made)
    return {path.removeprefix("social/"): data for path, data in made.items()}


@cache
def samples() -> dict[str, bytes]:
    return built(ROOT)


def everywhere(project: Project, **more: Any) -> None:
    """Enable every platform in the project's settings."""
    settings = (project.root / "pyproject.toml").read_text()
    lines = [f"{key} = {json.dumps(value)}" for key, value in ({"platforms": list(PLATFORMS)} | more).items()]
    project.write("pyproject.toml", settings + "\n[tool.newsletter.social]\n" + "\n".join(lines) + "\n")


def snippet(files: dict[str, bytes], name: str) -> str:
    return files[f"{name}.txt"].decode()


def posts(files: dict[str, bytes], stem: str) -> dict[str, dict[str, Any]]:
    return {post["file"].removeprefix(f"{stem}."): post for post in json.loads(files[f"{stem}.json"])["posts"]}


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_samples_read_as_they_were_read(golden: Path) -> None:
    """After a change of wording, read the new text as a reader would, then update the golden file."""
    assert samples()[golden.name].decode() == golden.read_text(encoding="utf-8")


def test_every_platform_is_among_the_golden_ones() -> None:
    assert {path.stem.rpartition(".")[2] for path in GOLDEN.glob("*.txt")} >= {
        "x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "sms",
    }  # fmt: skip


def test_samples_have_seven_texts_and_no_problem() -> None:
    problems = Problems()
    files = built(ROOT, problems)
    assert [problem for problem in problems if problem.code in CODES] == []
    stems = {name.removesuffix(".json") for name in files if name.endswith(".json")}
    assert {"trophee-innovation", "trophee-innovation.en", "2024-11", "2025-01"} <= stems
    for stem in stems:
        names = {
            name for name in files if name.startswith(f"{stem}.") and name.removeprefix(f"{stem}.").count(".") == 1
        }
        assert {name.removeprefix(f"{stem}.") for name in names} >= {
            f"{name}.txt" for name in ("x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "sms")
        }


CODES = frozenset(
    "snippet-too-long accidental-link cut-hashtag glued-link new-emoji fake-bold too-many-links too-many-hashtags "
    "sms-ucs2 unused-snippet".split()
)


def test_the_bytes_are_what_to_paste() -> None:
    for name, data in samples().items():
        if name.endswith(".txt"):
            text = data.decode()
            assert text == text.strip() and "\r" not in text and not data.startswith(b"\xef\xbb\xbf"), name


def test_json_has_the_details_of_a_snippet() -> None:
    details = json.loads(samples()["trophee-innovation.json"])
    assert (details["announcement"], details["lang"]) == ("interfor-trophee-innovation-2024", "fr")
    assert details["alt"][0]["alt"].startswith("Une coupe dorée")
    assert details["alt"][0]["image"].startswith("https://actualites.interfor.example/assets/")
    by_name = {post["platform"]: post for post in details["posts"]}
    assert list(by_name) == ["x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "sms"]
    for name, post in by_name.items():
        row = PLATFORMS[name]
        text = samples()[post["file"]].decode()
        assert post["count"] <= post["limit"]
        assert (post["certainty"], post["source"], post["rules_checked"]) == (row.certainty, row.source, row.checked)
        assert post["also"]["utf8"] == len(text.encode()) and post["also"]["code_points"] == len(text)
        assert post["fold"] is None or text.startswith(post["fold"]["shown"])
        if row.hashtags != "none":
            assert post["hashtags"] == [tag[1:] for tag in text.split("\n")[-1].split(" ")]
    assert by_name["sms"]["also"]["offenders"] == "ç"
    assert "ç cannot be sent in GSM-7: 2 parts; 1 without accents" in by_name["sms"]["warnings"]
    assert by_name["linkedin"]["api_text"].endswith(r"{hashtag|\#|TransitionÉcologique} {hashtag|\#|Interfor}")
    text = samples()["trophee-innovation.bluesky.txt"]
    for facet in by_name["bluesky"]["facets"]:
        shown = text[facet["start"] : facet["end"]].decode()
        assert shown.removeprefix("#") == facet["value"]
    assert len(by_name["bluesky"]["facets"]) == len(bluesky.facets(text.decode())) == 4


def test_an_event_is_announced_until_it_is_past() -> None:
    assert "📍 Locaux d’Interfor" in snippet(samples(), "portes-ouvertes.x")
    assert "Artois" not in "".join(snippet(samples(), f"trophee-innovation.{name}") for name in ("x", "linkedin"))


def test_issues_have_snippets() -> None:
    text = snippet(samples(), "2024-11.mastodon")
    assert text.startswith("Interfor\u00a0: les actualités de novembre 2024\n\nUn trophée")
    assert "\n– Rentrée 2025\u00a0: les inscriptions ouvrent le 2\u00a0décembre\n" in text
    assert "\nhttps://actualites.interfor.example/issues/2024-11.html\n" in text
    assert json.loads(samples()["2024-11.json"])["issue"] == "2024-11"


def test_an_issue_leaves_the_files_of_an_announcement_alone(project: Project) -> None:
    project.announce("2024-11-26-prix.md", slug="2024-11", title="Un prix")
    files = built(project.root)
    assert snippet(files, "2024-11.x").startswith("Un prix\n")
    assert snippet(files, "issue-2024-11.x").startswith("Exemple\u00a0: ")


def test_drafts_leak_nowhere(project: Project) -> None:
    project.announce("2024-11-26-prix.md")
    project.announce("2024-11-27-secret.md", title="Secret", draft=True, social={"x": "Secret"})
    project.announce("2026-11-27-secrets.md", title="Secret", social={"x": "Secret"})
    assert not [name for name, data in built(project.root).items() if b"ecret" in data or "secret" in name]


def test_settings_choose_platforms(project: Project) -> None:
    everywhere(project, platforms=["sms", "slack", "x"])
    project.announce("2024-11-26-prix.md", social={"skip": ["x"]}, issue="none")
    names = {name for name in built(project.root) if name.endswith(".txt")}
    assert names == {"prix.slack.txt", "prix.sms.txt"}


def test_limits_of_the_settings_hold(project: Project) -> None:
    everywhere(project, platforms=["mastodon", "sms"], mastodon_limit=200, sms_segments=1)
    project.announce("2024-11-26-prix.md", body="Notre école reçoit un prix pour ce projet. " * 20, issue="none")
    made = posts(built(project.root), "prix")
    assert made["mastodon.txt"]["count"] <= made["mastodon.txt"]["limit"] == 200
    assert made["sms.txt"]["also"]["segments"] == 1


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_is_written_by_hand_is_never_changed(project: Project, name: str) -> None:
    text = "« Un prix\u202f! »  Deux espaces, e\u0301te\u0301,\n\nune ligne vide. #Prix"
    everywhere(project)
    project.announce("2024-11-26-prix.md", social={name: text}, issue="none")
    files = built(project.root)
    assert snippet(files, f"prix.{name}") == text.replace("e\u0301", "é")
    assert posts(files, "prix")[f"{name}.txt"]["by_hand"]


def test_a_text_by_hand_that_is_too_long_stops_the_build(project: Project) -> None:
    project.announce("2024-11-26-prix.md", social={"x": "Un prix. " * 40, "sms": "ç" * 202}, issue="none")
    problems = Problems()
    built(project.root, problems)
    reported = {problem.code: problem for problem in problems if problem.level == "error"}
    assert set(reported) == {"snippet-too-long"} and problems.fatal
    messages = sorted(problem.message for problem in problems if problem.level == "error")
    assert messages[0] == "'sms' takes 4 parts, but the limit is 3"
    assert messages[1] == "'x' has a length of 359, but the limit is 280 (weighted characters)"


def test_a_thread_is_numbered_and_every_part_fits(project: Project) -> None:
    body = "\n\n".join(f"Paragraphe {n}. " + "Nous bâtissons des ponts entre les acteurs. " * 4 for n in range(4))
    project.announce("2024-11-26-prix.md", body=body, summary="Un prix.", social={"thread": True}, issue="none")
    files = built(project.root)
    made = posts(files, "prix")
    for name in ("x", "mastodon", "bluesky", "threads"):
        parts = [post for post in made.values() if post["platform"] == name]
        texts = [files[post["file"]].decode() for post in parts]
        assert len(parts) > 1 and all(post["count"] <= post["limit"] for post in parts)
        assert texts[0].startswith("Un prix\n") and texts[0].endswith(f"\n\n1/{len(parts)}")
        assert "\nhttps://exemple.example/prix.html\n" in texts[0]
        sentences = []
        for number, text in enumerate(texts[1:], 2):
            assert text.endswith(f" {number}/{len(parts)}")
            sentences.append(text.rpartition(" ")[0])
            assert sentences[-1].endswith(".")
        assert " ".join(sentences).split() == body.split()
    assert [name for name in files if name.startswith("prix.x.")] == [
        "prix.x.txt", *(f"prix.x.{n}.txt" for n in range(2, 1 + made["x.txt"]["parts"])),
    ]  # fmt: skip


def test_a_sentence_longer_than_a_part_goes_on_in_the_next(project: Project) -> None:
    sentence = "Nous bâtissons des ponts " + "entre celles et ceux du territoire " * 20 + "voisin."
    project.announce("2024-11-26-prix.md", body=sentence, summary="Un prix.", social={"thread": True}, issue="none")
    files = built(project.root)
    parts = [files[f"prix.x.{n}.txt"].decode() for n in range(2, 1 + posts(files, "prix")["x.txt"]["parts"])]
    assert all(re.search(r"\w… \d/\d\Z", part) for part in parts[:-1])
    assert " ".join(part.rpartition(" ")[0].rstrip("…") for part in parts) == sentence


def test_a_thread_by_hand_is_divided_where_its_writer_says(project: Project) -> None:
    written = {"thread": True, "x": "Un prix !\n---\nMerci.\n\n---\n", "mastodon": "D’un seul tenant."}
    project.announce("2024-11-26-prix.md", social=written, issue="none")
    files = built(project.root)
    assert [snippet(files, f"prix.{name}") for name in ("x", "x.2", "mastodon")] == [
        "Un prix !", "Merci.", "D’un seul tenant.",
    ]  # fmt: skip
    assert "prix.x.3.txt" not in files


def test_messages_have_plain_signs_and_keep_their_spelling(project: Project) -> None:
    title = "L’École reçoit « Le Prix »\u00a0: une fête…"
    project.announce("2024-11-26-prix.md", title=title, issue="none")
    project.announce("2024-11-26-sans.md", title=title, social={"sms_ascii": True}, issue="none")
    files = built(project.root)
    assert snippet(files, "prix.sms").startswith('Exemple - L\'École reçoit "Le Prix" : une fête...\n')
    assert snippet(files, "sans.sms").startswith('Exemple - L\'École recoit "Le Prix" : une fete...\n')
    assert posts(files, "sans")["sms.txt"]["also"]["encoding"] == "GSM-7"


def test_links_are_counted_where_visits_are(project: Project) -> None:
    everywhere(project, utm=True)
    project.announce("2024-11-26-prix.md", issue="none")
    files = built(project.root)
    link = "https://exemple.example/prix.html"
    marked = f"{link}?utm_source=linkedin&utm_medium=social&utm_campaign=prix"
    assert marked in snippet(files, "prix.linkedin").split("\n")
    for name in ("bluesky", "threads", "sms"):
        assert link in snippet(files, f"prix.{name}").split("\n")
    assert "utm_" not in snippet(files, "prix.instagram")


def test_instagram_sends_to_the_profile(project: Project) -> None:
    everywhere(project)
    project.announce("2024-11-26-prix.md", issue="none")
    text = snippet(built(project.root), "prix.instagram")
    assert "http" not in text and "lien en bio" in text


def test_a_template_of_the_project_is_taken(project: Project) -> None:
    project.announce("2024-11-26-prix.md", tags=["Une école"], issue="none")
    project.write(
        "templates/social/x.txt", '{{ "hook"|block }}\nÀ lire : {{ title }}\n{{ link }} {{ hashtags|only(1) }}\n'
    )
    assert snippet(built(project.root), "prix.x") == "À lire : Un prix\nhttps://exemple.example/prix.html #UneÉcole"


@pytest.mark.parametrize(
    ("template", "line"),
    [("{{ title }}\n{{ titel }}", 2), ('{{ "hook"|block(dropp=1) }}', 1), ('{{ "hook"|block }}\n{% if %}', 2)],
)
def test_a_fault_in_a_template_is_reported_at_its_line(project: Project, template: str, line: int) -> None:
    project.announce("2024-11-26-prix.md")
    project.write("templates/social/x.txt", template)
    problems = Problems()
    with pytest.raises(Aborted):
        built(project.root, problems)
    found = [problem for problem in problems if problem.level == "error"]
    assert [(each.place.path, each.place.line) for each in found] == [("templates/social/x.txt", line)]


def test_a_link_that_fits_nowhere_stops_the_build(project: Project) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    project.write("pyproject.toml", settings.replace("exemple.example/", f"exemple.example/{'a' * 290}/"))
    project.announce("2024-11-26-prix.md", issue="none")
    problems = Problems()
    built(project.root, problems)
    reported = [problem for problem in problems if problem.code == "snippet-too-long"]
    assert reported and {problem.place.line for problem in reported} == {2}


def test_content_cannot_write_blocks(project: Project) -> None:
    title = '{{ "link"|block }} <b>&amp;</b>'
    project.announce("2024-11-26-prix.md", title=title, issue="none")
    files = built(project.root)
    assert snippet(files, "prix.linkedin").startswith(f"{title}\n\n")
    assert b"<b>&amp;</b>" not in files["index.html"] and b"&lt;b&gt;&amp;amp;&lt;/b&gt;" in files["index.html"]


def test_the_page_shows_all_and_runs_nothing_foreign() -> None:
    page = samples()["index.html"].decode()
    for name, data in samples().items():
        if name.endswith(".json"):
            posts: Iterable[dict[str, Any]] = json.loads(data)["posts"]
            assert f'href="{name}"' in page
            for post in posts:
                first = samples()[post["file"]].decode().split("\n")[0]
                assert escape(first).replace("&#x27;", "&#39;") in page
    # The buttons copy the text of these elements.
    copied = {unescape(re.sub("</?span>", "", each)) for each in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)}
    assert copied == {data.decode() for name, data in samples().items() if name.endswith(".txt")}
    assert len(re.findall("<script", page)) == 1 and "http-equiv" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert " on" not in "".join(re.findall(r"<[a-z][^>]*>", page)).replace(" only", "")
    assert not re.search(r'style="', page)
    assert set(re.findall(r'lang="([^"]*)"', page)) == {"fr", "en"}


def test_many_announcements_take_several_pages(project: Project) -> None:
    for day in range(1, 28):
        for month in (9, 10):
            project.announce(f"2024-{month:02}-{day:02}-prix-{month}-{day}.md", issue="none")
    files = built(project.root)
    assert files["index.html"].count(b"<section") == 50 and files["index-2.html"].count(b"<section") == 4
    assert b'href="index-2.html"' in files["index.html"] and b'href="index.html"' in files["index-2.html"]


def test_the_docs_show_what_is_made() -> None:
    manual = (ROOT / "docs/snippets.md").read_text(encoding="utf-8")
    shown = re.findall(r"^`([\w-]+\.\w+)\.txt`\n\n((?:    .*\n|\n)+)", manual, re.MULTILINE)
    assert len(shown) == 5
    for name, text in shown:
        assert re.sub("^    ", "", text, flags=re.MULTILINE).strip("\n") == snippet(samples(), name)
