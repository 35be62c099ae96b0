"""pieces: every announcement as it stands in the feeds, written once, within the feeds' budget of bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.channels.feeds.entry import Entries
from newsletter.channels.feeds.fastpath.entry_templates import EntryCompiler, EntryLines
from newsletter.channels.feeds.selection import Feed
from newsletter.model import Announcement
from newsletter.model.problems import Place, Problems
from newsletter.workers import batches

LIMIT = 512_000  # bytes; more is refused or cut by readers and mail services
_HEAD = 8_000  # bytes that a feed's own words take at most


@dataclass(frozen=True, slots=True)
class SizedEntry:
    """One announcement in every format; `size` is that of the longest, in bytes."""

    lang: str
    stem: str
    written: EntryLines
    size: int


class EntryBudget:
    """Makes pieces, and keeps those that several feeds hold."""

    def __init__(self, entries: Entries, problems: Problems) -> None:
        self.entries = entries
        self.press = EntryCompiler()
        self.problems = problems
        self.is_short = entries.publication.settings.feeds.content == "summary"
        self.kept: dict[tuple[str, bool], SizedEntry] = {}

    def of(self, feed: Feed, limit: int = LIMIT) -> tuple[SizedEntry, ...]:
        """The pieces of a feed. When they take too much, the longest give summary and link instead.

        What is still too much in a feed to subscribe to loses its oldest entries; an archive never does.
        """
        keep = not feed.is_archive
        held = self._pieces(feed.announcements, short=self.is_short, keep=keep)
        excess = sum(piece.size for piece in held) - (limit - _HEAD)
        for number in sorted(range(len(held)), key=lambda number: -held[number].size):
            if excess <= 0:
                break
            whole = held[number]
            (short,) = self._pieces(feed.announcements[number : number + 1], short=True, keep=keep)
            if short.size < whole.size:
                self._warn(feed, feed.announcements[number], whole.size)
                held[number] = short
                excess -= whole.size - short.size
        while excess > 0 and len(held) > 1 and not feed.is_archive:
            excess -= held.pop().size
        return tuple(held)

    def _pieces(self, announcements: Sequence[Announcement], *, short: bool, keep: bool) -> list[SizedEntry]:
        """The piece of each, made if it is not kept."""
        found = {each.stem: self.kept[each.stem, short] for each in announcements if (each.stem, short) in self.kept}
        wanted = [each for each in announcements if each.stem not in found]
        for batch in batches(wanted):
            for entry in self._sized(batch, short=short):
                found[entry.stem] = entry
                if keep:
                    self.kept[entry.stem, short] = entry
        return [found[each.stem] for each in announcements]

    def _sized(self, announcements: Sequence[Announcement], *, short: bool) -> Iterator[SizedEntry]:
        entries = [self.entries.of(each, short=short) for each in announcements]
        written = [self.press.write(entry) for entry in entries]
        for announcement, entry, lines in zip(announcements, entries, written, strict=True):
            size = max(len(lines.atom), len(lines.rss), len(lines.json)) + 100  # what stands around the lines
            yield SizedEntry(entry.lang, announcement.stem, lines, size)

    def _warn(self, feed: Feed, announcement: Announcement, size: int) -> None:
        # A month of many announcements is nobody's fault.
        if feed.is_archive and size < LIMIT // 2:
            return
        source = announcement.source
        self.problems.warning(
            Place(source.path, source.body_line), "large-entry",
            f"this announcement takes {size // 1000} KB in feeds, which have room for {LIMIT // 1000} in all: "
            "they show its summary and a link",
            "shorten it, or put part of it into an attachment",
        )  # fmt: skip
