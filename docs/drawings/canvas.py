"""canvas: shapes, soft edges and gradients with Pillow, drawn four times as large as they are saved."""

from collections.abc import Callable, Sequence
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SCALE = 4
Point = tuple[float, float]
Box = tuple[float, float, float, float]
Pen = Callable[[ImageDraw.ImageDraw], None]


class Canvas:
    """A picture in the making; lengths are those of the finished picture."""

    def __init__(self, width: int, height: int, clear: bool = False) -> None:
        """An empty picture, white or, if `clear`, transparent."""
        self.size = (width * SCALE, height * SCALE)
        self.picture = Image.new("RGBA", self.size, (255, 255, 255, 0 if clear else 255))

    def mask(self, pen: Pen, blur: float = 0) -> Image.Image:
        """What `pen` draws, as a mask, softened by `blur`."""
        mask = Image.new("L", self.size)
        pen(ImageDraw.Draw(mask))
        if not blur:
            return mask
        # A soft edge needs no detail: blurred at a quarter of the size, sixteen times faster.
        small = mask.resize((self.size[0] // 4, self.size[1] // 4), Image.Resampling.BOX)
        small = small.filter(ImageFilter.GaussianBlur(blur * SCALE / 4))
        return small.resize(self.size, Image.Resampling.BICUBIC)

    def fill(
        self, pen: Pen, colours: Sequence[str], opacity: float = 1, blur: float = 0, within: Pen | None = None
    ) -> None:
        """Fill a shape with one colour, or from the top of its bounds to their foot with two."""
        mask = self.mask(pen, blur)
        if within:
            mask = ImageChops.multiply(mask, self.mask(within))
        bounds = mask.getbbox()
        if bounds is None:
            return
        mask = mask.crop(bounds).point(lambda value: round(value * opacity))
        paint = gradient(mask.size, colours)
        paint.putalpha(mask)
        self.picture.alpha_composite(paint, bounds[:2])

    def save(self, path: Path) -> None:
        """Reduce to the final size and write; only a picture with clear parts keeps its transparency."""
        width, height = self.size
        # Lanczos would draw faint rings along every edge, and these weigh 40 KB.
        small = self.picture.resize((width // SCALE, height // SCALE), Image.Resampling.HAMMING)
        opaque = small.getchannel("A").getextrema() == (255, 255)
        small.convert("RGB" if opaque else "RGBA").save(path, optimize=True)


def gradient(size: tuple[int, int], colours: Sequence[str]) -> Image.Image:
    """One colour, or two from top to bottom."""
    top, bottom = (Image.new("RGBA", size, colour) for colour in (colours[0], colours[-1]))
    return Image.composite(bottom, top, Image.linear_gradient("L").resize(size))


def scaled(points: Sequence[Point]) -> list[Point]:
    """Points of the finished picture as points of the large one."""
    return [(x * SCALE, y * SCALE) for x, y in points]


def disc(x: float, y: float, radius: float) -> Pen:
    """A full circle."""
    box = scaled([(x - radius, y - radius), (x + radius, y + radius)])
    return lambda draw: draw.ellipse(box, fill=255)


def ring(x: float, y: float, radius: float, width: float) -> Pen:
    """A circle's line, `radius` being that of its outer edge."""
    box = scaled([(x - radius, y - radius), (x + radius, y + radius)])
    return lambda draw: draw.ellipse(box, outline=255, width=round(width * SCALE))


def block(box: Box, radius: float = 0) -> Pen:
    """A rectangle with rounded corners."""
    corners = scaled([box[:2], box[2:]])
    return lambda draw: draw.rounded_rectangle(corners, radius * SCALE, fill=255)


def shape(points: Sequence[Point]) -> Pen:
    """A polygon."""
    return lambda draw: draw.polygon(scaled(points), fill=255)


def stroke(points: Sequence[Point], width: float) -> Pen:
    """A line with round ends and joints."""

    def pen(draw: ImageDraw.ImageDraw) -> None:
        draw.line(scaled(points), fill=255, width=round(width * SCALE), joint="curve")
        for x, y in points:
            disc(x, y, width / 2)(draw)

    return pen


def both(*pens: Pen) -> Pen:
    """Several shapes as one."""

    def pen(draw: ImageDraw.ImageDraw) -> None:
        for each in pens:
            each(draw)

    return pen


def curve(start: Point, *bends: tuple[Point, Point, Point]) -> list[Point]:
    """Points along cubic Bézier curves: each bend is two handles and an end."""
    points = [start]
    for one, two, end in bends:
        from_ = points[-1]
        for step in range(1, 41):
            t = step / 40
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            corners = (from_, one, two, end)
            points.append(
                (
                    sum(w * x for w, (x, _) in zip(weights, corners, strict=True)),
                    sum(w * y for w, (_, y) in zip(weights, corners, strict=True)),
                )
            )
    return points


def leaf(x: float, y: float, length: float, angle: float, fat: float = 0.32) -> list[Point]:
    """A leaf that grows from (x, y) towards `angle` (degrees, anticlockwise from the right)."""
    a = angle * pi / 180

    def at(along: float, aside: float) -> Point:
        return (
            x + length * (along * cos(a) + aside * sin(a)),
            y - length * (along * sin(a) - aside * cos(a)),
        )

    return curve(
        at(0, 0), (at(0.25, fat), at(0.75, fat), at(1, 0)), (at(0.75, -fat), at(0.25, -fat), at(0, 0))
    )  # fmt: skip


def network(canvas: Canvas, nodes: Sequence[tuple[float, float, float, str]], pairs: str, line: str) -> None:
    """Nodes (x, y, radius, colour) and lines between them: `ab bc` joins the first three."""
    for pair in pairs.split():
        ends = [nodes[ord(letter) - ord("a")][:2] for letter in pair]
        canvas.fill(stroke(ends, 2.2), [line], 0.55)
    for x, y, radius, colour in nodes:
        canvas.fill(disc(x, y, radius * 2.1), [colour], 0.16)
        canvas.fill(disc(x, y, radius), [colour])
