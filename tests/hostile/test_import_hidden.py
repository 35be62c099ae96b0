"""Test that import publishes nothing that the source hides, and gives no page today's date by default."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsletter.importers import Leftovers, hidden
from newsletter.importers.draft import Draft
from newsletter.importers.sites import drafts
from support.commands import run
from support.imports import IMAGE, ODT, W, pack, paragraph, parts, word
from support.imports import take as take_file
from support.project import Project

TODAY = date(2024, 12, 1)
NOW = ("--now", "2024-12-01")


def site(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def read(root: Path, files: dict[str, str]) -> tuple[dict[str, Draft], list[str]]:
    """Return the drafts of a site by slug, and the pages that were left out."""
    left = Leftovers()
    return {each.slug: each for each in drafts(site(root, files), TODAY, left)}, list(left.lines())


def is_draft(draft: Draft) -> bool:
    assert draft.more.get("draft") in (None, True)
    return "draft" in draft.more


# front matter of all tools

HIDES: list[dict[str, Any]] = [
    {"draft": True}, {"draft": "true"}, {"draft": "yes"}, {"draft": "on"}, {"draft": "1"}, {"draft": "perhaps"},
    {"Draft": "true"}, {"DRAFT": True}, {"isDraft": True}, {"is_draft": "y"},
    {"published": False}, {"published": "false"}, {"published": "no"}, {"Published": "off"}, {"publish": "n"},
    {"status": "draft"}, {"Status": "private"}, {"status": "Pending review"}, {"post_status": "trash"},
    {"status": "hidden"}, {"status": "unlisted"}, {"status": "auto-draft"}, {"status": "inherit"},
    {"visibility": "members"}, {"visibility": "paid"}, {"visibility": ["a", "b"]}, {"access": "paid"},
    {"password": "x"}, {"post_password": "x"}, {"private": True}, {"hidden": "yes"}, {"unlisted": True},
    {"headless": True}, {"build": {"render": "never"}}, {"_build": {"list": "never"}}, {"build": {"render": "link"}},
    {"build": {"render": False}}, {"Build": {"List": "False"}},
    {"eleventyExcludeFromCollections": True}, {"permalink": False}, {"permalink": "false"},
    {"robots": "noindex, nofollow"}, {"robots": "none"}, {"noindex": True}, {"sitemap": False},
    {"sitemap": {"disable": True}},
    {"publishDate": "next week"}, {"embargo": "yes"}, {"expiryDate": "31 December 2030"},
    {"date": "2024-11-26", "expiryDate": "2024-11-01"},
]  # fmt: skip
SHOWS: list[dict[str, Any]] = [
    {}, {"draft": False}, {"draft": "false"}, {"draft": "No"}, {"draft": ""}, {"draft": None}, {"draft": []},
    {"published": True}, {"published": "yes"}, {"published": "2024-11-26"}, {"published": ""},
    {"status": "publish"}, {"status": "Published"}, {"visibility": "public"}, {"access": "By train"},
    {"password": ""}, {"hidden": "false"}, {"build": {"render": "always", "list": "local"}}, {"permalink": "/x/"},
    {"robots": "index, follow"}, {"sitemap": True}, {"sitemap": {"priority": 0.5}}, {"layout": "none"},
    {"publishDate": "2024-11-26"}, {"expiryDate": "2030-01-01"},
]  # fmt: skip


@pytest.mark.parametrize("keys", HIDES, ids=str)
def test_keys_that_hide(keys: dict[str, Any]) -> None:
    assert hidden.judge(keys, str(keys.get("date", "")), TODAY).hidden


@pytest.mark.parametrize("keys", SHOWS, ids=str)
def test_keys_that_do_not(keys: dict[str, Any]) -> None:
    assert not hidden.judge(keys, "2024-11-26", TODAY).hidden


@pytest.mark.parametrize(
    ("front", "day"),
    [
        ("---\ntitle: T\ndate: 2024-11-26\npassword: x\n---\n", "2024-11-26"),
        ("\n\n---\ntitle: T\ndate: 2024-11-26\nStatus: private\n---\n", "2024-11-26"),
        ("+++\ntitle = 'T'\ndate = 2024-11-26\n[build]\nrender = 'never'\n+++\n", "2024-11-26"),
        ('{"title": "T", "date": "2024-11-26", "headless": true}\n', "2024-11-26"),
    ],
)
def test_front_matter_that_hides(project: Project, front: str, day: str) -> None:
    made, doubts = take_file(project, "a.md", f"{front}\nSecret.")
    assert "\ndraft: true\n" in made and f"\ndate: {day}\n" in made
    assert [doubt["code"] for doubt in doubts] == ["import-hidden"] and "this is a draft" in doubts[0]["message"]
    assert made.split("\n")[doubts[0]["line"] - 1] == "draft: true"
    run("build", "-C", str(project.root), *NOW)
    assert not any("secret" in path.read_text().lower() for path in (project.root / "outbox").rglob("*.html"))


@pytest.mark.parametrize(
    ("keys", "day", "expires"),
    [
        ("date: 2024-11-01\npublishDate: 2025-03-01T09:00:00+01:00", "2025-03-01T09:00+01:00", None),
        ("date: 2024-11-01\npublishdate: 2024-12-01", "2024-12-01", None),
        ("date: 2024-11-01\npublishDate: 2024-11-02", "2024-11-01", None),
        ("publishDate: 2024-11-02", "2024-11-02", None),
        ("date: 2025-06-01\npublishDate: 2025-03-01", "2025-06-01", None),
        ("Date: 2024-11-01\nunpublishdate: 2024-11-05", "2024-11-01", "2024-11-05"),
        ("date: 2024-11-01\nexpiryDate: 2024-11-05\nunpublish_date: 2024-11-03", "2024-11-01", "2024-11-03"),
    ],
)
def test_embargo_and_expiry_stay(tmp_path: Path, keys: str, day: str, expires: str | None) -> None:
    made, _ = read(tmp_path, {"content/a.md": f"---\ntitle: T\n{keys}\n---\nx"})
    assert (made["a"].date, made["a"].more.get("expires"), is_draft(made["a"])) == (day, expires, False)


# Hugo

DATED = "---\ntitle: T\ndate: 2024-11-26\n---\nText."


def test_pages_of_hugo_without_a_date_are_left_out_in_one_line(project: Project) -> None:
    files = {f"content/docs/page-{number:03}.md": "---\ntitle: T\n---\nText." for number in range(300)}
    files["content/docs/spoken.md"] = "---\ntitle: T\ndate: yesterday\n---\nText."
    files["content/posts/a.md"] = DATED
    files |= {f"content/{name}/_index.md": "---\ntitle: T\n---\n" for name in ("docs", "posts")}
    root = site(project.root.parent / "old", files)
    result = run("import", str(root), "-C", str(project.root), *NOW)
    assert [path.name for path in (project.root / "announcements").glob("*.md")] == ["2024-11-26-a.md"]
    assert result.stderr.splitlines()[-2:] == [
        "left out: 2 pages that list others, such as content/docs/_index.md",
        "left out: 301 pages without a date, such as content/docs/page-000.md",
    ]


def test_cascades_of_hugo_hide_all_below(tmp_path: Path) -> None:
    made, _ = read(
        tmp_path,
        {
            "content/open/a.md": DATED,
            "content/shut/_index.md": "---\ntitle: T\ncascade:\n  build:\n    list: never\n---\n",
            "content/shut/deep/b.md": DATED,
            "content/part/_index.md": "+++\n[[cascade]]\ndraft = true\n[cascade.target]\npath = '/x/**'\n+++\n",
            "content/part/c.md": DATED,
            "content/torn/_index.md": "---\ncascade: [\n---\n",
            "content/torn/d.md": DATED,
            "content/tongue/_index.fr.md": "---\ncascade:\n  private: true\n---\n",
            "content/tongue/e.md": DATED,
        },
    )
    assert {slug: is_draft(draft) for slug, draft in made.items()} == {
        "a": False, "b": True, "c": True, "d": True, "e": True
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("hugo.toml", "[cascade]\n[cascade.params]\nhidden = true"),
        ("config.toml", "[[cascade]]\ndraft = true"),
        ("config/_default/hugo.yaml", "cascade:\n  - build:\n      render: never\n"),
        ("config/_default/cascade.toml", "draft = true"),
        ("hugo.json", '{"cascade": {"private": true}}'),
    ],
)
def test_a_cascade_of_the_whole_site_of_hugo(tmp_path: Path, name: str, content: str) -> None:
    made, _ = read(tmp_path, {"content/a.md": DATED, name: content})
    assert is_draft(made["a"])


def test_other_files_of_a_bundle_are_no_pages_of_their_own(tmp_path: Path) -> None:
    made, left = read(
        tmp_path,
        {"content/a/index.md": DATED, "content/a/notes.md": DATED, "content/a/in/more.md": DATED,
         "content/.obsidian/x.md": DATED},
    )  # fmt: skip
    assert list(made) == ["a"] and left == ["content/a/notes.md: a part of another page"]


def test_comments_of_templates_are_left_out(tmp_path: Path) -> None:
    hugo = "{{< comment >}}Secret{{< /comment >}}a {{% comment %}}Secret{{% /comment %}}{{/* Secret */}}b"
    made, _ = read(tmp_path / "hugo", {"content/a.md": f"---\ndate: 2024-11-26\n---\n{hugo}"})
    assert made["a"].body == "a b"
    liquid = "{% comment %}Secret{% endcomment %}a {%- comment -%}Secret{%- endcomment -%}{% # Secret %}b"
    made, _ = read(tmp_path / "jekyll", {"_posts/2024-11-26-a.md": f"---\ntitle: T\n---\n{liquid}"})
    assert made["a"].body == "a b"
    made, _ = read(tmp_path / "open", {"_posts/2024-11-26-a.md": "---\ntitle: T\n---\nx{% comment %}Secret"})
    assert made["a"].body == "x"


# Jekyll


def test_what_jekyll_does_not_publish(tmp_path: Path) -> None:
    post = "---\ntitle: T\n---\nText."
    made, _ = read(
        tmp_path,
        {
            "_config.yml": "title: T\nexclude: [_posts/2024-11-05-e.md, 'blog/*']\ndefaults:\n"
            "  - scope:\n      path: intern\n    values:\n      published: false\n",
            "_posts/2024-11-01-a.md": post, "_posts/2024-11-02-b.md": "---\npublished: no\n---\nx",
            "_posts/intern/2024-11-03-c.md": post, "_posts/2024-11-05-e.md": post, "_posts/blog/2024-11-06-f.md": post,
            "_posts/intern/2024-11-07-g.md": "---\npublished: true\n---\nx", "_posts/_old/2024-11-08-h.md": post,
            "_posts/undated.md": "---\ndate: 2024-11-09\n---\nx", "_posts/2024-13-45-i.md": post,
            "_drafts/j.md": post, "_posts/2030-01-01-k.md": post,
        },
    )  # fmt: skip
    assert {slug: is_draft(draft) for slug, draft in made.items()} == {
        "a": False, "b": True, "c": True, "e": True, "f": True, "g": False, "h": True, "undated": True, "j": True,
        "k": False,
    }  # fmt: skip
    assert made["j"].date == "" and made["k"].date == "2030-01-01"


def test_settings_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    _, left = read(tmp_path, {"_config.yml": "a: [", "_posts/2024-11-01-a.md": "x"})
    assert left[0].startswith("_config.yml: ") and left[0].endswith("check whether it hides pages")


# WordPress

WXR = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    "<channel>{}</channel></rss>"
)


def post(
    slug: str, state: str = "publish", day: str = "2024-11-26 09:30:00", body: str = "Text.", more: str = ""
) -> str:
    return (
        f"<item><title>T</title><wp:post_name>{slug}</wp:post_name><wp:post_type>post</wp:post_type>"
        f"<wp:status>{state}</wp:status><wp:post_date>{day}</wp:post_date>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded>{more}</item>"
    )


def meta(name: str, value: str) -> str:
    return f"<wp:postmeta><wp:meta_key>{name}</wp:meta_key><wp:meta_value>{value}</wp:meta_value></wp:postmeta>"


def test_what_wordpress_hides(tmp_path: Path) -> None:
    none = "0000-00-00 00:00:00"
    items = [
        post("open"), post("future", "future", "2030-01-01 00:00:00"), post("undated", day=none),
        post("private", "private"), post("pending", "pending"), post("draft", "draft", none),
        post("password", more="<wp:post_password>x</wp:post_password>"),
        post("nested", more="<wp:post_password>x<b/></wp:post_password>"),
        post("empty", more="<wp:post_password></wp:post_password>"),
        post("members", more=meta("_members_access_role", "editor")),
        post("shortcode", body="[restrict level=1]Secret[/restrict]"), post("gallery", body='[gallery ids="1"]'),
        *(post(state, state) for state in ("trash", "auto-draft", "inherit", "wc-secret", "")),
    ]  # fmt: skip
    made, left = read(tmp_path, {"export.xml": WXR.format("".join(items))})
    assert {slug: is_draft(draft) for slug, draft in made.items()} == {
        "open": False, "future": False, "private": True, "pending": True, "draft": True, "password": True,
        "nested": True, "empty": False, "members": True, "shortcode": True, "gallery": False,
    }  # fmt: skip
    assert (made["future"].date, made["draft"].date) == ("2030-01-01 00:00", "")
    codes = {slug: [doubt.code for doubt in draft.doubts] for slug, draft in made.items()}
    assert codes["private"] == codes["password"] == codes["members"] == ["import-hidden"] and codes["draft"] == []
    assert left == [
        "the post 'T': a page without a date", "1 × post ()", "1 × post (auto-draft)", "1 × post (inherit)",
        "1 × post (trash)", "1 × post (wc-secret)",
    ]  # fmt: skip


# hidden content of documents and pages


def test_elements_that_a_page_does_not_show(project: Project) -> None:
    page = (
        "<title>T</title><meta name=date content=2024-11-26><body><p>Open.</p><p hidden>Secret</p><div HIDDEN=''>Secret"
        "<p>Secret</p></div>tail<p style='color:red;DISPLAY : none'>Secret</p><span style='visibility:hidden'>Secret"
        "</span><p>x<span style='mso-hide:all'>Secret</span>y</p><pre>a<i hidden>Secret</i>b</pre><template>Secret"
        "</template><!-- Secret --><noscript>Secret</noscript><article hidden>Secret</article>"
    )
    made, doubts = take_file(project, "a.html", page)
    assert parts(made)[1] == "Open.\n\ntail\n\nxy\n\n```\nab\n```"
    assert [doubt["message"] for doubt in doubts] == ["text that the page does not show was left out 7 times"]


@pytest.mark.parametrize(
    "hiding",
    [
        'style="font-size:0"', 'style="font-size: 0px !important"', 'style="opacity:0.0; x:y"',
        'style="color: transparent"',
        'style="position:absolute;left:-9999px"', 'style="text-indent:-999em"', 'style="height:0;overflow:hidden"',
        'style="overflow:hidden;width:1px;max-height:1px"', 'style="display:/**/none"', "hidden",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["p", "span", "div"])
def test_styles_of_a_page_that_hide(project: Project, hiding: str, tag: str) -> None:
    made, doubts = take_file(project, "a.html", f"<title>T</title><p>Open.</p><p>a<{tag} {hiding}>Secret</{tag}></p>")
    assert "Secret" not in made and "was left out" in str(doubts)


@pytest.mark.parametrize(
    "style",
    ["font-size:0.9em", "opacity:.5", "color:#000", "left:-10px", "height:10px;overflow:hidden", "overflow:hidden",
     "line-height:0;x:y", "border-top:-9999px", "fill-opacity:0"],
)  # fmt: skip
def test_styles_of_a_page_that_do_not(project: Project, style: str) -> None:
    made, _ = take_file(project, "a.html", f'<title>T</title><p>Open.</p><p style="{style}">Shown</p>')
    assert "Shown" in made


def test_a_dialog_that_is_not_open_is_not_shown(project: Project) -> None:
    page = "<title>T</title><p>Open.</p><dialog>Secret</dialog><dialog open>Shown</dialog>"
    made, _ = take_file(project, "a.html", page)
    assert "Secret" not in made and "Shown" in made


def test_hidden_text_of_a_word_document(project: Project) -> None:
    styles = (
        f'<w:styles {W}><w:style w:type="character" w:styleId="S"><w:name w:val="s"/><w:rPr><w:vanish/></w:rPr>'
        "</w:style>"
        '<w:style w:type="paragraph" w:styleId="P"><w:name w:val="p"/><w:basedOn w:val="Q"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Q"><w:name w:val="q"/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    )
    content = word(
        paragraph("Open."), paragraph("Secret", "", "<w:vanish/>"), paragraph("Secret", "", '<w:vanish w:val="1"/>'),
        paragraph("Shown.", "", '<w:vanish w:val="0"/>'), paragraph("Secret", "", '<w:rStyle w:val="S"/>'),
        paragraph("Secret", "P"), paragraph("Secret", "", "<w:webHidden/>"),
        f"<w:del>{paragraph('Secret')}</w:del>",
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>Seen.</w:t></w:r></w:p>",
        word__styles_xml=styles,
    )  # fmt: skip
    made, doubts = take_file(project, "a.docx", content, "--title", "T", "--date", "2024-11-26")
    assert parts(made)[1] == "Open.\n\nShown.\n\nSeen."
    assert [doubt["message"] for doubt in doubts] == ["hidden text was left out 5 times"]


def test_hidden_text_of_an_open_document(project: Project) -> None:
    style = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    content = ODT.replace("<office:automatic-styles>", f"<office:automatic-styles>{style}").format(
        '<text:p>Open.</text:p><text:p text:style-name="H">Secret</text:p><text:p>x<text:span text:style-name="H">'
        'Secret</text:span>y<text:hidden-text text:string-value="Secret">Secret</text:hidden-text></text:p>'
        '<text:hidden-paragraph>Secret</text:hidden-paragraph><text:section text:display="none"><text:p>Secret</text:p>'
        '</text:section><text:section text:display="true"><text:p>z</text:p></text:section><text:p>'
        "<office:annotation><text:p>Secret</text:p></office:annotation>!</text:p><text:tracked-changes><text:p>Secret"
        "</text:p></text:tracked-changes><text:p><text:hidden-paragraph text:is-hidden='true'/>Secret</text:p>"
    )
    made, doubts = take_file(project, "a.odt", pack(content_xml=content), "--title", "T", "--date", "2024-11-26")
    assert parts(made)[1] == "Open.\n\nxy\n\nz\n\n!"
    assert [doubt["message"] for doubt in doubts] == ["hidden text was left out 6 times"]


SECRET = "<w:r><w:t>Secret</w:t></w:r>"
WHITE = '<w:color w:val="FFFFFF"/>'
VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'


def chain(count: int, element: str) -> str:
    """Return a chain of styles, each derived from the next; the last one is derived from H."""
    return "".join(
        element.format(f"S{number}", f"S{number + 1}" if number < count else "H") for number in range(count + 1)
    )


def word_styles(*styles: str) -> str:
    return f"<w:styles {W}>{''.join(styles)}</w:styles>"


STYLE = '<w:style w:type="paragraph" w:styleId="{}"><w:name w:val="x"/><w:basedOn w:val="{}"/></w:style>'
WORD_HIDES = {
    "a cell whose deletion is tracked": '<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel w:id="1"/></w:tcPr>'
    f"<w:p>{SECRET}</w:p></w:tc></w:tr></w:tbl>",
    "a row whose deletion is tracked": '<w:tbl><w:tr><w:trPr><w:del w:id="1"/></w:trPr><w:tc>'
    f"<w:p>{SECRET}</w:p></w:tc></w:tr></w:tbl>",
    "text that was moved": f'<w:p><w:moveFrom w:id="1">{SECRET}</w:moveFrom></w:p>',
    "a shape": f'<w:p><w:r><w:pict><v:shape {VML} style="left:0; Visibility : hidden"><v:textbox><w:txbxContent><w:p>'
    f"{SECRET}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>",
    "a picture": paragraph(IMAGE.replace('name="x"', 'name="x" hidden="1"')),
    "white text": paragraph("Secret", "", WHITE),
    "nearly white text": paragraph("Secret", "", '<w:color w:val="fefefe"/>'),
    "white text on white": paragraph("Secret", "", WHITE + '<w:shd w:fill="FFFFFF"/>'),
    "white, empty background": paragraph("Secret", "", WHITE + '<w:highlight w:val="none"/><w:shd w:fill="auto"/>'),
    "text of one point": paragraph("Secret", "", '<w:sz w:val="2"/>'),
    "a long chain of styles": paragraph("Secret", "S0"),
    "a white style": paragraph("Secret", "White"),
}  # fmt: skip
WORD_SHOWS = {
    "white text on a marker": paragraph("Shown", "", WHITE + '<w:highlight w:val="blue"/>'),
    "white text on a coloured background": paragraph("Shown", "", WHITE + '<w:shd w:fill="000080"/>'),
    "white text in a dark cell": '<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="000080"/></w:tcPr>'
    f"{paragraph('Shown', '', WHITE)}</w:tc></w:tr></w:tbl>",
    "white text in a shape": f"<w:p><w:r><w:pict><v:shape {VML}><v:textbox><w:txbxContent>"
    f"{paragraph('Shown', '', WHITE)}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>",
    "black text of a white style": paragraph("Shown", "White", '<w:color w:val="000000"/>'),
    "text of a style that is based on itself": paragraph("Shown", "Round"),
}


@pytest.mark.parametrize("name", [*WORD_HIDES, *WORD_SHOWS])
def test_whatever_word_does_not_show(project: Project, name: str) -> None:
    styles = word_styles(
        chain(40, STYLE), STYLE.format("Round", "Round"),
        '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr></w:style>',
        f'<w:style w:type="paragraph" w:styleId="White"><w:name w:val="w"/><w:rPr>{WHITE}</w:rPr></w:style>',
    )  # fmt: skip
    shown = WORD_SHOWS.get(name)
    content = word(paragraph("Open."), shown or WORD_HIDES[name], word__styles_xml=styles)
    made, doubts = take_file(project, "a.docx", content, "--title", "T", "--date", "2024-11-26")
    assert ("Shown" in made) is bool(shown) and "Secret" not in made and "![" not in made
    assert shown or name == "text that was moved" or "hidden text was left out" in str(doubts)


def test_a_hiding_default_style_of_word(project: Project) -> None:
    default = '<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/>'
    default += "<w:rPr><w:vanish/></w:rPr></w:style>"
    content = word(
        paragraph("Secret"), paragraph("Open.", "", '<w:vanish w:val="0"/>'), word__styles_xml=word_styles(default)
    )
    made, _ = take_file(project, "a.docx", content, "--title", "T", "--date", "2024-11-26")
    assert parts(made)[1] == "Open."


def cell(text: str, kind: str = "table-cell", more: str = "") -> str:
    return f"<table:{kind} {more}><text:p>{text}</text:p></table:{kind}>"


def table(*cells: str, columns: str = "", more: str = "") -> str:
    return f"<table:table {more}>{columns}<table:table-row>{''.join(cells)}</table:table-row></table:table>"


COLUMNS = (
    '<table:table-columns><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
    "</table:table-columns><table:table-column/>"
)
OPEN_HIDES = {
    "tiny letters": '<text:p text:style-name="Tiny">Secret</text:p>',
    "letters of a hundredth": '<text:p><text:span text:style-name="Speck">Secret</text:span></text:p>',
    "a variable": '<text:p>a<text:variable-set text:display="none">Secret</text:variable-set></text:p>',
    "a script": "<text:p>a<text:script>Secret</text:script></text:p>",
    "a covered cell": table(cell("a"), cell("Secret", "covered-table-cell")),
    "collapsed columns": table(cell("Secret"), cell("Secret"), cell("a"), columns=COLUMNS),
    "a repeated cell": table(cell("Secret", more='table:number-columns-repeated="2"'), cell("a"), columns=COLUMNS),
    "collapsed columns of a table in a table": table(
        cell("a</text:p>" + table(cell("Secret"), cell("Secret"), cell("b"), columns=COLUMNS) + "<text:p>")
    ),
    "a table": table(cell("Secret"), more='table:style-name="NoTable"'),
    "two styles of one name": '<text:p text:style-name="Twice">Secret</text:p>',
    "a long chain of styles": '<text:p text:style-name="S0">Secret</text:p>',
    "white text": '<text:p>a<text:span text:style-name="White">Secret</text:span></text:p>',
    "a white paragraph": '<text:p text:style-name="White2">Secret</text:p>',
}
OPEN_SHOWS = {
    "small letters": '<text:p text:style-name="Small">Shown</text:p>',
    "white text on a coloured background": '<text:p text:style-name="Dark"><text:span text:style-name="White">Shown'
    "</text:span></text:p>",
    "white text in a shape": '<draw:frame><draw:text-box><text:p text:style-name="White">Shown</text:p></draw:text-box>'
    "</draw:frame>",
    "black text in a white paragraph": '<text:p text:style-name="White"><text:span text:style-name="Black">Shown'
    "</text:span></text:p>",
    "cells beside collapsed columns": table(cell("a"), cell("b"), cell("Shown"), columns=COLUMNS),
}  # fmt: skip


@pytest.mark.parametrize("name", [*OPEN_HIDES, *OPEN_SHOWS])
def test_whatever_an_open_document_does_not_show(project: Project, name: str) -> None:
    styles = chain(40, '<style:style style:name="{}" style:parent-style-name="{}"/>') + (
        '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="Twice" style:family="paragraph" style:parent-style-name="H"/>'
        '<style:style style:name="Twice" style:family="text"/>'
        '<style:style style:name="NoTable"><style:table-properties table:display="false"/></style:style>'
        '<style:style style:name="White"><style:text-properties fo:color="#ffffff"/></style:style>'
        '<style:style style:name="White2" style:parent-style-name="White"/>'
        '<style:style style:name="Tiny"><style:text-properties fo:font-size="1.5pt"/></style:style>'
        '<style:style style:name="Speck"><style:text-properties fo:font-size="1%"/></style:style>'
        '<style:style style:name="Small"><style:text-properties fo:font-size="6pt"/></style:style>'
        '<style:style style:name="Black"><style:text-properties fo:color="#000000"/></style:style>'
        '<style:style style:name="Dark"><style:paragraph-properties fo:background-color="#000080"/></style:style>'
    )
    shown = OPEN_SHOWS.get(name)
    body = "<text:p>Open.</text:p>" + (shown or OPEN_HIDES[name])
    content = ODT.replace("<office:automatic-styles>", f"<office:automatic-styles>{styles}").format(body)
    made, doubts = take_file(project, "a.odt", pack(content_xml=content), "--title", "T", "--date", "2024-11-26")
    assert ("Shown" in made) is bool(shown) and "Secret" not in made
    assert shown or name == "a script" or "hidden text was left out" in str(doubts)
