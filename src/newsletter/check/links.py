"""Resolve the targets of a file's links and images, and report those that cannot be used."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from newsletter.load.assets import AssetRefused, ProjectFiles
from newsletter.load.metadata import CHANGES, COMMENTS, POSITION
from newsletter.model import Asset, Prose, Reference, Settings, Source, Target
from newsletter.model.problems import Place, Problems
from newsletter.text.urls import Unsafe, judge

Where = Callable[[], Place]  # finds the place of a link; called only to report a problem

# Code, message and fix for each kind of hidden content in an attachment.
_HIDDEN = {
    POSITION: (
        "hidden-position", "reveals where it was recorded, or contains a photograph that does",
        "export it without its location; ignore this if the location may be public",
    ),
    CHANGES: (
        "tracked-changes", "contains tracked changes: everyone can read what was deleted",
        "accept or reject them all, and save it again; or publish a PDF",
    ),
    COMMENTS: ("hidden-comments", "contains comments", "delete them, and save it again; or publish a PDF"),
}  # fmt: skip
_MAX_LISTED = 50  # anchors in a message


@dataclass(slots=True)
class Targets:
    """Resolves the targets of one file, and collects them in `resolved`.

    `page` is the path of the file's page, relative to outbox/site. `anchors` are the anchors of its
    headings. Targets that cannot be used are reported to `problems`.
    """

    source: Source
    settings: Settings
    files: ProjectFiles
    problems: Problems
    page: str
    anchors: frozenset[str]
    resolved: dict[str, Target] = field(default_factory=dict)
    _anchor_list: str = field(init=False, default="")  # for messages

    def body(self, prose: Prose, place: Callable[[Reference], Place]) -> None:
        """Resolve every link and image of the body; `place` returns the place of a reference."""
        for reference in prose.references:
            if reference.target in self.resolved and not reference.image:
                continue
            if reference.image:
                self.image(reference.target, partial(place, reference))
            else:
                self.link(reference.target, partial(place, reference))

    def link(self, target: str, where: Where) -> None:
        """Resolve a link of any kind."""
        try:
            destination = judge(target)
            if destination.plain_http:
                self.problems.warning(
                    where(), "plain-http", f"'{target}' is not encrypted", "use https:// if the host has it"
                )  # fmt: skip
            fragment = f"#{destination.fragment}" if destination.fragment else ""
            match destination.kind:
                case "web" | "mailto" | "tel":
                    self.resolved[target] = Target(destination.address)
                case "site":
                    self.resolved[target] = Target(self.settings.url + destination.address)
                case "anchor":
                    self._add_anchor(target, destination.fragment, where)
                case "announcement":
                    path = self.files.resolve(self.source.path, destination.address)
                    self.resolved[target] = Target(fragment, announcement=path)
                case "file":
                    self._add_asset(target, self.files.find(self.source.path, destination.address), fragment, where)
        except (Unsafe, AssetRefused) as fault:
            self.problems.error(where(), fault.code, fault.message, fault.fix)

    def image(self, target: str, where: Where) -> Asset | None:
        """Resolve an image: a file of the project or, with a warning, a web address.

        Returns the file, or None for a web address or an image that cannot be used.
        """
        try:
            destination = judge(target)
            if destination.kind == "web":
                self.problems.warning(
                    where(), "remote-image", f"'{target}' tells another host who reads this",
                    "copy the image into the project",
                )  # fmt: skip
                self.resolved[target] = Target(destination.address)
            elif destination.kind == "file":
                asset = self.files.find(self.source.path, destination.address, image=True)
                return self._add_asset(target, asset, "", where)
            else:
                self.problems.error(
                    where(), "unsafe-image", f"'{target}' is not an image", "name a file of the project"
                )  # fmt: skip
        except (Unsafe, AssetRefused) as fault:
            code = fault.code.replace("unsafe-link", "unsafe-image").replace("missing-file", "missing-image")
            self.problems.error(where(), code, fault.message, fault.fix)
        return None

    def file(self, target: str, where: Where) -> Asset | None:
        """Resolve a project file that is offered for download; return None if it cannot be used."""
        try:
            destination = judge(target)
            if destination.kind == "file":
                return self._add_asset(target, self.files.find(self.source.path, destination.address), "", where)
            self.problems.error(where(), "bad-address", f"'{target}' is not a file", "name a file of the project")
        except (Unsafe, AssetRefused) as fault:
            self.problems.error(where(), fault.code, fault.message, fault.fix)
        return None

    def _add_asset(self, target: str, asset: Asset, fragment: str, where: Where) -> Asset:
        for each in asset.hidden:
            code, message, fix = _HIDDEN[each]
            self.problems.warning(where(), code, f"'{target}' {message}", fix)
        self.resolved[target] = Target(self.settings.url + asset.path + fragment, asset.path + fragment, asset)
        return asset

    def _add_anchor(self, target: str, anchor: str, where: Where) -> None:
        if anchor and anchor not in self.anchors:
            self._anchor_list = self._anchor_list or _format_anchors(self.anchors)
            message = f"no heading has the anchor '#{anchor}'"
            self.problems.warning(where(), "unknown-anchor", message, f"available anchors: {self._anchor_list}")
        self.resolved[target] = Target(f"{self.settings.url}{self.page}#{anchor}", f"{self.page}#{anchor}")


def _format_anchors(anchors: frozenset[str]) -> str:
    names = [f"#{name}" for name in sorted(anchors)]
    return ", ".join([*names[:_MAX_LISTED], "…"] if len(names) > _MAX_LISTED else names) or "none"
