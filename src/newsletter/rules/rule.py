"""rule: what a rule is: a code, its level, its page in the manual and, if it looks at results, its body."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from newsletter.model.problems import Level, Place, Problems


class Finding(NamedTuple):
    """What a rule's body found: where (a place, or what the subject can place), what, and the cure."""

    where: Any
    message: str
    fix: str = ""


Body = Callable[[Any], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One code. `why` is its manual page; `fails` and `passes` are examples; a level is the default one.

    Rules without `body` are told where the fault is met, by another module.
    """

    code: str
    level: Level
    title: str
    why: str
    fails: str = ""
    passes: str = ""
    body: Body | None = None

    def report(self, problems: Problems, place: Place, finding: Finding) -> None:
        """Tell the problem."""
        tell = {"error": problems.error, "warning": problems.warning, "info": problems.notice}[self.level]
        tell(place, self.code, finding.message, finding.fix)


@dataclass(slots=True)
class Family:
    """Rules about one thing. A rule is added by one entry: `tell` without a body, `rule` with one."""

    name: str
    about: str
    rules: list[Rule] = field(default_factory=list)

    def tell(self, code: str, level: Level, title: str, why: str, fails: str = "", passes: str = "") -> None:
        """Add a rule that another module applies."""
        self.rules.append(Rule(code, level, title, why, fails, passes))

    def rule(
        self, code: str, title: str, *, fails: str, passes: str, level: Level = "warning"
    ) -> Callable[[Body], Body]:
        """Add a rule whose body is the function below, and whose manual page is its docstring."""

        def add(body: Body) -> Body:
            self.rules.append(Rule(code, level, title, inspect.cleandoc(body.__doc__ or ""), fails, passes, body))
            return body

        return add

    def find(self, subject: Any) -> Iterator[tuple[Rule, Finding]]:
        """What every rule with a body finds in the subject."""
        for rule in self.rules:
            if rule.body is not None:
                for finding in rule.body(subject):
                    yield rule, finding
