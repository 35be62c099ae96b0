"""Define rules and families of rules."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from newsletter.model.problems import Level, Place, Problems


class Finding(NamedTuple):
    """A fault found by a rule. `where` is a Place, or a value that the subject can turn into one."""

    where: Any
    message: str
    fix: str = ""


Body = Callable[[Any], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A code with its default level and its section in the manual.

    `why` is the text of the section; `fails` and `passes` are examples. `body` takes a subject and yields findings; a
    rule without one is reported by another module.
    """

    code: str
    level: Level
    title: str
    why: str
    fails: str = ""
    passes: str = ""
    body: Body | None = None

    def report(self, problems: Problems, place: Place, finding: Finding) -> None:
        """Report a finding at `place`."""
        report = {"error": problems.error, "warning": problems.warning, "info": problems.notice}[self.level]
        report(place, self.code, finding.message, finding.fix)


@dataclass(slots=True)
class Family:
    """Rules about one subject, in the order of the manual. `about` introduces its chapter."""

    name: str
    about: str
    rules: list[Rule] = field(default_factory=list)

    def declare(self, code: str, level: Level, title: str, why: str, fails: str = "", passes: str = "") -> None:
        """Add a rule that another module applies."""
        self.rules.append(Rule(code, level, title, why, fails, passes))

    def rule(
        self, code: str, title: str, *, fails: str, passes: str, level: Level = "warning"
    ) -> Callable[[Body], Body]:
        """Return a decorator that adds a rule: the function is its body, and the docstring its text in the manual."""

        def add(body: Body) -> Body:
            self.rules.append(Rule(code, level, title, inspect.cleandoc(body.__doc__ or ""), fails, passes, body))
            return body

        return add

    def find(self, subject: Any) -> Iterator[tuple[Rule, Finding]]:
        """Yield the findings of every rule with a body."""
        for rule in self.rules:
            if rule.body is not None:
                for finding in rule.body(subject):
                    yield rule, finding
