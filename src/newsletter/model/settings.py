"""Define the settings of a publication, which are read from newsletter.toml or `[tool.newsletter]`."""

from dataclasses import dataclass
from datetime import tzinfo

SETTINGS_FILES = ("pyproject.toml", "newsletter.toml")  # a project has its settings in one of these


@dataclass(frozen=True, slots=True)
class Sender:
    """The From and Reply-To headers of every mail."""

    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """The publishing organization.

    `address` is the postal address, with line breaks; `logo` is the path of a project file.
    """

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
    """What feeds contain.

    `entries` is the maximum number of entries. `content` is "full" or "summary". `hub` is the URL of a WebSub hub.
    """

    entries: int = 20
    content: str = "full"
    hub: str = ""


@dataclass(frozen=True, slots=True)
class SocialSettings:
    """The platforms to write snippets for, their hashtags, and limits.

    `mastodon_limit` is the maximum length of a post in characters, and `sms_segments` the maximum number of segments
    of a text message. If `utm` is true, links in snippets carry UTM parameters.
    """

    platforms: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mastodon_limit: int = 500
    sms_segments: int = 3
    utm: bool = False


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The UTM parameters in mails. If `utm` is true, links to the site and to `domains` carry them."""

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
    """All settings of a publication.

    `url` is the address at which outbox/site is published, and ends with a slash. `attachments` contains additional
    file extensions that may be published, in lower case with the dot. `path` is the name of the settings file.
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
        """Return whether `lang` is the publication's language, ignoring case."""
        return lang.lower() == self.language.lower()

    def stem(self, name: str, lang: str) -> str:
        """Return the stem of a file name: `name`, followed by `lang` unless it is the publication's language."""
        return name if self.is_default_language(lang) else f"{name}.{lang.lower()}"
