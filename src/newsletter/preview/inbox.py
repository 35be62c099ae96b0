"""inbox: the line that mail programs show before a mail is opened, cut where they cut it.

Programs cut by width, so the numbers are what fits of average text. Measured in emailtooltester.com's
"email subject lines character limit" (iPhone), and the lower end of what several senders' guides agree on.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """A mail program's list: how many characters of the subject and of the preheader it shows.

    `one_line`: both share a line of `preheader` characters in all.
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
    """What one program shows; `…_rest` is what it leaves out."""

    program: Program
    subject: str
    subject_rest: str
    preheader: str
    preheader_rest: str


def lines(subject: str, preheader: str) -> Iterator[Line]:
    """Subject and preheader in every program."""
    for program in PROGRAMS:
        room = program.preheader
        if program.one_line:
            room = max(0, room - min(len(subject), program.subject) - len(" – "))
        yield Line(program, *_cut(subject, program.subject), *_cut(preheader, room))


def _cut(text: str, limit: int) -> tuple[str, str]:
    """What is shown, with the sign of omission, and what is not."""
    if len(text) <= limit:
        return text, ""
    kept = text[: max(0, limit - 1)]
    return kept.rstrip() + "…", text[len(kept) :]
