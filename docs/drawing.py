"""Draws who imports whom, room by room, into docs/architecture.md: `make drawing`.

A room is a package or module directly under src/newsletter. It stands in the lowest row that is above all rooms it
imports; a circle of imports is an error.
"""

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "newsletter"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- drawing: written by `make drawing` -->\n", "<!-- end of drawing -->\n"


def imports() -> dict[str, set[str]]:
    """For each room, the rooms that its modules import."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room.startswith("__"):
            continue
        used = found.setdefault(room, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "newsletter":
                used |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("newsletter."):
                used.add(str(node.module).split(".")[1])
            elif isinstance(node, ast.Import):
                used |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("newsletter.")}
    return {room: {each for each in used if each in found and each != room} for room, used in found.items()}


def rows(rooms: Mapping[str, set[str]]) -> list[list[str]]:
    """The rooms in rows, the lowest first. Raises ValueError for a circle of imports."""
    placed: set[str] = set()
    made: list[list[str]] = []
    while len(placed) < len(rooms):
        row = sorted(room for room, used in rooms.items() if room not in placed and used <= placed)
        if not row:
            raise ValueError(f"a circle of imports among {', '.join(sorted(rooms.keys() - placed))}")
        made.append(row)
        placed.update(row)
    return made


def drawing() -> str:
    """Markdown: a line for each room, the highest row first, with what it imports."""
    rooms = imports()
    order = {room: number for number, row in enumerate(rows(rooms)) for room in row}
    width = max(map(len, rooms))
    lines = []
    for row in reversed(rows(rooms)):
        for room in row:
            used = " ".join(sorted(rooms[room], key=lambda each: (-order[each], each)))
            lines.append(
                f"    {room:<{width}}  → {used}".rstrip(" →") if not used else f"    {room:<{width}}  → {used}"
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def page() -> str:
    """docs/architecture.md with the drawing of today."""
    content = PAGE.read_text(encoding="utf-8")
    before, _, rest = content.partition(BEGIN)
    _, _, behind = rest.partition(END)
    return f"{before}{BEGIN}\n{drawing()}\n{END}{behind}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(drawing())
