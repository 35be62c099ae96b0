"""overview: `social/index.html`, every snippet with its count and a button that copies it."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from newsletter.brand import colours
from newsletter.channels.social.material import Material
from newsletter.channels.social.posts import Post
from newsletter.model import Artefact, Publication
from newsletter.templates import Templates, load_strings
from newsletter.words import Words

PAGE = 50  # announcements on a page


@dataclass
class Overview:
    """Gathers what was composed, and shows it: a page that needs neither server nor network."""

    publication: Publication
    templates: Templates
    _shown: list[tuple[Material, tuple[Post, ...]]] = field(init=False, default_factory=list)

    def add(self, material: Material, posts: tuple[Post, ...]) -> None:
        """Show these posts too."""
        if posts:
            self._shown.append((material, posts))

    def pages(self) -> Iterator[Artefact]:
        """The page, and where there are many announcements, further ones."""
        settings = self.publication.settings
        words = Words(settings.language, load_strings(self.templates, settings.language), settings.timezone)
        css = self.templates.get("social/index.css").render({"brand": colours(settings)})
        script = self.templates.get("social/copy.js").render({})
        template = self.templates.get("social/index.html")
        count = max(1, -(-len(self._shown) // PAGE))
        shared = {
            "t": words, "publication": settings.title, "css": css, "script": script,
            "policy": f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(script)}'; "
                      "base-uri 'none'; form-action 'none'",
            "pages": tuple(_name(number) for number in range(count)),
        }  # fmt: skip
        for number in range(count):
            shown = self._shown[number * PAGE : (number + 1) * PAGE]
            html = template.render({**shared, "page": _name(number), "shown": shown})
            yield Artefact(f"social/{_name(number)}", html.encode(), "text/html")


def _name(number: int) -> str:
    return f"index-{number + 1}.html" if number else "index.html"


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
