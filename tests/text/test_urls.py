"""Test URLs: kinds, safety and ASCII form."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.text import urls
from newsletter.text.urls import Destination, Unsafe, ascii_address, judge


@pytest.mark.parametrize(
    ("target", "kind", "address"),
    [
        ("https://exemple.fr/a?b=c#d", "web", "https://exemple.fr/a?b=c#d"),
        ("https://école.fr/l’été?q=é b", "web", "https://xn--cole-9oa.fr/l%E2%80%99%C3%A9t%C3%A9?q=%C3%A9%20b"),
        ("https://exemple.fr/100%", "web", "https://exemple.fr/100%25"),
        ("mailto:a@exemple.fr?subject=Été", "mailto", "mailto:a@exemple.fr?subject=%C3%89t%C3%A9"),
        ("tel:+33 1 99 00", "tel", "tel:+3319900"),
        ("/inscription", "site", "inscription"),
        ("#section", "anchor", ""),
        ("autre.md#x", "announcement", "autre.md"),
        ("fichiers/plan%20d’accès.pdf", "file", "fichiers/plan d’accès.pdf"),
    ],
)
def test_kinds(target: str, kind: str, address: str) -> None:
    found = judge(target)
    assert (found.kind, found.address) == (kind, address)


SPELLINGS = [
    "javascript:x", "JAVASCRIPT:x", " javascript:x", "java\tscript:x", "java\nscript:x", "\x01javascript:x",
    "&#106;avascript:x", "&#x6A;avascript&colon;x", "ｊａｖａｓｃｒｉｐｔ：x", "java\u200bscript:x",
    "java\u00adscript:x",
    "data:text/html,x", "vbscript:x", "file:///x", "blob:x", "//hote", "\\\\hote", "/\\hote", "https://a@b.fr",
    "https://a:b@c.fr/", "ftp://x", "view-source:https://x", "https://a.fr＠b.fr/",
]  # fmt: skip


@pytest.mark.parametrize("target", SPELLINGS)
def test_unsafe_targets_in_any_spelling(target: str) -> None:
    with pytest.raises(Unsafe):
        judge(target)


@given(st.text(max_size=60))
def test_whatever_is_accepted_is_ascii_and_of_a_known_scheme(target: str) -> None:
    try:
        found = judge(target)
    except Unsafe:
        return
    if found.kind in ("web", "mailto", "tel", "site"):
        assert found.address.isascii()
        assert not any(c in found.address for c in ' "<>\\\n\t')
    if found.kind == "web":
        assert found.address.lower().startswith(("https://", "http://"))


@given(st.text(max_size=40))
def test_ascii_form_is_its_own_ascii_form(path: str) -> None:
    once = ascii_address("https://exemple.fr/" + path.replace("#", ""))
    assert ascii_address(once) == once


HOSTS = st.text("ab1-.é:@[]%\\ /A", max_size=12) | st.sampled_from(["a.example", "a.b-c.example", "xn--a.example"])
TAILS = st.text("ab1/?#=&;%+~._-é \\@:\u00a0", max_size=12)


@given(st.tuples(st.sampled_from(["https://", "http://", "HTTPS://", "https:", "ftp://"]), HOSTS, TAILS).map("".join))
def test_what_looks_plain_is_judged_as_everything_else(target: str) -> None:
    """Ordinary addresses take a short cut, with the same result."""

    def judged(way: Callable[[str], Destination]) -> object:
        try:
            return way(target)
        except Unsafe as fault:
            return fault.code, fault.message, fault.fix

    assert judged(judge) == judged(urls.parse_and_judge)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://Exemple.FR:8080/a?b@c#d", "exemple.fr"),
        ("//exemple.fr/a", "exemple.fr"),
        ("https://nom@exemple.fr", "exemple.fr"),
        ("https://[2001:db8::1]:80/", "2001:db8::1"),
        ("https://[2001", ""),
        ("https://", ""),
        ("images/a.png", ""),
        ("mailto:a@exemple.fr", ""),
    ],
)
def test_the_host_of_an_address(address: str, expected: str) -> None:
    assert urls.host(address) == expected
