"""Collect the data for snippets, once for each announcement or issue and for all platforms."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from newsletter import load
from newsletter.channels.social.counting.fastpath import is_plain
from newsletter.channels.social.writing.tagging import hashtags
from newsletter.markdown.prose import paragraphs
from newsletter.model import Announcement, Event, Issue, Prose, Publication, Social, Source, SourceFile
from newsletter.text import base_language, normalized
from newsletter.theme.strings import Strings

# The number of characters of an introduction to use. No platform accepts this many, so more would be wasted work.
LONGEST = 128 * 1024
_text_values_of = itemgetter("title", "summary", "intro", "publication", "brand", "when", "place", "address")
_REPEATED = 0.4  # an introduction that contains this share of the summary's words repeats the summary
_WORD = re.compile(r"\w{4,}")
_FIRST = re.compile(r"\b1(?=[ \u00a0](?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc))")


@dataclass(frozen=True)
class Material:
    """The data of one announcement or issue.

    `values` are template variables, and `social` contains the texts written by hand. `texts` are the texts from which
    snippets are composed. `story` contains the paragraphs of a thread, if one is requested.
    """

    stem: str
    id: str
    kind: str
    lang: str
    title: str
    link: str
    date: str
    values: Mapping[str, Any]
    story: tuple[str, ...] = ()
    alts: tuple[tuple[str, str], ...] = ()
    social: Social = field(default_factory=Social)
    file: SourceFile | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def plain(self) -> bool:
        """Whether all texts are free of links, mentions and joined emoji, so that each character counts separately."""
        # All other values are derived from these.
        joined = "\n".join((*_text_values_of(self.values), *self.values["points"]))
        return is_plain(joined) and "＠" not in joined

    @cached_property
    def tags(self) -> frozenset[str]:
        """The hashtags, including `#`."""
        return frozenset(self.values["hashtags"])

    @property
    def origin(self) -> str:
        """The path of the source file, or "" if there is none."""
        return self.file.path if self.file else ""

    @cached_property
    def source(self) -> Source | None:
        """The content of the source file, which is needed only to find the place of a problem."""
        return load.reread(self.file) if self.file else None


def of_announcement(announcement: Announcement, publication: Publication, words: Strings) -> Material:
    """Return the material of an announcement."""
    settings, social = publication.settings, announcement.social
    title, summary = clean(announcement.title), clean(announcement.summary)
    prose = announcement.prose
    intro = _truncate(_introduction(prose))
    labels = social.hashtags or tuple(tag.label for tag in announcement.tags)
    image = announcement.image
    return Material(
        stem=announcement.stem,
        id=announcement.id,
        kind="announcement",
        lang=announcement.lang,
        title=title,
        link=announcement.url or settings.url + announcement.page,
        date=words.date(announcement.date),
        values=_values(publication, words, title, summary, intro, hashtags((*labels, *settings.social.hashtags)))
        | _event(announcement, f"{title} {summary}", words),
        story=_complete(paragraphs(prose, prose.lead if prose.lead > 0 else None)) if social.thread else (),
        alts=((announcement.targets[image.src].url, clean(image.alt)),) if image and image.alt else (),
        social=social,
        file=announcement.source,
        texts={"title": title, "summary": summary, "body": intro},
    )


def of_issue(issue: Issue, publication: Publication, words: Strings) -> Material:
    """Return the material of an issue, which includes its introduction and the titles of its announcements."""
    settings, file = publication.settings, issue.file
    title, summary = clean(issue.title), clean(file.summary) if file else ""
    intro = _truncate(_introduction(file.prose)) if file else ""
    labels = (*settings.social.hashtags, *(label for each in issue.stories[:1] for label in _labels(each)))
    points = tuple(clean(story.title) for story in issue.stories)
    return Material(
        stem=issue.stem,
        id=issue.id,
        kind="issue",
        lang=issue.lang,
        title=title,
        link=settings.url + issue.page,
        date=words.date(issue.date),
        values=_values(publication, words, title, summary, intro, hashtags(labels)) | _NO_EVENT | {"points": points},
        file=file.source if file else None,
        texts={"title": title, "summary": summary, "body": intro},
    )


def clean(text: str) -> str:
    """Return a text in NFC, with NBSP in place of narrow no-break spaces, which count as two characters on X."""
    return text if text.isascii() else normalized("NFC", text).replace("\u202f", "\u00a0")


def _labels(announcement: Announcement) -> tuple[str, ...]:
    return announcement.social.hashtags or tuple(tag.label for tag in announcement.tags)


def _values(
    publication: Publication, words: Strings, title: str, summary: str, intro: str, tags: tuple[str, ...]
) -> dict[str, Any]:
    settings = publication.settings
    brand = settings.organisation.name or settings.title
    lead = intro if _is_repeated(summary, intro) else "\n\n".join(filter(None, (summary, intro)))
    return {
        "t": words,
        "lang": words.lang,
        "publication": settings.title,
        # A sender named in the title is not repeated.
        "brand": "" if brand.casefold() in title.casefold() else brand,
        "title": title,
        "summary": summary,
        "intro": intro,
        "lead": lead,
        "hashtags": tags,
        "points": (),
    }


def _introduction(prose: Prose) -> Iterable[str]:
    """Return the paragraphs before `<!--more-->`, or before the first heading, list or quotation."""
    end = prose.lead
    if end <= 0:
        plain = (block.kind == "paragraph" and not block.first for block in prose.blocks)
        end = next((index for index, each in enumerate(plain) if not each), len(prose.blocks))
    return _complete(paragraphs(prose, end))


def _complete(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Omit empty paragraphs and those that end with a colon, because they introduce a list or quotation."""
    return tuple([each for each in map(clean, paragraphs) if each and not each.endswith(":")])


def _truncate(paragraphs: Iterable[str]) -> str:
    """Join paragraphs, up to LONGEST characters."""
    pieces: list[str] = []
    room = LONGEST
    for paragraph in paragraphs:
        pieces.append(paragraph[:room])
        room -= len(paragraph)
        if room <= 0:
            break
    return "\n\n".join(pieces)


def _is_repeated(summary: str, intro: str) -> bool:
    if not intro:
        return False
    summary_words = set(_WORD.findall(summary.casefold()))
    return len(summary_words & set(_WORD.findall(intro.casefold()))) >= _REPEATED * len(summary_words)


_NO_EVENT: dict[str, Any] = {
    "when": "",
    "when_within": "",
    "place": "",
    "address": "",
    "where": "",
    "date_is_said": False,
}


def _event(announcement: Announcement, known: str, words: Strings) -> dict[str, Any]:
    """Return template variables for the event: when and where it takes place.

    They are empty if the event ended before the day of the announcement. `known` contains title and summary;
    `date_is_said` is true if day and time occur in it.
    """
    event = announcement.event
    if event is None:
        return _NO_EVENT
    start, end = event.start.astimezone(words.zone), (event.end or event.start).astimezone(words.zone)
    if end.date() < announcement.date.astimezone(words.zone).date():
        return _NO_EVENT
    known = _with_spaces(known)
    day = re.sub(r",? \d{4}\b.*", "", _with_spaces(words.date(start)))
    when, place = _when(event, announcement, words), clean(event.place)
    address = ", ".join(line.strip(" ") for line in clean(event.address).split("\n") if line.strip(" "))
    return {
        "when": when[:1].upper() + when[1:],
        "when_within": when,
        "place": place,
        "address": address,
        "where": f"{place}, {address}" if place and address else place or address,
        "date_is_said": (day in known or _FIRST.sub("1er", day) in known)
        and (event.whole_day or _with_spaces(words.time(start)) in known),
    }


def _with_spaces(text: str) -> str:
    return text.replace("\u00a0", " ")


def _when(event: Event, announcement: Announcement, words: Strings) -> str:
    """Return the time of an event, such as `jeudi 5 décembre, de 9 h à 16 h 30`.

    The year is omitted if the announcement has the same one.
    """
    when = words.when(event)
    year = announcement.date.astimezone(words.zone).year
    if event.start.year == (event.end or event.start).year == year:
        when = re.sub(rf"(?: de|,)?[ \u00a0]{year}\b", "", when)
    if base_language(words.lang) == "fr":
        when = _FIRST.sub("1er", when)
    return re.sub(r"(?<=\d) (?=[^\W\d_])", "\u00a0", clean(when))
