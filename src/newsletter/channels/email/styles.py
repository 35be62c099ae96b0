"""theme: the mail half of a theme: its colours, its CSS, its prose styles, its strings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.channels.email.compiler import MailCompiler
from newsletter.channels.email.css import CssFault, resolve
from newsletter.model import Prose, Publication
from newsletter.model.positions import Positions
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.theme.branding import colours
from newsletter.theme.templates import Templates
from newsletter.theme.vocabulary import Catalog

WIDTH = 600  # px, of the mail
GUTTER = 32  # px, left and right of the text

_SELECTOR = re.compile(
    r"(?:[a-z][a-z0-9]*|\.[a-zA-Z][\w-]*|[a-z][a-z0-9]*\.[a-zA-Z][\w-]*)(?: +(?:[a-z][a-z0-9]*)?(?:\.[a-zA-Z][\w-]*)?)*"
)


class Literals(dict[str, Any]):
    """A mapping that templates read with dots and whose values stay literal text."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the theme knows no '{name}'") from None


@dataclass(slots=True)
class Theme:
    """All that mails of one build share."""

    publication: Publication
    templates: Templates
    problems: Problems
    brand: Literals = field(init=False)
    press: MailCompiler = field(init=False)
    head_css: str = field(init=False)
    words: Catalog = field(init=False)
    _prose_css: str = field(init=False)
    _styles: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.words = Catalog(self.templates, self.publication.settings.timezone)
        self.brand = Literals(colours(self.publication.settings))
        css = {
            name: self.templates.get(f"email/{name}.css").render({"brand": self.brand})
            for name in ("inline", "head", "prose")
        }
        self.head_css = _squeeze(css["head"])
        self._prose_css = css["prose"]
        self._check_selectors()
        self.press = MailCompiler(self.templates, css["inline"], self.problems)

    def learn(self, prose: Prose) -> None:
        """Resolve the styles of every chain of elements in `prose` that is not known yet."""
        if not prose.chains <= self._styles.keys():
            try:
                self._styles.update(resolve(sorted(prose.chains - self._styles.keys()), self._prose_css))
            except CssFault as fault:
                place = Place(self.templates.read("email/prose.css")[0])
                self.problems.error(place, "template-fault", f"these styles cannot be used: {fault}", "write them flat")
                raise Aborted from None

    def style(self, chain: str) -> str:
        """The style attribute of a learnt chain, with its leading space, or ""."""
        return self._styles[chain]

    def values(self, lang: str) -> Mapping[str, Any]:
        """What every mail template may use."""
        words = self.words(lang)
        return {
            "t": words, "dir": words.dir, "brand": self.brand, "head_css": self.head_css,
            "width": WIDTH, "gutter": GUTTER,
        }  # fmt: skip

    def _check_selectors(self) -> None:
        """Prose rules may use type, class and descendant selectors: what chains can answer."""
        path, source = self.templates.read("email/prose.css")
        plain = re.sub(
            r"/\*.*?(?:\*/|\Z)|\{\{.*?(?:\}\}|\Z)",
            lambda match: re.sub(r"[^\n]", " ", match[0]),
            source,
            flags=re.DOTALL,
        )
        bad, positions = False, Positions(plain.encode())
        for match in re.finditer(r"(?<![^{}])([^{}]+)\{[^{}]*\}", plain):
            offset = match.start(1)
            for selector in match[1].split(","):
                name = " ".join(selector.split())
                if not _SELECTOR.fullmatch(name):
                    lead = offset + len(selector) - len(selector.lstrip())
                    self.problems.error(
                        Place(path, *positions.line_and_column(lead)), "prose-selector", f"'{name}' cannot style prose",
                        "use type, class and descendant selectors",
                    )  # fmt: skip
                    bad = True
                offset += len(selector) + 1
        if bad:
            raise Aborted


def _squeeze(css: str) -> str:
    """CSS without comments (Orange drops rules that hold one) and needless white space."""
    css = re.sub(r"/\*.*?(?:\*/|\Z)", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).strip()
