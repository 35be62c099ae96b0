"""channels: each turns the publication into artefacts. A new one is a module and a line here."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from newsletter.model import Artefact, Publication
from newsletter.model.problems import Problems

if TYPE_CHECKING:
    from newsletter.theme.templates import Templates

Channel = Callable[[Publication, "Templates", Problems], Iterator[Artefact]]

# What `--only` calls a channel, and its module here. They are imported when they are asked for:
# counting a text must not wait for mail's libraries.
CHANNELS: Mapping[str, str] = {
    "email": "email",
    "feeds": "feeds",
    "site": "site",
    "social": "social.snippets",
}


def channel(name: str) -> Channel:
    """The channel called `name`; raises KeyError for one that is not in the table."""
    return cast(Channel, _module(name).render)


def prepare(name: str, templates: "Templates") -> None:
    """Do what is the same for every publication: import the channel, and compile its folder of the theme."""
    templates.add_filters(getattr(_module(name), "FILTERS", {}))
    templates.prepare(CHANNELS[name].partition(".")[0])


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{CHANNELS[name]}")
