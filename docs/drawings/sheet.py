"""Sets an announcement as a sheet of one page: `python docs/drawings/sheet.py ANNOUNCEMENT PDF`.

The sheet is real text, tagged, so that it can be searched, copied and read aloud. It uses two fonts
that every reader of PDF has, and is not compressed: equal text, equal bytes. Standard library only.
"""

import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 595, 842, 64  # points; A4
INK, TEAL, AMBER = "0.11 0.17 0.19 rg", "0.04 0.33 0.39 rg", "0.94 0.63 0.24 rg"

# Widths of the characters from space to ~, in thousandths of the size: Adobe's metrics of Helvetica.
_PLAIN = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
_WIDTHS = {font: tuple(map(int, table.split())) for font, table in (("F1", _PLAIN), ("F2", _BOLD))}
_OTHERS = {"’": 278, "«": 556, "»": 556, "–": 556, "•": 350, "…": 1000, "œ": 944, "\u00a0": 278}


@dataclass(frozen=True)
class Look:
    """How a kind of block is set: its tag, size, line height, space above, indent, colour, font."""

    tag: str
    size: float
    leading: float
    above: float
    indent: float = 0
    colour: str = INK
    font: str = "F1"


TITLE = Look("H1", 21, 30, 0, colour=TEAL, font="F2")
PARAGRAPH = Look("P", 11.5, 17, 9)
QUOTE = Look("BlockQuote", 12.5, 19, 11, 18, TEAL)
HEADINGS = {2: Look("H2", 15.5, 22, 18, colour=TEAL, font="F2"), 3: Look("H3", 12.5, 18, 10, font="F2")}


def blocks(source: str) -> list[tuple[Look, str, str]]:
    """Look, mark and text of every block of an announcement; its title is the first."""
    _, front, body = re.split(r"^---\n", source, maxsplit=2, flags=re.MULTILINE)
    title = re.search(r"^title: (.+)$", front, re.MULTILINE)
    found = [(TITLE, "", title[1].strip('"') if title else "")]
    for line in filter(None, body.split("\n")):
        text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", line)
        if heading := re.match(r"(#+) (.+)", text):
            found.append((HEADINGS[len(heading[1])], "", heading[2]))
        elif item := re.match(r"( *)(-|\d+\.) (.+)", text):
            indent = 16 + 6 * len(item[1])
            found.append((Look("LI", 11.5, 17, 4, indent), item[2].replace("-", "•"), item[3]))
        elif text.startswith("> "):
            found.append((QUOTE, "", text[2:]))
        else:
            found.append((PARAGRAPH, "", text))
    return found


def width(text: str, font: str, size: float) -> float:
    """How wide a text is, in points."""
    total = 0
    for character in text:
        base = unicodedata.normalize("NFD", character)[0]
        total += _OTHERS.get(character) or _WIDTHS[font][ord(base) - 32]
    return total * size / 1000


def lines(text: str, look: Look) -> list[list[tuple[str, str]]]:
    """The words of a text, line by line, each with its font. `**` makes bold; `*` is dropped."""
    room = WIDTH - 2 * MARGIN - look.indent
    found: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for number, run in enumerate(text.split("**")):
        font = "F2" if number % 2 else look.font
        # A word keeps the spaces behind it, so that runs join as they were written.
        for word in re.findall(r"[^ ]+ *| +", run.replace("*", "")):
            wide = width(word.rstrip(" "), font, look.size)
            if found[-1] and used + wide > room and found[-1][-1][0].endswith(" "):
                found.append([])
                used = 0.0
            found[-1].append((word, font))
            used += width(word, font, look.size)
    return found


def shown(text: str) -> str:
    """A text as a string of PDF, in hexadecimal."""
    return f"<{text.encode('cp1252').hex()}>"


def page(content: list[tuple[Look, str, str]]) -> tuple[str, list[str]]:
    """What draws the page, and the tag of each marked part of it."""
    out = [f"/Artifact BMC {TEAL} 0 {HEIGHT - 14} {WIDTH} 14 re f {AMBER} {MARGIN} {HEIGHT - 62} 56 5 re f EMC"]
    y = HEIGHT - 76.0
    for number, (look, mark, text) in enumerate(content):
        y -= look.above
        if look is QUOTE:
            tall = look.leading * len(lines(text, look))
            out.append(f"/Artifact BMC {AMBER} {MARGIN} {y - tall:.1f} 3 {tall:.1f} re f EMC")
        out.append(f"/{look.tag} <</MCID {number}>> BDC BT {look.colour}")
        if mark:
            baseline = y - look.size * 1.05
            out.append(
                f"/F1 {look.size} Tf 1 0 0 1 {MARGIN + look.indent - 14} {baseline:.1f} Tm {shown(mark + ' ')} Tj"
            )
        for line in lines(text, look):
            out.append(f"1 0 0 1 {MARGIN + look.indent} {y - look.size * 1.05:.1f} Tm")
            out += [f"/{font} {look.size} Tf {shown(word)} Tj" for word, font in line]
            y -= look.leading
        out.append("ET EMC")
    if y < MARGIN / 2:
        raise SystemExit(f"the text is {MARGIN / 2 - y:.0f} points too long for one page")
    return "\n".join(out), [look.tag for look, _, _ in content]


def document(title: str, drawing: str, tags: list[str]) -> bytes:
    """The file: catalogue, page, fonts, and the tree of tags, in which items stand in lists."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R/Lang(fr-FR)/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>"
        "/StructTreeRoot 8 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents 4 0 R/StructParents 0/Tabs/S"
        "/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>",
        f"<</Length {len(drawing)}>>\nstream\n{drawing}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        f"<</Title <feff{title.encode('utf-16-be').hex()}>>>",
    ]
    objects += structure(tags, first=8)
    out = b"%PDF-1.7\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R/Info 7 0 R>>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode("ascii")


def structure(tags: list[str], first: int) -> list[str]:
    """The tree's root, the document, then one element for each tag, and a list round items in a row."""
    root, whole = first, first + 1
    elements: list[str] = []
    children: list[int] = []
    owners: list[int] = []
    listed: list[int] = []
    for number, tag in enumerate(tags):
        own = whole + 1 + len(elements)
        if tag != "LI":
            elements.append(f"<</Type/StructElem/S/{tag}/P {whole} 0 R/Pg 3 0 R/K {number}>>")
            children.append(own)
            owners.append(own)
            continue
        if not (number and tags[number - 1] == "LI"):
            elements.append("")
            children.append(own)
            listed = [own]
        own = whole + 1 + len(elements)
        elements.append(f"<</Type/StructElem/S/LI/P {listed[0]} 0 R/K {own + 1} 0 R>>")
        elements.append(f"<</Type/StructElem/S/LBody/P {own} 0 R/Pg 3 0 R/K {number}>>")
        listed.append(own)
        owners.append(own + 1)
        kids = " ".join(f"{item} 0 R" for item in listed[1:])
        elements[listed[0] - whole - 1] = f"<</Type/StructElem/S/L/P {whole} 0 R/K[{kids}]>>"
    parents = " ".join(f"{owner} 0 R" for owner in owners)
    kids = " ".join(f"{child} 0 R" for child in children)
    return [
        f"<</Type/StructTreeRoot/K {whole} 0 R/ParentTree<</Nums[0[{parents}]]>>>>",
        f"<</Type/StructElem/S/Document/P {root} 0 R/K[{kids}]>>",
        *elements,
    ]


def main(announcement: Path, sheet: Path) -> None:
    """Write the sheet of an announcement."""
    content = blocks(announcement.read_text(encoding="utf-8"))
    sheet.write_bytes(document(content[0][2], *page(content)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
