"""Add UTM parameters to links to the publication's own pages."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from newsletter.model import Settings
from newsletter.text.urls import host


def marker(settings: Settings, medium: str, campaign: str, source: str = "") -> Callable[[str], str]:
    """Return a function that adds `utm_source`, `utm_medium` and `utm_campaign` to a URL.

    The function returns URLs of other domains, and URLs that already have a `utm_` parameter, unchanged. `source`
    defaults to the host of the site, with hyphens instead of dots. The parameters contain nothing about the reader.
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
        # Insert the parameters as text, because urlunsplit() would normalize the URL that the author wrote.
        before, sign, fragment = address.partition("#")
        return f"{before}{'&' if '?' in before else '?'}{extra}{sign}{fragment}"

    return mark
