"""Registry of the channels, which turn a publication into artefacts.

To add a channel, write its module and add a line to `CHANNELS`.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from newsletter.model import Artefact, Job, Publication
from newsletter.model.problems import Problems

if TYPE_CHECKING:
    from newsletter.theme.templates import Templates

Channel = Callable[[Publication, "Templates", Problems], Iterator[Job]]

# The module of each channel, by the name that `--only` uses. Modules are imported on demand:
# counting a text must not wait for the libraries that mails need.
CHANNELS: Mapping[str, str] = {
    "email": "email",
    "feeds": "feeds",
    "site": "site",
    "social": "social.snippets",
}


def jobs(name: str, publication: Publication, templates: "Templates", problems: Problems) -> Iterator[Job]:
    """Yield the jobs of the channel called `name`, which together render all its files.

    Raises Aborted if the theme has an error, as the jobs do, and KeyError if there is no such channel.
    """
    return cast(Channel, _module(name).jobs)(publication, templates, problems)


def render(name: str, publication: Publication, templates: "Templates", problems: Problems) -> Iterator[Artefact]:
    """Yield all files of the channel called `name`. Raises Aborted if the theme has an error."""
    for job in jobs(name, publication, templates, problems):
        yield from job()


def prepare(name: str, templates: "Templates") -> None:
    """Do the work that is the same for every publication: import the channel and compile its folder of the theme."""
    templates.add_filters(getattr(_module(name), "FILTERS", {}))
    templates.prepare(CHANNELS[name].partition(".")[0])


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{CHANNELS[name]}")
