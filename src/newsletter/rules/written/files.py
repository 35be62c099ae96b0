"""Declare the problems of announcement files: their bytes, their front matter, their bodies."""

from newsletter.rules.rule import Family

FAMILY = Family("files", "Announcement files: their bytes, their front matter, their bodies.")
_declare = FAMILY.declare

_declare(
    "unreadable",
    "error",
    "A file or folder that cannot be read",
    "Its permissions forbid it, or it is not an ordinary file.",
)
_declare("unwritable", "error", "A file that cannot be written", "`check --fix` has to write to it.")
_declare(
    "not-utf-8",
    "error",
    "A file that is not UTF-8",
    "The message gives the position of the byte: save the file as UTF-8. If the file's name is not UTF-8, rename it.",
)
_declare(
    "no-front-matter",
    "error",
    "An announcement without front matter",
    "The file begins with a line `---`, followed by its keys and another line `---`.",
    "# Titre",
    "---\ntitle: Titre\ndate: 2024-11-26\n---",
)
_declare(
    "front-matter-size",
    "error",
    "Front matter that is too long",
    "At most 64 KiB are allowed; text belongs in the body.",
)
_declare(
    "yaml-syntax",
    "error",
    "Front matter that is not YAML",
    "The usual cause is a colon in a text: put the text in quotes.",
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
_declare("yaml-tag", "error", "A YAML tag", "Values need no tags.", "title: !!str Titre", "title: Titre")
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
    "A key that is not known",
    "Its value would not appear anywhere.",
    "sumary: Un prix",
    "summary: Un prix",
)
_declare(
    "missing-key",
    "error",
    "A required key that is missing",
    "Every announcement has a title and a date.",
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
    "Write `2024-11-26`, or add a time: `2024-11-26 09:30`, if necessary with `Z` or `+01:00`.",
    "date: 26/11/2024",
    "date: 2024-11-26",
)
_declare(
    "time-gap",
    "error",
    "A time that does not exist",
    "Clocks skip it when daylight saving time begins.",
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
    "A line break in a text that must be one line",
    "Titles and labels are one line.",
)
_declare(
    "too-long",
    "error",
    "A text or list that is too long",
    "The message gives the limit. A body may have 1 MiB, and so may settings; the rows of a table may lack 1,000 cells, "
    "and an announcement may have 50 versions.",
)
_declare(
    "too-deep",
    "error",
    "Nesting that is too deep",
    "At most 20 levels in front matter and settings, and 100 in a body, including inline HTML. Mail programs fail "
    "earlier.",
)
_declare(
    "bad-id",
    "error",
    "An id that is not valid",
    "Use lower-case letters without accents, digits and hyphens.",
    "id: Été 2024",
    "id: ete-2024",
)
_declare(
    "bad-slug",
    "error",
    "A slug that is not valid",
    "Use lower-case letters without accents, digits and single hyphens.",
    "slug: Été",
    "slug: ete",
)
_declare(
    "reserved-slug",
    "error",
    "A slug that is reserved",
    "The site has a page of that name, or Windows does not allow it as a file name.",
    "slug: index",
    "slug: accueil",
)
_declare(
    "duplicate-id",
    "error",
    "Two announcements with the same id",
    "An id belongs to one announcement for good, and may be used once in each language.",
)
_declare(
    "duplicate-slug",
    "error",
    "Two announcements with the same slug",
    "Both would have the same page. Former slugs (`aliases`) count, too.",
)
_declare(
    "implicit-id",
    "warning",
    "An announcement without id",
    "Its id is taken from the file's name. If the file is renamed, every feed reader shows the announcement again. "
    "`newsletter check --fix` writes the id into the file.",
    "title: Un prix",
    "title: Un prix\nid: un-prix",
)
_declare("empty-body", "error", "An announcement with neither body nor summary", "There is nothing to read.")
_declare(
    "unknown-story",
    "warning",
    "An issue that names an announcement that does not exist",
    "`lead` and `order` name announcements by their id.",
)
