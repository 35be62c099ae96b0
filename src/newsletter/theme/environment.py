"""environment: Jinja as this project uses it. Content stays content; what a template does can be recorded."""

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import Any

import jinja2
from jinja2 import pass_environment
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.utils import _PassArg
from markupsafe import Markup, escape

from newsletter.model.problems import Aborted, Place, Problems
from newsletter.model.refusals import is_shortage
from newsletter.theme.code_generator import Generator
from newsletter.theme.fastpath.recording import current
from newsletter.theme.fastpath.traced import Bailout, Rendered, Traced, holds, real
from newsletter.theme.filters import FILTERS, TEXT_FILTERS, concat, modulo, of_texts
from newsletter.theme.printable import require_characters, require_text
from newsletter.theme.sandbox import Sandbox
from newsletter.theme.source_map import Marks, SourceMap, trace, without_last_end
from newsletter.theme.template import Template, report

# What `context.call` puts beside a call's own arguments.
_INTERNAL = frozenset({"_loop_vars", "_block_vars", "caller"})


class _Context(Context):
    """Calls with traced values are put off until there are others; what macros give may only be printed."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        recording = current.get()
        if recording is None:
            if __obj is _part:  # an issue calls it for each story
                return _part(__self.environment, *args, **{k: v for k, v in kwargs.items() if k not in _INTERNAL})
            return super().call(__obj, *args, **kwargs)
        if isinstance(__obj, Macro | BlockReference | LoopContext):
            made = super().call(__obj, *args, **kwargs)
            # A call block prints at once what it gets.
            return made if "caller" in kwargs else Rendered(made)
        named = {name: value for name, value in kwargs.items() if name not in _INTERNAL}
        if not holds((__obj, *args, *named.values())):
            return super().call(__obj, *args, **kwargs)
        function = real(__obj)
        if recording.shape and function in (_part, _parts):
            raise Bailout  # its tokens must stand in the text that is being drawn
        if isinstance(getattr(function, "__self__", None), LoopContext):
            raise Bailout
        return recording.call(_bound(__self.environment, __obj, function), args, named)


class Environment(Sandbox):
    """The environment of one theme. While a recording runs, what templates do is written down."""

    code_generator_class = Generator
    context_class = _Context

    def __init__(self, load: Callable[[str], Any], find: Callable[[str], Template]) -> None:
        super().__init__(
            loader=jinja2.FunctionLoader(load),
            autoescape=lambda name: not (name or "").endswith((".txt", ".css")),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            optimized=False,  # or Jinja walks through every template once more, for constants to work out beforehand
            cache_size=-1,
            auto_reload=False,
        )
        self._find = find
        self._parts: dict[str, Template] = {}
        self.globals.update(part=_part, parts=_parts)
        self.filters.update(FILTERS)
        self.filters.update({name: of_texts(self.filters[name]) for name in TEXT_FILTERS})
        for known in (self.filters, self.tests):
            known.update({name: self.recorded(each) for name, each in dict(known).items()})

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Jinja's own chains two mappings, and walks through both in Python whenever a template is rendered."""
        return {**self.globals, **d} if d else self.globals

    def prepare(self, name: str) -> None:
        """Compile a template, if nothing is wrong with it and its filters are known by now."""
        with suppress(Exception):
            self.get_template(name)

    def template(self, name: str, sources: Mapping[str, tuple[str, str]], problems: Problems) -> Template:
        """The template of this name, whose path and content its loading puts into `sources`. Raises Aborted."""
        try:
            compiled = self.get_template(name)
        except jinja2.TemplateNotFound as fault:
            place = Place(f"templates/{fault.name}")
            problems.error(place, "missing-template", "there is no such template", "restore the file")
            raise Aborted from None
        except Aborted:
            raise
        except Exception as fault:  # Jinja's own, or what Python says of the code that Jinja made
            if is_shortage(fault):
                raise
            raise report(fault, problems, f"templates/{name}") from fault
        path, source = sources[name]
        return Template(name, path, source, compiled, problems)

    def together(self, names: Sequence[str], between: str, problems: Problems) -> Template:
        """A template that includes others, with this plain text in between."""
        source = between.join([f'{{% include "{name}" %}}' for name in names])
        return Template(" ".join(names), names[0] if names else "", source, self.from_string(source), problems)

    def trace(self, template: Template, values: Mapping[str, Any], text: str, sources: Mapping[str, str]) -> SourceMap:
        """Where each line of `text` comes from, which `template` gave for `values`."""
        marked = self.overlay(extensions=[Marks]).get_template(template.name).render(values)
        return trace(marked, template.path, text, sources)

    def part(self, name: str) -> Template:
        """The template of this name, for another one that asks for it. Raises TemplateNotFound, and Aborted."""
        if name not in self._parts:
            self.get_template(name)  # one that is missing is a fault of the line that asks for it
            self._parts[name] = self._find(name)
        return self._parts[name]

    def recorded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A filter or test that is put off when it gets traced values. A test's answer is asked for at once."""
        passed = _PassArg.from_obj(function)

        @functools.wraps(function)
        def put_off(*args: Any, **named: Any) -> Any:
            recording = current.get()
            if recording is None or not holds((*args[1 if passed else 0 :], *named.values())):
                return function(*args, **named)
            return recording.call(_bound(self, function, function), args[1 if passed else 0 :], named)

        return put_off

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute` in a template."""
        if obj.__class__ is Traced:
            return self._look(obj, attribute, (Traced.attribute, Traced.item))
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]` in a template."""
        if obj.__class__ is Traced and isinstance(argument, str):
            return self._look(obj, argument, (Traced.item, Traced.attribute))
        if (recording := current.get()) and holds((obj, argument)):
            return recording.call(super().getitem, (obj, argument))
        return super().getitem(obj, argument)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`text.format` as templates may call it."""
        wrapped = super().wrap_str_format(value)
        return wrapped and of_texts(wrapped)

    def within(self, item: Any, whole: Any) -> Any:
        """`item in whole` in a template."""
        if (recording := current.get()) and holds((item, whole)):
            return recording.call(operator.contains, (whole, item))
        return item in whole

    def _look(self, obj: Traced, name: str, ways: tuple[Callable[[Traced, Any], Any], ...]) -> Any:
        """What a traced value has under a name. Of what class it is, decides whether it has."""
        obj.of_class()
        for way in ways:
            with suppress(AttributeError, TypeError, LookupError):
                found = way(obj, name)
                if way is Traced.attribute and not self._is_open(obj.sample, name, found.sample):
                    raise Bailout  # Jinja will refuse it, or wrap it
                return found
        if isinstance(obj.sample, Mapping):
            raise Bailout
        return self.undefined(obj=obj.sample, name=name)

    def _is_open(self, obj: Any, name: str, value: Any) -> bool:
        return self.wrap_str_format(value) is None and self.is_safe_attribute(obj, name, value)

    def modulo(self, left: Any, right: Any) -> Any:
        """`left % right` in a template."""
        if (recording := current.get()) and holds((left, right)):
            return recording.call(modulo, (left, right))
        return modulo(left, right)

    def print(self, html: bool, value: Any) -> str:
        """What `{{ value }}` prints."""
        if recording := current.get():
            return recording.print(value, html)
        require_text(value)
        printed = escape(value) if html else str(value)
        # Content that is put aside leaves a token.
        require_characters(value if isinstance(value, str) else printed, marks=not html)
        return printed

    def concat_content(self, parts: tuple[Any, ...]) -> Any:
        """Jinja's `~`."""
        if (recording := current.get()) and holds(parts):
            return recording.call(concat, (parts,))
        return concat(parts)

    def unrecorded(self) -> None:
        """End a recording, if there is one."""
        if current.get():
            raise Bailout


def _bound(environment: jinja2.Environment, called: Any, function: Any) -> Any:
    """What is called, with the environment if it wants that. What wants to know where it is called is not put off."""
    passed = _PassArg.from_obj(function)
    if passed is _PassArg.environment:
        return functools.partial(function, environment)
    if passed is not None:
        raise Bailout
    return called


@pass_environment
def _part(environment: Environment, name: str, /, **values: Any) -> Any:
    """Another file of the theme, with these values only: in a long list each entry of a kind is then a plan's work."""
    return _printed(name, _filled(environment, name)(values))


@pass_environment
def _parts(environment: Environment, name: str, entry: str, entries: Iterable[Any], /, **values: Any) -> Any:
    """One after another, parts that have each of `entries` under the name `entry`, and `first`: is it the first?"""
    fill = _filled(environment, name)
    made = [fill({**values, entry: each, "first": place == 0}) for place, each in enumerate(entries)]
    return _printed(name, "\n".join(made))


def _filled(environment: Environment, name: str) -> Callable[[Mapping[str, Any]], str]:
    """Fills a part, which stands in a line of its own."""
    # That of an overlay is marked line by line.
    fill = environment.get_template(name).render if environment.overlayed else environment.part(name).within
    return lambda values: without_last_end(fill(values))


def _printed(name: str, made: str) -> str:
    return made if name.endswith(".txt") else Markup(made)
