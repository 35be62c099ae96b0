"""channels: each turns the publication into artefacts. A new one is a module and a line here."""

from collections.abc import Callable, Iterator, Mapping

from newsletter.channels import mail
from newsletter.model import Artefact, Publication
from newsletter.problems import Problems
from newsletter.templates import Templates

Channel = Callable[[Publication, Templates, Problems], Iterator[Artefact]]

CHANNELS: Mapping[str, Channel] = {
    "email": mail.render,
}
