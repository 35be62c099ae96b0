"""Find and compile the templates of a project's theme."""

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
from newsletter.theme.fastpath.code_cache import CodeCache
from newsletter.theme.source_map import SourceMap
from newsletter.theme.template import Template

# The name of a file in the theme, which is a relative path without hidden parts and without "..".
_NAME = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,9})|([0-9]{1,9}))")
_MAX_REPORTED = 20  # maximum number of forbidden characters reported for one file

__all__ = ["SourceMap", "Template", "Templates"]


@dataclass(slots=True)
class Templates:
    """The templates of a project's theme.

    Files in `root`/templates take precedence over files in the package. The files of a `theme` other than the default
    theme are in `templates/themes/<name>/`. For files missing there, the default theme's files are used. `tally` counts
    mail shapes, and mails that were compiled without a shape. `watch` is called with each object that a channel creates
    once and uses often, such as the shape of a mail. `code_cache` stores the code of compiled templates for later runs.
    """

    root: Path
    problems: Problems
    theme: str = "default"
    tally: Counter[str] = field(default_factory=Counter)
    watch: Callable[[Any], None] | None = None
    code_cache: CodeCache | None = None
    _environment: Environment = field(init=False)
    _sources: dict[str, tuple[str, str]] = field(default_factory=dict)
    _cache: dict[str, Template] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._environment = Environment(self._load, self.get, self.code_cache)

    def add(self, **names: Any) -> None:
        """Add global names to all templates."""
        self._environment.globals.update(names)

    def add_filters(self, named: Mapping[str, Callable[..., Any]]) -> None:
        """Add filters to all templates."""
        self._environment.filters.update({name: self._environment.recorded(each) for name, each in named.items()})

    def prepare(self, folder: str) -> None:
        """Compile the templates in a folder of the theme. Errors are not reported until a template is used."""
        problems, self.problems = self.problems, Problems()
        for name in default_theme.names():
            if name.startswith(f"{folder}/"):
                self._environment.prepare(name)
        self.problems = problems

    def get(self, name: str) -> Template:
        """Return the template `name`, such as `email/issue.mjml`. Raises Aborted if it cannot be compiled."""
        if name not in self._cache:
            self._cache[name] = self._environment.template(name, self._sources, self.problems)
        return self._cache[name]

    def together(self, names: Sequence[str], between: str) -> Template:
        """Return a template that includes the templates `names`, separated by the plain text `between`.

        Raises Aborted if one of them cannot be compiled.
        """
        return self._environment.together([self.get(name).name for name in names], between, self.problems)

    def read(self, name: str) -> tuple[str, str]:
        """Return the path and content of a file in the theme. Raises Aborted if there is no such file."""
        source = self._find(name)
        if source is None:
            self.problems.error(Place(f"templates/{name}"), "missing-template", "there is no such file", "restore it")
            raise Aborted
        return source

    def sources(self) -> Mapping[str, tuple[str, str]]:
        """Return the path and content of each template loaded so far, by name."""
        return self._sources

    def source_map(self, template: Template, values: Mapping[str, Any], text: str) -> SourceMap:
        """Return the source map of `text`, which `template` rendered from `values`."""
        return self._environment.source_map(template, values, text, dict(self._sources.values()))

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        source = self._find(name)
        if source is None:
            return None
        self._sources[name] = source
        path, content = source
        return content, path, lambda: True

    def layers(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the path and content of each file called `name`, in order of precedence, highest first.

        Raises Aborted if a file cannot be read, is not UTF-8, or is behind a symbolic link in the project.
        """
        if not _NAME.fullmatch(name):
            return
        in_theme = [f"themes/{self.theme}/{name}"] if self.theme != "default" else []
        for candidate in (*in_theme, name):
            if (content := self._own(candidate)) is not None:
                yield f"templates/{candidate}", self._text(content, candidate)
            path = default_theme.folder() / candidate
            if path.is_file():
                yield f"templates/{candidate}", self._text(path.read_bytes(), candidate)

    def themes(self) -> tuple[str, ...]:
        """Return the names of all themes."""
        folders = (folder / "themes" for folder in (self.root / "templates", default_theme.folder()))
        return ("default", *sorted({name for folder in folders for name in _subfolders(folder)}))

    def _find(self, name: str) -> tuple[str, str] | None:
        return next(self.layers(name), None)

    def _own(self, name: str) -> bytes | None:
        """Return the bytes of a file in the project's templates, or None if it does not exist.

        If the file must not be read, reports this and raises Aborted.
        """
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
        self._refuse_forbidden(written, f"templates/{name}")
        return written

    def _refuse_forbidden(self, content: str, path: str) -> None:
        """Report characters that must not occur in text. Raises Aborted if there are any."""
        faults = [(offset, name) for offset, name in text.forbidden(content) if content[offset] != "\r"]
        for match in _REFERENCE.finditer(content):
            code = int(match[1], 16) if match[1] else int(match[2])
            character = chr(code) if code < 0x110000 else ""
            faults += [(match.start(), name) for _, name in text.forbidden(character) if character != "\r"]
        for offset, name in faults[:_MAX_REPORTED]:
            line, start = content.count("\n", 0, offset) + 1, content.rfind("\n", 0, offset)
            message = f"{name} must not occur in text"
            self.problems.error(Place(path, line, offset - start), "control-character", message, "delete it")
        if faults:
            raise Aborted


def _subfolders(folder: Path) -> list[str]:
    """Return the names of a folder's subfolders, or [] if the folder does not exist or cannot be read."""
    try:
        return [path.name for path in folder.iterdir() if os.path.isdir(path)]
    except OSError:
        return []
