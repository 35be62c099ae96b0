"""templates: finds and renders the theme's files. jinja2 is used here only."""

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from newsletter.content import Content, concat, join
from newsletter.problems import Place, Problems, Stop


class _Generator(CodeGenerator):
    """Compiles `~` so that content stays content; Jinja's own join would make text of it."""

    def visit_Concat(self, node: jinja2.nodes.Concat, frame: Frame) -> None:
        self.write("environment.concat_content((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class _Environment(jinja2.Environment):
    code_generator_class = _Generator
    concat_content = staticmethod(concat)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Jinja's own chains two mappings, and walks through both in Python whenever a template is rendered."""
        return {**self.globals, **d} if d else self.globals


# Before each line of a theme's own text, when it is traced: private characters around path and line.
_MARK = re.compile("\ue000([^\ue001]*)\ue001(\\d+)\ue002")


class _Marks(Extension):
    """Marks where each line of a template's own text comes from."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = token.value.split("\n")
            marked = (f"\ue000{stream.filename}\ue001{token.lineno + i}\ue002{line}" for i, line in enumerate(lines))
            yield Token(token.lineno, "data", "\n".join(marked))


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the pieces of a rendered text come from: `starts` are offsets, in order."""

    starts: tuple[int, ...]
    origins: tuple[tuple[str, int], ...]
    text: str
    sources: Mapping[str, str]

    def place(self, offset: int) -> Place:
        """The place in the theme of what stands at `offset`: line for line, column as near as it can be."""
        index = max(bisect_right(self.starts, offset) - 1, 0)
        path, line = self.origins[index]
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        written = self.sources.get(path, "").split("\n")[line - 1 : line] or [""]
        words = self.text[offset : min(end, offset + 24)].partition("\n")[0]
        # What was filled in stands in the text, but not in the template.
        columns = (written[0].find(words[:length]) for length in range(len(words), 0, -1))
        return Place(path, line, next((column for column in columns if column >= 0), 0) + 1)


def _escape(value: Any) -> Any:
    return value if isinstance(value, (Content, Markup)) else Content(str(value))


def _safe(value: Any) -> Any:
    return Content(str(value), safe=True) if isinstance(value, Content) else Markup(value)


def _format(value: str, *args: Any, **options: Any) -> Any:
    if isinstance(value, Markup):
        return value % (options or args)
    made = str.__str__(value) % (options or args)
    given = (*args, *options.values(), value)
    return Content(made) if any(isinstance(each, Content) for each in given) else made


@dataclass(frozen=True, slots=True)
class Template:
    """One file of the theme. `path` is what problems name."""

    name: str
    path: str
    source: str
    _compiled: jinja2.Template
    _problems: Problems

    def render(self, values: Mapping[str, Any]) -> str:
        """The file with `values`. A fault is reported at its line; then Stop is raised."""
        try:
            return self._compiled.render(values)
        except jinja2.TemplateError as fault:
            raise _report(fault, self._problems) from fault
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as fault:
            raise _report(fault, self._problems) from fault


def _report(fault: Exception, problems: Problems) -> Stop:
    """The innermost line of a template that the fault passed through."""
    place = Place("templates")
    if isinstance(fault, jinja2.TemplateSyntaxError):
        place = Place(fault.filename or fault.name or "templates", fault.lineno)
    else:
        trace = fault.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if "__jinja_exception__" in trace.tb_frame.f_globals:
                place = Place(name, trace.tb_lineno)
            trace = trace.tb_next
    if isinstance(fault, jinja2.TemplateNotFound):
        problems.error(place, "missing-template", f"there is no template '{fault.name}'", "correct the name")
        return Stop()
    message = str(fault.message if isinstance(fault, jinja2.TemplateError) else fault) or type(fault).__name__
    problems.error(place, "template-fault", f"the template cannot be rendered: {message}", "correct this line")
    return Stop()


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
    _environment: _Environment = field(init=False)
    _sources: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._environment = _Environment(
            loader=jinja2.FunctionLoader(self._load),
            autoescape=lambda name: not (name or "").endswith((".txt", ".css")),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            cache_size=-1,
            auto_reload=False,
        )
        filters: dict[str, Callable[..., Any]] = {
            "e": _escape, "escape": _escape, "safe": _safe, "join": join, "format": _format,
        }  # fmt: skip
        self._environment.filters.update(filters)

    def add(self, **names: Any) -> None:
        """Make names known in every template."""
        self._environment.globals.update(names)

    def add_filters(self, **named: Callable[..., Any]) -> None:
        """Make filters known in every template."""
        self._environment.filters.update(named)

    def get(self, name: str) -> Template:
        """The template `name`, such as `mail/issue.mjml`. Raises Stop when it cannot be compiled."""
        try:
            compiled = self._environment.get_template(name)
        except jinja2.TemplateNotFound as fault:
            place = Place(f"templates/{fault.name}")
            self.problems.error(place, "missing-template", "there is no such template", "restore the file")
            raise Stop from None
        except jinja2.TemplateSyntaxError as fault:
            raise _report(fault, self.problems) from fault
        path, source = self._sources[name]
        return Template(name, path, source, compiled, self.problems)

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
        marking = self._environment.overlay(extensions=[_Marks])
        marked = marking.get_template(template.name).render(values)
        starts, origins, plain = [0], [(template.path, 1)], []
        last = length = 0
        for mark in _MARK.finditer(marked):
            plain.append(marked[last : mark.start()])
            length += len(plain[-1])
            last = mark.end()
            starts.append(length)
            origins.append((mark[1], int(mark[2])))
        # A filter over printed text would see the marks: then only the template is known.
        if "".join((*plain, marked[last:])) != text:
            starts, origins = [0], [(template.path, 1)]
        return Trace(tuple(starts), tuple(origins), text, dict(self._sources.values()))

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
            for folder in (self.root / "templates", packaged()):
                path = folder / candidate
                if path.is_file():
                    yield f"templates/{candidate}", self._text(path, candidate)

    def themes(self) -> tuple[str, ...]:
        """The names that `theme` may have."""
        folders = (folder / "themes" for folder in (self.root / "templates", packaged()))
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


@cache
def packaged() -> Path:
    """The default theme: in the package (as the wheel carries it), or in the checkout."""
    inside = Path(str(files("newsletter"))) / "templates"
    return inside if inside.is_dir() else Path(str(files("newsletter"))).parents[1] / "templates"


def names() -> tuple[str, ...]:
    """Every file of the default theme, such as `mail/issue.mjml`, in order."""
    top = packaged()
    return tuple(sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()))


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


def _strings(path: str, content: str, problems: Problems) -> dict[str, str]:
    try:
        return {key: str(value) for key, value in tomllib.loads(content).items()}
    except tomllib.TOMLDecodeError as fault:
        where = re.search(r"at line (\d+), column (\d+)", str(fault))
        place = Place(path, int(where[1]), int(where[2])) if where else Place(path)
        problems.error(place, "toml-syntax", f"not valid TOML: {fault}")
        raise Stop from None
