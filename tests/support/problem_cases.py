"""Find the cases under tests/problems/ and the problems that they expect."""

import re
from collections.abc import Iterator
from pathlib import Path

from support.paths import TESTS

CASES = TESTS / "problems"
SETTINGS = """title = "Exemple"
language = "fr"
timezone = "Europe/Paris"
url = "https://exemple.example/"
authority = "exemple.example,2024"
sender = {name = "Exemple", email = "lettre@exemple.example"}
unsubscribe = {url = "https://exemple.example/quitter"}
organisation = {name = "Exemple", address = "1 rue du Port, 80000 Amiens"}
"""


def expectations(root: Path) -> Iterator[tuple[str, int, str]]:
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.suffix == ".png":
            continue
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1):
            for match in re.finditer(r"expect(?:@(\d+))?: ([a-z0-9 -]+?)\s*(?:-->|#\}|\*/|$)", line):
                for code in match[2].split():
                    yield path.relative_to(root).as_posix(), int(match[1] or number), code
