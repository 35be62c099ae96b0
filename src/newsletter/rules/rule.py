"""Define the classes Rule and Family, with which other modules declare problems and their checks."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from newsletter.model.problems import Level, Place, Problems


class Finding(NamedTuple):
    """A fault found by a rule.

    `where` is a Place, or a value that the caller can convert to one, such as an HTML element or a settings key.
    """

    where: Any
    message: str
    fix: str = ""


Body = Callable[[Any], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A problem code, with its default level and its section in the manual.

    `why` is the text of the section, and `fails` and `passes` are examples. `body` takes a subject and yields findings.
    It is None if another module reports the problem.
    """

    code: str
    level: Level
    title: str
    why: str
    fails: str = ""
    passes: str = ""
    body: Body | None = None

    def report(self, problems: Problems, place: Place, finding: Finding) -> None:
        """Report a finding to `problems`, at `place` and at the default level of the rule."""
        report = {"error": problems.error, "warning": problems.warning, "info": problems.notice}[self.level]
        report(place, self.code, finding.message, finding.fix)


@dataclass(slots=True)
class Family:
    """The rules about one topic, in the order of the manual. `about` introduces the chapter."""

    name: str
    about: str
    rules: list[Rule] = field(default_factory=list)

    def declare(self, code: str, level: Level, title: str, why: str, fails: str = "", passes: str = "") -> None:
        """Add a rule that another module applies. The arguments are the fields of Rule."""
        self.rules.append(Rule(code, level, title, why, fails, passes))

    def rule(
        self, code: str, title: str, *, fails: str, passes: str, level: Level = "warning"
    ) -> Callable[[Body], Body]:
        """Return a decorator that adds a rule.

        The decorated function becomes the rule's body, and its docstring the rule's text in the manual.
        """

        def add(body: Body) -> Body:
            self.rules.append(Rule(code, level, title, inspect.cleandoc(body.__doc__ or ""), fails, passes, body))
            return body

        return add

    def find(self, subject: Any) -> Iterator[tuple[Rule, Finding]]:
        """Apply every rule that has a body to a subject, and yield the findings."""
        for rule in self.rules:
            if rule.body is not None:
                for finding in rule.body(subject):
                    yield rule, finding
