"""brand: the colours that mails and pages share."""

from newsletter.model import Settings

# The default brand. Every pair is tested for contrast, in light and in dark.
BRAND = {
    "accent": "#0b5563", "accent_dark": "#7fd1e0",
    "on_accent": "#ffffff", "on_accent_dark": "#0d1b20",
    "background": "#eef2f3", "background_dark": "#0d1519",
    "card": "#ffffff", "card_dark": "#16232a",
    "text": "#1d2b30", "text_dark": "#e6eef0",
    "muted": "#54656b", "muted_dark": "#a9bbc1",
    "line": "#d5dfe2", "line_dark": "#33454d",
}  # fmt: skip


def colours(settings: Settings) -> dict[str, str]:
    """The brand by token, `#rrggbb`: the default one with what the settings change."""
    return BRAND | dict(settings.brand)
