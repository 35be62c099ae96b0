"""templates: finds and renders the theme's files."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from newsletter import packaged
from newsletter.problems import Place, Problems, Stop
from newsletter.templating import Environment, Template, Trace

__all__ = ["Template", "Templates", "Trace", "load_strings"]


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
        for name in packaged.names():
            if name.startswith(f"{folder}/"):
                self._environment.prepare(name)
        self.problems = told

    def get(self, name: str) -> Template:
        """The template `name`, such as `mail/issue.mjml`. Raises Stop when it cannot be compiled."""
        if name not in self._got:
            self._got[name] = self._environment.template(name, self._sources, self.problems)
        return self._got[name]

    def together(self, names: Sequence[str], between: str) -> Template:
        """A template that gives what each of these gives, with `between` in between. Raises Stop as get() does."""
        return self._environment.together([self.get(name).name for name in names], between, self.problems)

    def read(self, name: str) -> tuple[str, str]:
        """Path and content of a file of the theme. Raises Stop when there is none."""
        found = self._find(name)
        if found is None:
            self.problems.error(Place(f"templates/{name}"), "missing-template", "there is no such file", "restore it")
            raise Stop
        return found

    def sources(self) -> Mapping[str, tuple[str, str]]:
        """Path and content of every template that was loaded, by name."""
        return self._sources

    def trace(self, template: Template, values: Mapping[str, Any], text: str) -> Trace:
        """Where each line of `text` comes from, which `template` gave for `values`."""
        return self._environment.trace(template, values, text, dict(self._sources.values()))

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = self._find(name)
        if found is None:
            return None
        self._sources[name] = found
        return found[1], found[0], lambda: True

    def layers(self, name: str) -> Iterator[tuple[str, str]]:
        """Path and content of each file called `name`, the one that wins first. Raises Stop for one that is no text."""
        if not re.fullmatch(r"[\w./-]+", name) or ".." in name:
            return
        own = [f"themes/{self.theme}/{name}"] if self.theme != "default" else []
        for candidate in (*own, name):
            for folder in (self.root / "templates", packaged.folder()):
                path = folder / candidate
                if path.is_file():
                    yield f"templates/{candidate}", self._text(path, candidate)

    def themes(self) -> tuple[str, ...]:
        """The names that `theme` may have."""
        folders = (folder / "themes" for folder in (self.root / "templates", packaged.folder()))
        found = {path.name for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_dir()}
        return ("default", *sorted(found))

    def _find(self, name: str) -> tuple[str, str] | None:
        return next(self.layers(name), None)

    def _text(self, path: Path, name: str) -> str:
        try:
            return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as fault:
            place = Place(f"templates/{name}")
            self.problems.error(place, "not-utf-8", f"byte {fault.start} is not UTF-8", "save the file as UTF-8")
            raise Stop from None


def load_strings(templates: Templates, lang: str) -> Mapping[str, str]:
    """The theme's strings in a language: `strings/<lang>.toml`, and where none says a thing, English.

    A project's or a theme's file need only hold what it changes.
    """
    base = re.split(r"[-_]", lang.lower())[0]
    strings: dict[str, str] = {}
    for name in dict.fromkeys((f"strings/{base}.toml", "strings/en.toml")):
        for path, content in templates.layers(name):
            strings = _strings(path, content, templates.problems) | strings
    return strings


@lru_cache(maxsize=32)
def _parsed(content: str) -> Mapping[str, str]:
    """The values of a TOML file. The same files are read for each language that has no strings of its own."""
    return {key: str(value) for key, value in tomllib.loads(content).items()}


def _strings(path: str, content: str, problems: Problems) -> dict[str, str]:
    try:
        return dict(_parsed(content))
    except (ValueError, RecursionError) as fault:
        where = re.search(r"at line (\d+), column (\d+)", str(fault))
        place = Place(path, int(where[1]), int(where[2])) if where else Place(path)
        problems.error(place, "toml-syntax", f"not valid TOML: {fault}")
        raise Stop from None
