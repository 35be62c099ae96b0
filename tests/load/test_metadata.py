"""Test that metadata is cut from pictures and that Pillow decodes the same pixels before and after."""

import io
import struct
from collections.abc import Iterator

import pytest
from PIL import Image, ImageSequence

from newsletter.load import metadata
from newsletter.load.metadata import Malformed, published, strip
from support.pictures import SECRET, box, chunk, encoded, exif, film, noise, planted_webp, riff, samples, segment

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns about the planted metadata

SAMPLES = {name: (plain, planted) for name, plain, planted in samples()}
KINDS = {name.partition("-")[0] for name in SAMPLES}
TURNED = 274  # the Exif tag for orientation


def frames(content: bytes) -> list[tuple[str, bytes, object]]:
    """Return the mode, pixels and duration of every frame."""
    with Image.open(io.BytesIO(content)) as picture:
        return [(each.mode, each.tobytes(), each.info.get("duration")) for each in ImageSequence.Iterator(picture)]


def appearance(content: bytes) -> tuple[object, ...]:
    """Return the colour profile and everything else that affects how a picture is shown."""
    with Image.open(io.BytesIO(content)) as picture:
        return tuple(picture.info.get(key) for key in ("icc_profile", "transparency", "loop", "background", "gamma"))


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_secret_is_left_and_pixels_are_the_same(name: str) -> None:
    planted = SAMPLES[name][1]
    clean = strip(planted)
    assert SECRET in planted and SECRET not in clean
    assert frames(clean) == frames(planted)
    assert appearance(clean) == appearance(planted)
    assert strip(clean) == clean


@pytest.mark.parametrize("name", SAMPLES)
def test_only_the_orientation_is_kept_of_exif(name: str) -> None:
    with Image.open(io.BytesIO(strip(SAMPLES[name][1]))) as picture:
        kept = dict(picture.getexif())
        assert not {"comment", "xmp", "exif", "mp", "photoshop"} & picture.info.keys() - {"exif"}
    assert kept == ({} if name in ("gif", "gif-moving", "avif-moving") else {TURNED: 6})


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_without_metadata_stays_as_it_is(name: str) -> None:
    plain = SAMPLES[name][0]
    assert strip(plain) == plain


@pytest.mark.parametrize("name", [name for name in SAMPLES if not name.startswith("avif")])
def test_metadata_is_cut_and_the_rest_left_as_the_encoder_wrote_it(name: str) -> None:
    plain, planted = SAMPLES[name]
    clean = strip(planted)
    longest = max(scans(plain), key=len)
    assert longest in clean and len(clean) <= len(plain) + 60


def scans(content: bytes) -> Iterator[bytes]:
    """Yield the compressed image data, approximately."""
    for sign in (b"\xff\xda", b"IDAT", b"VP8 ", b"VP8L", b","):
        if (at := content.rfind(sign)) >= 0:
            yield content[at:-4]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("turned", [1, 2, 8])
def test_the_orientation_is_rewritten_unless_the_picture_is_upright(kind: str, turned: int) -> None:
    clean = strip(encoded(kind.upper(), exif=(b"Exif\0\0" if kind == "jpeg" else b"") + exif(turned)))
    with Image.open(io.BytesIO(clean)) as picture:
        assert dict(picture.getexif()) == ({} if turned == 1 else {TURNED: turned})
    assert SECRET not in clean


def test_of_several_pictures_in_a_jpeg_only_the_first_is_published() -> None:
    several = encoded("MPO", save_all=True, append_images=[noise().rotate(180)])
    clean = strip(several)
    with Image.open(io.BytesIO(several)) as before, Image.open(io.BytesIO(clean)) as after:
        assert (before.format, after.format) == ("MPO", "JPEG")
    assert frames(clean) == frames(several)[:1]


def test_an_orientation_in_another_form_is_dropped() -> None:
    for wrong in (exif(0), exif(9), b"MM\0*", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"", b"GIF89a"):
        clean = strip(encoded("JPEG")[:20] + segment(0xE1, b"Exif\0\0" + wrong) + encoded("JPEG")[20:])
        assert clean == encoded("JPEG")


DAMAGED = {
    "jpeg without end": encoded("JPEG")[:-2],
    "jpeg that ends in a segment": encoded("JPEG")[:30],
    "jpeg with another inside": encoded("JPEG")[:-2] + encoded("JPEG", exif=exif()),
    "jpeg with an unknown segment": encoded("JPEG")[:20] + segment(0xF5, SECRET) + encoded("JPEG")[20:],
    "jpeg with a segment without length": encoded("JPEG")[:20] + b"\xff\xe1\0\0" + encoded("JPEG")[20:],
    "jpeg with a damaged scan": encoded("JPEG")[:-2] + b"\xff\x02" + encoded("JPEG")[-2:],
    "jpeg that says nothing": b"\xff\xd8\xff",
    "png without end": encoded("PNG")[:-12],
    "png that is cut": encoded("PNG")[:-20],
    "png with a necessary chunk": encoded("PNG")[:33] + chunk(b"SECR", SECRET) + encoded("PNG")[33:],
    "png with a long chunk": encoded("PNG")[:33] + chunk(b"gAMA", SECRET) + encoded("PNG")[33:],
    "png with an enormous chunk": encoded("PNG")[:33] + b"\xff\xff\xff\xfftEXt" + encoded("PNG")[33:],
    "webp that is cut": encoded("WEBP")[:-8],
    "webp that begins with exif": b"RIFF\x14\0\0\0WEBP" + riff(b"EXIF", bytes(8)),
    "webp with two headers": planted_webp(encoded("WEBP", icc_profile=b"x") + riff(b"VP8X", bytes(10))),
    "webp that is empty": b"RIFF\x04\0\0\0WEBP",
    "gif that is cut": encoded("GIF")[:-20],
    "gif with something unknown": encoded("GIF")[:-1] + b"\0" + SECRET,
    "gif with a timing too long": encoded("GIF")[:-1] + b"!\xf9\x06SECRET\0;",
    "gif without colours": b"GIF89a\1\0\1\0\xf7\0\0",
    "avif that is cut": encoded("AVIF")[:-8],
    "avif without a list": box(b"ftyp", b"avif\0\0\0\0") + box(b"mdat", SECRET),
    "avif with two lists": encoded("AVIF") + box(b"meta", bytes(4)),
    "avif with a large beginning": box(b"ftyp", b"isom" + bytes(5000) + b"avif") + box(b"mdat", SECRET),
    "avif with sound": encoded("AVIF")
    + box(b"moov", box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"soun" + bytes(13))))),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_not_certain_is_refused(name: str) -> None:
    with pytest.raises(Malformed) as fault:
        strip(DAMAGED[name])
    assert str(fault.value)


def test_a_heic_is_cleaned_as_an_avif_is() -> None:
    heic = SAMPLES["avif"][1].replace(b"avif", b"heic", 2).replace(b"av01", b"hvc1")
    assert metadata.kind(heic) == "avif" and SECRET not in strip(heic)


def test_avif_deleted_items_and_descriptions_become_zeros() -> None:
    planted = encoded("AVIF", exif=exif(), xmp=SECRET * 20)
    # The XMP is deleted from the item list only: its type no longer says that it is metadata.
    assert SECRET not in strip(planted.replace(b"mime", b"free"))
    # Names of pictures are removed, except those that an encoder gives.
    assert b"Alice" not in strip(planted.replace(b"Color", b"Alice"))
    # A description property keeps its place in the list, because properties are numbered by position.
    described = planted.replace(b"pixi", b"udes")
    assert b"udes" not in strip(described) and len(strip(described)) == len(described)


def test_avif_items_that_no_list_of_types_names_become_zeros() -> None:
    planted = encoded("AVIF", exif=exif(), xmp=SECRET * 20)
    at = planted.index(b"infe", planted.index(b"infe") + 4)
    # The Exif is now item 9 in the list of types; as item 2, only its location is known.
    renamed = planted[: at + 8] + b"\0\x09" + planted[at + 10 :]
    assert SECRET not in strip(renamed)


def test_avif_metadata_that_only_a_track_names_becomes_zeros() -> None:
    planted = SAMPLES["avif-moving"][1][:-3]
    end = planted.rindex(box(b"free", SECRET))
    moved = planted[:end] + box(b"mdat", bytes(8))
    at = moved.index(b"iloc") + 12
    for item in (1, 2):  # Exif and XMP: empty in the file's list of locations, but located by the track's list
        begin = at + 14 * item + 6
        moved = moved[:begin] + struct.pack(">II", len(moved) - 8, 8) + moved[begin + 8 :]
    clean = strip(moved)
    assert SECRET not in clean and frames(clean) == frames(moved)


def test_avif_whose_main_picture_is_unknown_is_refused() -> None:
    with pytest.raises(Malformed, match="main picture"):
        strip(encoded("AVIF").replace(b"av01", b"av99"))


def test_avif_metadata_that_lies_in_a_picture_is_refused() -> None:
    plain = encoded("AVIF", exif=exif())
    at = plain.index(b"iloc") + 12  # the first item: id, data reference, extent count, offset, length
    first, second = plain[at : at + 14], plain[at + 14 : at + 28]
    with pytest.raises(Malformed, match="within a picture"):
        strip(plain.replace(second, second[:6] + first[6:]))
    with pytest.raises(Malformed, match="outside"):
        strip(plain.replace(second, second[:6] + b"\0\0\0\4" + second[10:]))
    with pytest.raises(Malformed, match="clearly"):
        strip(plain.replace(second, second[:10] + bytes(4)))


def test_other_files_are_left_alone_and_not_held() -> None:
    for content in (b"", b"%PDF-1.7 SECRET", b"\xff\xd8", film(box(b"udta", SECRET)), b"RIFF\4\0\0\0WAVE", b"GIF90a"):
        assert metadata.kind(content) == "" and strip(content) == content
    pieces = iter([b"a" * 70_000, b"b" * 70_000])
    first = published(pieces)
    assert next(first) == b"a" * 70_000 and next(pieces) == b"b" * 70_000


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_pictures_come_in_pieces_of_any_size(size: int) -> None:
    for _, planted in SAMPLES.values():
        pieces = (planted[at : at + size] for at in range(0, len(planted), size))
        assert b"".join(published(pieces)) == strip(planted)


def test_a_picture_that_is_too_large_for_memory_is_refused() -> None:
    head = encoded("JPEG")
    with pytest.raises(Malformed, match="100 MB"):
        list(published(iter([head, *[bytes(20_000_000)] * 5])))
