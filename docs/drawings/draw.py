"""Draws the pictures of the announcements: `python docs/drawings/draw.py [FOLDER]`.

Needs Pillow and nothing else; no text, no fonts. Equal Pillow, equal bytes.
"""

import sys
from math import cos, pi, sin
from pathlib import Path

from canvas import Canvas, Pen, Point, block, both, curve, disc, leaf, network, ring, shape, stroke

NIGHT, DEEP, TEAL, LAGOON, MINT = "#07262f", "#0b4552", "#13717f", "#3fa9ac", "#a9dcd6"
AMBER, HONEY, GLOW, EMBER = "#f0a03c", "#f8c46c", "#ffe3ae", "#cf6f22"
PAPER, SAND, CLOUD = "#fbf8f1", "#f1e9da", "#dcefec"


def trophy() -> Canvas:
    """A cup of overlapping rounded shapes, at the heart of a network."""
    canvas = Canvas(1200, 630)
    canvas.fill(block((0, 0, 1200, 630)), ["#0d5160", NIGHT])
    for x, y, radius, colour, opacity in (
        (180, 575, 190, TEAL, 0.35), (1040, 80, 170, TEAL, 0.35),
        (600, 268, 330, LAGOON, 0.08), (600, 268, 265, LAGOON, 0.12), (600, 268, 205, MINT, 0.14),
    ):  # fmt: skip
        canvas.fill(disc(x, y, radius), [colour], opacity)
    left = [
        (418, 128, 9, MINT), (300, 190, 15, LAGOON), (188, 118, 8, MINT), (150, 268, 11, HONEY), (282, 330, 9, MINT),
        (96, 400, 7, LAGOON), (222, 452, 14, AMBER), (372, 428, 8, LAGOON), (66, 190, 6, LAGOON), (388, 528, 6, MINT),
    ]  # fmt: skip
    links = "ab bc bd be de df dg eg eh gh fg ci di gj hj ae"
    network(canvas, left, links, MINT)
    network(canvas, [(1200 - x, y, radius, colour) for x, y, radius, colour in left], links, MINT)
    network(canvas, [(600, 62, 11, HONEY), (520, 92, 7, MINT), (680, 88, 7, MINT), (418, 128, 9, MINT),
                     (782, 128, 9, MINT)], "ab ac bd ce", MINT)  # fmt: skip
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


def _arch(x: float, width: float, top: float, foot: float) -> Pen:
    half = width / 2
    return both(disc(x, top + half, half), block((x - half, top + half, x + half, foot)))


def mobility() -> Canvas:
    """A bicycle with wheels of leaves, on hills, under a low sun."""
    canvas = Canvas(1200, 630)
    canvas.fill(block((0, 0, 1200, 630)), [CLOUD, PAPER])
    canvas.fill(disc(990, 172, 150), [GLOW], 0.6)
    canvas.fill(disc(990, 172, 104), [HONEY, AMBER])
    ground: list[Point] = [(1200, 640), (0, 640)]
    canvas.fill(shape(curve((0, 400), ((250, 260), (430, 330), (640, 400)), ((860, 470), (1000, 330), (1200, 350)))
                      + ground), [MINT, CLOUD], 0.75)  # fmt: skip
    canvas.fill(shape(curve((0, 480), ((260, 470), (380, 360), (660, 440)), ((880, 500), (1040, 420), (1200, 450)))
                      + ground), [LAGOON, MINT], 0.6)  # fmt: skip
    canvas.fill(shape(curve((0, 548), ((260, 518), (400, 514), (600, 522)), ((900, 534), (1050, 510), (1200, 486)))
                      + ground), [TEAL, DEEP])  # fmt: skip
    for x, y, length, angle, colours in (
        (150, 180, 74, 24, [LAGOON, TEAL]), (262, 120, 50, -12, [HONEY, AMBER]), (238, 262, 58, 40, [MINT, LAGOON]),
        (86, 300, 46, 4, [HONEY, AMBER]), (392, 170, 42, 30, [LAGOON, TEAL]),
    ):  # fmt: skip
        canvas.fill(shape(leaf(x, y, length, angle)), colours, 0.9)
    _bicycle(canvas)
    return canvas


def _bicycle(canvas: Canvas) -> None:
    rear, front, crank, seat, head = (432, 428), (762, 428), (574, 440), (528, 286), (708, 268)
    for x, y in (rear, front):
        canvas.fill(disc(x, y, 96), [PAPER], 0.55)
        for turn in range(8):
            colours = [LAGOON, TEAL] if turn % 2 else [MINT, LAGOON]
            canvas.fill(shape(leaf(x, y, 84, 45 * turn + 22, 0.22)), colours)
        canvas.fill(ring(x, y, 106, 13), [DEEP])
        canvas.fill(disc(x, y, 11), [HONEY])
    # The basket's leaves stand behind the handlebar.
    for angle, length in ((128, 66), (98, 88), (66, 82), (36, 62)):
        canvas.fill(shape(leaf(768, 236, length, angle, 0.26)), [LAGOON, TEAL])
    canvas.fill(stroke([(704, 256), (760, 256)], 8), [DEEP])
    canvas.fill(shape([(728, 222), (814, 222), (800, 282), (744, 282)]), [HONEY, AMBER])
    canvas.fill(block((720, 214, 822, 230), 8), [AMBER, EMBER])
    canvas.fill(both(stroke([rear, crank, (538, 318)], 9), stroke([rear, (538, 318)], 9)), [EMBER])
    canvas.fill(both(stroke([(538, 318), (712, 296)], 13), stroke([crank, (716, 310)], 13)), [AMBER, EMBER])
    canvas.fill(both(stroke([crank, seat], 13), stroke([head, front], 12)), [AMBER, EMBER])
    bar = curve((700, 226), ((690, 214), (668, 214), (650, 232)))
    canvas.fill(both(stroke([head, (700, 226)], 10), stroke(bar, 11)), [DEEP])
    canvas.fill(shape(curve((484, 276), ((500, 262), (560, 268), (580, 278)), ((574, 292), (500, 300), (484, 276)))),
                [DEEP, NIGHT])  # fmt: skip
    canvas.fill(stroke([(558, 412), (590, 468)], 8), [DEEP])
    canvas.fill(both(block((544, 404, 576, 414), 5), block((574, 464, 606, 474), 5)), [DEEP])
    canvas.fill(disc(*crank, 22), [DEEP])
    canvas.fill(disc(*crank, 9), [HONEY])


def meeting() -> Canvas:
    """Two speech bubbles that overlap, a network where they meet."""
    canvas = Canvas(1200, 500)
    canvas.fill(block((0, 0, 1200, 500)), [PAPER, SAND])
    for x, y, radius, colour in (
        (170, 110, 150, CLOUD),
        (1050, 410, 180, CLOUD),
        (1010, 60, 70, GLOW),
        (210, 430, 60, GLOW),
    ):
        canvas.fill(disc(x, y, radius), [colour], 0.8)
    one = both(
        block((270, 90, 690, 350), 90),
        shape(curve((350, 300), ((350, 370), (330, 400), (296, 424)), ((380, 424), (440, 390), (470, 330)))),
    )
    other = both(
        block((510, 130, 930, 390), 90),
        shape(curve((850, 340), ((850, 410), (870, 440), (904, 464)), ((820, 464), (760, 430), (730, 370)))),
    )
    canvas.fill(one, [LAGOON, TEAL])
    canvas.fill(other, [HONEY, AMBER])
    canvas.fill(one, [TEAL, DEEP], 0.9, within=other)
    nodes = [
        (372, 200, 12, PAPER), (452, 268, 9, MINT), (470, 162, 8, GLOW), (600, 232, 17, HONEY), (560, 312, 8, MINT),
        (646, 166, 9, MINT), (742, 300, 9, PAPER), (740, 204, 8, PAPER), (836, 258, 12, PAPER),
    ]  # fmt: skip
    network(canvas, nodes, "ab ac bc bd cd be de df dg gh hi gi dh fh", PAPER)
    return canvas


def mark() -> Canvas:
    """The logo: three petals around a centre. Its halo keeps it apart from a dark ground."""
    canvas = Canvas(240, 240, clear=True)
    x, y = 120, 131
    spots = [(x + 74 * cos(a * pi / 180), y - 74 * sin(a * pi / 180)) for a in (30, 150, 270)]
    halo = [shape(leaf(x, y, 120, angle, 0.49)) for angle in (90, 210, 330)]
    canvas.fill(both(*halo, *(disc(*spot, 19) for spot in spots)), ["#ffffff"], 0.85)
    for angle, colours in ((90, ["#2f9aa6", "#1d7f8c"]), (210, ["#4489bd", "#356fa3"]), (330, ["#f0a03c", "#dd8427"])):
        canvas.fill(shape(leaf(x, y, 114, angle, 0.46)), colours)
    for spot, colour in zip(spots, ("#1d7f8c", "#e8963a", "#3a78ad"), strict=True):
        canvas.fill(disc(*spot, 14), [colour])
    canvas.fill(disc(x, y, 13), ["#ffffff"])
    return canvas


PICTURES = {
    "trophee.png": trophy, "portes-ouvertes.png": open_house, "mobilite-douce.png": mobility,
    "job-dating.png": meeting, "logo.png": mark,
}  # fmt: skip


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    for name, draw in PICTURES.items():
        draw().save(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "announcements" / "images")
