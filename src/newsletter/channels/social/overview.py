"""overview: `social/index.html`, every snippet with its count and a button that copies it."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from newsletter.brand import colours
from newsletter.channels.social.material import Material
from newsletter.channels.social.posts import Post
from newsletter.model import Artefact, Publication
from newsletter.templates import Templates
from newsletter.words import Words


class Overview:
    """Shows what was composed, on `count` pages that need neither server nor network."""

    def __init__(self, publication: Publication, templates: Templates, words: Words, count: int) -> None:
        css = templates.get("social/index.css").render({"brand": colours(publication.settings)})
        script = templates.get("social/copy.js").render({})
        self._template = templates.get("social/index.html")
        self._shared: Mapping[str, Any] = {
            "t": words, "publication": publication.settings.title, "css": css, "script": script,
            "policy": f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(script)}'; "
                      "base-uri 'none'; form-action 'none'",
            "pages": tuple(map(_name, range(count))),
        }  # fmt: skip

    def page(self, number: int, shown: Sequence[tuple[Material, tuple[Post, ...]]]) -> Artefact:
        """The page with this number, counted from 0."""
        html = self._template.render({**self._shared, "page": _name(number), "shown": shown})
        return Artefact(f"social/{_name(number)}", html.encode(), "text/html")


def _name(number: int) -> str:
    return f"index-{number + 1}.html" if number else "index.html"


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
