"""Define rules for the settings, the outbox and external tools."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.load.settings import place_of
from newsletter.model import Settings
from newsletter.model.problems import Place
from newsletter.rules.rule import Family, Finding
from newsletter.theme.branding import colours, contrast

FAMILY = Family("settings", "Mistakes in `[tool.newsletter]` of pyproject.toml, or in newsletter.toml.")
OUTPUT = Family("outbox", "Problems with the files in the outbox, and with the tools that check them.")

# Pairs of text colour and background colour in mails and pages.
_PAIRS = (("text", "card"), ("text", "background"), ("muted", "card"), ("muted", "background"),
          ("accent", "card"), ("accent", "background"), ("on_accent", "accent"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """The settings of the project at `root`."""

    root: Path
    settings: Settings
    _places: dict[tuple[str, ...], Place] = field(default_factory=dict, compare=False, repr=False)

    def place(self, *keys: str) -> Place:
        """Return the place in the settings file of the first of `keys` that is set.

        A key is written with full stops, such as `check.ignore`.
        """
        if keys not in self._places:
            self._places[keys] = place_of(self.root, self.settings.path, keys)
        return self._places[keys]


def weak_pairs(settings: Settings) -> Iterator[tuple[str, str, float]]:
    """Yield the text colour, background colour and contrast of each pair of brand colours whose contrast is below 4.5.

    The colours are given by their names in the settings.
    """
    brand = colours(settings)
    for mode in ("", "_dark"):
        for text, background in _PAIRS:
            ratio = contrast(brand[text + mode], brand[background + mode])
            if ratio < 4.5:
                yield text + mode, background + mode, ratio


@FAMILY.rule("brand-contrast", "Two brand colours with too little contrast",
             fails='[tool.newsletter.brand]\nmuted = "#aaaaaa"',
             passes='[tool.newsletter.brand]\nmuted = "#54656b"')  # fmt: skip
def brand_contrast(project: ProjectSettings) -> Iterator[Finding]:
    """Text needs a contrast of at least 4.5 with its background, in light and in dark mode (WCAG 2.2, 1.4.3)."""
    own = dict(project.settings.brand)
    for text, background, ratio in weak_pairs(project.settings):
        if text in own or background in own:
            place = project.place(f"brand.{text if text in own else background}")
            message = f"'{text}' on '{background}' has a contrast of {ratio:.1f}"
            yield Finding(place, message, "choose colours with at least 4.5")


FAMILY.declare("no-settings", "error", "A project without settings, or with two settings files",
            "Put the settings of the publication either into `[tool.newsletter]` of pyproject.toml or into "
            "newsletter.toml.")  # fmt: skip
FAMILY.declare("toml-syntax", "error", "TOML that cannot be read",
            "The usual cause is a text without quotation marks.", "title = Exemple", 'title = "Exemple"')  # fmt: skip
FAMILY.declare("unknown-code", "warning", "A problem code that does not exist",
            "`ignore` and `error` in settings, and comments such as "
            "`# newsletter: ignore[long-alt]`, refer to problems by their codes. Errors cannot be ignored.",
            'ignore = ["no-alt-text"]', 'ignore = ["long-alt"]')  # fmt: skip

OUTPUT.declare("edited-output", "warning", "A file of the outbox that was edited by hand",
            "The next build would overwrite it. Make the change in the announcement instead. The message names the "
            "key.")  # fmt: skip
OUTPUT.declare(
    "foreign-output",
    "error",
    "A foreign file in the output folder",
    "The build would overwrite a file that it did not write, or the folder is not an outbox. An outbox contains the "
    "manifest of a build and at least one file that matches it. A folder that contains only README, .gitignore, "
    ".gitkeep, .nojekyll, CNAME or .well-known can become an outbox. Move the file away, or choose another folder with "
    "`--out`.",
)
OUTPUT.declare(
    "unsafe-outbox",
    "error",
    "An outbox that overlaps with sources",
    "A build replaces the whole folder. The folder must not be, or contain, the project, the home folder or "
    "the sources of the project: announcements, templates, `src`, `tests`, hidden folders such as `.git`. It "
    "must not be inside one of these sources either. Symbolic links are resolved first. Choose a separate "
    "folder with `--out`, or delete the link named `outbox`.",
)
OUTPUT.declare(
    "lost-output",
    "warning",
    "A lost file that another program wrote to the outbox during a build",
    "Files that appear during a build are kept, unless the build writes a file of the same name, as it did "
    "here. Make the other program write elsewhere, or run it after the build.",
)
OUTPUT.declare(
    "no-manifest",
    "error",
    "An outbox without a manifest",
    "`verify` compares the outbox with its manifest. Build the outbox again.",
)
OUTPUT.declare("bad-manifest", "error", "A manifest that cannot be read", "Build the outbox again.")
OUTPUT.declare("missing-output", "error", "A file that is missing from the outbox", "Build the outbox again.")
OUTPUT.declare(
    "damaged-output", "error", "A file of the outbox that was changed after the build", "Build the outbox again."
)
OUTPUT.declare("internal-error", "error", "A bug in newsletter",
            "An unexpected error kept `preview` from reading the project or rendering a page. Your files may be "
            "correct. Please report the error on the project's issue page, and attach the file that causes "
            "it.")  # fmt: skip
OUTPUT.declare("missing-tool", "info", "A tool that is not installed",
            "`check --deep` uses axe-core in a browser, and SpamAssassin. If one of these is missing, its checks are "
            "skipped. docs/checking.md explains how to install them.")  # fmt: skip
OUTPUT.declare(
    "no-network",
    "info",
    "Links that could not be checked",
    "`check --links` needs a network connection.",
)
OUTPUT.declare("axe", "warning", "An accessibility problem found by axe-core",
            "`check --deep` opens every mail in a browser, in light and in dark mode, at a width of 800 px and of 360 "
            "px, and runs [axe-core](https://github.com/dequelabs/axe-core).")  # fmt: skip
OUTPUT.declare("wide-mail", "warning", "A mail wider than a phone",
            "At 360 px, the mail has to be scrolled sideways. The usual cause is a picture or table with a fixed "
            "width.",
            '<table width="600">', '<table style="width: 100%; max-width: 600px">')  # fmt: skip
OUTPUT.declare("spam-score", "warning", "A mail that looks like spam to SpamAssassin",
            "`check --deep` runs SpamAssassin on every mail, without network access. It reports mails with 2 points or "
            "more, and the rules that matched. Servers refuse mails with 5 points or more.")  # fmt: skip
