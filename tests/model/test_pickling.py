"""Test that what one process reads is pickled to another without loss."""

import pickle
from datetime import UTC, datetime

import pytest

from newsletter import load, markdown, pipeline
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


def test_a_file_is_read_again_for_its_places() -> None:
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    sources = list(load.load(ROOT, problems))
    announcements = pipeline.CheckStage(project, problems).run().announcements
    assert [each.file for each in sources] == [each.source for each in announcements]
    for source, announcement in zip(sources, announcements, strict=True):
        again = load.reread(copy(announcement.source))  # type: ignore[arg-type]
        assert again == source and again.body == source.body != ""
        assert again.at_key("tags") == source.at_key("tags") != source.at(source.front)


def test_a_file_that_has_changed_or_gone_since_it_was_read_is_no_fault_of_ours(project: Project) -> None:
    path = project.announce(body="Texte [un](https://a.example/) et [deux](https://b.example/).")
    opened = pipeline.open_project(project.root, Problems())
    (announcement,) = pipeline.CheckStage(opened, Problems()).run().announcements
    file = announcement.source
    project.announce(body="Autre.")
    assert load.reread(file).body.strip() == "Autre."
    assert markdown.place(load.reread(file), announcement.prose.references[1]).line == file.body_line
    for left in (b"\xff", b"rien", None):
        path.write_bytes(left) if left else path.unlink()
        source = load.reread(file)
        assert (source.body, source.values, source.at_key("title").line) == ("", (), 1)


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
