"""Test the import of Jekyll, Hugo and WordPress sites, with a report of the pages left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from support.commands import run
from support.pictures import png
from support.project import Project

NOW = ("--now", "2024-12-01")


def site(project: Project, **files: str | bytes) -> Path:
    """Write a site beside the project. In file names, `__` means a slash, `_0` means `_`, `_` a dot."""
    root = project.root.parent / "ancien"
    for name, content in files.items():
        path = root / name.replace("_0", "\0").replace("__", "/").replace("_", ".").replace("\0", "_")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def take(project: Project, folder: Path) -> tuple[dict[str, str], list[dict[str, Any]], Result]:
    """Import a site; return the announcements by name, the reported doubts, and the command's result."""
    result = run("import", str(folder), "-C", str(project.root), *NOW, "--format", "json")
    assert result.exit_code == 0, result.output
    made = {path.name: path.read_text() for path in sorted((project.root / "announcements").glob("*.md"))}
    return made, [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")], result


def images(project: Project) -> list[str]:
    return sorted(path.name for path in (project.root / "announcements/images").iterdir())


def test_jekyll(project: Project) -> None:
    post = """---
layout: post
title: "Un prix : enfin"
date: 2024-11-26 09:30:00 +0100
last_modified_at: 2024-11-28
categories: [RSE]
tags: Innovation
author: Léa
excerpt: Deux phrases.
image: /assets/img/photo.png
sidebar: true
---
{% highlight python %}
x = 1
{% endhighlight %}

![Une photo]({{ site.baseurl }}/assets/img/photo.png) et [le dossier](/assets/dossier.pdf), {% include box.html %}
"""
    folder = site(
        project,
        **{
            "_0posts__2024-11-26-un-prix_md": post,
            "_0posts__2024-11-27-page_html": "---\ntitle: Page\n---\n<p>Un <b>mot</b></p>",
            "_0posts__2024-11-28-casse_md": "---\ntitle: [\n---\n",
            "_0drafts__idee_md": "---\ntitle: Idée\n---\nPlus tard.",
            "assets__img__photo_png": png(), "assets__dossier_pdf": b"%PDF",
        },
    )  # fmt: skip
    made, doubts, result = take(project, folder)
    assert list(made) == ["2024-11-26-un-prix.md", "2024-11-27-page.md", "2024-12-01-idee.md"]
    (photo,) = images(project)
    (dossier,) = (path.name for path in (project.root / "announcements/files").iterdir())
    assert made["2024-11-26-un-prix.md"] == (
        '---\ntitle: "Un prix : enfin"\ndate: "2024-11-26T09:30+01:00"\nid: un-prix-2024\nupdated: 2024-11-28\n'
        f"summary: Deux phrases.\ntags: [Innovation, RSE]\nauthors: [Léa]\n"
        f"image:\n  src: images/{photo}\n  alt:\n---\n\n"
        f"```python\nx = 1\n```\n\n![Une photo](images/{photo}) et "
        f"[le dossier](files/{dossier}), {{% include box.html %}}\n"
    )
    assert "Un **mot**" in made["2024-11-27-page.md"] and "draft: true" in made["2024-12-01-idee.md"]
    assert {(doubt["code"], doubt["path"][14:]) for doubt in doubts} == {
        ("import-image", "2024-11-26-un-prix.md"), ("import-lost", "2024-11-26-un-prix.md"),
        ("import-date", "2024-12-01-idee.md"),
    }  # fmt: skip
    left = [line for line in result.stderr.splitlines() if line.startswith("left out: ")]
    assert left[0].startswith("left out: _posts/2024-11-28-casse.md: its front matter cannot be read")
    assert left[1:] == ["left out: the key 'sidebar' of 1 post"]
    assert "3 announcements, 1 image" in result.stderr
    again = take(project, folder)
    assert again[0] == made and "it already exists" in again[2].stderr


def test_hugo(project: Project) -> None:
    bundle = '+++\ntitle = "Un prix"\ndate = 2024-11-26T09:30:00+01:00\ndraft = true\ntags = ["RSE"]\n'
    bundle += '[cover]\nimage = "photo.png"\nalt = "Une photo"\n+++\n'
    body = '{{< figure src="photo.png" alt="Une photo" caption="Légende" >}}\n\n{{< youtube abc >}} {{< carte >}}\n'
    folder = site(
        project,
        content__news__prix__index_md=bundle + body,
        content__news__prix__photo_png=png(),
        content__news__autre_md="---\ntitle: Autre\ndate: 2024-11-27\n---\n![Logo](/logo.png) "
        "![Ailleurs](../../../secret.png)",
        static__logo_png=png(1),
    )
    folder.parent.joinpath("secret.png").write_bytes(png(2))
    (folder / "content/news/_index.md").write_text("---\ntitle: Liste\n---\n")
    made, doubts, result = take(project, folder)
    assert "draft: true" in made["2024-11-26-prix.md"] and "  alt: Une photo\n" in made["2024-11-26-prix.md"]
    assert "\n\n*Légende*\n\n<https://www.youtube.com/watch?v=abc> {{< carte >}}" in made["2024-11-26-prix.md"]
    assert "![Logo](images/logo-" in made["2024-11-27-autre.md"]
    assert "![Ailleurs](../../../secret.png)" in made["2024-11-27-autre.md"]
    assert [doubt["code"] for doubt in doubts] == ["import-lost", "import-image"] and len(images(project)) == 2
    assert "content/news/_index.md: a page that lists others" in result.stderr


WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<item><title>Un prix</title><dc:creator>Léa</dc:creator><wp:post_id>1</wp:post_id><wp:post_type>post</wp:post_type>
<wp:post_date>2024-11-26 09:30:00</wp:post_date><wp:post_name>un-prix</wp:post_name><wp:status>publish</wp:status>
<category domain="category" nicename="rse">RSE</category><category domain="post_tag" nicename="e">Été</category>
<content:encoded><![CDATA[Un premier <strong>paragraphe</strong>.
Et sa ligne.

[gallery ids="1"]

<img src="https://site.example/wp-content/uploads/2024/11/photo.png" alt="Une photo">

<img src="https://site.example/wp-content/uploads/2024/11/absente.png" alt="x">]]></content:encoded>
<excerpt:encoded>Résumé.</excerpt:encoded><wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key>
<wp:meta_value>9</wp:meta_value></wp:postmeta><wp:comment><wp:comment_id>1</wp:comment_id></wp:comment></item>
<item><title>Brouillon</title><wp:post_id>2</wp:post_id><wp:post_type>post</wp:post_type><wp:status>draft</wp:status>
<content:encoded><![CDATA[<!-- wp:paragraph --><p>Bloc</p><!-- /wp:paragraph -->]]></content:encoded></item>
<item><title>Page</title><wp:post_id>3</wp:post_id><wp:post_type>page</wp:post_type><wp:status>publish</wp:status></item>
<item><title>photo</title><wp:post_id>9</wp:post_id><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status>
<wp:attachment_url>https://site.example/wp-content/uploads/2024/11/photo.png</wp:attachment_url><wp:postmeta>
<wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>Une coupe</wp:meta_value></wp:postmeta></item>
</channel></rss>"""


def test_wordpress(project: Project) -> None:
    folder = site(project, export_xml=WXR, uploads__2024__11__photo_png=png())
    made, doubts, result = take(project, folder)
    (photo,) = images(project)
    assert made["2024-11-26-un-prix.md"] == (
        "---\ntitle: Un prix\ndate: 2024-11-26 09:30\nid: un-prix-2024\nsummary: Résumé.\ntags: [RSE, Été]\n"
        f"authors: [Léa]\nimage:\n  src: images/{photo}\n  alt: Une coupe\n---\n\n"
        "Un premier **paragraphe**.\\\nEt sa ligne.\n\n"
        f'\\[gallery ids="1"\\]\n\n![Une photo](images/{photo})\n'
    )
    assert "draft: true" in made["2024-12-01-brouillon.md"] and made["2024-12-01-brouillon.md"].endswith("\n\nBloc\n")
    assert sorted(doubt["code"] for doubt in doubts) == ["import-date", "import-image", "import-lost"]
    assert "left out: 1 × comment\nleft out: 1 × page (publish)\n" in result.stderr


def test_posts_of_one_slug_stay_apart(project: Project) -> None:
    posts = {f"_0posts__2024-11-{day}-avis_md": f"---\ntitle: Avis {day}\n---\nTexte." for day in ("10", "11")}
    made, _, _ = take(project, site(project, **posts))
    assert list(made) == ["2024-11-10-avis.md", "2024-11-11-avis-2.md"]
    assert run("check", "-C", str(project.root), *NOW).exit_code == 0


@pytest.mark.parametrize(
    "files", [{}, {"export_xml": "<rss><channel><item/></channel></rss>"}, {"export_xml": "<rss>"}]
)
def test_what_is_no_site(project: Project, files: dict[str, str]) -> None:
    folder = site(project, notes_txt="", **files)
    result = run("import", str(folder), "-C", str(project.root), *NOW)
    assert result.exit_code == 2 and list((project.root / "announcements").iterdir()) == []
    assert run("import", str(folder), "-C", str(project.root), "--title", "T").exit_code == 2


def test_symbolic_links_are_not_followed(project: Project) -> None:
    folder = site(
        project, **{"_0posts__2024-11-26-a_md": "---\ntitle: A\n---\n![x](/lien.png) ![y](/dossier/secret.png)"}
    )
    secret = project.write("../secret/secret.png", png())
    (folder / "lien.png").symlink_to(secret)
    (folder / "dossier").symlink_to(secret.parent)
    (folder / "_posts/2024-11-27-b.md").symlink_to(secret)
    made, doubts, _ = take(project, folder)
    assert list(made) == ["2024-11-26-a.md"] and [doubt["code"] for doubt in doubts] == ["import-image"] * 2
