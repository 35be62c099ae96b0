"""Test the Markdown renderer: HTML, text part, paragraphs and references."""

import dataclasses
import pickle
from html.parser import HTMLParser

import pyromark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import markdown, text
from newsletter.check.checker import summarize
from newsletter.markdown import prose
from newsletter.model import SLOT, Prose

LOOK = prose.RenderOptions(link=lambda target: target, picture=lambda src: (src, 1200, 600), widest=600)
PAGE = prose.RenderOptions(link=lambda target: target, picture=lambda src: (src, 0, 0), page=True)


def html(body: str, look: prose.RenderOptions = LOOK, top: int = 2) -> str:
    parsed, _ = markdown.parse(body, top)
    return prose.html(parsed, look)


def plain(body: str) -> str:
    parsed, _ = markdown.parse(body)
    return prose.plain(parsed, lambda target: target)


# Apart from intended changes (heading levels, images, raw HTML), our HTML is the same as pyromark's.
@pytest.mark.parametrize(
    "body",
    [
        'Un *deux* **trois** ~~quatre~~ `cinq` [six](https://x.example/ "t") <https://y.example/>',
        "- un\n- deux\n  - trois\n\n- quatre\n\n  cinq\n",
        "3. un\n4. deux\n\n> citation\n>\n> - liste\n\n---\n\n    code\n\n```py\nplus < code\n```\n",
        "| a | b |\n|:-:|--:|\n| 1 | `2` |\n",
        "&nbsp;&eacute; &lt;b&gt; \\* a  \nb\\\nc <br> d",
        "## Un\n\ntexte\n\n### Deux\n\ntexte",
    ],
)
def test_html_is_what_the_parser_itself_would_write(body: str) -> None:
    options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
    ours, theirs = _tokens(html(body)), _tokens(pyromark.html(body, options=options))
    assert ours == theirs


def _tokens(document: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            kept = sorted(
                (name, value) for name, value in attributes if name not in ("align", "style", "scope", "class")
            )
            found.append(f"<{tag} {kept}>")

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("br", "hr", "img"):
                found.append(f"</{tag}>")

        def handle_data(self, data: str) -> None:
            if data.strip("\n "):
                found.append(data.strip("\n "))

    Reader(convert_charrefs=True).feed(document)
    return found


@pytest.mark.parametrize(
    ("levels", "shown"),
    [([1], [2]), ([3, 3], [2, 2]), ([1, 3, 2], [2, 3, 3]), ([2, 3, 4, 2], [2, 3, 4, 2]), ([4, 2], [2, 2])],
)
def test_the_highest_heading_becomes_h2_and_gaps_close(levels: list[int], shown: list[int]) -> None:
    body = "\n\n".join(f"{'#' * level} T{n}\n\nx" for n, level in enumerate(levels))
    for level, n in zip(shown, range(len(levels)), strict=True):
        assert f"<h{level}>T{n}</h{level}>" in html(body)
    assert f"<h{shown[0] + 1}>T0</h{shown[0] + 1}>" in html(body, top=3)


def test_ids_of_headings_are_unique_and_only_on_pages() -> None:
    body = "## Été\n\n## Été\n\n## Été 2\n"
    assert [f'id="{name}"' in html(body, PAGE) for name in ("ete", "ete-2", "ete-2-2")] == [True, True, True]
    assert "id=" not in html(body)


def test_images_are_no_wider_than_the_mail() -> None:
    assert '<img src="a.png" alt="Deux mots" width="600" height="300">' in html("![*Deux* `mots`](a.png)")


def test_footnotes_come_after_the_text() -> None:
    body = "Un[^b] et deux[^a].\n\n[^a]: Note a.\n\n[^b]: Note *b*.\n\nFin."
    assert html(body).index("Note <em>b</em>") < html(body).index("Note a") > html(body).index("Fin")
    assert '<a href="#note-1" id="ref-1">1</a>' in html(body, PAGE) and "<a" not in html(body)
    assert plain(body).endswith("Fin.\n\n[1] Note b.\n\n[2] Note a.")


LETTER = """\
# Titre

Un [lien](https://x.example/) et <presse@x.example>.

- un
- deux
  - trois

1. premier

   suite
2. second

> Cité
>
> encore

| Jour | Lieu |
|---|---|
| lundi | Arras |

```
code
```

Un<br>deux

---

Fin
"""


def test_text_reads_like_a_letter() -> None:
    assert plain(LETTER) == (
        "Titre\n=====\n\nUn lien <https://x.example/> et presse@x.example.\n\n- un\n- deux\n  - trois\n\n"
        "1. premier\n\n   suite\n\n2. second\n\n> Cité\n>\n> encore\n\nJour  | Lieu\n------+------\nlundi | Arras\n\n"
        "    code\n\nUn\ndeux\n\n                                 * * *\n\nFin"
    )


def test_a_wide_table_becomes_lines() -> None:
    body = f"| Jour | Programme |\n|---|---|\n| lundi | {'mot ' * 20} |\n"
    assert plain(body).startswith("Jour: lundi\nProgramme: mot mot")


def test_links_in_a_table_are_listed_after_it() -> None:
    assert plain("| a |\n|---|\n| [b](https://x.example/) |\n").endswith("b <https://x.example/>")


def test_summary_takes_whole_sentences_before_more() -> None:
    parsed, _ = markdown.parse("Un. Deux.\n\nTrois.\n\n<!--more-->\n\nQuatre.")
    assert summarize(parsed) == "Un. Deux. Trois."
    assert summarize(parsed, 8) == "Un."
    assert summarize(markdown.parse("- seul *élément*")[0]) == "seul élément"
    assert summarize(markdown.parse("mot " * 100)[0]).endswith("mot…")


def slowly_summarized(parsed: Prose, limit: int) -> str:
    """Summarize the obvious way, from all sentences of all paragraphs."""
    texts = [each for each in prose.paragraphs(parsed, parsed.lead if parsed.lead > 0 else None) if each]
    if not texts:
        texts = [text.one_line(each.text.replace(SLOT, "")) for each in parsed.blocks if each.kind == "paragraph"][:1]
    sentences = [sentence for paragraph in texts for sentence in text.sentences(paragraph)]
    counts = [count for count in range(len(sentences) + 1) if len(" ".join(sentences[:count])) <= limit]
    return " ".join(sentences[: counts[-1]]) or (text.shorten(sentences[0], limit) if sentences else "")


SAID = st.sampled_from(
    ["Un.", "Deux ", "- trois", "\n\n", "\n", "> ", "**Non !** ", "<!--more-->", "[ici](a)", "# ", "\u00a0"]
)


@given(st.lists(SAID, max_size=12).map("".join), st.integers(3, 30))
def test_a_summary_is_the_first_sentences_that_fit(body: str, limit: int) -> None:
    parsed, _ = markdown.parse(body)
    assert summarize(parsed, limit) == slowly_summarized(parsed, limit)


def test_references_have_their_place() -> None:
    body = "é [a](b.md)\n\n![c](d.png)"
    found, offsets = markdown.parse(body)[0].references, markdown.offsets(body)
    assert [(r.target, offsets[r.event], r.image) for r in found] == [("b.md", 3, False), ("d.png", 14, True)]


@given(st.text("ab*_`[]()<>#!&;\\|-~ \n\té«\u00a0»1.^:/", max_size=200))
def test_any_body_gives_balanced_html_without_foreign_tags(body: str) -> None:
    parsed, faults = markdown.parse(body)
    above: list[str] = []

    class Balanced(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            if tag not in ("br", "img", "hr"):
                above.append(tag)
            assert tag in ALLOWED
            assert not any(name.startswith("on") for name, _ in attributes)

        def handle_endtag(self, tag: str) -> None:
            assert above.pop() == tag

    reader = Balanced()
    reader.feed(prose.html(parsed, PAGE))
    reader.close()
    assert above == []
    prose.plain(parsed, lambda target: target)
    for fault in faults:
        assert 0 <= fault.offset <= len(body.encode())


ALLOWED = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li blockquote pre code hr table thead tbody tr th td a em strong del img br sup sub small "
    "abbr kbd mark q cite s".split()
)


def faults(body: str) -> list[tuple[str, int]]:
    return [(fault.code, fault.offset) for fault in markdown.parse(body)[1]]


def test_what_markdown_opened_html_does_not_close() -> None:
    assert faults("_a</em>_") == [("raw-html", 2)] and html("_a</em>_") == "<p><em>a</em></p>"
    assert faults("*a<em>b*") == [("raw-html", 0)] and html("*a<em>b*") == "<p><em>a<em>b</em></em></p>"


def test_an_image_in_the_text_of_an_image_is_text() -> None:
    body = "![un ![deux](b.png) *trois* [quatre](q)](a.png) cinq"
    assert html(body) == '<p><img src="a.png" alt="un deux trois quatre" width="600" height="300"> cinq</p>'
    assert [each.target for each in markdown.parse(body)[0].references] == ["a.png"]


MARKS = st.text(st.sampled_from("ab \n#*_`[]()!<>&;|-1.\\\"'~:^\0é’"), max_size=60)
PIECES = st.lists(
    st.sampled_from(["[a](b)", "![c](d)", "<e@f.example>", "\n\n", "\n\n[^1]: g\n\n", "[^1]", "<em>", "</em>", "&#0;"])
    | MARKS
)


@given(PIECES.map("".join))
def test_links_and_images_are_found_where_they_begin(body: str) -> None:
    """The parser gives the same events with and without positions."""
    with_places = pyromark_events(body)
    offsets = markdown.offsets(body.replace("\0", "\ufffd"))
    assert list(offsets) == [span["start"] for _, span in with_places]
    for reference in markdown.parse(body)[0].references:
        [(verb, [(name, _)])] = [(verb, value.items()) for verb, value in with_places[reference.event][0].items()]
        assert (verb, name) == ("Start", "Image" if reference.image else "Link")


def pyromark_events(body: str) -> list[tuple[dict[str, dict[str, object]], dict[str, int]]]:
    options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_FOOTNOTES
    options |= pyromark.Options.ENABLE_STRIKETHROUGH
    body = body.replace("\0", "\ufffd")
    parser = pyromark.Markdown(options=options)
    found = list(parser.events_with_range(body, merge_text=True))
    assert [event for event, _ in found] == list(parser.events(body, merge_text=True))
    return found  # type: ignore[return-value]


@given(PIECES.map("".join))
def test_no_slot_is_left_open_or_made_by_a_text(body: str) -> None:
    parsed, _ = markdown.parse(body)
    for written in (prose.html(parsed, LOOK), prose.html(parsed, PAGE), prose.plain(parsed, str)):
        assert SLOT not in written
    assert parsed.html.count(SLOT) % 2 == 0


@given(PIECES.map("".join))
def test_prose_is_pickled_for_other_processes(body: str) -> None:
    parsed, _ = markdown.parse(body)
    on_progress = pickle.loads(pickle.dumps(parsed, pickle.HIGHEST_PROTOCOL))
    assert on_progress == parsed
    for name in (each.name for each in dataclasses.fields(parsed)):
        group, way = getattr(on_progress, name), getattr(parsed, name)
        assert type(group) is type(way)
        if isinstance(group, tuple):
            assert list(map(type, group)) == list(map(type, way))


PARAGRAPHS = {
    "Du texte\nsur deux lignes.": ["Du texte sur deux lignes."],
    "Un [lien](https://a.example/) et *deux*  mots.": ["Un lien et deux mots."],
    "<https://a.example/>": ["https://a.example/"],
    "Vu ![le port](port.png) ici.": ["Vu ici."],
    "Vu [![le port](port.png)](https://a.example/) ici, [là](https://b.example/).": ["Vu le port ici, là."],
    "Une note[^1], [un lien](https://a.example/).\n\n[^1]: Dite en bas.": ["Une note, un lien."],
    "# Titre\n\nUn.\n\n- point\n\n> cité\n\nDeux.": ["Un.", "Deux."],
}


@pytest.mark.parametrize("body", PARAGRAPHS)
def test_paragraphs_say_what_a_voice_would(body: str) -> None:
    parsed, _ = markdown.parse(body)
    assert prose.paragraphs(parsed) == PARAGRAPHS[body]
    assert prose.paragraphs(parsed, 1) == PARAGRAPHS[body][:1]
