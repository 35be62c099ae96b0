"""Check a source and turn it into an announcement, or report the problems that prevent this."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from newsletter import markdown, text
from newsletter.check.links import Targets
from newsletter.load.assets import ProjectFiles
from newsletter.load.context import FieldContext
from newsletter.load.fields import LANGUAGE, SLUG
from newsletter.load.keys import ANNOUNCEMENT, ISSUE_FILE, MAX_PREHEADER, MAX_SUMMARY, tags
from newsletter.markdown.prose import iter_paragraphs
from newsletter.model import SLOT, Announcement, Fields, Image, IssueFile, Node, Prose, Scalar, Settings, Source
from newsletter.model.problems import Place, Problems
from newsletter.text.dates import Moment

MAX_SLUG = 200  # characters; a file name may have 255, including language, platform and extension

_DATE = re.compile(r"^\d{4}-\d\d-\d\d-?")
_SLUG = re.compile(SLUG)
_SUFFIX = re.compile(rf"(.+)\.({LANGUAGE})")

# ISO 639-1 as of 2024. These are reserved so that each language can have a page in the future.
_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu "
    "ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na "
    "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so "
    "sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
RESERVED = frozenset(
    ["feeds", "issues", "assets", "tags", "index", "manifest", "404", "con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]
    + _LANGUAGES.split()
)


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks the announcement and issue files of one project.

    `settings` are the project's settings, and `files` are its other files.
    """

    settings: Settings
    files: ProjectFiles
    problems: Problems

    def announcement(self, source: Source) -> Announcement | None:
        """Return the announcement, or None if it has an error. Reports every problem."""
        errors_before = self.problems.count("error")
        values = ANNOUNCEMENT.collect(source.values, self._context(source))
        stem, suffix = file_stem(source.path)
        lang: str = values.setdefault("lang", suffix or self.settings.language)
        slug = self._slug(source, values, stem)
        self._id(source, values, stem)
        self._dates(source, values)
        prose = self._prose(source)
        page_stem = self.settings.stem(slug, lang)
        targets = Targets(source, self.settings, self.files, self.problems, f"{page_stem}.html", prose.anchors)
        targets.body(prose, markdown.places(source))
        self._front_matter_targets(source, values, targets)
        self._summary(source, values, prose, is_valid=self.problems.count("error") == errors_before)
        if self.problems.count("error") > errors_before:
            return None
        values["tags"] = tags(values.get("tags", ()))
        values.setdefault("subject", values["title"])
        return Announcement(source=source.file, stem=page_stem, prose=prose, targets=targets.resolved, **values)

    def issue_file(self, source: Source) -> IssueFile | None:
        """Return the issue file's content, or None if it has an error. Reports every problem."""
        errors_before = self.problems.count("error")
        values = ISSUE_FILE.collect(source.values, self._context(source))
        stem = source.path.rpartition("/")[2].removesuffix(".md")
        match = re.fullmatch(rf"([A-Za-z0-9-]+)(?:\.({LANGUAGE}))?", stem)
        if match is None:
            place = Place(source.path)
            self.problems.error(place, "bad-id", f"'{stem}' is not an issue id", "give it a name like 2024-11.md")
            return None
        lang = str(values.setdefault("lang", match[2] or self.settings.language))
        prose = self._prose(source)
        page = f"issues/{self.settings.stem(match[1], lang)}.html"
        targets = Targets(source, self.settings, self.files, self.problems, page, prose.anchors)
        targets.body(prose, markdown.places(source))
        if self.problems.count("error") > errors_before:
            return None
        return IssueFile(source=source.file, id=match[1], prose=prose, targets=targets.resolved, **values)

    def _context(self, source: Source) -> FieldContext:
        return FieldContext(source.path, self.problems, lambda: source.front, self.settings.timezone)

    def _prose(self, source: Source) -> Prose:
        prose, faults = markdown.parse(source.body)
        for fault in faults:
            report = self.problems.error if fault.level == "error" else self.problems.warning
            report(source.at_offset(fault.offset), fault.code, fault.message, fault.fix)
        return prose

    def _slug(self, source: Source, values: dict[str, Any], stem: str) -> str:
        slug: str = values.get("slug") or default_slug(stem)
        if not source.has("slug"):
            if not _SLUG.fullmatch(slug):
                message = f"no slug can be derived from '{stem}'"
                self.problems.error(source.at_key("slug"), "bad-slug", message, "write slug: …")
            elif len(slug) > MAX_SLUG:
                message = f"the slug derived from the file name has {len(slug)} characters, more than {MAX_SLUG}"
                self.problems.error(source.at_key("slug"), "bad-slug", message, "write slug: …")
        for name in (slug, *values.get("aliases", ())):
            if name in RESERVED:
                place = source.at_key("slug")
                self.problems.error(place, "reserved-slug", f"the slug '{name}' is reserved", "choose another one")
        values["slug"] = slug
        return slug

    def _id(self, source: Source, values: dict[str, Any], stem: str) -> None:
        if source.has("id"):
            return
        values["id"] = text.fold(stem)
        if not values["id"]:
            message = f"no id can be derived from '{stem}'"
            self.problems.error(Place(source.path), "bad-id", message, "write id: …")
            return
        place, fix = Place(source.path), "run 'newsletter check --fix', so that renaming the file changes nothing"
        if "id" in dict(source.values):  # the key has no value
            place, fix = source.at_key("id"), f"write id: {values['id']}, so that renaming the file changes nothing"
        message = f"no id is set; '{values['id']}' is derived from the file name"
        self.problems.warning(place, "implicit-id", message, fix)

    def _dates(self, source: Source, values: dict[str, Any]) -> None:
        moments = {}
        for key in ("date", "updated", "expires"):
            moment: Moment | None = values.get(key)
            if moment is not None:
                moments[key] = values[key] = moment.value
        if "date" not in moments:
            return
        values.setdefault("updated", values["date"])
        if values["updated"] < values["date"]:
            self.problems.error(
                source.at_key("updated"), "updated-before-date", "'updated' is before 'date'",
                "write a later date, or delete it",
            )  # fmt: skip
        if "expires" in moments and values["expires"] <= values["date"]:
            self.problems.warning(
                source.at_key("expires"), "expires-before-date", "'expires' is before 'date', so this is never shown",
                "write a later date",
            )  # fmt: skip
        event = values.get("event")
        if event is not None and event.end is not None and event.end < event.start:
            node = source.front.get("event")
            end = node.get("end") if isinstance(node, Fields) else None
            place = source.at(end or source.front)
            self.problems.error(place, "end-before-start", "'end' is before 'start'", "swap them")

    def _front_matter_targets(self, source: Source, values: dict[str, Any], targets: Targets) -> None:
        """Resolve the files and addresses in the front matter."""
        image: Image | None = values.get("image")
        if image is not None:
            asset = targets.image(image.src, partial(_nested_place, source, "image", "src"))
            if asset is not None:
                values["image"] = replace(image, width=asset.width, height=asset.height)
        if action := values.get("action"):
            targets.link(action.url, partial(_nested_place, source, "action", "url"))
        if (event := values.get("event")) and event.url:
            targets.link(event.url, partial(_nested_place, source, "event", "url"))
        for index, link in enumerate(values.get("links", ())):
            targets.link(link.url, partial(_nested_place, source, "links", "url", index))
        attachments = []
        for index, attachment in enumerate(values.get("attachments", ())):
            asset = targets.file(attachment.src, partial(_nested_place, source, "attachments", "src", index))
            attachments.append(replace(attachment, size=asset.size if asset else 0))
        values["attachments"] = tuple(attachments)

    def _summary(self, source: Source, values: dict[str, Any], prose: Prose, *, is_valid: bool) -> None:
        if not values.get("summary"):
            # The title summarizes a body without sentences, such as a table.
            values["summary"] = summarize(prose) or (values.get("title", "") if prose.blocks else "")
            # If the body could not be parsed, do not report it as empty.
            if not values["summary"] and (is_valid or not source.body.strip()):
                place = Place(source.path, source.body_line)
                self.problems.error(place, "empty-body", "there is neither a body nor a summary", "write one of them")
        summary = values["summary"] = text.one_line(values.get("summary", ""))
        values["preheader"] = text.shorten(summary, MAX_PREHEADER)


def summarize(prose: Prose, limit: int = MAX_SUMMARY) -> str:
    """Return the first sentences of a body that fit into `limit` code points.

    If the first sentence is longer, return its first words.
    """
    summary = ""
    for paragraph in _paragraphs(prose):
        for sentence in text.iter_sentences(paragraph):
            longer = f"{summary} {sentence}" if summary else sentence
            if len(longer) > limit:
                return summary or text.shorten(sentence, limit)
            summary = longer
    return summary


def _paragraphs(prose: Prose) -> Iterator[str]:
    """Yield the texts of the paragraphs.

    If there are none, yield the first one nested in a list, a quotation or the like. Each text is
    computed on demand, because the first one is usually enough.
    """
    paragraph = ""
    for paragraph in filter(None, iter_paragraphs(prose, prose.lead if prose.lead > 0 else None)):
        yield paragraph
    if not paragraph:
        nested = (text.one_line(block.text.replace(SLOT, "")) for block in prose.blocks if block.kind == "paragraph")
        yield from islice(nested, 1)


def default_slug(stem: str) -> str:
    """Return the slug derived from the stem of a file name; it may be empty."""
    return text.fold(_DATE.sub("", stem))


def file_stem(path: str) -> tuple[str, str]:
    """Split the file name in `path`, without `.md`, into its stem and its language suffix.

    The suffix may be empty. For example, `announcements/prix.en.md` becomes ("prix", "en").
    """
    stem = path.rpartition("/")[2].removesuffix(".md")
    match = _SUFFIX.fullmatch(stem) if "." in stem else None
    return (match[1], match[2]) if match else (stem, "")


def _nested_place(source: Source, key: str, name: str, index: int = -1) -> Place:
    """Return the place of a nested key in the front matter.

    This is `key.name` or, if `index` is not negative, `key[index].name`.
    """
    node: Node | None = source.front.get(key)
    if index >= 0 and node is not None and not isinstance(node, (Scalar, Fields)):
        node = node.items[index] if index < len(node.items) else node
    if isinstance(node, Fields):
        node = node.get(name) or node
    return source.at(node or source.front)
