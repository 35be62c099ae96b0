"""Subject and preheader as the message lists of mail programs show them, cut to the same length.

Programs cut by width; the limits are the number of characters that fit in average text. Sources: emailtooltester.com,
"email subject lines character limit" (iPhone); else the lower end of the range that several senders' guides give.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """A mail program, and how many characters of the subject and of the preheader its list shows.

    If `one_line`, both are on one line, which has room for `preheader` characters in all.
    """

    name: str
    device: str
    subject: int
    preheader: int
    one_line: bool = False


PROGRAMS = (
    Program("Gmail", "desktop", 70, 110, one_line=True),
    Program("Gmail", "phone", 37, 40),
    Program("Apple Mail", "desktop", 65, 140),
    Program("Apple Mail", "phone", 48, 99),
    Program("Outlook", "desktop", 50, 55),
    Program("Outlook", "phone", 38, 80),
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a program shows of the subject and the preheader; the `…_rest` fields hold what it cuts off."""

    program: Program
    subject: str
    subject_rest: str
    preheader: str
    preheader_rest: str


def lines(subject: str, preheader: str) -> Iterator[Line]:
    """Yield the line that each of PROGRAMS shows."""
    for program in PROGRAMS:
        limit = program.preheader
        if program.one_line:
            limit = max(0, limit - min(len(subject), program.subject) - len(" – "))
        yield Line(program, *_cut(subject, program.subject), *_cut(preheader, limit))


def _cut(text: str, limit: int) -> tuple[str, str]:
    """Split text into what is shown, with an ellipsis if it is cut, and the rest."""
    if len(text) <= limit:
        return text, ""
    shown = text[: max(0, limit - 1)]
    return shown.rstrip() + "…", text[len(shown) :]
