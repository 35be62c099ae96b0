"""Declare the problems of announcement files: in their bytes, front matter and bodies."""

from newsletter.rules.rule import Family

FAMILY = Family("files", "Mistakes in announcement files: in their bytes, front matter and bodies.")
_declare = FAMILY.declare

_declare(
    "unreadable",
    "error",
    "A file or folder that cannot be read",
    "Its permissions forbid reading, or it is not an ordinary file.",
)
_declare("unwritable", "error", "A file that cannot be written", "`check --fix` must be able to write to the file.")
_declare(
    "not-utf-8",
    "error",
    "A file that is not UTF-8",
    "Save the file as UTF-8. The message gives the position of the first wrong byte. If the name of the file is not "
    "UTF-8, rename the file.",
)
_declare(
    "no-front-matter",
    "error",
    "An announcement without front matter",
    "Every file begins with a `---` line, the keys, and another `---` line.",
    "# Titre",
    "---\ntitle: Titre\ndate: 2024-11-26\n---",
)
_declare(
    "front-matter-size",
    "error",
    "Front matter that is too long",
    "At most 64 KiB are allowed. Write long texts into the body.",
)
_declare(
    "yaml-syntax",
    "error",
    "Front matter that is not YAML",
    "The usual cause is a colon in a text. Put such a text in quotation marks.",
    "title: Rentrée : c’est parti",
    'title: "Rentrée : c’est parti"',
)
_declare(
    "yaml-alias",
    "error",
    "An anchor or alias",
    "Write out the value of every key.",
    "url: *adresse",
    "url: https://exemple.example/",
)
_declare(
    "yaml-tag", "error", "A YAML tag", "Values do not need tags. Delete the tag.", "title: !!str Titre", "title: Titre"
)
_declare(
    "duplicate-key",
    "error",
    "A key that is used twice",
    "One of the two values would be lost.",
    "title: Un\ntitle: Deux",
    "title: Un",
)
_declare(
    "unknown-key",
    "error",
    "A key that does not exist",
    "The value of an unknown key would not appear anywhere.",
    "sumary: Un prix",
    "summary: Un prix",
)
_declare(
    "missing-key",
    "error",
    "A required key that is missing",
    "Every announcement needs a title and a date.",
    "date: 2024-11-26",
    "title: Un prix\ndate: 2024-11-26",
)
_declare(
    "wrong-type",
    "error",
    "A value of the wrong type, such as a text instead of a list",
    "docs/announcements.md lists the type of each key.",
    "tags: RSE",
    "tags: [RSE]",
)
_declare(
    "bad-value",
    "error",
    "A value that is not allowed",
    "The message lists the allowed values.",
    "cadence: dayly",
    "cadence: monthly",
)
_declare(
    "bad-date",
    "error",
    "A date that is not valid",
    "Write a date such as `2024-11-26`, or a date and time such as `2024-11-26 09:30`. If necessary, append `Z` or "
    "`+01:00`.",
    "date: 26/11/2024",
    "date: 2024-11-26",
)
_declare(
    "time-gap",
    "error",
    "A time that does not exist",
    "Clocks skip this hour when daylight saving time begins.",
    "date: 2024-03-31 02:30",
    "date: 2024-03-31 03:30",
)
_declare(
    "updated-before-date",
    "error",
    "An update before the date of the announcement",
    "`updated` is the date of the last change that matters to readers.",
    "date: 2024-11-26\nupdated: 2024-11-25",
    "date: 2024-11-26\nupdated: 2024-11-27",
)
_declare(
    "expires-before-date",
    "warning",
    "An announcement that is never shown",
    "`expires` must be later than `date`.",
    "date: 2024-11-26\nexpires: 2024-11-25",
    "date: 2024-11-26\nexpires: 2024-12-31",
)
_declare(
    "end-before-start",
    "error",
    "An event that ends before it begins",
    "",
    "event: {start: 2024-11-26, end: 2024-11-25}",
    "event: {start: 2024-11-25, end: 2024-11-26}",
)
_declare(
    "line-break",
    "error",
    "A line break in a text that must be a single line",
    "Titles and labels must be on one line.",
)
_declare(
    "too-long",
    "error",
    "A text or list that is too long",
    "The message gives the limit. A body and the settings may each have 1 MiB. The rows of a table may lack "
    "1,000 cells in total. An announcement may have 50 versions.",
)
_declare(
    "too-deep",
    "error",
    "Nesting that is too deep",
    "At most 20 levels are allowed in front matter and settings, and 100 in a body, including inline HTML. Some mail "
    "programs fail at fewer levels.",
)
_declare(
    "bad-id",
    "error",
    "An id that is not valid",
    "Use digits, hyphens, and lower-case letters without accents.",
    "id: Été 2024",
    "id: ete-2024",
)
_declare(
    "bad-slug",
    "error",
    "A slug that is not valid",
    "Use digits, single hyphens, and lower-case letters without accents.",
    "slug: Été",
    "slug: ete",
)
_declare(
    "reserved-slug",
    "error",
    "A slug that is reserved",
    "The site uses the name for another page, or Windows does not allow it as a file name.",
    "slug: index",
    "slug: accueil",
)
_declare(
    "duplicate-id",
    "error",
    "Two announcements with the same id",
    "An id permanently identifies one announcement. It may be used once in each language.",
)
_declare(
    "duplicate-slug",
    "error",
    "Two announcements with the same slug",
    "Both announcements would have the same page. Former slugs (`aliases`) also count.",
)
_declare(
    "implicit-id",
    "warning",
    "An announcement without an id",
    "The id is derived from the file name. If the file is renamed, all feed readers show the announcement again. "
    "`newsletter check --fix` writes the id into the file.",
    "title: Un prix",
    "title: Un prix\nid: un-prix",
)
_declare("empty-body", "error", "An announcement with neither body nor summary", "There is nothing to read.")
_declare(
    "unknown-story",
    "warning",
    "An issue that names an announcement that does not exist",
    "`lead` and `order` refer to announcements by their ids.",
)
