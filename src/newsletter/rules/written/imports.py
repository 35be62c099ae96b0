"""Declare the problems of `newsletter import`: what it had to guess or leave out."""

from newsletter.rules.rule import Family

FAMILY = Family("import", "What `newsletter import` had to guess or leave out; the place is in the new announcement.")
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
    "A date in a text may be that of an event. `date` is when the announcement becomes public.",
)
_declare(
    "import-heading",
    "warning",
    "A line that was taken for a heading",
    "It is short, or in bold, above a longer paragraph. If it is not a heading, delete its `##`.",
)
_declare("import-link", "warning", "A link that was left out, or has no address", "Its text is kept.")
_declare(
    "import-image",
    "warning",
    "An image that was left out, or has no alternative text",
    "Nothing is fetched: an image must be in the file, or in a folder beside it, as PNG, JPEG, GIF, WebP or AVIF.",
)
_declare(
    "import-hidden",
    "warning",
    "A page that was hidden on its site",
    "A password, a state such as private or pending, or a setting that keeps it out of lists or search engines: such a "
    "page is imported as a draft, and does not appear anywhere until `draft: true` is deleted.",
)
_declare(
    "import-lost",
    "warning",
    "Something that announcements do not support",
    "Videos, merged cells, template tags of another tool and the like.",
)
