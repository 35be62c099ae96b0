"""project: settings, and what people do with the outbox and the tools beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.load.settings import place_of
from newsletter.model import Settings
from newsletter.model.problems import Place
from newsletter.rules.rule import Family, Finding
from newsletter.theme.branding import colours, contrast

FAMILY = Family("settings", "`[tool.newsletter]`, in pyproject.toml or newsletter.toml.")
OUTPUT = Family("outbox", "What stands in the outbox, and the tools that look at it.")

# Which colour stands on which, in mails and pages.
_PAIRS = (("text", "card"), ("text", "background"), ("muted", "card"), ("muted", "background"),
          ("accent", "card"), ("accent", "background"), ("on_accent", "accent"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """The settings of the project at `root`."""

    root: Path
    settings: Settings
    _places: dict[tuple[str, ...], Place] = field(default_factory=dict, compare=False, repr=False)

    def place(self, *keys: str) -> Place:
        """Where the first of these keys, such as `check.ignore`, stands in the settings file."""
        if keys not in self._places:
            self._places[keys] = place_of(self.root, self.settings.path, keys)
        return self._places[keys]


def weak_pairs(settings: Settings) -> Iterator[tuple[str, str, float]]:
    """Names of a text and a ground in the brand whose contrast is under 4.5, and the contrast."""
    brand = colours(settings)
    for dark in ("", "_dark"):
        for text, ground in _PAIRS:
            ratio = contrast(brand[text + dark], brand[ground + dark])
            if ratio < 4.5:
                yield text + dark, ground + dark, ratio


@FAMILY.rule("brand-contrast", "Two colours of the brand that cannot be told apart", fails='[tool.newsletter.brand]\nmuted = "#aaaaaa"',
             passes='[tool.newsletter.brand]\nmuted = "#54656b"')  # fmt: skip
def brand_contrast(chosen: ProjectSettings) -> Iterator[Finding]:
    """Text needs a contrast of 4.5 to its ground (WCAG 2.2, 1.4.3), in light and in dark mode."""
    own = dict(chosen.settings.brand)
    for text, ground, ratio in weak_pairs(chosen.settings):
        if text in own or ground in own:
            place = chosen.place(f"brand.{text if text in own else ground}")
            told = f"'{text}' on '{ground}' has a contrast of {ratio:.1f}"
            yield Finding(place, told, "choose colours with at least 4.5")


FAMILY.declare("no-settings", "error", "A project without settings, or with two of them", "One of `[tool.newsletter]` in "
            "pyproject.toml and newsletter.toml says what the publication is.")  # fmt: skip
FAMILY.declare("toml-syntax", "error", "TOML that cannot be read", "Text stands in quotation marks.", "title = Exemple", 'title = "Exemple"')  # fmt: skip
FAMILY.declare("unknown-code", "warning", "A code that no problem has", "`ignore` and `error` in settings, and comments `# newsletter: "
            "ignore[code]`, name problems by their codes. Errors cannot be ignored.", 'ignore = ["no-alt-text"]', 'ignore = ["long-alt"]')  # fmt: skip

OUTPUT.declare("edited-output", "warning", "A file of the outbox that was edited by hand", "The next build replaces it. What should "
            "stay belongs into the announcement: the message names the key.")  # fmt: skip
OUTPUT.declare(
    "foreign-output",
    "error",
    "A file where the outbox wants to write its own",
    "Either an artefact has its name, or its folder does not look like an outbox: it has no manifest as a build writes it, "
    "with at least one file as that manifest lists it. A folder that holds only README, .gitignore, .gitkeep, .nojekyll, "
    "CNAME or .well-known may become an outbox. Move the file away, or build elsewhere with `--out`.",
)
OUTPUT.declare(
    "unsafe-outbox",
    "error",
    "An outbox over, in or around sources",
    "A build replaces the whole folder. It must not be, hold or lie in the project, its announcements, templates, `src`, "
    "`tests`, hidden folders such as `.git`, or the home folder, under whatever name: links are resolved first. Choose a "
    "folder of its own with `--out`, or delete the link named `outbox`.",
)
OUTPUT.declare(
    "lost-output",
    "warning",
    "A file that another program wrote into the outbox while it was built",
    "Files that arrive during a build are kept, unless the build needs their place, as it did here. Let that program write "
    "elsewhere, or after the build.",
)
OUTPUT.declare(
    "no-manifest",
    "error",
    "An outbox without manifest",
    "`verify` compares the outbox with its manifest. Build it again.",
)
OUTPUT.declare("bad-manifest", "error", "A manifest that cannot be read", "Build the outbox again.")
OUTPUT.declare("missing-output", "error", "A file that is gone from the outbox", "Build it again.")
OUTPUT.declare("damaged-output", "error", "A file of the outbox that is not as it was built", "Build it again.")
OUTPUT.declare("internal-error", "error", "A fault of newsletter itself", "`preview` could not read the project or make a page, for a "
            "reason that nobody foresaw. Your files need not be wrong. Please report it on the project's issue page, with the file "
            "that causes it.")  # fmt: skip
OUTPUT.declare("missing-tool", "info", "A tool that is not installed", "`check --deep` uses a browser with axe-core, and SpamAssassin. "
            "What is not there is said, so that nobody takes silence for praise. docs/checking.md says how to get them.")  # fmt: skip
OUTPUT.declare(
    "no-network",
    "info",
    "Links that could not be followed",
    "`check --links` needs the network; without it nothing is known.",
)
OUTPUT.declare("axe", "warning", "A fault that axe-core found", "`check --deep` opens every mail in a browser, in light and dark, wide and "
            "360 px narrow, and lets [axe-core](https://github.com/dequelabs/axe-core) look at it.")  # fmt: skip
OUTPUT.declare("wide-mail", "warning", "A mail wider than a telephone", "At 360 px the mail has to be moved sideways to be read. Mostly a "
            "picture or a table of fixed width.", '<table width="600">', '<table style="width: 100%; max-width: 600px">')  # fmt: skip
OUTPUT.declare("spam-score", "warning", "A mail that SpamAssassin suspects", "`check --deep` lets SpamAssassin look at every mail, without "
            "network. From 2 points on it is told, with the rules that gave them; from 5 on mails are refused.")  # fmt: skip
