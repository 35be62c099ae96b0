"""Load the theme's strings in each language of a publication once."""

from dataclasses import dataclass, field
from datetime import tzinfo

from newsletter.theme.string_files import load_strings
from newsletter.theme.strings import Strings
from newsletter.theme.templates import Templates


@dataclass(slots=True)
class Catalog:
    """The theme's strings by language. Dates are shown in the time zone `zone`."""

    templates: Templates = field(repr=False)
    zone: tzinfo
    _by_language: dict[str, Strings] = field(init=False, default_factory=dict)

    def __call__(self, lang: str) -> Strings:
        """Return the strings in the language `lang`. Raises Aborted if a file of strings has an error."""
        if lang not in self._by_language:
            self._by_language[lang] = Strings(lang, load_strings(self.templates, lang), self.zone)
        return self._by_language[lang]
