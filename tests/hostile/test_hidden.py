"""Test that no metadata of a picture, even a damaged one, reaches the outbox or the preview."""

import hashlib
import io
import json
import re
import resource
import struct
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import example, given
from PIL import Image

from newsletter.load.metadata import Malformed, find_hidden, strip
from newsletter.load.metadata.boxes import boxes
from support.guard import SECONDS, build_soundly, problems
from support.pictures import (
    SECRET,
    archive,
    box,
    chunk,
    encoded,
    exif,
    film,
    planted_jpeg,
    planted_png,
    samples,
    segment,
)
from support.project import Project

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns about the planted metadata

SAMPLES = {name: planted for name, _, planted in samples()}
PICTURES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "gif": ".gif", "avif": ".avif"}
edits = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 1), st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=4
)


def edited(content: bytes, changes: list[tuple[int, float, float, bytes]]) -> bytes:
    """Return the content with bytes overwritten, inserted, deleted and moved."""
    for kind, where, other, new in changes:
        at, from_ = int(where**3 * len(content)), int(other * len(content))  # mostly near the beginning
        content = {
            0: content[:at] + new + content[at + len(new) :],
            1: content[:at] + new + content[at:],
            2: content[:at] + content[at + len(new) :],
            3: content[:at] + content[from_ : from_ + 40] + content[at:],
        }[kind]
    return content


@given(st.sampled_from(sorted(SAMPLES)), edits)
def test_a_damaged_picture_is_refused_or_cleaned(name: str, changes: list[tuple[int, float, float, bytes]]) -> None:
    content = edited(SAMPLES[name], changes)
    find_hidden(io.BytesIO(content))
    try:
        clean = strip(content)
    except Malformed:
        return
    assert strip(clean) == clean
    try:
        with Image.open(io.BytesIO(clean)) as picture:
            picture.load()
            kept = picture.getexif().keys()
    except Exception:
        return  # no viewer can show it
    assert kept <= {274}


HEADS = (
    b"",
    *(planted[:12] for planted in SAMPLES.values()),
    b"PK\3\4",
    b"%PDF-\xff\xd8\xff\xe1",
    b"MM\0*",
    b"\0\0\0\x08moov",
)


@given(st.sampled_from(HEADS), st.binary(max_size=200))
@example(b"PK\3\4", b"PK\5\6" + bytes(18))
def test_any_bytes_are_cleaned_or_refused(head: bytes, rest: bytes) -> None:
    find_hidden(io.BytesIO(head + rest))
    try:
        assert strip(strip(head + rest)) == strip(head + rest)
    except Malformed as fault:
        assert str(fault)


def located_by(iloc: bytes) -> bytes:
    """Return an AVIF with this `iloc` box, the list of item locations."""
    plain = encoded("AVIF")
    meta = next(each for each in boxes(plain, 0, len(plain)) if each.kind == b"meta")
    inner = b"".join(
        box(b"iloc", iloc) if each.kind == b"iloc" else plain[each.start : each.end]
        for each in boxes(plain, meta.content + 4, meta.end)
    )
    return plain[: meta.start] + box(b"meta", bytes(4) + inner) + plain[meta.end :]


def enormous() -> dict[str, bytes]:
    """Return inputs of about 1 MB that would take hours if work grew faster than their size."""
    many = 1_000_000
    jpeg, png, gif, avif = (encoded(kind) for kind in ("JPEG", "PNG", "GIF", "AVIF"))
    # 60,000 items of 65,535 empty ranges each.
    empty = bytes(4) + b"\0\0" + struct.pack(">H", 60_000) + struct.pack(">HHH", 1, 0, 65_535) * 60_000
    # 65,535 overlapping ranges.
    whole = b"\x44\0\0\1\0\1\0\0\xff\xff" + b"".join(struct.pack(">II", 700_000 + n, 300_000) for n in range(65_535))
    return {
        "segments": jpeg[:20] + segment(0xFE, b"") * (many // 4) + jpeg[20:],
        "fill": jpeg[:20] + b"\xff" * many + jpeg[20:],
        "scan of fill": jpeg[:-2] + b"\xff" * many + b"\0" + jpeg[-2:],
        "junk": jpeg[:20] + b"\xff\0" * (many // 2) + jpeg[20:],
        "restarts": jpeg[:20] + b"\xff\xd0" * (many // 2) + jpeg[20:],
        "directories": jpeg[:20] + segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff") * 50_000 + jpeg[20:],
        "chunks": png[:33] + chunk(b"tEXt", b"") * (many // 12) + png[33:],
        "blocks": gif[:-1] + b"!\xfe" + b"\1a" * (many // 2) + b"\0;",
        "loops": gif[:-1] + b"!\xff\x0bNETSCAPE2.0" + b"\3\1\0\0" * (many // 4) + b"\0;",
        "boxes": avif + box(b"free") * (many // 8),
        "items": located_by(empty),
        "ranges": located_by(bytes(4) + whole) + box(b"mdat", bytes(many)),
        "brands": box(b"ftyp", b"isom" * (many // 4)) + avif,
        "depth": b"".join(struct.pack(">I4s", many - 8 * level, b"moov") for level in range(many // 8)),
        "films": box(b"moov") * (many // 8),
        "pdf": b"%PDF-" + b"\xff\xd8\xff\xe1\0\2" * (many // 6),
        "bomb": archive(word__document_xml=b"<" * 60_000_000),
        "bombs": archive(**{f"a{number}_jpg": b"\xff\xd8\xff\xe1\0\2" + bytes(many) for number in range(100)}),
        "parts": archive(**{f"{number}_jpg": b"" for number in range(20_000)}),
    }


TRY = """
import io, pathlib
from newsletter.load import metadata
for path in sorted(pathlib.Path("in").iterdir()):
    content = path.read_bytes()
    metadata.find_hidden(io.BytesIO(content))
    try:
        metadata.strip(content)
    except metadata.Malformed:
        pass
print("done")
"""


def test_work_and_memory_grow_with_size_only(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, content in enormous().items():
        (tmp_path / "in" / name).write_bytes(content)

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))

    done = subprocess.run(
        [sys.executable, "-c", TRY], cwd=tmp_path, capture_output=True, text=True, check=False, preexec_fn=bound
    )
    assert done.stdout == "done\n", done.stderr


def fill(project: Project) -> dict[str, bytes]:
    """Make a project publish a picture of each kind in every way; return the sources by path."""
    project.complete()
    settings = (project.root / "pyproject.toml").read_text(encoding="utf-8")
    project.write("pyproject.toml", settings.replace("organisation]", 'organisation]\nlogo = "logo.png"'))
    files = {f"announcements/{kind}{ending}": SAMPLES[kind] for kind, ending in PICTURES.items()}
    files["announcements/moving.gif"] = SAMPLES["gif-moving"]
    files["announcements/wrong.png"] = SAMPLES["jpeg"]
    files["announcements/front.jpg"] = SAMPLES["jpeg-cmyk"]
    files["announcements/photo.txt"] = SAMPLES["jpeg-progressive"]
    files["announcements/large.jpg"] = planted_jpeg(encoded("JPEG")) + SECRET * 400_000
    files["announcements/event.webp"] = SAMPLES["webp-lossless"]
    files["announcements/apple.heic"] = SAMPLES["avif"].replace(b"avif", b"heic", 2).replace(b"av01", b"hvc1")
    files["announcements/issues/issue.png"] = SAMPLES["png-palette"]
    files["logo.png"] = planted_png(encoded("PNG", mode="L"))
    for name, content in files.items():
        project.write(name, content)
    shown = [f"![Texte]({kind}{ending})" for kind, ending in PICTURES.items()]
    linked = [f"[Photo]({name})" for name in ("wrong.png", "photo.txt", "moving.gif", "../announcements/apple.heic")]
    event = {"start": "2024-12-24", "url": "event.webp"}
    project.announce(
        body="\n\n".join((*shown, "![Faux](wrong.png)", *linked)),
        image={"src": "front.jpg", "alt": "Une photo"},
        attachments=[{"title": "Grande photo", "src": "large.jpg"}, {"title": "Photo", "src": "jpeg.jpg"}],
        event=event,
    )
    project.write("announcements/issues/2024-11.md", "---\ntitle: Novembre\n---\n\n![Texte](issue.png)\n")
    return files


def test_no_published_picture_holds_a_secret(project: Project) -> None:
    files = fill(project)
    done = build_soundly(project.root)
    assert done.code == 0, done.output
    outbox = project.root / "outbox"
    written = {path: path.read_bytes() for path in outbox.rglob("*") if path.is_file()}
    assert not [path for path, content in written.items() if SECRET in content]
    published = {path.name: content for path, content in written.items() if path.parent.name == "assets"}
    for name, content in files.items():
        source = f"{hashlib.sha256(content).hexdigest()[:8]}-{Path(name).name}"
        assert published[source] == strip(content), name
    manifest = json.loads((outbox / "manifest.json").read_bytes())["files"]
    for name, content in published.items():
        entry = manifest[f"site/assets/{name}"]
        assert (entry["size"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    feed = (outbox / "site/feeds/atom.xml").read_text(encoding="utf-8")
    enclosures = re.findall(r'<link[^>]*rel="enclosure"[^>]*>', feed)
    assert len(enclosures) == 2
    for each in enclosures:
        (name,) = re.findall(r'assets/([^"]+)"', each)
        assert f'length="{len(published[name])}"' in each


def test_pictures_that_an_older_version_published_are_replaced_under_their_names(project: Project) -> None:
    fill(project)
    assert build_soundly(project.root).code == 0
    (asset,) = (project.root / "outbox/site/assets").glob("*-jpeg.jpg")
    clean = asset.read_bytes()
    old = json.loads((project.root / "outbox/manifest.json").read_bytes())
    entry = old["files"][f"site/assets/{asset.name}"]
    entry.update(size=len(SAMPLES["jpeg"]), sha256=hashlib.sha256(SAMPLES["jpeg"]).hexdigest())
    asset.write_bytes(SAMPLES["jpeg"])
    (project.root / "outbox/manifest.json").write_text(json.dumps(old))
    assert build_soundly(project.root).code == 0
    assert asset.read_bytes() == clean and SECRET not in clean


CUT = encoded("JPEG", exif=b"Exif\0\0" + exif())[:-2] + SECRET  # Pillow shows it, but its end is unknown


REFUSED = {
    "cut.jpg": CUT,
    "photo.pdf": CUT,
    "text.png": SECRET * 9,
    "cut.avif": SAMPLES["avif"][:-300],
    "late.jpg": SECRET + CUT,  # viewers search for the start of the picture
}


def test_a_picture_that_cannot_be_cleaned_is_a_located_problem(project: Project) -> None:
    for name, content in REFUSED.items():
        project.write(f"announcements/{name}", content)
    attachments = [{"title": name, "src": name} for name in REFUSED]
    project.announce(body="\n\n".join(f"[Photo]({name})" for name in REFUSED), attachments=attachments)
    done = build_soundly(project.root)
    assert done.code == 1
    for number, name in enumerate(REFUSED):
        front, body = (line for line in problems(done) if f"/{name}'" in line)
        assert front.endswith("[bad-image]") and body.endswith("[bad-image]")
        assert ".md:5:" in front and f".md:{8 + 2 * number}:1: error: " in body


HIDING = {
    "film.mp4": (film(box(b"udta", box(b"\xa9xyz", b"+48.85+002.35/"))), "hidden-position"),
    "film.3gp": (film(box(b"udta", box(b"loci", bytes(20)))), "hidden-position"),
    "film.mov": (
        film(box(b"meta", box(b"hdlr", bytes(25)) + box(b"keys", b"\0" * 8 + b"com.apple.quicktime.location.ISO6709"))),
        "hidden-position",
    ),
    "old.mov": (box(b"wide") + box(b"moov", box(b"udta", box(b"\xa9xyz", b"x") + bytes(4))), "hidden-position"),
    "large.mp4": (
        box(b"ftyp", b"mp42\0\0\0\0")
        + struct.pack(">I4sQ", 1, b"mdat", 116)
        + bytes(100)
        + film(box(b"udta", box(b"loci"))),
        "hidden-position",
    ),
    "xmp.mp4": (
        film() + box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<exif:GPSLatitude>"),
        "hidden-position",
    ),
    "sport.mp4": (
        film(box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", box(b"stsd", bytes(8) + box(b"gpmd"))))))),
        "hidden-position",
    ),
    "photo.tif": (exif(), "hidden-position"),
    "photos.zip": (archive(ete__photo_JPG=SAMPLES["jpeg"]), "hidden-position"),
    "photo.docx": (archive(word__media__image1_jpeg=SAMPLES["jpeg"]), "hidden-position"),
    "photo.pdf": (b"%PDF-1.7\n" + bytes(5000) + SAMPLES["jpeg"], "hidden-position"),
    "ins.docx": (archive(word__document_xml=b" " * 65_530 + b"<w:ins w:id='1'>"), "tracked-changes"),
    "del.docx": (archive(word__footnotes_xml="<w:del w:id='1'>"), "tracked-changes"),
    "style.docx": (archive(word__header1_xml="<w:rPrChange w:id='1'>"), "tracked-changes"),
    "text.odt": (archive(content_xml="<text:changed-region>"), "tracked-changes"),
    "sums.ods": (archive(content_xml="<table:cell-content-change>"), "tracked-changes"),
    "word.docx": (archive(word__comments_xml="<w:comments><w:comment w:id='0'>"), "hidden-comments"),
    "note.odt": (archive(content_xml="<office:annotation>"), "hidden-comments"),
    "talk.pptx": (archive(ppt__comments__comment1_xml="<p:cm>"), "hidden-comments"),
    "sums.xlsx": (archive(xl__comments1_xml="<comments><comment ref='A1'>"), "hidden-comments"),
    "both.xlsx": (archive(xl__threadedComments__threadedComment1_xml="<threadedComment>"), "hidden-comments"),
}


def test_what_attachments_hide_is_reported_at_their_places(project: Project) -> None:
    for name, (content, _) in HIDING.items():
        project.write(f"announcements/{name}", content)
    project.announce(
        body="[Film](film.mp4)",
        attachments=[{"title": name.upper(), "src": name} for name in HIDING if name != "film.mp4"],
    )
    done = build_soundly(project.root)
    assert done.code == 0
    for name, (_, code) in HIDING.items():
        (reported,) = (line for line in problems(done) if f"'{name}'" in line)
        assert reported.endswith(f"[{code}]") and ": warning: " in reported


PLAIN = {
    "film.mp4": film(box(b"udta", box(b"name", SECRET))),
    "film.mov": film(box(b"meta", box(b"hdlr", bytes(25)) + box(b"keys", b"com.apple.quicktime.make"))),
    "loci.mp4": box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", box(b"moov", box(b"udta", box(b"loci")))),
    "cut.mp4": film(box(b"udta", box(b"loci")))[:100],
    "plain.docx": archive(
        word__document_xml="<w:p><w:instrText>w:ins</w:instrText></w:p>", word__comments_xml="<w:comments/>"
    ),
    "plain.odt": archive(content_xml="<text:tracked-changes text:track-changes='false'/><office:annotation-end/>"),
    "plain.zip": archive(a_txt="<w:ins/>", b_jpg=encoded("JPEG"), word__media__a_xml="<w:ins/>"),
    "plain.pdf": b"%PDF-1.7\n" + encoded("JPEG"),
    "cut.docx": archive(word__document_xml="<w:ins/>")[:-30],
    "empty.pdf": b"",
    "notes.txt": b"moov udta loci",
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_hides_nothing_certain_is_not_reported(name: str) -> None:
    assert find_hidden(io.BytesIO(PLAIN[name])) == ()


def test_a_list_of_parts_that_is_too_long_is_not_read() -> None:
    content = archive(word__document_xml="<w:ins/>")
    assert find_hidden(io.BytesIO(content)) == find_hidden(io.BytesIO(content[:-2] + b"\1\0!")) == ("changes",)
    for tail in (b"PK\6\7" + bytes(16) + content[-22:], content[-22:-10] + b"\0\0\0\1" + content[-6:]):
        assert find_hidden(io.BytesIO(content[:-22] + tail)) == ()


def test_a_password_hides_what_a_document_hides() -> None:
    content = archive(word__document_xml="<w:ins/>")
    central = content.rindex(b"PK\1\2") + 8
    assert find_hidden(io.BytesIO(content[:6] + b"\1" + content[7:central] + b"\1" + content[central + 1 :])) == ()
