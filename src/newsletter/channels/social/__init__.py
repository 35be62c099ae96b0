"""social: how each platform counts a text, finds links and hashtags in it, and the snippets made from announcements."""

from collections.abc import Iterator

from newsletter.model import Artefact, Publication
from newsletter.problems import Problems
from newsletter.templates import Templates


def render(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Artefact]:
    """The files under `social/`: a text for each platform, what is known of it, and a page that shows all."""
    # Counting a text must not wait for what composing needs.
    from newsletter.channels.social.rendering import render  # noqa: PLC0415

    yield from render(publication, templates, problems)
