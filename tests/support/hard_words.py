"""Words that platforms count in unusual ways."""

WORDS = (
    "Prix", "l’été", "« Gala »", "exemple.fr", "https://exemple.fr/été", "https://exemple.music/x",
    "@alice@mastodon.social", "@alice.bsky.social", "#ÉcoleBoulle", "#L’Oréal", "$EUR",
    "🏆", "👩🏽‍🎨", "🐦‍🔥", "🇫🇷", "1️⃣", "受賞", "हिन्दी",
    "e\u0301", "\r\n", "10\u00a0000\u00a0€…",
)  # fmt: skip
