"""snippets: texts for social platforms. The social channel finds these faults where it counts."""

from newsletter.rules.rule import Family

FAMILY = Family("snippets", "Texts for social platforms: what a platform refuses, cuts or changes.")
_tell = FAMILY.declare

_tell(
    "snippet-too-long", "error", "A text that its platform refuses",
    "What is written by hand is never cut; the message says how long it counts, and as what. A composed text is too "
    "long only when its title and link alone are.",
    "social:\n  sms: |\n    (four parts of text)", "social:\n  sms: Portes ouvertes samedi",
)  # fmt: skip
_tell(
    "unused-snippet", "warning", "A text that is not written",
    "Its platform is not in `social.platforms` of the settings, or `skip` names it.",
    "social:\n  skip: [x]\n  x: Un prix", "social:\n  x: Un prix",
)  # fmt: skip
_tell(
    "accidental-link", "warning", "Words that become a link",
    "A full stop without a space behind it, and an ending that some country has: platforms link the word to a "
    "stranger’s page.", "Lisez le communiqué.La suite demain.", "Lisez le communiqué. La suite demain.",
)  # fmt: skip
_tell(
    "glued-link", "warning", "A link with signs glued to it",
    "Platforms take them for a part of the address, which then leads nowhere.",
    "voir« https://exemple.example/ »", "voir https://exemple.example/",
)  # fmt: skip
_tell(
    "cut-hashtag", "warning", "A hashtag that is cut",
    "Hashtags end at hyphens, apostrophes and full stops, differently on each platform: join the words.",
    "#porte-ouverte", "#PorteOuverte",
)  # fmt: skip
_tell(
    "too-many-links", "error", "More links than a platform takes", "The message names the platform and its number.",
    "(six links in a post for Instagram)", "(one link, alone on its line)",
)  # fmt: skip
_tell(
    "too-many-hashtags", "error", "More hashtags than a platform takes",
    "The message names the platform and its number.", "(forty hashtags)", "#RSE #Innovation",
)  # fmt: skip
_tell(
    "fake-bold", "warning", "Letters that are mathematical signs",
    "They look bold, but screen readers spell them or leave them out, and no search finds them.",
    "𝗣𝗼𝗿𝘁𝗲𝘀 𝗼𝘂𝘃𝗲𝗿𝘁𝗲𝘀", "Portes ouvertes",
)  # fmt: skip
_tell(
    "new-emoji", "warning", "An emoji that is newer than a platform’s table",
    "Older programs show a box, and the platform may count it higher: the count is an upper bound.",
    "(an emoji of this year)", "🏆",
)  # fmt: skip
_tell(
    "sms-ucs2", "warning", "A text message that costs more than it must",
    "A single sign outside of GSM 03.38 makes every part hold 67 characters instead of 153. The message names the "
    "signs, and how many parts the text takes with and without them.",
    "social:\n  sms: L’été (typographic apostrophe)", "social:\n  sms: L'été",
)  # fmt: skip
