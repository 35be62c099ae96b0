"""Define the brand colours of mails and pages."""

from functools import lru_cache

from newsletter.model import Settings

# The default brand. Tests check the contrast of every pair of colours, light and dark.
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
    """Return the colours by name, as `#rrggbb`. The settings override the default brand."""
    return BRAND | dict(settings.brand)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2). Colours are written as `#rrggbb`."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=1024)
def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
