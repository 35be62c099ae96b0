"""check: a Source becomes an Announcement, or problems that say why it cannot."""

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

MAX_SLUG = 200  # characters: with language, platform and extension, a file's name has at most 255

_DATE = re.compile(r"^\d{4}-\d\d-\d\d-?")
_SLUG = re.compile(SLUG)
_SUFFIX = re.compile(rf"(.+)\.({LANGUAGE})")

# ISO 639-1, as of 2024: pages of languages may one day stand beside those of announcements.
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
    """Checks the files of one project: its settings, its other files, the collector."""

    settings: Settings
    files: ProjectFiles
    problems: Problems

    def announcement(self, source: Source) -> Announcement | None:
        """The announcement, or None when it has an error; every problem is reported."""
        before = self.problems.count("error")
        values = ANNOUNCEMENT.collect(source.given, self._reading(source))
        stem, suffix = file_stem(source.path)
        lang: str = values.setdefault("lang", suffix or self.settings.language)
        slug = self._slug(source, values, stem)
        self._identify(source, values, stem)
        self._dates(source, values)
        prose = self._prose(source)
        full = self.settings.stem(slug, lang)
        targets = Targets(source, self.settings, self.files, self.problems, f"{full}.html", prose.anchors)
        targets.body(prose, markdown.places(source))
        self._named_files(source, values, targets)
        self._summary(source, values, prose, sound=self.problems.count("error") == before)
        if self.problems.count("error") > before:
            return None
        source.forget()
        values["tags"] = tags(values.get("tags", ()))
        values.setdefault("subject", values["title"])
        return Announcement(source=source, stem=full, prose=prose, targets=targets.found, **values)

    def issue_file(self, source: Source) -> IssueFile | None:
        """What an issue file says, or None when it has an error."""
        before = self.problems.count("error")
        values = ISSUE_FILE.collect(source.given, self._reading(source))
        stem = source.path.rpartition("/")[2].removesuffix(".md")
        match = re.fullmatch(rf"([A-Za-z0-9-]+)(?:\.({LANGUAGE}))?", stem)
        if match is None:
            place = Place(source.path)
            self.problems.error(place, "bad-id", f"'{stem}' is no issue id", "name it as 2024-11.md")
            return None
        lang = str(values.setdefault("lang", match[2] or self.settings.language))
        prose = self._prose(source)
        page = f"issues/{self.settings.stem(match[1], lang)}.html"
        targets = Targets(source, self.settings, self.files, self.problems, page, prose.anchors)
        targets.body(prose, markdown.places(source))
        if self.problems.count("error") > before:
            return None
        return IssueFile(source=source, id=match[1], prose=prose, targets=targets.found, **values)

    def _reading(self, source: Source) -> FieldContext:
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
                self.problems.error(source.at_key("slug"), "bad-slug", f"'{stem}' gives no slug", "write slug: …")
            elif len(slug) > MAX_SLUG:
                message = f"the file's name gives a slug of {len(slug)} characters; {MAX_SLUG} are the most"
                self.problems.error(source.at_key("slug"), "bad-slug", message, "write slug: …")
        for name in (slug, *values.get("aliases", ())):
            if name in RESERVED:
                place = source.at_key("slug")
                self.problems.error(place, "reserved-slug", f"the slug '{name}' is reserved", "choose another one")
        values["slug"] = slug
        return slug

    def _identify(self, source: Source, values: dict[str, Any], stem: str) -> None:
        if source.has("id"):
            return
        values["id"] = text.fold(stem)
        if not values["id"]:
            self.problems.error(Place(source.path), "bad-id", f"'{stem}' gives no id", "write id: …")
            return
        place, fix = Place(source.path), "run 'newsletter check --fix', so that renaming the file changes nothing"
        if "id" in dict(source.given):  # without a value; --fix only adds keys
            place, fix = source.at_key("id"), f"write id: {values['id']}, so that renaming the file changes nothing"
        message = f"no id is written down; '{values['id']}' is taken from the file's name"
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
                source.at_key("updated"), "updated-before-date", "'updated' lies before 'date'",
                "write a later date, or delete it",
            )  # fmt: skip
        if "expires" in moments and values["expires"] <= values["date"]:
            self.problems.warning(
                source.at_key("expires"), "expires-before-date", "'expires' lies before 'date': it is never shown",
                "write a later date",
            )  # fmt: skip
        event = values.get("event")
        if event is not None and event.end is not None and event.end < event.start:
            node = source.front.get("event")
            end = node.get("end") if isinstance(node, Fields) else None
            place = source.at(end or source.front)
            self.problems.error(place, "end-before-start", "'end' lies before 'start'", "exchange them")

    def _named_files(self, source: Source, values: dict[str, Any], targets: Targets) -> None:
        """Files and addresses that the front matter names."""
        image: Image | None = values.get("image")
        if image is not None:
            asset = targets.image(image.src, partial(_inside, source, "image", "src"))
            if asset is not None:
                values["image"] = replace(image, width=asset.width, height=asset.height)
        if action := values.get("action"):
            targets.link(action.url, partial(_inside, source, "action", "url"))
        if (event := values.get("event")) and event.url:
            targets.link(event.url, partial(_inside, source, "event", "url"))
        for index, link in enumerate(values.get("links", ())):
            targets.link(link.url, partial(_inside, source, "links", "url", index))
        attachments = []
        for index, attachment in enumerate(values.get("attachments", ())):
            asset = targets.file(attachment.src, partial(_inside, source, "attachments", "src", index))
            attachments.append(replace(attachment, size=asset.size if asset else 0))
        values["attachments"] = tuple(attachments)

    def _summary(self, source: Source, values: dict[str, Any], prose: Prose, sound: bool) -> None:
        if not values.get("summary"):
            # A table alone says nothing in sentences.
            values["summary"] = summarise(prose) or (values.get("title", "") if prose.blocks else "")
            # A body that could not be read is no empty body.
            if not values["summary"] and (sound or not source.body.strip()):
                place = Place(source.path, source.body_line)
                self.problems.error(place, "empty-body", "there is neither a body nor a summary", "write one of them")
        summary = values["summary"] = text.one_line(values.get("summary", ""))
        values["preheader"] = text.shorten(summary, MAX_PREHEADER)


def summarise(prose: Prose, limit: int = MAX_SUMMARY) -> str:
    """The first sentences of a body, whole, within `limit` code points; else its first words."""
    whole = ""
    for paragraph in _told(prose):
        for sentence in text.iter_sentences(paragraph):
            longer = f"{whole} {sentence}" if whole else sentence
            if len(longer) > limit:
                return whole or text.shorten(sentence, limit)
            whole = longer
    return whole


def _told(prose: Prose) -> Iterator[str]:
    """Its paragraphs, one by one: the first says enough, mostly. Without any, the first of a list or the like."""
    told = ""
    for told in filter(None, iter_paragraphs(prose, prose.lead if prose.lead > 0 else None)):
        yield told
    if not told:
        inner = (text.one_line(block.text.replace(SLOT, "")) for block in prose.blocks if block.kind == "paragraph")
        yield from islice(inner, 1)


def default_slug(stem: str) -> str:
    """The slug of an announcement whose file has this stem, when it gives none; may be empty."""
    return text.fold(_DATE.sub("", stem))


def file_stem(path: str) -> tuple[str, str]:
    """File name without `.md` and language suffix; the suffix, or ""."""
    stem = path.rpartition("/")[2].removesuffix(".md")
    match = _SUFFIX.fullmatch(stem) if "." in stem else None
    return (match[1], match[2]) if match else (stem, "")


def _inside(source: Source, key: str, name: str, index: int = -1) -> Place:
    """The place of a value inside a mapping, or inside a list's mapping, of the front matter."""
    node: Node | None = source.front.get(key)
    if index >= 0 and node is not None and not isinstance(node, (Scalar, Fields)):
        node = node.items[index] if index < len(node.items) else node
    if isinstance(node, Fields):
        node = node.get(name) or node
    return source.at(node or source.front)
