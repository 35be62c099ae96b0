"""The settings of a publication, from `[tool.newsletter]`."""

from dataclasses import dataclass
from datetime import tzinfo

SETTINGS_FILES = ("pyproject.toml", "newsletter.toml")  # one of them holds a project's settings


@dataclass(frozen=True, slots=True)
class Sender:
    """The From and Reply-To headers of every mail."""

    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """The publishing organisation. `address` is postal, with line breaks; `logo` is the path of a project file."""

    name: str = ""
    address: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """How readers unsubscribe. `url` is an https URL or a placeholder of a mail service; `mailto` is a mailbox."""

    url: str = ""
    mailto: str = ""


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """How feeds are written. `content` is "full" or "summary"; `hub` is the URL of a WebSub hub."""

    entries: int = 20
    content: str = "full"
    hub: str = ""


@dataclass(frozen=True, slots=True)
class SocialSettings:
    """Which platforms get snippets, and with which hashtags and limits."""

    platforms: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mastodon_limit: int = 500
    sms_segments: int = 3
    utm: bool = False


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Whether links to the site and to `domains` carry UTM parameters."""

    utm: bool = False
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Problem codes to ignore, warnings to treat as errors, and the percentage of readers of each mail program."""

    ignore: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    audience: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. `url` is where outbox/site is published, and ends with a slash.

    `attachments` are additional extensions of files that may be published, in lower case with the dot. `path` is the
    file in which the settings were found.
    """

    title: str
    language: str
    timezone: tzinfo
    url: str
    authority: str
    sender: Sender
    description: str = ""
    cadence: str = "monthly"
    theme: str = "default"
    organisation: Organisation = Organisation()
    unsubscribe: Unsubscribe = Unsubscribe()
    brand: tuple[tuple[str, str], ...] = ()
    feeds: FeedSettings = FeedSettings()
    social: SocialSettings = SocialSettings()
    mail: MailSettings = MailSettings()
    check: CheckSettings = CheckSettings()
    attachments: tuple[str, ...] = ()
    path: str = "pyproject.toml"

    def is_default_language(self, lang: str) -> bool:
        """Return whether a language is the publication's, ignoring case."""
        return lang.lower() == self.language.lower()

    def stem(self, name: str, lang: str) -> str:
        """Return the stem of file names: `name`, and the language unless it is the publication's."""
        return name if self.is_default_language(lang) else f"{name}.{lang.lower()}"
