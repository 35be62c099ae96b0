"""Declare the problems of `newsletter import`: data that it had to guess or omit."""

from newsletter.rules.rule import Family

FAMILY = Family("import", "Data that `newsletter import` had to guess or omit. The place is in the new announcement.")
_declare = FAMILY.declare

_declare(
    "import-title",
    "warning",
    "A title that was guessed or shortened",
    "The release has no title, or one that is too long for mails.",
)
_declare(
    "import-date",
    "warning",
    "A date that was guessed",
    "A date in a text may be the date of an event. `date` is the time when the announcement becomes public.",
)
_declare(
    "import-heading",
    "warning",
    "A line that was imported as a heading",
    "The line is short or in bold, and precedes a longer paragraph. If it is not a heading, delete its `##`.",
)
_declare("import-link", "warning", "A link that was omitted, or has no address", "The text of the link is kept.")
_declare(
    "import-image",
    "warning",
    "An image that was omitted, or has no alternative text",
    "Images are not downloaded. An image must be in the file or in a folder beside it, as PNG, JPEG, GIF, "
    "WebP or AVIF.",
)
_declare(
    "import-hidden",
    "warning",
    "A page that was hidden on its site",
    "The page had a password, a state such as private or pending, or a setting that excluded it from lists or search "
    "engines. Such a page is imported as a draft, and does not appear anywhere until you delete `draft: true`.",
)
_declare(
    "import-lost",
    "warning",
    "Something that announcements do not support",
    "Examples are videos, merged cells, and template tags of other tools.",
)
