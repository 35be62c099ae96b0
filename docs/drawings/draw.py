"""Draws the pictures of the announcements: `python docs/drawings/draw.py [FOLDER]`.

Needs Pillow and nothing else; no text, no fonts. Equal Pillow, equal bytes.
"""

import sys
from math import sin
from pathlib import Path

from canvas import Canvas, block, both, curve, disc, network, ring, shape

NIGHT, DEEP, TEAL, LAGOON, MINT = "#07262f", "#0b4552", "#13717f", "#3fa9ac", "#a9dcd6"
AMBER, HONEY, GLOW, EMBER = "#f0a03c", "#f8c46c", "#ffe3ae", "#cf6f22"
PAPER, SAND, CLOUD = "#fbf8f1", "#f1e9da", "#dcefec"


def trophy() -> Canvas:
    """A cup of overlapping rounded shapes, at the heart of a network."""
    canvas = Canvas(1200, 630)
    canvas.fill(block((0, 0, 1200, 630)), ["#0d5160", NIGHT])
    canvas.fill(disc(600, 260, 300), ["#1b8796"], 0.55, blur=110)
    for x, y, radius, colour, opacity in (
        (390, 330, 230, LAGOON, 0.13), (810, 330, 230, LAGOON, 0.13), (600, 250, 205, MINT, 0.10),
        (180, 560, 190, TEAL, 0.25), (1040, 90, 170, TEAL, 0.25),
    ):  # fmt: skip
        canvas.fill(disc(x, y, radius), [colour], opacity)
    left = [
        (418, 128, 9, MINT), (300, 190, 15, LAGOON), (188, 118, 8, MINT), (150, 268, 11, HONEY), (282, 330, 9, MINT),
        (96, 400, 7, LAGOON), (222, 452, 14, AMBER), (372, 428, 8, LAGOON), (66, 190, 6, LAGOON), (388, 528, 6, MINT),
    ]  # fmt: skip
    links = "ab bc bd be de df dg eg eh gh fg ci di gj hj ae"
    network(canvas, left, links, MINT)
    network(canvas, [(1200 - x, y + 14 * sin(x), r, c) for x, y, r, c in left], links, MINT)
    network(canvas, [(600, 62, 11, HONEY), (520, 92, 7, MINT), (680, 88, 7, MINT), (418, 128, 9, MINT),
                     (782, 128 + 14 * sin(418), 9, MINT)], "ab ac bd ce", MINT)  # fmt: skip
    _cup(canvas)
    return canvas


def _cup(canvas: Canvas) -> None:
    bowl = shape(
        curve((476, 158), ((476, 290), (516, 366), (578, 398)), ((590, 405), (590, 405), (600, 405)),
              ((610, 405), (610, 405), (622, 398)), ((684, 366), (724, 290), (724, 158)))
    )  # fmt: skip
    stem = shape(
        curve((574, 392), ((592, 420), (588, 452), (552, 476)), ((580, 476), (620, 476), (648, 476)),
              ((612, 452), (608, 420), (626, 392)))
    )  # fmt: skip
    canvas.fill(both(bowl, block((500, 470, 700, 540), 20)), [GLOW], 0.35, blur=34)
    canvas.fill(ring(478, 232, 64, 20), [LAGOON, TEAL], 0.95)
    canvas.fill(ring(722, 232, 64, 20), [LAGOON, TEAL], 0.95)
    canvas.fill(stem, [EMBER, AMBER])
    canvas.fill(bowl, [HONEY, AMBER])
    canvas.fill(disc(730, 250, 150), [EMBER], 0.55, within=bowl)
    canvas.fill(disc(600, 400, 120), [EMBER], 0.30, within=bowl)
    canvas.fill(disc(470, 190, 130), [GLOW], 0.55, within=bowl)
    canvas.fill(disc(590, 130, 105), [PAPER], 0.28, within=bowl)
    canvas.fill(block((464, 142, 736, 172), 15), [GLOW, HONEY])
    canvas.fill(block((534, 470, 666, 500), 12), [HONEY, AMBER])
    canvas.fill(block((504, 494, 696, 536), 16), [LAGOON, TEAL])


def open_house() -> Canvas:
    """A row of arches; the one in the middle stands open, and light falls out of it."""
    canvas = Canvas(1200, 630)
    canvas.fill(block((0, 0, 1200, 630)), ["#0e5a69", DEEP])
    canvas.fill(disc(600, 330, 300), ["#2a97a3"], 0.45, blur=100)
    floor = block((0, 500, 1200, 630))
    canvas.fill(floor, ["#0a3a46", NIGHT])
    for x, width, top, colour, opacity in (
        (130, 150, 230, LAGOON, 0.22), (310, 170, 180, LAGOON, 0.34), (890, 170, 180, LAGOON, 0.34),
        (1070, 150, 230, LAGOON, 0.22),
    ):  # fmt: skip
        canvas.fill(_arch(x, width, top, 500), [colour], opacity)
        canvas.fill(_arch(x, width - 44, top + 24, 500), [MINT], opacity * 0.5)
    canvas.fill(shape([(496, 500), (704, 500), (900, 630), (300, 630)]), [HONEY, AMBER], 0.55, blur=5, within=floor)
    canvas.fill(_arch(600, 330, 76, 500), [GLOW], 0.35, blur=40)
    canvas.fill(_arch(600, 272, 92, 500), [MINT, LAGOON])
    doorway = _arch(600, 224, 116, 500)
    canvas.fill(doorway, ["#fff1d2", HONEY])
    canvas.fill(disc(600, 470, 150), [AMBER], 0.45, within=doorway)
    canvas.fill(disc(540, 250, 120), [PAPER], 0.55, within=doorway)
    canvas.fill(disc(668, 300, 110), [HONEY], 0.45, within=doorway)
    return canvas


def _arch(x: float, width: float, top: float, foot: float):
    half = width / 2
    return both(disc(x, top + half, half), block((x - half, top + half, x + half, foot)))


def mobility() -> Canvas:
    """A bicycle with wheels of leaves, on hills, under a low sun."""
    canvas = Canvas(1200, 630)
    canvas.fill(block((0, 0, 1200, 630)), [CLOUD, PAPER])
    canvas.fill(disc(905, 190, 150), [GLOW], 0.6, blur=40)
    canvas.fill(disc(905, 190, 104), [HONEY, AMBER], 0.95)
    ground = [(1200, 640), (0, 640)]
    canvas.fill(shape(curve((0, 400), ((250, 260), (430, 330), (640, 400)), ((860, 470), (1000, 330), (1200, 350)))
                      + ground), [MINT, CLOUD], 0.75)  # fmt: skip
    canvas.fill(shape(curve((0, 480), ((260, 470), (380, 360), (660, 440)), ((880, 500), (1040, 420), (1200, 450)))
                      + ground), [LAGOON, MINT], 0.6)  # fmt: skip
    canvas.fill(shape(curve((0, 540), ((300, 500), (520, 500), (700, 520)), ((900, 545), (1050, 520), (1200, 500)))
                      + ground), [TEAL, DEEP])  # fmt: skip
    return canvas


PICTURES = {"trophee.png": trophy, "portes-ouvertes.png": open_house, "mobilite-douce.png": mobility}


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    for name, draw in PICTURES.items():
        draw().save(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "announcements" / "images")
