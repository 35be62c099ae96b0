"""source: announcement files: their bytes, their front matter, their bodies."""

from newsletter.rules.rule import Family

FAMILY = Family("files", "Announcement files: their bytes, their front matter, their bodies.")
_tell = FAMILY.tell

_tell("unreadable", "error", "A file or folder that cannot be read", "Its permissions forbid it, or it is no file.")
_tell("unwritable", "error", "A file that cannot be written", "`check --fix` wants to write into it.")
_tell(
    "not-utf-8",
    "error",
    "A file that is not UTF-8",
    "The message names the byte: save the file as UTF-8. Or the name of the file is not: give it another one.",
)
_tell("no-front-matter", "error", "An announcement without front matter", "The file begins with a line `---`, then come its keys, then "
      "another line `---`.", "# Titre", "---\ntitle: Titre\ndate: 2024-11-26\n---")  # fmt: skip
_tell("front-matter-size", "error", "Front matter that is too long", "64 KiB are allowed; text belongs into the body.")
_tell("yaml-syntax", "error", "Front matter that is not YAML", "Mostly a colon in a text: put it into quotes.",
      "title: Rentrée : c’est parti", 'title: "Rentrée : c’est parti"')  # fmt: skip
_tell(
    "yaml-alias",
    "error",
    "An anchor or alias",
    "What a key holds stands there.",
    "url: *adresse",
    "url: https://exemple.example/",
)
_tell("yaml-tag", "error", "A tag", "Values need none.", "title: !!str Titre", "title: Titre")
_tell(
    "duplicate-key",
    "error",
    "A key that stands twice",
    "One of the two would be lost.",
    "title: Un\ntitle: Deux",
    "title: Un",
)
_tell("unknown-key", "error", "A key that is not known", "A key that nobody reads holds a text that nobody sees.", "sumary: Un prix",
      "summary: Un prix")  # fmt: skip
_tell("missing-key", "error", "A key that must be there", "Every announcement has a title and a date.", "date: 2024-11-26",
      "title: Un prix\ndate: 2024-11-26")  # fmt: skip
_tell("wrong-type", "error", "A list where a text should be, or the like", "docs/announcements.md says what each key holds.",
      "tags: RSE", "tags: [RSE]")  # fmt: skip
_tell(
    "bad-value",
    "error",
    "A value that cannot be",
    "The message says which ones can.",
    "cadence: dayly",
    "cadence: monthly",
)
_tell("bad-date", "error", "A date that is none", "`2024-11-26`, or that and a time: `2024-11-26 09:30`, with `Z` or `+01:00` if need be.",
      "date: 26/11/2024", "date: 2024-11-26")  # fmt: skip
_tell(
    "time-gap",
    "error",
    "An hour that does not exist",
    "Clocks skip it when summer time begins.",
    "date: 2024-03-31 02:30",
    "date: 2024-03-31 03:30",
)
_tell("updated-before-date", "error", "A change before the beginning", "`updated` is the last change that matters to readers.",
      "date: 2024-11-26\nupdated: 2024-11-25", "date: 2024-11-26\nupdated: 2024-11-27")  # fmt: skip
_tell("expires-before-date", "warning", "An announcement that is never shown", "`expires` comes after `date`.",
      "date: 2024-11-26\nexpires: 2024-11-25", "date: 2024-11-26\nexpires: 2024-12-31")  # fmt: skip
_tell("end-before-start", "error", "An event that ends before it begins", "", "event: {start: 2024-11-26, end: 2024-11-25}",
      "event: {start: 2024-11-25, end: 2024-11-26}")  # fmt: skip
_tell("line-break", "error", "A line break in a text of one line", "Titles and labels stand on one line.")
_tell(
    "too-long",
    "error",
    "A text or list that is too long",
    "The message says how long it may be. A body may have 1 MiB, settings too; "
    "the rows of tables may lack 1,000 cells, and an announcement may have 50 versions.",
)
_tell(
    "too-deep",
    "error",
    "Too many levels",
    "20 in front matter and settings, 100 in a body, inline HTML included: mail programs give up earlier.",
)
_tell(
    "bad-id",
    "error",
    "An id that cannot be",
    "Small letters without accents, digits and hyphens.",
    "id: Été 2024",
    "id: ete-2024",
)
_tell(
    "bad-slug",
    "error",
    "A slug that cannot be",
    "Small letters without accents, digits and single hyphens.",
    "slug: Été",
    "slug: ete",
)
_tell(
    "reserved-slug",
    "error",
    "A slug that is taken",
    "The site has pages of that name, or Windows has.",
    "slug: index",
    "slug: accueil",
)
_tell(
    "duplicate-id",
    "error",
    "Two announcements with one id",
    "An id is for good, and for one announcement in each language.",
)
_tell(
    "duplicate-slug",
    "error",
    "Two announcements with one slug",
    "Both would have the same page. Former slugs (`aliases`) count.",
)
_tell("implicit-id", "warning", "An announcement without id", "Its id is taken from the file's name: rename the file, and every feed reader "
      "shows the announcement once more. `newsletter check --fix` writes it down.", "title: Un prix", "title: Un prix\nid: un-prix")  # fmt: skip
_tell("empty-body", "error", "Neither a body nor a summary", "There is nothing to read.")
_tell(
    "unknown-story",
    "warning",
    "An issue that names an announcement that is not there",
    "`lead` and `order` name announcements by their id.",
)
