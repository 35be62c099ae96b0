"""importing: what `newsletter import` had to guess or leave out."""

from newsletter.rules.rule import Family

FAMILY = Family("import", "What `newsletter import` had to guess or leave out; the place is in the new announcement.")
_tell = FAMILY.tell

_tell(
    "import-title", "warning", "A title that was guessed", "The release has none, or a longer one than mails can show."
)
_tell("import-date", "warning", "A date that was guessed", "A date in a text may be that of an event. `date` is when the "
      "announcement becomes public.")  # fmt: skip
_tell("import-heading", "warning", "A line that was taken for a heading", "It is short, or in bold, above a longer paragraph. If it "
      "is none, delete its `##`.")  # fmt: skip
_tell("import-link", "warning", "A link that was left out, or has no address", "Its words are kept.")
_tell("import-image", "warning", "An image without text, or one that was left out", "Nothing is fetched: an image must be in the file, or "
      "in a folder beside it, as PNG, JPEG, GIF, WebP or AVIF.")  # fmt: skip
_tell("import-hidden", "warning", "A page that its site did not show to everybody", "A password, a state such as private "
      "or pending, a setting that keeps it out of lists or search: whatever hid it, it is a draft here, and appears "
      "nowhere until `draft: true` is deleted.")  # fmt: skip
_tell(
    "import-lost",
    "warning",
    "Something that an announcement cannot hold",
    "Videos, merged cells, tags of another tool and the like.",
)
