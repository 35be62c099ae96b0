"""Summarize what the import of a site left out, in a limited number of lines."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_SHOWN = 50  # lines of each kind


@dataclass(slots=True)
class Leftovers:
    """Collects what an import left out.

    Names come from the site, so escape them before printing them to a terminal.
    """

    _single: list[str] = field(default_factory=list)
    _number: int = 0
    _groups: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    _kinds: Counter[str] = field(default_factory=Counter)
    _keys: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, why: str) -> None:
        """Add a page that was left out for a reason of its own."""
        self._number += 1
        if self._number <= _SHOWN:
            self._single.append(f"{name}: {why}")

    def group(self, name: str, one: str, many: str) -> None:
        """Add a page that was left out for a common reason.

        `one` and `many` describe one such page and several, such as "a page without a date" and
        "pages without a date".
        """
        count, first, _ = self._groups.get(many, (0, name, one))
        self._groups[many] = count + 1, first, one

    def undated(self, name: str) -> None:
        """Add a page whose date is missing or cannot be read."""
        self.group(name, "a page without a date", "pages without a date")

    def count(self, kind: str, number: int = 1) -> None:
        """Count things of a kind that announcements do not have, such as comments."""
        self._kinds[kind] += number

    def keys(self, names: list[str]) -> None:
        """Add the front matter keys of one page that announcements do not have."""
        self._keys.update(names)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the summary."""
        yield from self._single
        if self._number > _SHOWN:
            yield f"{self._number - _SHOWN:,} more, each for its own reason"
        for many, (count, first, one) in self._groups.items():
            yield f"{first}: {one}" if count == 1 else f"{count:,} {many}, such as {first}"
        for kind, count in _most_frequent(self._kinds):
            yield f"{count} × {kind}"
        for key, count in _most_frequent(self._keys):
            yield f"the key '{key}' of {count} post{'s' * (count > 1)}"
        if others := max(len(self._kinds) - _SHOWN, 0) + max(len(self._keys) - _SHOWN, 0):
            yield f"{others:,} other keys or kinds of content"


def _most_frequent(counts: Counter[str]) -> Iterator[tuple[str, int]]:
    """Yield the most frequent names with their counts, sorted by name."""
    yield from sorted(pair for pair in counts.most_common(_SHOWN) if pair[1])
