"""Load the parts of a theme that mails need: colours, CSS, prose styles and strings."""

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

WIDTH = 600  # px, width of the mail
GUTTER = 32  # px, margin on each side of the text

_SELECTOR = re.compile(
    r"(?:[a-z][a-z0-9]*|\.[a-zA-Z][\w-]*|[a-z][a-z0-9]*\.[a-zA-Z][\w-]*)(?: +(?:[a-z][a-z0-9]*)?(?:\.[a-zA-Z][\w-]*)?)*"
)


class Literals(dict[str, Any]):
    """A mapping whose items templates can read as attributes, and whose values are printed without a token."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the theme has no '{name}'") from None


@dataclass(slots=True)
class Theme:
    """The parts of the theme that all mails of a build share."""

    publication: Publication
    templates: Templates
    problems: Problems
    brand: Literals = field(init=False)
    compiler: MailCompiler = field(init=False)
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
        self.compiler = MailCompiler(self.templates, css["inline"], self.problems)

    def resolve_styles(self, prose: Prose) -> None:
        """Resolve the styles of all element chains in `prose`, so that `style` can return them.

        Raises Aborted if the CSS has an error.
        """
        if not prose.chains <= self._styles.keys():
            try:
                self._styles.update(resolve(sorted(prose.chains - self._styles.keys()), self._prose_css))
            except CssFault as fault:
                place = Place(self.templates.read("email/prose.css")[0])
                self.problems.error(place, "template-fault", f"these styles cannot be used: {fault}", fault.fix)
                raise Aborted from None

    def style(self, chain: str) -> str:
        """Return the style attribute of a resolved element chain, with a leading space, or ""."""
        return self._styles[chain]

    def values(self, lang: str) -> Mapping[str, Any]:
        """Return the values that every mail template gets; `lang` selects the strings."""
        words = self.words(lang)
        return {
            "t": words, "dir": words.dir, "brand": self.brand, "head_css": self.head_css,
            "width": WIDTH, "gutter": GUTTER,
        }  # fmt: skip

    def _check_selectors(self) -> None:
        """Report unsupported selectors in `email/prose.css`. Raises Aborted if there are any.

        Only type, class and descendant selectors can match an element chain.
        """
        path, source = self.templates.read("email/prose.css")
        blanked = re.sub(
            r"/\*.*?(?:\*/|\Z)|\{\{.*?(?:\}\}|\Z)",
            lambda match: re.sub(r"[^\n]", " ", match[0]),
            source,
            flags=re.DOTALL,
        )
        is_valid, positions = True, Positions(blanked.encode())
        for match in re.finditer(r"(?<![^{}])([^{}]+)\{[^{}]*\}", blanked):
            offset = match.start(1)
            for selector in match[1].split(","):
                name = " ".join(selector.split())
                if not _SELECTOR.fullmatch(name):
                    start = offset + len(selector) - len(selector.lstrip())
                    self.problems.error(
                        Place(path, *positions.line_and_column(start)), "prose-selector",
                        f"'{name}' cannot style prose", "use type, class and descendant selectors",
                    )  # fmt: skip
                    is_valid = False
                offset += len(selector) + 1
        if not is_valid:
            raise Aborted


def _squeeze(css: str) -> str:
    """Remove comments and unnecessary white space. Orange's webmail drops rules that contain a comment."""
    css = re.sub(r"/\*.*?(?:\*/|\Z)", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).strip()
