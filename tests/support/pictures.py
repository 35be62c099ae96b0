"""Make pictures with SECRET in every kind of metadata that phones, editors or attackers add."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageCms

SECRET = b"SECRET"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png(extra: int = 0, width: int = 1) -> bytes:
    """Return a PNG of one white line of `width` pixels; with `extra`, that many bytes uncompressed."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    line = b"\0" + b"\xff\xff\xff" * width
    lines = 1 + -(-extra // len(line))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, lines, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(line * lines, 0 if extra else -1))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def noise(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """Return a picture in which no two lines are equal, the same each time."""
    width, height = size
    shades = bytes((x * 7 + y * 13 + x * y) % 251 for y in range(height) for x in range(width))
    return Image.frombytes("L", size, shades).convert(mode)


def encoded(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture encoded by Pillow."""
    stream = io.BytesIO()
    noise(mode).save(stream, kind, **options)
    return stream.getvalue()


def exif(turned: int = 6) -> bytes:
    """Return an Exif block: orientation, maker, serial number, GPS position, and a JPEG thumbnail."""
    thumbnail = encoded("JPEG", comment=SECRET)
    values = SECRET + b"\0" + struct.pack(">IIIIII", 48, 1, 51, 1, 0, 1)
    main, gps, after = 8, 8 + 2 + 4 * 12 + 4, 8 + 2 + 4 * 12 + 4 + 2 + 12 + 4
    second = after + len(values)
    entries = struct.pack(">HHHIHH", 4, 0x0112, 3, 1, turned, 0)
    entries += struct.pack(">HHII", 0x010F, 2, 7, after) + struct.pack(">HHII", 0xA431, 2, 7, after)
    entries += struct.pack(">HHIII", 0x8825, 4, 1, gps, second)
    position = struct.pack(">HHHIII", 1, 2, 5, 3, after + 7, 0)
    small = struct.pack(">HHHII", 2, 0x0201, 4, 1, second + 30) + struct.pack(">HHIII", 0x0202, 4, 1, len(thumbnail), 0)
    return struct.pack(">2sHI", b"MM", 42, main) + entries + position + values + small + thumbnail


def box(kind: bytes, content: bytes = b"") -> bytes:
    """Return a box of an ISO base media file, such as MP4 or AVIF."""
    return struct.pack(">I", len(content) + 8) + kind + content


def film(*boxes: bytes) -> bytes:
    """Return an MP4 without a picture, with `boxes` inside `moov`."""
    return (
        box(b"ftyp", b"isom\0\0\2\0")
        + box(b"mdat", bytes(50))
        + box(b"moov", box(b"mvhd", bytes(100)) + b"".join(boxes))
    )


def segment(marker: int, payload: bytes) -> bytes:
    """Return a JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def riff(kind: bytes, content: bytes) -> bytes:
    """Return a WebP chunk."""
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def archive(**parts: str | bytes) -> bytes:
    """Return a zip file. In names, `__` means `/` and `_` a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


def planted_jpeg(plain: bytes) -> bytes:
    """Add everything that cameras, editors and phones add."""
    plain = plain[:2] + segment(0xE0, b"JFIF\0\1\1\1\0\x48\0\x48\2\1" + b"SECRET") + plain[20:]
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>"
    extended = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + bytes(8) + b"SECRET"
    front = segment(0xE1, b"Exif\0\0" + exif()) + segment(0xE1, xmp) + segment(0xE1, extended)
    front += segment(0xE0, b"JFXX\0\x10" + encoded("JPEG", comment=SECRET)) + segment(0xE1, b"Exif\0\0" + exif(3))
    front += segment(0xE2, b"MPF\0MM\0*" + b"SECRET") + segment(0xFE, b"SECRET \xff\xd9")
    front += b"".join(segment(0xE0 + number, b"SECRET\xff\xd9") for number in (*range(3, 14), 15))
    front += b"\0SECRET" + b"\xff\xff\xff"  # decoders skip data between segments, and a marker may have fill bytes
    behind = plain + segment(0xE1, b"Exif\0\0" + exif()) + b"SECRET" + film(box(b"udta", SECRET))
    late = plain.rfind(b"\xff\xda")  # the last scan
    return plain[:26] + front + plain[26:late] + segment(0xFE, SECRET) + plain[late:] + b"SECRET" + behind


def planted_png(plain: bytes) -> bytes:
    """Add texts, a date, Exif, private chunks, and data after the end."""
    front = chunk(b"tEXt", b"Comment\0SECRET") + chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"SECRET"))
    front += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>SECRET</x:xmpmeta>") + chunk(b"eXIf", exif())
    front += (
        chunk(b"tIME", bytes(7)) + chunk(b"prVt", SECRET) + chunk(b"caBX", SECRET) + chunk(b"sPLT", b"SECRET\0\x08")
    )
    end = plain.rfind(b"IEND") - 4
    return plain[:33] + front + plain[33:end] + chunk(b"tEXt", b"a\0SECRET") + plain[end:] + b"SECRET" + plain


def planted_webp(plain: bytes) -> bytes:
    """Add Exif, XMP and unknown chunks. `plain` must be in the extended format."""
    body = bytearray(plain[12:])
    body[8] |= 0x0C
    body += riff(b"EXIF", exif()) + riff(b"XMP ", b"<x>SECRET</x>") + riff(b"SECR", b"SECRET!") + riff(b"EXIF", exif(3))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + bytes(body) + b"SECRET" + film(box(b"udta", SECRET))


def planted_gif(plain: bytes) -> bytes:
    """Add comments, plain text, XMP, private extensions, and data after the end."""
    front = b"!\xfe\x06SECRET\0" + b"!\xff\x0bXMP DataXMP<x>SECRET</x>" + b"\1" + bytes(range(255, -1, -1)) + b"\0"
    front += b"!\x01\x0c" + bytes(12) + b"\x06SECRET\0" + b"!\xff\x0bSECRETSECRE\x06SECRET\0" + b"!\xab\x06SECRET\0"
    front += b"!\xff\x0bNETSCAPE2.0\3\1\0\0\x06SECRET\0"
    at = 13 + (3 << (plain[10] & 7) + 1 if plain[10] & 0x80 else 0)
    return plain[:at] + front + plain[at:-1] + b"!\xfe\x06SECRET\0;" + b"SECRET" + plain


def planted_avif(plain: bytes) -> bytes:
    """Add private boxes and an appended film. `plain` already has Exif and XMP."""
    boxes = box(b"free", SECRET) + box(b"skip", SECRET) + box(b"uuid", bytes(16) + SECRET) + box(b"mpvd", SECRET)
    return plain + boxes + film(box(b"udta", SECRET))


def samples() -> Iterator[tuple[str, bytes, bytes]]:
    """Yield a name, the picture as Pillow writes it, and the picture with metadata."""
    for name, options in (
        ("jpeg", {}),
        ("jpeg-profile", {"icc_profile": PROFILE}),
        ("jpeg-progressive", {"progressive": True, "icc_profile": PROFILE}),
        ("jpeg-restarts", {"restart_marker_blocks": 2}),
        ("jpeg-grey", {"mode": "L"}),
    ):
        plain = encoded("JPEG", **options)  # type: ignore[arg-type]
        yield name, plain, planted_jpeg(plain)
    cmyk = encoded("JPEG", "CMYK")
    yield "jpeg-cmyk", cmyk, cmyk[:2] + segment(0xE1, b"Exif\0\0" + exif()) + segment(0xFE, SECRET) + cmyk[2:]
    frames = [noise().rotate(90), noise().rotate(180)]
    moving: dict[str, Any] = {"save_all": True, "append_images": frames, "loop": 0}
    for name, options in (
        ("png", {"icc_profile": PROFILE, "dpi": (72, 72)}),
        ("png-palette", {"mode": "P", "transparency": 3}),
        ("png-grey", {"mode": "LA"}),
        ("png-moving", moving),
    ):
        plain = encoded("PNG", **options)
        yield name, plain, planted_png(plain)
    for name, options in (
        ("webp", {"icc_profile": PROFILE}),
        ("webp-lossless", {"lossless": True, "icc_profile": PROFILE}),
        ("webp-moving", moving),
    ):
        plain = encoded("WEBP", **options)
        yield name, plain, planted_webp(plain)
    for name, options in (("gif", {"transparency": 0}), ("gif-moving", {**moving, "duration": 90})):
        plain = encoded("GIF", "P", **options)
        yield name, plain, planted_gif(plain)
    xmp = b"<x:xmpmeta>SECRET</x:xmpmeta>"
    yield (
        "avif",
        encoded("AVIF", icc_profile=PROFILE),
        planted_avif(encoded("AVIF", icc_profile=PROFILE, exif=exif(), xmp=xmp)),
    )
    alpha = encoded("AVIF", "RGBA")
    yield "avif-alpha", alpha, planted_avif(encoded("AVIF", "RGBA", exif=exif(), xmp=xmp))
    upright: dict[str, Any] = {**moving, "exif": exif(1), "xmp": xmp}
    yield "avif-moving", encoded("AVIF", **moving), planted_avif(encoded("AVIF", **upright))
