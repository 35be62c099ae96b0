"""vocabulary: the theme's words in every language that a publication needs, each read once."""

from dataclasses import dataclass, field
from datetime import tzinfo

from newsletter.theme.string_files import load_strings
from newsletter.theme.strings import Strings
from newsletter.theme.templates import Templates


@dataclass(slots=True)
class Catalog:
    """Strings of the theme, and dates in `zone`, by language."""

    templates: Templates = field(repr=False)
    zone: tzinfo
    _known: dict[str, Strings] = field(init=False, default_factory=dict)

    def __call__(self, lang: str) -> Strings:
        """Strings and dates of a language."""
        if lang not in self._known:
            self._known[lang] = Strings(lang, load_strings(self.templates, lang), self.zone)
        return self._known[lang]
