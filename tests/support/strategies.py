"""Define Hypothesis strategies for announcements, settings and theme files, partly hostile.

The valid parts matter as much: a file that fails at its first line does not exercise the rest.
"""

import json
from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Lines = SearchStrategy[str]

WORDS = (
    "Un prix", "Portes ouvertes", "l’été", "été", "«\u00a0mot\u00a0»", "10 000 €", "16 h 30", "n° 5", "A & B", "M. Le", "x²",
    "https://a.example/é?x=1&y=2#z", "a@b.example", "@nom", "#tag", "J.O.Paris", "%s {x} {{ y }} {% z %}", "...", "--",
)  # fmt: skip
NASTY = (
    "\0", "\x01", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\ufffe", "\ufffd", "\u200b", "\u200d", "\u202e", "\u2066",
    "\u00ad", "\u0301" * 50, "🏳️‍🌈" * 9, "🇫🇷" * 21, "\U000e0041", "\ue000x\ue0019\ue002", "é" * 300, "a" * 70_000, "²", "①", "٣", "ǅ", "ﬀ",
    "９", "漢字" * 40, "\r", "\t", " " * 99, "*" * 99, "`" * 99, "[" * 99, "&#0;", "&#x110000;", "&#xD800;", "&nbsp", "\\", "\\u0000", "]]>",
    "<!--", "-->", "<![CDATA[", "</script>", "javascript:alert(1)", "data:text/html,x", "//evil.example", "..", "../../etc/passwd", "%2e%2e/",
    "%00", "con", "nul.md", "999999999999999999999", "-1", "1e999", "NaN", "0x10", "012", "~", "null", "yes", "no", "!!python/object", "&a",
    "*a", "<<: *a", "? x", "- x", "{", "}", "[", "]", "'", '"', "|", ">", "%", "@", "`", "#", "---", "...", ": ", "QzSlot", "qzslot1zq",
)  # fmt: skip

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
letters = st.characters(exclude_categories=("Cc", "Cs", "Cf", "Co", "Cn"))
nasty = st.one_of(
    st.sampled_from(NASTY),
    st.text(letters, max_size=20),
    st.text(letters, max_size=20),
    st.tuples(words, st.sampled_from(NASTY), words).map(" ".join),
)
texts = st.one_of(words, words, words, nasty)


def mostly(valid: SearchStrategy[object], hostile: SearchStrategy[object] = nasty) -> SearchStrategy[object]:
    """Return a strategy that gives valid values three times out of four."""
    return st.one_of(valid, valid, valid, hostile)


dates = st.one_of(
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(" ", "minutes")),
    st.sampled_from((
        "2024-11-26", "2024-11-26 09:30", "2024-11-26T09:30:15Z", "2024-11-26T09:30+01:00", "2024-03-31 02:30", "2024-10-27 02:30",
        "0001-01-01", "9999-12-31T23:59-23:59", "2024-02-30", "2024-11-26T24:00", "26/11/2024", "１2024-11-26", "2024-11-26T09:30+99:99",
    )),
)  # fmt: skip
targets = st.one_of(
    st.sampled_from((
        "https://a.example/", "http://a.example", "mailto:a@b.example", "tel:+33123", "#un", "/ici", "b.md", "b.md#un", "photo.png", "note.txt",
        "absent.png", "../pyproject.toml", "../.git/config", "..%2F.git/config", "", " ", "//h", "https://", "https://[evil", "https://[::1]/",
        "https://user:p@a.example/", "https://a.example:99999/", "https://a.example:x/", "https://xn--/", "https://é.example/ü?ß#ñ",
        "JaVaScRiPt:x", "java\tscript:x", "file:///etc/passwd", "a" * 300, "é" * 200 + ".png", ".", "..", "/", "\\\\h\\x", "%", "%zz", "?", "#",
        "https://" + "a." * 130 + "example/", "mailto:", "mailto:a@b?subject=%0d%0aBcc:x", "tel:", "https://a.example/" + "(" * 60, "CON.png",
    )),
    nasty,
)  # fmt: skip
slugs = mostly(st.sampled_from(("un", "b", "un-prix", "2024", "index", "feeds", "a" * 100, "a" * 101)))
flags = st.sampled_from(("true", "false", True, False, "yes", 1, ""))


def mapping(keys: Mapping[str, SearchStrategy[object]], least: int = 0) -> SearchStrategy[dict[str, object]]:
    """Return a strategy for some of these keys, sometimes with an unknown one."""
    known = st.lists(st.sampled_from([*keys, *keys, *keys, "inconnu"]), min_size=least, max_size=6, unique=True)
    return known.flatmap(lambda names: st.fixed_dictionaries({name: keys.get(name, nasty) for name in names}))


def many(each: SearchStrategy[object]) -> SearchStrategy[object]:
    """Return a strategy for lists, and sometimes for a value that should be a list."""
    return st.one_of(st.lists(each, max_size=4), each)


KEYS: Mapping[str, SearchStrategy[object]] = {
    "id": slugs, "slug": slugs, "aliases": many(slugs), "updated": dates, "summary": texts, "tags": many(texts), "draft": flags,
    "lang": st.sampled_from(("fr", "en", "en-GB", "ar", "xx", "tlh", "zh-Hans-CN", "x", "f" * 36, "")), "expires": dates, "url": targets,
    "authors": many(st.one_of(texts, mapping({"name": texts, "email": st.sampled_from(("a@b.example", "a@b", "x")), "url": targets}))),
    "image": st.one_of(mapping({"src": targets, "alt": texts, "caption": texts, "credit": texts}), targets),
    "action": mapping({"label": texts, "url": targets}), "links": many(mapping({"title": texts, "url": targets})),
    "event": mapping({"start": dates, "end": dates, "place": texts, "address": texts, "url": targets}),
    "attachments": many(mapping({"src": targets, "title": texts})), "issue": mostly(st.sampled_from(("none", "2024-11", "été", "2024-W48"))),
    "social": mapping({"hashtags": many(texts), "skip": many(st.sampled_from(("x", "sms", "y"))), "thread": flags, "sms_ascii": flags,
                       "x": texts, "mastodon": texts, "sms": texts, "bluesky": texts, "instagram": texts}),
}  # fmt: skip


def as_yaml(front: Mapping[str, object]) -> str:
    """Write front matter with JSON values, which are unambiguous YAML."""
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in front.items())


sites = st.sampled_from(("https://a.example/", "https://a.example/é?x=1&y=2#z", "b.md", "note.txt"))
TAME: Mapping[str, SearchStrategy[object]] = {
    "id": st.just("un"), "slug": st.just("un-prix"), "aliases": st.just(["ancien"]), "summary": words, "tags": st.lists(words.map(lambda text: text[:60]), max_size=3),
    "lang": st.sampled_from(("fr", "en", "ar")), "authors": st.just(["Anne", {"name": "B", "email": "b@a.example"}]), "url": st.just("https://a.example/x"),
    "image": st.fixed_dictionaries({"src": st.just("photo.png"), "alt": words, "caption": words}), "action": st.fixed_dictionaries({"label": st.just("Lire"), "url": sites}),
    "links": st.lists(st.fixed_dictionaries({"title": words, "url": sites}), max_size=3), "attachments": st.just([{"src": "note.txt", "title": "Note"}]),
    "event": st.fixed_dictionaries({"start": st.sampled_from(("2024-12-24", "2024-12-24 09:30")), "place": words, "address": words}),
    "issue": st.sampled_from(("none", "special")), "social": st.fixed_dictionaries({"hashtags": st.just(["Un"]), "thread": st.booleans(), "x": words.map(lambda text: text[:99])}),
}  # fmt: skip
YAML = ("title: x\n", "a: &b [*b]\n", "\tx: 1\n", "x: |\n  y\n", "? [a]\n: b\n", "tags: [a, [b, [c]]]\n", "- x\n", "x: !!set {a}\n", "tags:\n- a\n-b\n",
        "{a: b\n", "summary: 'a\n", "é: 1\n", "1: 2\n", "summary: >-\n  a\n\n   b\n", "tags: []\n", "id:\n", "event:\n", "# x\n", "summary: a: b\n")  # fmt: skip
one_hostile = st.sampled_from(list(KEYS)).flatmap(lambda key: st.fixed_dictionaries({key: KEYS[key]}))
fronts = st.builds(
    lambda title, date, tame, hostile, trouble: as_yaml({"title": title, "date": date, **tame, **hostile}) + trouble,
    st.one_of(words, words, words, words, nasty), st.sampled_from(("2024-11-26", "2024-11-26 09:00", "2024-10-27 02:30")),
    st.fixed_dictionaries({}, optional=TAME), st.one_of(*[st.just({})] * 3,st.just({}), one_hostile, mapping(KEYS)),
    st.one_of(*[st.just("")] * 9, st.sampled_from(YAML)),
)  # fmt: skip

INLINES = (
    "**{0}**", "*{0}*", "`{0}`", "[{0}]({1})", "[{0}](<{1}> \"{0}\")", "![{0}]({1})", "![]({1})", "<{1}>", "~~{0}~~", "{0}[^1]", "<sup>{0}</sup>",
    "<abbr title=\"{0}\">{0}</abbr>", "<span onclick=\"x\">{0}</span>", "<br>", "<b>{0}", "</i>{0}", "<script>{0}</script>", "<img src={1}>",
    "{0}\\\n{0}", "{0}  \n{0}", "&{0};", "[{0}][un]", "[un]", "<!-- {0} -->", "<!--more-->", "$${0}$$", "==={0}===", "https://a.example/{1}",
)  # fmt: skip
TAME_INLINES = ("**{0}**", "*{0}*", "`{0}`", "[{0}](https://a.example/)", "[{0}](b.md)", "![{0}](photo.png)", "~~{0}~~", "{0}[^1]", "<sup>{0}</sup>", "<mark>{0}</mark>",
                "<br>", "{0}\\\n{0}", "[un]", "<!--more-->", "<https://a.example/>", "a@b.example", "&eacute; {0} &amp;")  # fmt: skip
inlines = st.builds(
    lambda form, text, target: form.format(text, target), st.sampled_from(("{0}", "{0}", *INLINES)), texts, targets
)
runs = st.lists(inlines, min_size=1, max_size=5).map(" ".join)
BLOCKS = (
    "{0}", "{0}", "# {0}", "## {0}", "###### {0}", "{0}\n===", "- {0}\n- {1}", "1. {0}\n99999999999. {1}", "> {0}\n> {1}", "```\n{0}\n```", "    {0}",
    "| a | b |\n|---|:-:|\n| {0} | {1} |", "| a |\n|-|\n| {0} | {1} | c |", "---", "<div>\n\n{0}\n\n</div>", "<table><tr><td>{0}", "[^1]: {0}",
    "[un]: {1}", "- {0}\n  - {1}\n    - {0}\n\n      {1}", "> - {0}\n>   > {1}", "- [ ] {0}", "<!--\n{0}", "{0}<!--more-->{1}", "~~~html\n{0}",
    "<details><summary>{0}</summary>{1}", "***\n{0}\n***", "&nbsp;", "\\", "{0}\n: {1}", "+++\n{0}\n+++",
)  # fmt: skip
TAME_BLOCKS = ("# {0}", "## {0}", "- {0}\n- {1}", "1. {0}\n2. {1}", "> {0}\n> {1}", "```\n{0}\n```", "    {0}", "| a | b |\n|---|:-:|\n| x | y |", "---", "[^1]: {0}",
               "[un]: https://a.example/", "- {0}\n  - {1}\n    - {0}\n\n      {1}", "> - {0}\n>   > {1}", "{0}", "{0}\n{1}", "* * *", "~~~\n{0}")  # fmt: skip
tame_runs = st.lists(
    st.builds(lambda form, text: form.format(text), st.sampled_from(("{0}", "{0}", *TAME_INLINES)), words), min_size=1, max_size=5
).map(" ".join)  # fmt: skip
tame = st.builds(lambda form, one, two: form.format(one, two), st.sampled_from(TAME_BLOCKS), tame_runs, tame_runs)
blocks = st.builds(lambda form, one, two: form.format(one, two), st.sampled_from(BLOCKS), runs, runs)
deep = st.builds(
    lambda opening, text, count: opening * count + text,
    st.sampled_from(("> ", "- ", "<em>", "[", "*a ", "`", "(", "<div>", "![", "1. ")), words, st.sampled_from((2, 20, 99, 101, 3000)),
)  # fmt: skip
bodies = st.builds(
    lambda first, wild, rest: "\n\n".join((*first, *wild, *rest)),
    st.lists(tame, min_size=1, max_size=6), st.one_of(st.just([]), st.just([]), st.lists(st.one_of(blocks, deep, texts), min_size=1, max_size=3)), st.lists(tame, max_size=2),
)  # fmt: skip


def damaged(whole: str, how: int, at: int) -> bytes:
    """Return the file's bytes; some values of `how` damage them at a position."""
    raw = whole.encode("utf-8", "surrogatepass")
    at %= len(raw) + 1
    match how:
        case 6:
            return raw[:at] + b"\xff\xfe" + raw[at:]
        case 1:
            return raw[:at]
        case 2:
            return raw.replace(b"\n", b"\r\n")
        case 3:
            return raw.replace(b"\n", b"\r")
        case 4:
            return b"\xef\xbb\xbf" + raw
        case 5:
            return whole.encode("utf-16")
        case _:
            return raw


damages = st.one_of(*[st.just(0)] * 9, st.integers(0, 6))
announcements = st.builds(
    lambda front, body, how, at: damaged(f"---\n{front}---\n\n{body}\n", how, at), fronts, bodies, damages, st.integers(0, 5000)
)  # fmt: skip
names = st.sampled_from((
    "2024-11-26-un.md", "2024-11-26-un.md", "2024-11-26-un.md", "2024-11-26-un.md", "2024-11-26-un.md", "2024-11-26-un.md", "un.en.md", "index.md", "2024-11-26-été 🎉.md", "CON.md", "a" * 200 + ".md", "-.md", "2024.md", "x.y.z.md",
))  # fmt: skip

SETTINGS: Mapping[str, SearchStrategy[object]] = {
    "title": texts, "language": KEYS["lang"], "timezone": mostly(st.sampled_from(("Europe/Paris", "UTC", "Pacific/Apia", "../../etc/passwd", "posix"))),
    "url": targets, "authority": mostly(st.sampled_from(("a.example,2024", "a,2024-02-30", ",2024"))), "description": texts, "cadence":
    st.sampled_from(("monthly", "weekly", "quarterly", "manual", "daily")), "theme": st.sampled_from(("default", "plain", "../x", "mine")),
    "sender": mapping({"name": texts, "email": mostly(st.sampled_from(("a@b.example", "é@b.example", "a@" + "b" * 70 + ".example", "a@b..c"))),
                       "reply_to": texts}, 1),
    "organisation": mapping({"name": texts, "address": texts, "logo": targets}),
    "unsubscribe": mapping({"url": st.one_of(targets, st.sampled_from(("{{ unsub }}", "*|UNSUB|*", "{% x"))), "mailto": texts}),
    "brand": mapping({"accent": mostly(st.just("#123456")), "card": mostly(st.just("#ffffff")), "text_dark": nasty}),
    "feeds": mapping({"entries": st.integers(-1, 10**20), "content": st.sampled_from(("full", "summary", "x")), "hub": targets}),
    "social": mapping({"platforms": many(st.sampled_from(("x", "sms", "mastodon", "?"))), "hashtags": many(texts), "utm": flags,
                       "mastodon_limit": st.integers(-1, 10**6), "sms_segments": st.integers(-1, 99)}),
    "mail": mapping({"utm": flags, "domains": many(mostly(st.just("a.example")))}),
    "check": mapping({"ignore": many(texts), "error": many(st.sampled_from(("plain-http", "x"))), "audience": mapping({"gmail": st.integers(-9, 999)})}),
}  # fmt: skip
VALID = {"title": "T", "language": "fr", "timezone": "Europe/Paris", "url": "https://a.example/", "authority": "a.example,2024",
         "sender": {"name": "N", "email": "n@a.example"}}  # fmt: skip


def as_toml(value: object) -> str:
    """Return a TOML value on one line. JSON strings are valid TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


TROUBLE = ("", "", "", "", "title = 1\n", "[sender]\n", "x = [[[[\n", "x = 1979-13-01\n", "x = 1e9999\n", 'x = "\\ud800"\n', "x = \n", "[[sender]]\n",
           "x.y = 1\n", "[a]\nx=1\n[a]\n", "x = " + "[" * 5000 + "\n", "x = " + "9" * 5000 + "\n", "title.x = 1\n", "x = 07:99:00\n")  # fmt: skip
settings = st.builds(
    lambda changed, trouble, how, at: damaged(
        "".join(f"{key} = {as_toml(value)}\n" for key, value in {**VALID, **changed}.items()) + trouble, how, at
    ),
    st.one_of(st.sampled_from(list(SETTINGS)).flatmap(lambda key: st.fixed_dictionaries({key: SETTINGS[key]})), mapping(SETTINGS)),
    st.one_of(*[st.just("")] * 4, st.sampled_from(TROUBLE)), damages, st.integers(0, 2000),
)  # fmt: skip

EXPRESSIONS = (
    "story.title", "story.summary|upper", "story", "story.body", "story.of", "story.of.source.root", "story.tags", "story.event.when", "t('read_on', title=story.title)",
    "t('x')", "t.date(story.of.date)", "publication.title", "publication", "brand.accent", "lang", "self", "loop", "x.y", "1/0", "1e999", "'x' * 10**4", "9" * 5000, "-1 ** 0.5",
    "''.__class__", "'{0.__class__}'.format(1)", "cycler.__init__.__globals__", "range(10**9)|list", "range(9)|list", "story|attr('_of')", "story[0]", "[1, 2][5]",
    "part('site/card.html', story=story)", "part('../x')", "part(5)", "parts('email/story.txt', 'story', [story])", "namespace(x=1).x", "dict(a=1)", "joiner()()", "story()",
    "lipsum()", "[3, 1]|sort|first", "story.tags|map(attribute='label')|join(',')", "'%d'|format('x')", "'%s %s' % 1", "story.title % 1", "{}['a']", "none", "true", "[]|min",
    "story.title|tojson", "story|tojson", "story|pprint", "story.title|wordwrap(0)", "story.title|truncate(-1)", "story.title|center(99)", "story.title|indent", "story.title|int", "5|filesizeformat",
    "story.title|urlize", "story.title|striptags", "'<b>'|safe", "{'a b': 1}|xmlattr", "story.title|batch(0)|list", "story.title|slice(0)|list", "[[1]]|sum", "1|round('x')", "(" * 300 + "1" + ")" * 300,
    "+".join("1" * 2000), "not " * 300 + "1", "story" + ".a" * 500, "x if", "a b", "'", "{{", "%}", "super()", "caller()", "varargs", "story.title[::0]", "story.title.format_map(5)",
)  # fmt: skip
STATEMENTS = (
    "{{% if {0} %}}{1}{{% endif %}}", "{{% for x in {0} %}}{1}{{% endfor %}}", "{{% set x = {0} %}}{1}", "{{% set x %}}{1}{{% endset %}}{{{{ x }}}}", "{{% filter upper %}}{1}{{% endfilter %}}",
    "{{% include {0} %}}{1}", "{{% include 'site/card.html' %}}{1}", "{{% extends 'email/layout.mjml' %}}{1}", "{{% import 'email/blocks.mjml' as b %}}{{{{ b.header({0}) }}}}", "{{% macro m(a) %}}{1}{{% endmacro %}}{{{{ m({0}) }}}}",
    "{{% block main %}}{1}{{% endblock %}}", "{{% call m() %}}{1}{{% endcall %}}", "{{% raw %}}{1}{{% endraw %}}", "{{% autoescape false %}}{1}{{% endautoescape %}}", "{{% with x = {0} %}}{1}{{% endwith %}}",
    "{{% for x in range(3) recursive %}}{1}{{{{ loop(range(2)) if loop.depth < 3 }}}}{{% endfor %}}", "{{% if {0} %}}{1}", "{{% end %}}{1}", "{{# {1}", "{{% do x %}}", "{{% trans %}}{1}{{% endtrans %}}",
    "{{% macro m() %}}{{{{ m() }}}}{{% endmacro %}}{{{{ m() }}}}", "{{% include self._TemplateReference__context.name %}}", "<!-- {1} -->", "{{% set ns.x = {0} %}}{1}", "{{% if 1 %}}" * 30 + "{1}" + "{{% endif %}}" * 30,
    "{{% for x in [1] %}}" * 30 + "{1}" + "{{% endfor %}}" * 30,
)  # fmt: skip
MARKUP = (
    "<mj-section><mj-column><mj-text>{0}</mj-text></mj-column></mj-section>", "<mj-text>{0}", "<mj-image src=\"{0}\" width=\"{0}px\" />", "<mj-include path=\"../pyproject.toml\" />", "<mj-raw>{0}</mj-raw>",
    "<mj-button href=\"{0}\" padding=\"{0}\" font-size=\"{0}\">{0}</mj-button>", "<mj-style>{0}</mj-style>", "<mj-table>{0}</mj-table>", "<mj-hero width=\"-1px\" height=\"x\">{0}</mj-hero>", "<mj-section padding=\"a b c d e\">",
    "<mj-column width=\"99999999999999999999px\">", "<mj-wrapper>{0}</mj-wrapper>", "<mj-group>{0}</mj-group>", "<mj-social><mj-social-element name=\"x\">{0}</mj-social-element></mj-social>", "<mj-spacer height=\"{0}\"/>", "<mj-divider border-width=\"é\"/>",
    "<mj-carousel>{0}</mj-carousel>", "<mj-accordion>{0}</mj-accordion>", "<mj-navbar>{0}</mj-navbar>", "<mj-attributes><mj-all padding=\"{0}\"/></mj-attributes>", "</mj-body>", "<p>{0}</b>", "<style>{0}</style>", "<STYLE>@import url(file:///etc/passwd);{0}</STYLE>",
    "<link rel=\"stylesheet\" href=\"/etc/passwd\">", "<!--[if mso]>{0}<![endif]-->", "<?x {0}?>", "<![CDATA[{0}]]>", "&{0};", "<a href=\"{0}\">", "<div style=\"{0}\">{0}</div>", "<svg>{0}</svg>", "<table><p>{0}", "<" * 50, "<x " * 50, "QzSlot0Zq{0}", "\0", "\x0b",
)  # fmt: skip
expressions = st.sampled_from(EXPRESSIONS)
pieces = st.recursive(
    st.one_of(texts, expressions.map(lambda code: f"{{{{ {code} }}}}"), expressions.map(lambda code: f"{{{{ {code} }}}}")),
    lambda inner: st.one_of(
        st.builds(lambda form, code, text: form.format(code, text), st.sampled_from(STATEMENTS), expressions, inner),
        st.builds(lambda form, text: form.replace("{0}", text), st.sampled_from(MARKUP), inner),
        st.tuples(inner, inner).map("\n".join),
    ),
    max_leaves=5,
)  # fmt: skip
sheets = st.lists(
    st.builds(
        lambda selector, name, value: f"{selector} {{ {name}: {value}; }}",
        st.sampled_from(("p", "h1", ".x", "p > a", "p:hover", "p::before", "*", "a[href^='x']", "p:nth-child(2n+1)", "@media (x)", "@import url(file:///etc/passwd);", "@import 'http://h/x';", "@charset 'x';",
                         "@font-face", "p:not(", "é", "#a b", "", "p,", "}", "{", "/*", "@page :first", ":is(p,a)", "p:has(a)", "p~", "1x", "\\", "p[", "a:contains('x')")),
        st.sampled_from(("color", "background", "mso-x", "--x", "é", "", "width", "content", "font")),
        st.one_of(st.sampled_from(("red", "url(file:///etc/passwd)", "{{ brand.accent }}", "{{ x }}", "calc(1px + 2%)", "expression(1)", "'", "var(--x)", "!important", "99999999999999999999px", "url(", "\\", "}", "{", "*/", ";")), nasty),
    ),
    max_size=4,
).map("\n".join)  # fmt: skip
strings = st.lists(
    st.builds(lambda key, value: f"{key} = {value}", st.sampled_from(("read_on", "time", "time_full_hour", "decimal", "megabytes", "[x]\ny", "'a b'", "event_from", "x")),
              st.one_of(texts.map(json.dumps), st.sampled_from(('"{title}"', '"{title.__class__}"', '"{0}"', '"{"', '"{title!r:>9}"', "5", "{a = 1}", "[" * 3000, "'''", "9" * 5000)))),
    max_size=4,
).map("\n".join)  # fmt: skip
theme_files = st.one_of(
    st.tuples(st.sampled_from(("email/announcement.mjml", "email/blocks.mjml", "email/layout.mjml", "email/announcement.txt", "email/footer.txt", "email/story.mjml")), pieces),
    st.tuples(st.sampled_from(("email/announcement.mjml",)), pieces.map(lambda text: f"<mjml><mj-body><mj-section><mj-column><mj-text>{text}</mj-text></mj-column></mj-section></mj-body></mjml>")),
    st.tuples(st.sampled_from(("site/announcement.html", "site/card.html", "site/layout.html", "feeds/entry.html", "social/x.txt", "social/sms.txt", "social/card.html", "social/index.html", "site/tag.html")), pieces),
    st.tuples(st.sampled_from(("email/inline.css", "email/prose.css", "email/head.css", "site/site.css", "feeds/feed.css", "social/index.css")), sheets),
    st.tuples(st.sampled_from(("strings/fr.toml", "strings/en.toml")), strings),
)  # fmt: skip
themes = st.tuples(theme_files, damages, st.integers(0, 2000)).map(
    lambda each: (each[0][0], damaged(each[0][1], *each[1:]))
)
