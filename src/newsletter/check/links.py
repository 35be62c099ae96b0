"""targets: where the links and images of one file lead; each is judged once, at its place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from newsletter.load.assets import AssetRefused, ProjectFiles
from newsletter.load.metadata import CHANGES, COMMENTS, POSITION
from newsletter.model import Asset, Prose, Reference, Settings, Source, Target
from newsletter.model.problems import Place, Problems
from newsletter.text.urls import Unsafe, judge

Where = Callable[[], Place]  # looked up for faults only

# Code, message and cure for what an attachment holds unseen.
_HIDDEN = {
    POSITION: (
        "hidden-position", "says where it was recorded, or holds a photograph that does",
        "export it without location; if that is meant to be known, ignore this",
    ),
    CHANGES: (
        "tracked-changes", "holds tracked changes: everyone can read what was deleted",
        "accept or reject them all, and save it again; or publish a PDF",
    ),
    COMMENTS: ("hidden-comments", "holds comments", "delete them, and save it again; or publish a PDF"),
}  # fmt: skip
_LISTED = 50  # anchors that a message names


@dataclass(slots=True)
class Targets:
    """The targets of one file. `page` is the path of its page, relative to outbox/site."""

    source: Source
    settings: Settings
    files: ProjectFiles
    problems: Problems
    page: str
    anchors: frozenset[str]
    found: dict[str, Target] = field(default_factory=dict)
    known: str = ""  # the anchors, as a message names them

    def body(self, prose: Prose, place: Callable[[Reference], Place]) -> None:
        """Every link and image of the body; `place` finds where one stands."""
        for reference in prose.references:
            if reference.target in self.found and not reference.image:
                continue
            if reference.image:
                self.image(reference.target, partial(place, reference))
            else:
                self.link(reference.target, partial(place, reference))

    def link(self, target: str, where: Where) -> None:
        """A link, wherever it leads."""
        try:
            destination = judge(target)
            if destination.plain_http:
                self.problems.warning(
                    where(), "plain-http", f"'{target}' is not encrypted", "use https:// if the host has it"
                )  # fmt: skip
            fragment = f"#{destination.fragment}" if destination.fragment else ""
            match destination.kind:
                case "web" | "mailto" | "tel":
                    self.found[target] = Target(destination.address)
                case "site":
                    self.found[target] = Target(self.settings.url + destination.address)
                case "anchor":
                    self._anchor(target, destination.fragment, where)
                case "announcement":
                    path = self.files.resolve(self.source.path, destination.address)
                    self.found[target] = Target(fragment, announcement=path)
                case "file":
                    self._keep(target, self.files.find(self.source.path, destination.address), fragment, where)
        except (Unsafe, AssetRefused) as fault:
            self.problems.error(where(), fault.code, fault.message, fault.fix)

    def image(self, target: str, where: Where) -> Asset | None:
        """An image: a file of the project, or, with a warning, an address."""
        try:
            destination = judge(target)
            if destination.kind == "web":
                self.problems.warning(
                    where(), "remote-image", f"'{target}' tells another host who reads this",
                    "copy the image into the project",
                )  # fmt: skip
                self.found[target] = Target(destination.address)
            elif destination.kind == "file":
                asset = self.files.find(self.source.path, destination.address, image=True)
                return self._keep(target, asset, "", where)
            else:
                self.problems.error(where(), "unsafe-image", f"'{target}' is no image", "name a file of the project")
        except (Unsafe, AssetRefused) as fault:
            code = fault.code.replace("unsafe-link", "unsafe-image").replace("missing-file", "missing-image")
            self.problems.error(where(), code, fault.message, fault.fix)
        return None

    def file(self, target: str, where: Where) -> Asset | None:
        """A file of the project to download."""
        try:
            destination = judge(target)
            if destination.kind == "file":
                return self._keep(target, self.files.find(self.source.path, destination.address), "", where)
            self.problems.error(where(), "bad-address", f"'{target}' is no file", "name a file of the project")
        except (Unsafe, AssetRefused) as fault:
            self.problems.error(where(), fault.code, fault.message, fault.fix)
        return None

    def _keep(self, target: str, asset: Asset, fragment: str, where: Where) -> Asset:
        for each in asset.hidden:
            code, message, fix = _HIDDEN[each]
            self.problems.warning(where(), code, f"'{target}' {message}", fix)
        self.found[target] = Target(self.settings.url + asset.path + fragment, asset.path + fragment, asset)
        return asset

    def _anchor(self, target: str, anchor: str, where: Where) -> None:
        if anchor and anchor not in self.anchors:
            self.known = self.known or _listed(self.anchors)
            told = f"no heading is called '#{anchor}'"
            self.problems.warning(where(), "unknown-anchor", told, f"there are: {self.known}")
        self.found[target] = Target(f"{self.settings.url}{self.page}#{anchor}", f"{self.page}#{anchor}")


def _listed(anchors: frozenset[str]) -> str:
    names = [f"#{name}" for name in sorted(anchors)]
    return ", ".join([*names[:_LISTED], "…"] if len(names) > _LISTED else names) or "none"
