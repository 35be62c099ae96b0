"""Settings of the publication: `[tool.newsletter]`."""

from dataclasses import dataclass
from datetime import tzinfo

SETTINGS_FILES = ("pyproject.toml", "newsletter.toml")  # one of them holds a project's settings


@dataclass(frozen=True, slots=True)
class Sender:
    """From and Reply-To of every mail."""

    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who publishes: name, postal address (lines), logo (project file)."""

    name: str = ""
    address: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where readers leave: an https address or a mail service's placeholder, and a mailbox."""

    url: str = ""
    mailto: str = ""


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """How feeds are written: entries per feed, full content or summary, WebSub hub."""

    entries: int = 20
    content: str = "full"
    hub: str = ""


@dataclass(frozen=True, slots=True)
class SocialSettings:
    """Which platforms get snippets, and their adjustable limits."""

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
    """Codes to leave out, warnings to treat as errors, readers per cent by mail program."""

    ignore: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    audience: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`[tool.newsletter]`. `url` is where outbox/site is published and ends with a slash.

    `attachments` are further extensions, in small letters with their dot, that files to publish may have.
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
        """Whether a language is the publication's; case does not count."""
        return lang.lower() == self.language.lower()

    def stem(self, name: str, lang: str) -> str:
        """How file names of `name` begin: with its language unless that is the publication's."""
        return name if self.is_default_language(lang) else f"{name}.{lang.lower()}"
