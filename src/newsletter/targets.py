"""targets: where the links and images of one file lead; each is judged once, at its place."""

from dataclasses import dataclass, field

from newsletter.addresses import Unsafe, judge
from newsletter.files import ProjectFiles, Refused
from newsletter.model import Asset, Prose, Settings, Source, Target
from newsletter.problems import Place, Problems


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

    def body(self, prose: Prose) -> None:
        """Every link and image of the body."""
        for reference in prose.references:
            if reference.target in self.found and not reference.image:
                continue
            place = self.source.at_offset(reference.offset)
            if reference.image:
                self.image(reference.target, place)
            else:
                self.link(reference.target, place)

    def link(self, target: str, place: Place) -> None:
        """A link, wherever it leads."""
        try:
            destination = judge(target)
            if destination.plain_http:
                self.problems.warning(
                    place, "plain-http", f"'{target}' is not encrypted", "use https:// if the host has it"
                )  # fmt: skip
            fragment = f"#{destination.fragment}" if destination.fragment else ""
            match destination.kind:
                case "web" | "mailto" | "tel":
                    self.found[target] = Target(destination.address)
                case "site":
                    self.found[target] = Target(self.settings.url + destination.address)
                case "anchor":
                    self._anchor(target, destination.fragment, place)
                case "announcement":
                    path = self.files.resolve(self.source.path, destination.address)
                    self.found[target] = Target(fragment, announcement=path)
                case "file":
                    self._keep(target, self.files.find(self.source.path, destination.address), fragment)
        except (Unsafe, Refused) as fault:
            self.problems.error(place, fault.code, fault.message, fault.fix)

    def image(self, target: str, place: Place) -> Asset | None:
        """An image: a file of the project, or, with a warning, an address."""
        try:
            destination = judge(target)
            if destination.kind == "web":
                self.problems.warning(
                    place, "remote-image", f"'{target}' tells another host who reads this",
                    "copy the image into the project",
                )  # fmt: skip
                self.found[target] = Target(destination.address)
            elif destination.kind == "file":
                asset = self.files.find(self.source.path, destination.address, image=True)
                return self._keep(target, asset, "")
            else:
                self.problems.error(place, "unsafe-image", f"'{target}' is no image", "name a file of the project")
        except (Unsafe, Refused) as fault:
            code = fault.code.replace("unsafe-link", "unsafe-image").replace("missing-file", "missing-image")
            self.problems.error(place, code, fault.message, fault.fix)
        return None

    def file(self, target: str, place: Place) -> Asset | None:
        """A file of the project to download."""
        try:
            destination = judge(target)
            if destination.kind == "file":
                return self._keep(target, self.files.find(self.source.path, destination.address), "")
            self.problems.error(place, "bad-address", f"'{target}' is no file", "name a file of the project")
        except (Unsafe, Refused) as fault:
            self.problems.error(place, fault.code, fault.message, fault.fix)
        return None

    def _keep(self, target: str, asset: Asset, fragment: str) -> Asset:
        self.found[target] = Target(self.settings.url + asset.path + fragment, asset.path + fragment, asset)
        return asset

    def _anchor(self, target: str, anchor: str, place: Place) -> None:
        if anchor and anchor not in self.anchors:
            known = ", ".join(f"#{name}" for name in sorted(self.anchors)) or "none"
            self.problems.warning(place, "unknown-anchor", f"no heading is called '#{anchor}'", f"there are: {known}")
        self.found[target] = Target(f"{self.settings.url}{self.page}#{anchor}", f"{self.page}#{anchor}")
