"""Test faults found in a review: ordinary words that stopped a build, and problems without a location."""

from datetime import UTC, datetime

import pytest

import newsletter
from newsletter.model.problems import MAX_MESSAGE
from support import guard
from support.project import SETTINGS, Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("local", ["communiqué", "désinscription", "ａ", "a@"])
@pytest.mark.parametrize("key", ["email", "reply_to", "mailto"])
def test_an_address_that_no_mail_can_have_is_a_problem_of_its_line(project: Project, local: str, key: str) -> None:
    address = f"{local}@exemple.fr" if local != "a@" else f"a@{'é' * 70}.fr"
    table = "unsubscribe" if key == "mailto" else "sender"
    content = SETTINGS.replace("[tool.newsletter.sender]\n", "").replace("[tool.newsletter.unsubscribe]\n", "")
    lines = [line for line in content.splitlines() if not line.startswith((f"{table}", f"{table}."))]
    name = 'name = "N", email = "a@b.fr", ' if key == "reply_to" else 'name = "N", ' if key == "email" else ""
    at = next(number for number, line in enumerate(lines) if line.startswith("["))
    lines.insert(at + 1, f'{table} = {{{name}{key} = "{address}"}}')
    project.write("pyproject.toml", "\n".join(lines) + "\n")
    project.announce()
    done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root)
    guard.assert_sound(done)
    assert f"pyproject.toml:{at + 2}:" in done.output and "before the @ [bad-value]" in done.output, done.output


@pytest.mark.parametrize("before", ["", "Bonjour,  \n", "    ", "> "])
def test_a_text_may_quote_a_header(project: Project, before: str) -> None:
    project.announce(body="\n\n".join(f"{before}Content-Type: text/{kind}" for kind in ("plain", "html", "plain")))
    assert newsletter.build(project.root, now=NOW).ok


def test_a_token_of_thousands_of_digits_is_a_text(project: Project) -> None:
    project.announce()
    project.write("templates/email/footer.txt", f"QzSlot{'1' * 5000}Zq QzSlot\u0661Zq\n")
    project.write("templates/email/head.css", f"/* QzSlot{'1' * 5000}Zq */\n")
    done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root)
    guard.assert_sound(done)
    assert "internal error" not in done.output


@pytest.mark.parametrize("reference", ["&#x202e;", "&#8238;", "&#x1b;", "&#X202E;", "&#0000027;"])
@pytest.mark.parametrize("name", ["site/foot.html", "email/footer.txt"])
def test_a_theme_cannot_hide_characters_behind_references(project: Project, name: str, reference: str) -> None:
    project.announce()
    project.write(f"templates/{name}", f"a&#233;\n {reference}b\n")
    done = guard.newsletter("build", "--now", "2024-12-01", cwd=project.root)
    guard.assert_sound(done)
    assert f"templates/{name}:2:2: error: U+" in done.output and "[control-character]" in done.output


def test_no_message_is_endless_or_shows_a_memory_address(project: Project) -> None:
    project.announce(body="👩\u200d" * 100_000)
    project.write("templates/site/foot.html", "\n{{ {}[publication] }}{{ {}['" + "a" * 100_000 + "'] }}\n")
    problems = (*newsletter.build(project.root, now=NOW).problems, *newsletter.find_problems(project.root, now=NOW))
    assert problems and all(len(problem.message) <= MAX_MESSAGE + 1 for problem in problems)
    assert " at 0x" not in str(problems)


def test_a_link_to_a_file_is_not_imported(project: Project) -> None:
    project.write("secret.txt", "Un secret\n")
    (project.root / "lien.txt").symlink_to(project.root / "secret.txt")
    done = guard.newsletter("import", "lien.txt", cwd=project.root)
    assert done.code == 2 and "lien.txt is a symbolic link" in done.output
    assert not list((project.root / "announcements").glob("*.md"))


def test_an_outbox_in_a_thousand_folders_is_refused(project: Project) -> None:
    project.announce()
    done = guard.newsletter("build", "--out", "a/" * 1000 + "b", "--now", "2024-12-01", cwd=project.root)
    assert done.code == 1 and "more than 200 folders" in done.output and "[unsafe-outbox]" in done.output
    assert not (project.root / "a").exists()
