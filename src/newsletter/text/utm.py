"""campaign: UTM parameters on links to one's own pages, for those who count visits."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from newsletter.model import Settings
from newsletter.text.urls import host


def marker(settings: Settings, medium: str, campaign: str, source: str = "") -> Callable[[str], str]:
    """Adds `utm_source`, `utm_medium` and `utm_campaign` to web addresses on own domains.

    `source` is the site unless something else is given. An address that has a `utm_` parameter
    keeps its own. Nothing is said about the reader.
    """
    own = {host(settings.url), *(domain.lower() for domain in settings.mail.domains)}
    source = source or host(settings.url).replace(".", "-")
    extra = f"utm_source={source}&utm_medium={medium}&utm_campaign={campaign.lower()}"

    def mark(address: str) -> str:
        if not address.startswith(("https://", "http://")) or host(address) not in own:
            return address
        parts = urlsplit(address)
        if any(name.lower().startswith("utm_") for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
            return address
        # Put in by hand: splitting and joining again would respell what the author wrote.
        before, sign, fragment = address.partition("#")
        return f"{before}{'&' if '?' in before else '?'}{extra}{sign}{fragment}"

    return mark
