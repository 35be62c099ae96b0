"""Declare the problems of texts for social platforms. The social channel reports them."""

from newsletter.rules.rule import Family

FAMILY = Family("snippets", "Texts that a social platform rejects, cuts or changes.")
_declare = FAMILY.declare

_declare(
    "snippet-too-long", "error", "A text that its platform rejects",
    "A text written by hand is never cut. The message gives its length and the unit of the length. A text "
    "composed from an announcement is too long only if the title and link alone are too long.",
    "social:\n  sms: |\n    (four parts of text)", "social:\n  sms: Portes ouvertes samedi",
)  # fmt: skip
_declare(
    "unused-snippet", "warning", "An unused text",
    "The settings do not list its platform in `social.platforms`, or the announcement lists it in `skip`.",
    "social:\n  skip: [x]\n  x: Un prix", "social:\n  x: Un prix",
)  # fmt: skip
_declare(
    "accidental-link", "warning", "Words that become a link",
    "If letters that form a top-level domain directly follow a full stop, platforms turn the words around it into a "
    "link to somebody else’s page.", "Lisez le communiqué.La suite demain.", "Lisez le communiqué. La suite demain.",
)  # fmt: skip
_declare(
    "glued-link", "warning", "A link directly next to punctuation",
    "Platforms treat the punctuation as part of the URL, and the link does not work.",
    "voir« https://exemple.example/ »", "voir https://exemple.example/",
)  # fmt: skip
_declare(
    "cut-hashtag", "warning", "A hashtag that is cut",
    "Hashtags end at hyphens, apostrophes and full stops. The details depend on the platform. Join the words.",
    "#porte-ouverte", "#PorteOuverte",
)  # fmt: skip
_declare(
    "too-many-links", "error", "More links than a platform allows", "The message names the platform and its limit.",
    "(six links in a post for Instagram)", "(one link, alone on its line)",
)  # fmt: skip
_declare(
    "too-many-hashtags", "error", "More hashtags than a platform allows",
    "The message names the platform and its limit.", "(forty hashtags)", "#RSE #Innovation",
)  # fmt: skip
_declare(
    "fake-bold", "warning", "Mathematical symbols in place of letters",
    "They look like bold letters, but screen readers spell them out or skip them, and search engines do not find them.",
    "𝗣𝗼𝗿𝘁𝗲𝘀 𝗼𝘂𝘃𝗲𝗿𝘁𝗲𝘀", "Portes ouvertes",
)  # fmt: skip
_declare(
    "new-emoji", "warning", "An emoji that is newer than a platform’s table",
    "Older programs show a box instead. The platform may count the emoji as several characters, so the count "
    "is an upper bound.",
    "(an emoji of this year)", "🏆",
)  # fmt: skip
_declare(
    "sms-ucs2", "warning", "A text message that costs more than necessary",
    "A single character outside GSM 03.38 reduces each part from 153 to 67 characters. The message lists these "
    "characters, and gives the number of parts with and without them.",
    "social:\n  sms: L’été (typographic apostrophe)", "social:\n  sms: L'été",
)  # fmt: skip
