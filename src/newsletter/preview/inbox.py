"""Cut the subject and preheader to the lengths that the message lists of mail programs show.

Programs cut by width, so each limit is the number of characters of average text that fit. Sources:
emailtooltester.com, "email subject lines character limit", for the iPhone; for the others, the lower end of the range
that several senders' guides give.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """A mail program, with the number of characters of the subject and of the preheader that its list shows.

    If `one_line` is true, the list shows both on one line of at most `preheader` characters.
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
    """The parts of the subject and the preheader that a program shows; it cuts off the `…_rest` parts."""

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
    """Split text into the part that is shown, with an ellipsis if it is cut, and the rest."""
    if len(text) <= limit:
        return text, ""
    shown = text[: max(0, limit - 1)]
    return shown.rstrip() + "…", text[len(shown) :]
