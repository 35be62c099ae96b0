"""Write each announcement once for all feeds, and limit the size of every feed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.channels.feeds.entry import Entries
from newsletter.channels.feeds.fastpath.entry_templates import EntryCompiler, EntryLines
from newsletter.channels.feeds.selection import Feed
from newsletter.model import Announcement
from newsletter.model.problems import Place, Problems
from newsletter.workers import batches

LIMIT = 512_000  # bytes; readers and mail services reject or truncate longer feeds
_HEADER = 8_000  # bytes, maximum size of a feed without its entries
_ELEMENT = 100  # bytes, maximum size of the tags around an entry


@dataclass(frozen=True, slots=True)
class SizedEntry:
    """An announcement in every format; `size` is the size of the longest format in bytes."""

    lang: str
    stem: str
    lines: EntryLines
    size: int


class EntryBudget:
    """Writes the entries of feeds, and caches entries that several feeds can contain."""

    def __init__(self, entries: Entries, problems: Problems) -> None:
        self.entries = entries
        self.compiler = EntryCompiler()
        self.problems = problems
        self.is_short = entries.publication.settings.feeds.content == "summary"
        self.cache: dict[tuple[str, bool], SizedEntry] = {}

    def select(self, feed: Feed, limit: int = LIMIT) -> tuple[SizedEntry, ...]:
        """Return the entries of a feed that fit into `limit` bytes.

        If the entries exceed the limit, the longest ones are reduced to a summary and a link. If that is
        not enough, the oldest ones are dropped, unless the feed is an archive.
        """
        keep = not feed.is_archive
        entries = self._entries(feed.announcements, short=self.is_short, keep=keep)
        excess = sum(entry.size for entry in entries) - (limit - _HEADER)
        for number in sorted(range(len(entries)), key=lambda number: -entries[number].size):
            if excess <= 0:
                break
            full = entries[number]
            (short,) = self._entries(feed.announcements[number : number + 1], short=True, keep=keep)
            if short.size < full.size:
                self._warn(feed, feed.announcements[number], full.size)
                entries[number] = short
                excess -= full.size - short.size
        while excess > 0 and len(entries) > 1 and not feed.is_archive:
            excess -= entries.pop().size
        return tuple(entries)

    def _entries(self, announcements: Sequence[Announcement], *, short: bool, keep: bool) -> list[SizedEntry]:
        """Return an entry for each announcement, from the cache if possible. If `keep` is true, cache new entries."""
        entries = {
            each.stem: self.cache[each.stem, short] for each in announcements if (each.stem, short) in self.cache
        }
        missing = [each for each in announcements if each.stem not in entries]
        for batch in batches(missing):
            for entry in self._write(batch, short=short):
                entries[entry.stem] = entry
                if keep:
                    self.cache[entry.stem, short] = entry
        return [entries[each.stem] for each in announcements]

    def _write(self, announcements: Sequence[Announcement], *, short: bool) -> Iterator[SizedEntry]:
        entries = [self.entries.make(each, short=short) for each in announcements]
        compiled = [self.compiler.write(entry) for entry in entries]
        for announcement, entry, lines in zip(announcements, entries, compiled, strict=True):
            size = max(len(lines.atom), len(lines.rss), len(lines.json)) + _ELEMENT
            yield SizedEntry(entry.lang, announcement.stem, lines, size)

    def _warn(self, feed: Feed, announcement: Announcement, size: int) -> None:
        # An archive may be too long only because the month has many announcements. In that case, none is at fault.
        if feed.is_archive and size < LIMIT // 2:
            return
        source = announcement.source
        self.problems.warning(
            Place(source.path, source.body_line), "large-entry",
            f"this announcement takes {size // 1000} KB of the {LIMIT // 1000} KB that a feed may have, so feeds "
            "show only its summary and a link",
            "shorten it, or put part of it into an attachment",
        )  # fmt: skip
