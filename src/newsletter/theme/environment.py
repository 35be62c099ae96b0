"""Extend Jinja's environment, so that content stays Content and a trace of a template can be recorded."""

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
from newsletter.theme.fastpath.code_cache import CodeCache
from newsletter.theme.fastpath.recorder import current
from newsletter.theme.fastpath.traced import Bailout, Rendered, Traced, holds_traced, real
from newsletter.theme.filters import FILTERS, TEXT_FILTERS, concat, modulo, of_texts
from newsletter.theme.printable import require_characters, require_text
from newsletter.theme.sandbox import Sandbox
from newsletter.theme.source_map import Marks, SourceMap, make_source_map, without_last_end
from newsletter.theme.template import Template, report

# Arguments that Jinja adds to calls.
_INTERNAL = frozenset({"_loop_vars", "_block_vars", "caller"})


class _Context(Context):
    """A context that records calls with traced values.

    While a trace is recorded, the result of a macro can only be printed.
    """

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current.get()
        if recorder is None:
            if __obj is _part:  # a shortcut, because an issue calls it for each story
                return _part(__self.environment, *args, **{k: v for k, v in kwargs.items() if k not in _INTERNAL})
            return super().call(__obj, *args, **kwargs)
        if isinstance(__obj, Macro | BlockReference | LoopContext):
            return Rendered(super().call(__obj, *args, **kwargs))
        named = {name: value for name, value in kwargs.items() if name not in _INTERNAL}
        if not holds_traced((__obj, *args, *named.values())):
            return super().call(__obj, *args, **kwargs)
        function = real(__obj)
        if recorder.shape and function in (_part, _parts):
            raise Bailout  # the part adds tokens to the text that is being captured
        if isinstance(getattr(function, "__self__", None), LoopContext):
            raise Bailout
        return recorder.call(_bound(__self.environment, __obj, function), args, named)


class Environment(Sandbox):
    """The environment of a theme. While a trace is recorded, operations on traced values are added to it.

    `load` returns the source of a template by name, as for jinja2.FunctionLoader. `find` returns a Template by name.
    """

    code_generator_class = Generator
    context_class = _Context

    def __init__(
        self, load: Callable[[str], Any], find: Callable[[str], Template], code_cache: CodeCache | None = None
    ) -> None:
        super().__init__(
            bytecode_cache=code_cache,
            loader=jinja2.FunctionLoader(load),
            autoescape=lambda name: not (name or "").endswith((".txt", ".css")),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            optimized=False,  # skip the pass that evaluates constant expressions in every template
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
        """Return a plain dict, because Jinja's ChainMap is searched in slow Python code in each rendering."""
        return {**self.globals, **d} if d else self.globals

    def prepare(self, name: str) -> None:
        """Compile a template. Does nothing if it has an error or uses filters that are not yet defined."""
        with suppress(Exception):
            self.get_template(name)

    def template(self, name: str, sources: Mapping[str, tuple[str, str]], problems: Problems) -> Template:
        """Return the template called `name`.

        `sources` maps the name of each loaded template to its path and content. If the template cannot be compiled,
        reports the error and raises Aborted.
        """
        try:
            compiled = self.get_template(name)
        except jinja2.TemplateNotFound as fault:
            place = Place(f"templates/{fault.name}")
            problems.error(place, "missing-template", "there is no such template", "restore the file")
            raise Aborted from None
        except Aborted:
            raise
        except Exception as fault:  # raised by Jinja, or by Python when it compiles the generated code
            if is_shortage(fault):
                raise
            raise report(fault, problems, f"templates/{name}") from fault
        path, source = sources[name]
        return Template(name, path, source, compiled, problems)

    def together(self, names: Sequence[str], between: str, problems: Problems) -> Template:
        """Return a template that includes the templates `names`, separated by the plain text `between`."""
        source = between.join([f'{{% include "{name}" %}}' for name in names])
        return Template(" ".join(names), names[0] if names else "", source, self.from_string(source), problems)

    def source_map(
        self, template: Template, values: Mapping[str, Any], text: str, sources: Mapping[str, str]
    ) -> SourceMap:
        """Return the source map of `text`, which `template` rendered from `values`."""
        marked = self.overlay(extensions=[Marks], bytecode_cache=None).get_template(template.name).render(values)
        return make_source_map(marked, template.path, text, sources)

    def part(self, name: str) -> Template:
        """Return the template called `name`, for use in another template.

        Raises TemplateNotFound if it does not exist, and Aborted if it cannot be compiled.
        """
        if name not in self._parts:
            self.get_template(name)  # raises TemplateNotFound at the line of the other template
            self._parts[name] = self._find(name)
        return self._parts[name]

    def recorded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a filter or test, so that it is recorded if an argument is traced."""
        passed = _PassArg.from_obj(function)

        @functools.wraps(function)
        def call_or_record(*args: Any, **named: Any) -> Any:
            recorder = current.get()
            if recorder is None or not holds_traced((*args[1 if passed else 0 :], *named.values())):
                return function(*args, **named)
            return recorder.call(_bound(self, function, function), args[1 if passed else 0 :], named)

        return call_or_record

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the value of `obj.attribute` in a template."""
        if obj.__class__ is Traced:
            return self._look_up(obj, attribute, (Traced.attribute, Traced.item))
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return the value of `obj[argument]` in a template."""
        if obj.__class__ is Traced and isinstance(argument, str):
            return self._look_up(obj, argument, (Traced.item, Traced.attribute))
        if (recorder := current.get()) and holds_traced((obj, argument)):
            return recorder.call(super().getitem, (obj, argument))
        return super().getitem(obj, argument)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return the safe version of `text.format` that templates call, or None for any other value."""
        wrapped = super().wrap_str_format(value)
        return wrapped and of_texts(wrapped)

    def within(self, item: Any, whole: Any) -> Any:
        """Return the value of `item in whole` in a template."""
        if (recorder := current.get()) and holds_traced((item, whole)):
            return recorder.call(operator.contains, (whole, item))
        return item in whole

    def _look_up(self, obj: Traced, name: str, methods: tuple[Callable[[Traced, Any], Any], ...]) -> Any:
        """Return an attribute or item of a traced value.

        Records a guard on the value's class, because the class determines which names exist.
        """
        obj.guard_class()
        for method in methods:
            with suppress(AttributeError, TypeError, LookupError):
                value = method(obj, name)
                if method is Traced.attribute and not self._is_open(obj.sample, name, value.sample):
                    raise Bailout  # Jinja rejects or wraps the attribute
                return value
        if isinstance(obj.sample, Mapping):
            raise Bailout
        return self.undefined(obj=obj.sample, name=name)

    def _is_open(self, obj: Any, name: str, value: Any) -> bool:
        """Return whether a template gets the attribute unchanged from Jinja."""
        return self.wrap_str_format(value) is None and self.is_safe_attribute(obj, name, value)

    def modulo(self, left: Any, right: Any) -> Any:
        """Return the value of `left % right` in a template."""
        if (recorder := current.get()) and holds_traced((left, right)):
            return recorder.call(modulo, (left, right))
        return modulo(left, right)

    def print(self, html: bool, value: Any, marks: bool = False) -> str:
        """Return the text that `{{ value }}` prints.

        If `html`, the text is escaped. If `marks`, it may contain the marks of a snippet.
        """
        if recorder := current.get():
            return recorder.print(value, html, marks)
        require_text(value)
        printed = escape(value) if html else str(value)
        # Content may print a token, so check the content itself.
        require_characters(value if isinstance(value, str) else printed, marks=marks)
        return printed

    def print_unescaped(self, value: Any, marks: bool = False) -> str:
        """Return the text that a `{% call %}` or `{% filter %}` block prints, which Jinja never escapes."""
        if current.get():
            if isinstance(value, Rendered):
                return value.text
            raise Bailout
        require_text(value)
        return require_characters(str(value), marks=marks)

    def concat_content(self, parts: tuple[Any, ...]) -> Any:
        """Return the value of `a ~ b` in a template. `parts` contains its operands."""
        if (recorder := current.get()) and holds_traced(parts):
            return recorder.call(concat, (parts,))
        return concat(parts)

    def unrecorded(self) -> None:
        """Raise Bailout if a trace is being recorded."""
        if current.get():
            raise Bailout


def _bound(environment: jinja2.Environment, called: Any, function: Any) -> Any:
    """Return `called`, with the environment bound to it if `function` needs the environment.

    Raises Bailout if `function` needs the context.
    """
    passed = _PassArg.from_obj(function)
    if passed is _PassArg.environment:
        return functools.partial(function, environment)
    if passed is not None:
        raise Bailout
    return called


@pass_environment
def _part(environment: Environment, name: str, /, **values: Any) -> Any:
    """Render another template of the theme, with only these values.

    With this function, all entries of a long list can share the traces of one template.
    """
    return _marked_up(name, _renderer(environment, name)(values))


@pass_environment
def _parts(environment: Environment, name: str, entry: str, entries: Iterable[Any], /, **values: Any) -> Any:
    """Render a part once for each of `entries`, and join the results with line breaks.

    The part gets the entry as the value called `entry`. The value `first` is True for the first entry.
    """
    render = _renderer(environment, name)
    texts = [render({**values, entry: each, "first": index == 0}) for index, each in enumerate(entries)]
    return _marked_up(name, "\n".join(texts))


def _renderer(environment: Environment, name: str) -> Callable[[Mapping[str, Any]], str]:
    """Return a function that renders a part, without its last line break."""
    # The overlay for source maps marks each line, so Jinja must render the part.
    render = environment.get_template(name).render if environment.overlayed else environment.part(name).within
    return lambda values: without_last_end(render(values))


def _marked_up(name: str, text: str) -> str:
    return text if name.endswith(".txt") else Markup(text)
