"""Travelling: what one process reads arrives whole in another."""

import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import pipeline
from newsletter.compose import compose
from newsletter.model import Asset, Author, Event, Image, Link, Social, Tag
from newsletter.problems import Problems

ROOT = Path(__file__).parents[1]


def copy(value: object) -> object:
    return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def test_announcements_arrive_as_they_were() -> None:
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    gathered = pipeline.gather(project, problems)
    written = gathered.announcements, gathered.issue_files
    arrived = copy(written)
    assert arrived == written and len(gathered.announcements) == 6
    for before in gathered.announcements:
        after = copy(before)
        assert type(after) is type(before) and after == before and hash(before.source) == hash(copy(before.source))
    now = datetime(2025, 2, 1, tzinfo=UTC)
    there, here = (
        compose(project.settings, *each, now, Problems(), paths=gathered.paths, logo=gathered.logo)
        for each in (arrived, written)  # type: ignore[misc]
    )
    assert there == here and there.issues[0].stories[0].prose.html


def test_nodes_are_read_again_where_they_are_asked_for() -> None:
    problems = Problems()
    project = pipeline.open_project(ROOT, problems)
    for announcement in pipeline.gather(project, problems).announcements:
        source = announcement.source
        assert copy(source).at_key("tags") == source.at_key("tags") != source.at(source.front)  # type: ignore[attr-defined]


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
