"""Check the pictures and attachments of announcements: can mails carry them, and do they reveal private data?"""

from collections.abc import Iterator

from newsletter import markdown
from newsletter.model import Announcement, Asset
from newsletter.model.problems import Place
from newsletter.rules.rule import Family, Finding
from newsletter.rules.written.text import SourceText

FAMILY = Family("pictures", "The files that announcements show, as mails can carry them.")
HEAVY = 200_000  # bytes
HEAVY_TOGETHER = 800_000  # bytes
WIDEST = 1_200  # px: twice the width of a mail


def _shown(written: SourceText) -> Iterator[tuple[Asset, Place]]:
    """Yield the project files that are shown as pictures, each once, with their places."""
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
    "heavy-image", "A picture that takes long to load", fails="a photograph of 600 kB", passes="a photograph of 120 kB"
)
def heavy_image(written: SourceText) -> Iterator[Finding]:
    """Many people read mails over slow mobile connections, and 200 kB are plenty for a picture 600 px wide. (Over 1 MB:
    `image-size`.)
    """
    for asset, place in _shown(written):
        if asset.size > HEAVY:
            yield Finding(
                place, f"this picture is {asset.size // 1000} kB", f"save it smaller: {HEAVY // 1000} kB are enough"
            )


@FAMILY.rule(
    "heavy-mail",
    "Pictures that take long to load together",
    fails="five pictures of 190 kB",
    passes="five pictures of 80 kB",
)
def heavy_mail(written: SourceText) -> Iterator[Finding]:
    """All pictures of a mail are loaded at once."""
    shown = list(_shown(written))
    if (size := sum(asset.size for asset, _ in shown)) > HEAVY_TOGETHER:
        yield Finding(
            shown[-1][1], f"the pictures are {size // 1000} kB together", f"the limit is {HEAVY_TOGETHER // 1000} kB"
        )


@FAMILY.rule("wide-image", "A picture wider than any screen shows it", fails="4,000 px", passes="1,200 px")
def wide_image(written: SourceText) -> Iterator[Finding]:
    """A mail is 600 px wide. Pictures of 1,200 px are sharp on the finest screens; wider ones only take longer to load."""
    for asset, place in _shown(written):
        if asset.width > WIDEST:
            yield Finding(place, f"this picture is {asset.width} px wide", f"{WIDEST} px are enough")


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
    "PNG, JPEG, GIF, WebP and AVIF are allowed, and must decode completely. SVG is not: it can contain scripts. Metadata "
    "(position, serial numbers, thumbnails) is removed from every picture before it is published, even if it is only "
    "linked to. A picture is refused if it is so damaged that the end of its metadata is not clear.",
    "plan.svg",
    "plan.png",
)

ATTACHMENTS = Family(
    "attachments",
    "Hidden data in files for download. It is removed from pictures; other files are published as they are.",
)
ATTACHMENTS.declare(
    "hidden-position",
    "warning",
    "A file that reveals where it was recorded",
    "Telephones write their position into films and photographs, and documents and archives (.zip) keep that of the "
    "photographs in them. Often it is somebody's home. Share the film without its location, or run "
    "`ffmpeg -i film.mp4 -map_metadata -1 -c copy clean.mp4`; remove the location from photographs before they go into "
    "a document.",
    "a film as it comes from the telephone",
    "a film shared without its location",
)
ATTACHMENTS.declare(
    "tracked-changes",
    "warning",
    "A document with tracked changes",
    "Everyone who downloads it can read what was deleted, by whom and when. Accept or reject all changes, or publish a "
    "PDF.",
)
ATTACHMENTS.declare(
    "hidden-comments",
    "warning",
    "A document with comments",
    "Comments are meant for colleagues, but everyone who downloads the document can read them. Delete them, or publish a "
    "PDF.",
)
