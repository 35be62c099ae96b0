"""Rules for the settings, the outbox and external tools."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.load.settings import place_of
from newsletter.model import Settings
from newsletter.model.problems import Place
from newsletter.rules.rule import Family, Finding
from newsletter.theme.branding import colours, contrast

FAMILY = Family("settings", "`[tool.newsletter]`, in pyproject.toml or newsletter.toml.")
OUTPUT = Family("outbox", "The files in the outbox, and the tools that check them.")

# Text and background colours that are used together in mails and pages.
_PAIRS = (("text", "card"), ("text", "background"), ("muted", "card"), ("muted", "background"),
          ("accent", "card"), ("accent", "background"), ("on_accent", "accent"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """The settings of the project at `root`."""

    root: Path
    settings: Settings
    _places: dict[tuple[str, ...], Place] = field(default_factory=dict, compare=False, repr=False)

    def place(self, *keys: str) -> Place:
        """Return the place in the settings file of the first of these keys that is set, such as `check.ignore`."""
        if keys not in self._places:
            self._places[keys] = place_of(self.root, self.settings.path, keys)
        return self._places[keys]


def weak_pairs(settings: Settings) -> Iterator[tuple[str, str, float]]:
    """Yield text colour, background colour and contrast of each pair in the brand whose contrast is under 4.5."""
    brand = colours(settings)
    for mode in ("", "_dark"):
        for text, background in _PAIRS:
            ratio = contrast(brand[text + mode], brand[background + mode])
            if ratio < 4.5:
                yield text + mode, background + mode, ratio


@FAMILY.rule("brand-contrast", "Two colours of the brand with too little contrast", fails='[tool.newsletter.brand]\nmuted = "#aaaaaa"',
             passes='[tool.newsletter.brand]\nmuted = "#54656b"')  # fmt: skip
def brand_contrast(project: ProjectSettings) -> Iterator[Finding]:
    """Text needs a contrast of 4.5 with its background (WCAG 2.2, 1.4.3), in light and in dark mode."""
    own = dict(project.settings.brand)
    for text, background, ratio in weak_pairs(project.settings):
        if text in own or background in own:
            place = project.place(f"brand.{text if text in own else background}")
            message = f"'{text}' on '{background}' has a contrast of {ratio:.1f}"
            yield Finding(place, message, "choose colours with at least 4.5")


FAMILY.declare("no-settings", "error", "A project without settings, or with two settings files", "The settings of the publication are either in "
            "`[tool.newsletter]` of pyproject.toml or in newsletter.toml.")  # fmt: skip
FAMILY.declare("toml-syntax", "error", "TOML that cannot be read", "Most often, text without quotation marks.", "title = Exemple", 'title = "Exemple"')  # fmt: skip
FAMILY.declare("unknown-code", "warning", "A code that no problem has", "`ignore` and `error` in settings, and comments `# newsletter: "
            "ignore[code]`, name problems by their codes. Errors cannot be ignored.", 'ignore = ["no-alt-text"]', 'ignore = ["long-alt"]')  # fmt: skip

OUTPUT.declare("edited-output", "warning", "A file of the outbox that was edited by hand", "The next build overwrites it. Make the "
            "change in the announcement instead: the message names the key.")  # fmt: skip
OUTPUT.declare(
    "foreign-output",
    "error",
    "A file in a place that a build writes to",
    "Either the build writes a file of the same name, or the folder is not an outbox: it does not have the manifest of a "
    "build and at least one file that matches it. A folder that contains only README, .gitignore, .gitkeep, .nojekyll, "
    "CNAME or .well-known can become an outbox. Move the file away, or build elsewhere with `--out`.",
)
OUTPUT.declare(
    "unsafe-outbox",
    "error",
    "An outbox that overlaps with sources",
    "A build replaces the whole folder. It must not be or contain the project, its sources (announcements, templates, "
    "`src`, `tests`, hidden folders such as `.git`) or the home folder, nor lie in one of these sources. Symbolic links "
    "are resolved first. Choose a separate folder with `--out`, or delete the link named `outbox`.",
)
OUTPUT.declare(
    "lost-output",
    "warning",
    "A file that another program wrote into the outbox while it was built",
    "Files that appear during a build are kept, unless the build writes a file of the same name, as it did here. Let the "
    "other program write elsewhere, or after the build.",
)
OUTPUT.declare(
    "no-manifest",
    "error",
    "An outbox without a manifest",
    "`verify` compares the outbox with its manifest. Build it again.",
)
OUTPUT.declare("bad-manifest", "error", "A manifest that cannot be read", "Build the outbox again.")
OUTPUT.declare("missing-output", "error", "A file missing from the outbox", "Build it again.")
OUTPUT.declare("damaged-output", "error", "A file of the outbox that was changed after the build", "Build it again.")
OUTPUT.declare("internal-error", "error", "A bug in newsletter", "`preview` could not read the project or render a page, because "
            "of an unexpected error. Your files may be correct. Please report it on the project's issue page, with the file "
            "that causes it.")  # fmt: skip
OUTPUT.declare("missing-tool", "info", "A tool that is not installed", "`check --deep` uses a browser with axe-core, and SpamAssassin. "
            "If one of them is missing, its checks are skipped. docs/checking.md explains how to install them.")  # fmt: skip
OUTPUT.declare(
    "no-network",
    "info",
    "Links that could not be checked",
    "`check --links` needs a network connection.",
)
OUTPUT.declare("axe", "warning", "An accessibility problem found by axe-core", "`check --deep` opens every mail in a browser, in light and dark, wide and "
            "360 px narrow, and runs [axe-core](https://github.com/dequelabs/axe-core) on it.")  # fmt: skip
OUTPUT.declare("wide-mail", "warning", "A mail wider than a phone", "At 360 px the mail has to be scrolled sideways. The usual cause is "
            "a picture or table of fixed width.", '<table width="600">', '<table style="width: 100%; max-width: 600px">')  # fmt: skip
OUTPUT.declare("spam-score", "warning", "A mail that looks like spam to SpamAssassin", "`check --deep` runs SpamAssassin on every mail, without "
            "network. A mail with 2 points or more is reported, with the rules that matched; servers refuse mails with 5 or more.")  # fmt: skip
