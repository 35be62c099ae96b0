"""Test that faster rendering and counting of snippets give the same results as the plain way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from newsletter.channels.social.writing.material import of_announcement
from newsletter.model import Announcement
from newsletter.text.entities import escape_as_templates
from support.snippets import announcements, composer, publication, words


@given(announcements())
def test_templates_give_together_what_they_give_alone(announcement: Announcement) -> None:
    made = composer()
    material = of_announcement(announcement, publication(), words(announcement.lang))
    values = {**material.values, "link": material.link}
    alone = [made.templates.get(f"social/{name}.txt").render(values) for name in made.platforms]
    assert (
        made.templates.together([f"social/{name}.txt" for name in made.platforms], "\x1e").render(values).split("\x1e")
        == alone
    )


@pytest.mark.parametrize("points", [3, 9])
def test_long_lists_are_rendered_as_short_ones(points: int) -> None:
    made = composer()
    material = of_announcement(publication().announcements[0], publication(), words("fr"))
    material = replace(material, values={**material.values, "points": ("Un prix",) * points})
    posts = [tuple(made.posts(material)) for _ in range(20)]
    assert all(each == posts[0] for each in posts) and len(posts[0]) == len(made.platforms)


@given(st.text(st.sampled_from("a&<>\"'é;#")))
def test_signs_are_escaped_as_everywhere(text: str) -> None:
    assert escape_as_templates(text) == str(escape(text))
