"""Test that what one process reads is pickled to another without loss."""

import pickle
from datetime import UTC, datetime

import pytest

from newsletter import markdown, pipeline
from newsletter.compose import compose
from newsletter.model import Asset, Author, Event, Image, Link, Social, Tag
from newsletter.model.problems import Problems
from support.paths import ROOT
from support.project import Project


def copy(value: object) -> object:
    return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def test_announcements_arrive_as_they_were() -> None:
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    gathered = pipeline.CheckStage(project, problems).run()
    written = gathered.announcements, gathered.issue_files
    on_progress = copy(written)
    assert on_progress == written and len(gathered.announcements) == 6
    for before in gathered.announcements:
        after = copy(before)
        assert type(after) is type(before) and after == before and hash(before.source) == hash(copy(before.source))
    now = datetime(2025, 2, 1, tzinfo=UTC)
    there, here = (
        compose(project.settings, *each, now, Problems(), paths=gathered.paths, logo=gathered.logo)
        for each in (on_progress, written)  # type: ignore[misc]
    )
    assert there == here and there.issues[0].stories[0].prose.html


def test_nodes_are_read_again_where_they_are_asked_for() -> None:
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    for announcement in pipeline.CheckStage(project, problems).run().announcements:
        source = announcement.source
        assert copy(source).at_key("tags") == source.at_key("tags") != source.at(source.front)  # type: ignore[attr-defined]


def test_sealed_announcements_say_the_same_and_read_their_file_again() -> None:
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    sealed, whole = (pipeline.CheckStage(project, problems).run().announcements for _ in range(2))
    for one, other in zip(sealed, whole, strict=True):
        one.seal()
        one.seal()  # sealing again has no effect
        assert one.source == other.source and one.prose == other.prose == copy(one.prose)
        assert (one.source.text, one.source.body) == (other.source.text, other.source.body) != ("", "")
        places = [markdown.place(each.source, link) for each in (one, other) for link in each.prose.references]
        assert places[: len(places) // 2] == places[len(places) // 2 :]


def test_a_file_that_has_changed_or_gone_since_it_was_read_is_no_fault_of_ours(project: Project) -> None:
    path = project.announce(body="Texte [un](https://a.example/) et [deux](https://b.example/).")
    opened = pipeline.open_project(project.root, Problems())
    (announcement,) = pipeline.CheckStage(opened, Problems()).run().announcements
    before = announcement.source
    announcement.seal()
    project.announce(body="Autre.")
    assert before.body.strip() == "Autre."
    assert markdown.place(before, announcement.prose.references[1]).line == before.body_line
    for left in (b"\xff", b"rien", None):
        path.write_bytes(left) if left else path.unlink()
        assert (before.body, before.text, before.at_key("title").line) == ("", "", 1)


def test_bodies_are_opened_as_far_as_they_are_read() -> None:
    """Only a few bodies stay open at a time; a closed one is reopened when it is read again."""
    written = [markdown.parse(f"# Titre {number}\n\nUn [lien](a.md) ![b](c.png).")[0] for number in range(200)]
    on_progress = [pickle.loads(pickle.dumps(each, pickle.HIGHEST_PROTOCOL)) for each in written]
    for before, after in zip(written, on_progress, strict=True):
        assert after.html == before.html and after.references == before.references and after.anchors == before.anchors
        assert "blocks" not in after.__dict__
        assert after.paragraphs == before.paragraphs and after.pictures == before.pictures and after.lead == before.lead
    assert sum("blocks" in each.__dict__ for each in on_progress) == 64
    assert on_progress[::-1] == written[::-1] and copy(on_progress[0]) == written[0]


@pytest.mark.parametrize(
    "value",
    [
        Tag("Été", "ete"),
        Author("Nom", url="https://a.example/"),
        Image("a.png", "b", width=3),
        Link("a", "b"),
        Event(datetime(2024, 1, 2, tzinfo=UTC), place="Arras", whole_day=True),
        Social(skip=("x",), texts=(("sms", "a"),)),
        Asset("/a", "assets/a", "image/png", 1, "0", 2, 3),
    ],
)
def test_every_part_travels(value: object) -> None:
    assert copy(value) == value and type(copy(value)) is type(value)
