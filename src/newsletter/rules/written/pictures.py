"""pictures: the files that announcements show, as mails can carry them."""

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
    """The project files that are shown as pictures, and where."""
    of, seen = written.of, set()
    find = markdown.places(of.source)
    images = [(each.target, find(each)) for each in of.prose.references if each.image]
    if isinstance(of, Announcement) and of.image:
        images.append((of.image.src, written.inside("image", "src")))
    for target, place in images:
        asset = of.targets[target].asset if target in of.targets else None
        if asset and asset.path not in seen:
            seen.add(asset.path)
            yield asset, place


@FAMILY.rule(
    "heavy-image", "A picture that takes long to load", fails="a photograph of 600 kB", passes="a photograph of 120 kB"
)
def heavy_image(written: SourceText) -> Iterator[Finding]:
    """Mails are read on the way: 200 kB a picture is plenty for 600 px. (Over 1 MB: `image-size`.)"""
    for asset, place in _shown(written):
        if asset.size > HEAVY:
            yield Finding(
                place, f"this picture weighs {asset.size // 1000} kB", f"{HEAVY // 1000} kB are enough: save it smaller"
            )


@FAMILY.rule(
    "heavy-mail",
    "Pictures that together take long to load",
    fails="five pictures of 190 kB",
    passes="five pictures of 80 kB",
)
def heavy_mail(written: SourceText) -> Iterator[Finding]:
    """All pictures of a mail are loaded at once."""
    shown = list(_shown(written))
    if (size := sum(asset.size for asset, _ in shown)) > HEAVY_TOGETHER:
        yield Finding(
            shown[-1][1], f"the pictures weigh {size // 1000} kB together", f"{HEAVY_TOGETHER // 1000} kB are the most"
        )


@FAMILY.rule("wide-image", "A picture wider than any screen shows it", fails="4,000 px", passes="1,200 px")
def wide_image(written: SourceText) -> Iterator[Finding]:
    """A mail is 600 px wide. 1,200 px are sharp on the finest screens; more is only weight."""
    for asset, place in _shown(written):
        if asset.width > WIDEST:
            yield Finding(place, f"this picture is {asset.width} px wide", f"{WIDEST} px are enough")


@FAMILY.rule("image-format", "A picture that some mail programs cannot show", fails="photo.webp", passes="photo.jpg")
def image_format(written: SourceText) -> Iterator[Finding]:
    """Outlook for Windows shows neither WebP nor AVIF (caniemail.com/features/image-webp, 2023-03)."""
    for asset, place in _shown(written):
        if asset.media_type in ("image/webp", "image/avif"):
            yield Finding(
                place, f"Outlook for Windows shows no {asset.media_type[6:].upper()}", "save it as JPEG or PNG"
            )


FAMILY.tell("image-size", "error", "A picture that is too large", "Over 1 MB, or over 40 million pixels, a picture reaches nobody.",
            "a photograph of 4 MB", "a photograph of 120 kB")  # fmt: skip
FAMILY.tell("bad-image", "error", "A picture that is none", "PNG, JPEG, GIF, WebP and AVIF are known, and must decode whole. "
            "SVG may hold scripts. Metadata (position, serial numbers, thumbnails) is cut from every picture before it is "
            "published, also from one that is only linked to; one that is so damaged that nobody can say where its "
            "metadata ends is refused.", "plan.svg", "plan.png")  # fmt: skip

ATTACHMENTS = Family(
    "attachments",
    "What files for download contain but do not show. Pictures are published without it, other files as they are.",
)
ATTACHMENTS.tell("hidden-position", "warning", "A file that says where it was recorded",
                 "Telephones write their position into films and photographs, and documents and archives (.zip) keep that "
                 "of the photographs in them. Often it is somebody's home. Share the film without its location, or run "
                 "`ffmpeg -i film.mp4 -map_metadata -1 -c copy clean.mp4`; remove the location from photographs before "
                 "they go into a document.",
                 "a film as it comes from the telephone", "a film shared without its location")  # fmt: skip
ATTACHMENTS.tell("tracked-changes", "warning", "A document with tracked changes", "Everyone who downloads it can read what was "
                 "deleted, by whom and when. Accept or reject all changes, or publish a PDF.")  # fmt: skip
ATTACHMENTS.tell("hidden-comments", "warning", "A document with comments", "Comments are written for colleagues, and everyone "
                 "who downloads the document reads them. Delete them, or publish a PDF.")  # fmt: skip
