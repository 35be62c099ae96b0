"""Define rules for pictures and attachments: their size and format, and private data in them."""

from collections.abc import Iterator

from newsletter import markdown
from newsletter.model import Announcement, Asset
from newsletter.model.problems import Place
from newsletter.rules.rule import Family, Finding
from newsletter.rules.written.text import SourceText

FAMILY = Family("pictures", "Pictures in announcements that are not suitable for mails.")
HEAVY = 200_000  # bytes
HEAVY_TOGETHER = 800_000  # bytes
WIDEST = 1_200  # px; twice the width of a mail


def _shown(written: SourceText) -> Iterator[tuple[Asset, Place]]:
    """Yield each project file that is shown as a picture, with the place of its first use."""
    file, paths = written.file, set()
    find_place = markdown.places(written.source)
    images = [(each.target, find_place(each)) for each in file.prose.references if each.image]
    if isinstance(file, Announcement) and file.image:
        images.append((file.image.src, written.inside("image", "src")))
    for target, place in images:
        asset = file.targets[target].asset if target in file.targets else None
        if asset and asset.path not in paths:
            paths.add(asset.path)
            yield asset, place


@FAMILY.rule(
    "heavy-image",
    "A picture that takes a long time to load",
    fails="a photograph of 600 kB",
    passes="a photograph of 120 kB",
)
def heavy_image(written: SourceText) -> Iterator[Finding]:
    """Many people read mails over slow mobile connections, and 200 kB are enough for a picture that is 600 px
    wide. (For pictures of more than 1 MB, see `image-size`.)
    """
    for asset, place in _shown(written):
        if asset.size > HEAVY:
            yield Finding(
                place, f"this picture is {asset.size // 1000} kB", f"save it smaller: {HEAVY // 1000} kB are enough"
            )


@FAMILY.rule(
    "heavy-mail",
    "Pictures that together take a long time to load",
    fails="five pictures of 190 kB",
    passes="five pictures of 80 kB",
)
def heavy_mail(written: SourceText) -> Iterator[Finding]:
    """Mail programs load all pictures of a mail at once."""
    shown = list(_shown(written))
    if (size := sum(asset.size for asset, _ in shown)) > HEAVY_TOGETHER:
        yield Finding(
            shown[-1][1], f"together, the pictures have {size // 1000} kB", f"the limit is {HEAVY_TOGETHER // 1000} kB"
        )


@FAMILY.rule("wide-image", "A picture that is wider than necessary", fails="4,000 px", passes="1,200 px")
def wide_image(written: SourceText) -> Iterator[Finding]:
    """A mail is 600 px wide. A width of 1,200 px is enough for high-resolution screens. Wider pictures just
    load slowly.
    """
    for asset, place in _shown(written):
        if asset.width > WIDEST:
            yield Finding(place, f"this picture is {asset.width} px wide", f"make it {WIDEST} px wide")


@FAMILY.rule("image-format", "A picture that some mail programs cannot show", fails="photo.webp", passes="photo.jpg")
def image_format(written: SourceText) -> Iterator[Finding]:
    """Outlook for Windows shows neither WebP nor AVIF (caniemail.com/features/image-webp, 2023-03)."""
    for asset, place in _shown(written):
        if asset.media_type in ("image/webp", "image/avif"):
            yield Finding(
                place, f"Outlook for Windows does not show {asset.media_type[6:].upper()}", "save it as JPEG or PNG"
            )


FAMILY.declare(
    "image-size",
    "error",
    "A picture that is too large",
    "The limits are 1 MB and 40 million pixels.",
    "a photograph of 4 MB",
    "a photograph of 120 kB",
)
FAMILY.declare(
    "bad-image",
    "error",
    "A picture that cannot be used",
    "PNG, JPEG, GIF, WebP and AVIF are allowed if they decode completely. SVG is not allowed, because it can "
    "contain scripts. Metadata (position, serial numbers, thumbnails) is removed from every published "
    "picture, even if the announcement only links to it. A picture is refused if damage makes it impossible "
    "to tell where its metadata ends.",
    "plan.svg",
    "plan.png",
)

ATTACHMENTS = Family(
    "attachments",
    "Hidden data in files for download. It is removed from pictures. Other files are published unchanged.",
)
ATTACHMENTS.declare(
    "hidden-position",
    "warning",
    "A file that reveals where it was recorded",
    "Phones store their position in films and photographs, and documents and archives (.zip) keep the positions of the "
    "photographs in them. The position is often somebody's home. Share the film without its location, or run "
    "`ffmpeg -i film.mp4 -map_metadata -1 -c copy clean.mp4`. Remove the location from photographs before you insert "
    "them into a document.",
    "a film copied directly from a phone",
    "a film shared without its location",
)
ATTACHMENTS.declare(
    "tracked-changes",
    "warning",
    "A document with tracked changes",
    "Everyone who downloads the document can read what was deleted, who deleted it, and when. Accept or reject all "
    "changes, or publish a PDF.",
)
ATTACHMENTS.declare(
    "hidden-comments",
    "warning",
    "A document with comments",
    "Comments are meant for colleagues, but everyone who downloads the document can read them. Delete them, or publish a "
    "PDF.",
)
