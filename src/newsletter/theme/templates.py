"""templates: finds and renders the theme's files."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsletter import text
from newsletter.load.safe_open import MAX_TEMPLATE, first_link, open_beneath, read, report_unread
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.theme import default as default_theme
from newsletter.theme.environment import Environment
from newsletter.theme.source_map import SourceMap
from newsletter.theme.template import Template

# A name in the theme: a relative path without hidden parts and without "..".
_NAME = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*")
_SHOWN = 20  # characters at fault in one file

__all__ = ["SourceMap", "Template", "Templates"]


@dataclass(slots=True)
class Templates:
    """The theme of one project: `root`/templates first, then what comes with the package.

    Another theme than the default one has its files in `templates/themes/<name>/`; what it
    leaves out is the default theme's. `tally` counts shapes and mails compiled whole; `watch`
    is called with what a channel makes once and uses often, such as the shape of a mail.
    """

    root: Path
    problems: Problems
    theme: str = "default"
    tally: Counter[str] = field(default_factory=Counter)
    watch: Callable[[Any], None] | None = None
    _environment: Environment = field(init=False)
    _sources: dict[str, tuple[str, str]] = field(default_factory=dict)
    _got: dict[str, Template] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._environment = Environment(self._load, self.get)

    def add(self, **names: Any) -> None:
        """Make names known in every template."""
        self._environment.globals.update(names)

    def add_filters(self, named: Mapping[str, Callable[..., Any]]) -> None:
        """Make filters known in every template."""
        self._environment.filters.update({name: self._environment.recorded(each) for name, each in named.items()})

    def prepare(self, folder: str) -> None:
        """Compile the templates in this folder; what is wrong with one is told when it is asked for."""
        told, self.problems = self.problems, Problems()
        for name in default_theme.names():
            if name.startswith(f"{folder}/"):
                self._environment.prepare(name)
        self.problems = told

    def get(self, name: str) -> Template:
        """The template `name`, such as `email/issue.mjml`. Raises Aborted when it cannot be compiled."""
        if name not in self._got:
            self._got[name] = self._environment.template(name, self._sources, self.problems)
        return self._got[name]

    def together(self, names: Sequence[str], between: str) -> Template:
        """A template that gives what each of these gives, with `between` in between. Raises Aborted as get() does."""
        return self._environment.together([self.get(name).name for name in names], between, self.problems)

    def read(self, name: str) -> tuple[str, str]:
        """Path and content of a file of the theme. Raises Aborted when there is none."""
        found = self._find(name)
        if found is None:
            self.problems.error(Place(f"templates/{name}"), "missing-template", "there is no such file", "restore it")
            raise Aborted
        return found

    def sources(self) -> Mapping[str, tuple[str, str]]:
        """Path and content of every template that was loaded, by name."""
        return self._sources

    def trace(self, template: Template, values: Mapping[str, Any], text: str) -> SourceMap:
        """Where each line of `text` comes from, which `template` gave for `values`."""
        return self._environment.trace(template, values, text, dict(self._sources.values()))

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = self._find(name)
        if found is None:
            return None
        self._sources[name] = found
        return found[1], found[0], lambda: True

    def layers(self, name: str) -> Iterator[tuple[str, str]]:
        """Path and content of each file called `name`, the one that wins first.

        Raises Aborted for a file that cannot be read, is no text, or lies behind a symbolic link in the project.
        """
        if not _NAME.fullmatch(name):
            return
        own = [f"themes/{self.theme}/{name}"] if self.theme != "default" else []
        for candidate in (*own, name):
            if (content := self._own(candidate)) is not None:
                yield f"templates/{candidate}", self._text(content, candidate)
            path = default_theme.folder() / candidate
            if path.is_file():
                yield f"templates/{candidate}", self._text(path.read_bytes(), candidate)

    def themes(self) -> tuple[str, ...]:
        """The names that `theme` may have."""
        folders = (folder / "themes" for folder in (self.root / "templates", default_theme.folder()))
        return ("default", *sorted({name for folder in folders for name in _subfolders(folder)}))

    def _find(self, name: str) -> tuple[str, str] | None:
        return next(self.layers(name), None)

    def _own(self, name: str) -> bytes | None:
        """The bytes of a file of the project's own theme, if there is one. Raises Aborted when it may not be read."""
        path = f"templates/{name}"
        try:
            return read(open_beneath(str(self.root), path), MAX_TEMPLATE)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as fault:
            report_unread(first_link(str(self.root), path) or path, fault, self.problems, MAX_TEMPLATE)
            raise Aborted from None

    def _text(self, content: bytes, name: str) -> str:
        try:
            written = content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as fault:
            self.problems.error(
                Place(f"templates/{name}"), "not-utf-8", f"byte {fault.start} is not UTF-8", "save the file as UTF-8"
            )
            raise Aborted from None
        self._refuse_unseen(written, f"templates/{name}")
        return written

    def _refuse_unseen(self, content: str, path: str) -> None:
        """Report characters that must not occur in text. Raises Aborted if there are any."""
        faults = [(offset, name) for offset, name in text.forbidden(content) if content[offset] != "\r"]
        for offset, name in faults[:_SHOWN]:
            line, start = content.count("\n", 0, offset) + 1, content.rfind("\n", 0, offset)
            message = f"{name} must not occur in text"
            self.problems.error(Place(path, line, offset - start), "control-character", message, "delete it")
        if faults:
            raise Aborted


def _subfolders(folder: Path) -> list[str]:
    """The names of the folders in a folder, which may be absent or unreadable: then it has none that can be used."""
    try:
        return [path.name for path in folder.iterdir() if os.path.isdir(path)]
    except OSError:
        return []
