"""Create files to import, and import them."""

import io
import json
import zipfile
from typing import Any

from support.commands import run
from support.pictures import png
from support.project import Project

NOW = ("--now", "2024-12-01")


def take(project: Project, name: str, content: str | bytes = b"", *words: str) -> tuple[str, list[dict[str, Any]]]:
    """Import a file; return the announcement's text and the reported doubts."""
    path = project.root.parent / "recu" / name
    if content:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    before = set((project.root / "announcements").glob("*.md"))
    result = run("import", str(path), "-C", str(project.root), *NOW, "--format", "json", *words)
    assert result.exit_code == 0, result.output
    (made,) = set((project.root / "announcements").glob("*.md")) - before
    doubts = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return made.read_text(), doubts


def parts(announcement: str) -> tuple[str, str]:
    _, front, body = announcement.split("---\n", 2)
    return front, body.strip("\n")


def pack(**files: str | bytes) -> bytes:
    """Return a zip file. In names, `__` means a slash and `_` a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as safe_files:
        for name, content in files.items():
            safe_files.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


PAGE = """<!DOCTYPE html><html><head><title>Un prix | Site</title><meta property="og:title" content="Un prix">
<meta property="article:published_time" content="2024-11-26T09:30:00+01:00"><script>alert(1)</script></head>
<body><nav><a href="/">Accueil</a></nav><article><h1>Un prix</h1>
<p>Un <b>mot</b> et <i>deux</i>, <strong>« trois »</strong>suite, H<sub>2</sub>O, 2<sup>e</sup>, <a href="https://a.example/x(1)">lien</a>.</p>
<h3>Partie</h3><ul><li>un</li><li>deux<ol><li>dedans</li></ol></li></ul>
<blockquote><p>Cité</p></blockquote><p><img src="photo.png" alt="Une photo"></p>
<table><tr><th>A</th><th>B | C</th></tr><tr><td>1</td><td>2</td></tr></table>
<p><a href="javascript:alert(1)">piège</a> <a href="data:text/html,x">autre</a><br>ligne</p>
</article><footer>Pied</footer></body></html>"""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
IMAGE = (
    f'<w:drawing xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    f' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{R}"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><wp:inline><wp:docPr id="1" name="x"/>'
    '<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="rId1"/></pic:blipFill></pic:pic>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing>"
)


def paragraph(content: str, style: str = "", look: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    run_ = content if content.startswith("<") else f'<w:t xml:space="preserve">{content}</w:t>'
    return f"<w:p>{styled}<w:r><w:rPr>{look}</w:rPr>{run_}</w:r></w:p>"


def word(*paragraphs: str, prolog: str = "", **more: str | bytes) -> bytes:
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="png" ContentType="image/png"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/></Types>'
    )
    relationship = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    )
    main = f'<Relationship Id="r" Type="{R}/officeDocument" Target="word/document.xml"/>'
    image = f'<Relationship Id="rId1" Type="{R}/image" Target="media/image1.png"/>'
    styles = (
        f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Titre"><w:name w:val="Title"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Titre1"><w:name w:val="heading 1"/></w:style></w:styles>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as safe_files:
        safe_files.writestr("[Content_Types].xml", types)
        safe_files.writestr("_rels/.rels", relationship.format(main))
        styled = f'<Relationship Id="rId9" Type="{R}/styles" Target="styles.xml"/>'
        notes = f'<Relationship Id="rId8" Type="{R}/footnotes" Target="footnotes.xml"/>'
        safe_files.writestr("word/_rels/document.xml.rels", relationship.format(image + styled + notes))
        safe_files.writestr("word/styles.xml", styles)
        safe_files.writestr("word/media/image1.png", png())
        safe_files.writestr(
            "word/document.xml", f"{prolog}<w:document {W}><w:body>{''.join(paragraphs)}</w:body></w:document>"
        )
        for name, content in more.items():
            safe_files.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"><office:automatic-styles>'
    '<style:style style:name="T1"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="P1" style:parent-style-name="Title"/>'
    '<text:list-style style:name="L1"><text:list-level-style-number/></text:list-style></office:automatic-styles>'
    "<office:body><office:text>{}</office:text></office:body></office:document-content>"
)
