"""Registry of the channels, which turn a publication into artefacts.

To add a channel, write its module and add a line to `CHANNELS`.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from newsletter.model import Artefact, Publication
from newsletter.model.problems import Problems

if TYPE_CHECKING:
    from newsletter.theme.templates import Templates

Channel = Callable[[Publication, "Templates", Problems], Iterator[Artefact]]

# The module of each channel, by the name that `--only` uses. Modules are imported on demand:
# counting a text must not wait for the libraries that mails need.
CHANNELS: Mapping[str, str] = {
    "email": "email",
    "feeds": "feeds",
    "site": "site",
    "social": "social.snippets",
}


def channel(name: str) -> Channel:
    """Return the channel called `name`. Raises KeyError if there is none."""
    return cast(Channel, _module(name).render)


def prepare(name: str, templates: "Templates") -> None:
    """Do the work that no publication changes: import the channel and compile its folder of the theme."""
    templates.add_filters(getattr(_module(name), "FILTERS", {}))
    templates.prepare(CHANNELS[name].partition(".")[0])


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{CHANNELS[name]}")
