"""Test the counting rules one by one: links, hashtags, mentions, emoji, parts of messages."""

import pytest

from newsletter.channels.social.counting import bluesky, domains, hashtags, mastodon, sms, units, x


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://exemple.fr/prix.", ["https://exemple.fr/prix"]),
        ("« https://exemple.fr/prix»", ["https://exemple.fr/prix"]),
        ("https://exemple.fr/l’école", ["https://exemple.fr/l"]),
        ("https://fr.exemple.org/wiki/Prix_(film)", ["https://fr.exemple.org/wiki/Prix_(film)"]),
        ("(https://exemple.fr/prix)", ["https://exemple.fr/prix"]),
        ("https://exemple.fr/(a(b)c)/d", ["https://exemple.fr/(a(b)c)/d"]),
        ("https://exemple.fr:8080/x?q=1&r=2!", ["https://exemple.fr:8080/x?q=1&r=2"]),
        ("exemple.fr:8080", ["exemple.fr"]),
        ("exemple.fr/prix?q=1", ["exemple.fr/prix?q=1"]),
        ("E.Leclerc", ["E.Leclerc"]),
        ("J.O.Paris Booking.com README.md", ["J.O.Paris", "Booking.com", "README.md"]),
        ("mot.Suite communiqué.La", ["communiqué.La"]),
        ("prix.frère", ["prix.fr"]),
        ("prix.fr1 prix.fr-x prix.fr@x", []),
        ("presse@exemple.fr #exemple.fr $exemple.fr", []),
        ("@alice@académie-française.fr", ["mie-française.fr"]),
        ("_exemple.fr /exemple.fr .exemple.fr -exemple.fr", []),
        ("foo_bar.exemple.fr foo_bar.fr", ["bar.exemple.fr"]),
        ("日本exemple.com", ["exemple.com"]),
        ("https://日本exemple.com", ["https://日本exemple.com"]),
        ("a.com日b.com/x", ["a.com", "b.com/x"]),
        ("prix.fr日本.fr/x", ["prix.fr/x"]),
        ("пример.рф https://пример.рф", ["https://пример.рф"]),
        ("exemple.xn--p1ai xn--bcher-kva.de", ["exemple.xn--p1ai", "xn--bcher-kva.de"]),
        ("https://localhost https://127.0.0.1 https://exemple.inconnu ftp://exemple.fr", []),
        ("http:// https://.fr a..fr", []),
        ("https://t.co/AbC123/plus https://t.co/" + "a" * 41, ["https://t.co/AbC123"]),
        (f"https://{'a' * 64}.fr https://{'é' * 60}.fr", []),
        ("https://exemple.fr/" + "a" * 4090, []),
        ("exemple.music exemple.doosan", ["exemple.music", "exemple.doosan"]),
    ],
)
def test_links_of_x(text: str, links: list[str]) -> None:
    assert [link.url for link in x.links(text)] == links


def test_offsets_of_a_link() -> None:
    text = "🏆 voir exemple.fr/été !"
    (link,) = x.links(text)
    assert text[link.start : link.end] == link.url == "exemple.fr/été"
    assert link.ending == "fr"


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("https://exemple.fr/" + "a" * 300, 23),
        ("Ça va, « Prix » ’ – — “ ” œ ½ ©", 31),
        ("\u202f…€•→№™−‰⅓✓‹›ᵉﬁ", 30),
        ("a\r\nb", 4),
        ("受賞", 4),
        ("e\u0301", 1),
        ("👩🏽‍🎨", 2),
        ("1️⃣", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("❤️", 2),
        ("❤️‍🔥", 7),
        ("🏳️‍⚧️", 9),
        ("👨🏽‍🦽", 7),
        ("👁️‍🗨️", 5),
        ("♾️", 4),
        ("🏳‍🌈", 5),
        ("🇦🇧", 4),
        ("https://exemple.fr/1️⃣", 27),
        ("exemple.music", 23),
        ("exemple.doosan/" + "a" * 30, 45),
        ("https://exemple.web/" + "a" * 30, 50),
        # By the older list, only `exemple.com` is a link here.
        ("exemple.com.music", 29),
        # The reference skips the length of `prix.fr/x` and counts the last five characters.
        ("prix.fr日本.fr/x", 23 + 5),
    ],
)
def test_weights(text: str, weight: int) -> None:
    assert x.weigh(text) == weight


def test_lists_of_domains_differ_only_where_recorded() -> None:
    assert domains.delegated() >= domains.LATER
    assert not domains.DEAD & domains.LATER
    assert domains.is_in_doubt("Music")
    assert not domains.is_in_doubt("fr")
    assert domains.either().after("exemple.music", 7) == "music"
    assert domains.reference().after("exemple.music", 7) == ""


@pytest.mark.parametrize(
    ("platform", "tags"),
    [
        ("x", ("Prix", "Gala", "Finale", "Oscar", "L", "Prix", "Large", "a_b")),
        ("mastodon", ("Finale", "L", "Prix", "Large", "a_b", "Un")),
        ("bluesky", ("Finale", "L’Oréal", "Prix-2026", "Large", "a_b", "Un#Deux")),
        ("linkedin", ("Prix", "Gala", "Finale", "Oscar", "L", "Prix", "Large", "a_b", "Un")),
        ("slack", ()),
    ],
)
def test_hashtags(platform: str, tags: tuple[str, ...]) -> None:
    text = "(#Prix) «#Gala» «\u00a0#Finale\u00a0» L’#Oscar #L’Oréal #Prix-2026 #2026 ＃Large #a_b #Un#Deux a#b &#x"
    assert hashtags.find(text, platform) == tags


def test_hashtags_within_links_are_not_found() -> None:
    assert x.hashtags("https://exemple.fr/#prix #exemple.fr #️⃣ #prix://x") == ("exemple",)
    assert mastodon.hashtags("#prixhttps://exemple.fr https://exemple.fr/#prix") == ("prix",)


@pytest.mark.parametrize(
    ("text", "server", "web"),
    [
        ("https://exemple.fr/" + "a" * 200, 23, 23),
        ("exemple.fr", 10, 10),
        ("https://exemple.fr/prix»", 23, 24),
        ("https://exemple.fr/prix…", 23, 24),
        ("(https://fr.exemple.org/wiki/Prix_(film))", 25, 25),
        ("gemini://exemple.fr/x", 23, 21),
        ("https://localhost/x", 19, 19),
        ("https://🏆.com/" + "a" * 30, 44, 23),
        (f"https://{'a' * 64}.fr", 75, 23),
        ("@alice@mastodon.social", 6, 6),
        ("@alice@académie-française.fr", 6, 23),
        ("presse@exemple.fr", 17, 17),
        ("a\r\nb", 3, 4),
        ("हिन्दी", 2, 6),
        ("👨‍👩‍👧‍👦 🇫🇷", 3, 3),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽🏽", 3, 4),
        ("\u00a0\n ", 0, 3),
        ("", 0, 0),
    ],
)
def test_counts_of_mastodon(text: str, server: int, web: int) -> None:
    assert (mastodon.server_count(text), mastodon.web_count(text)) == (server, web)
    assert mastodon.count(text) == max(server, web)


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        ("Voir exemple.fr.", [("link", "https://exemple.fr", "exemple.fr")]),
        ("(exemple.fr)", [("link", "https://exemple.fr", "exemple.fr")]),
        ("«exemple.fr» mon-site.fr exemple.inconnu EXEMPLE.FR", []),
        ("été https://exemple.fr/a…", [("link", "https://exemple.fr/a…", "https://exemple.fr/a…")]),
        ("https://exemple.fr/a_(b)", [("link", "https://exemple.fr/a_(b)", "https://exemple.fr/a_(b)")]),
        ("httpd.conf", [("link", "httpd.conf", "httpd.conf")]),
        ("🏆 @alice.bsky.social, @x.test @seule", [
            ("mention", "alice.bsky.social", "@alice.bsky.social"), ("mention", "x.test", "@x.test"),
        ]),
        ("#École, #2026 #" + "a" * 65, [("tag", "École", "#École")]),
        ("$eur", [("tag", "$EUR", "$eur")]),
    ],
)  # fmt: skip
def test_facets(text: str, facets: list[tuple[str, str, str]]) -> None:
    encoded = text.encode()
    found = [(each.kind, each.value, encoded[each.start : each.end].decode()) for each in bluesky.facets(text)]
    assert found == facets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://exemple.fr/", "exemple.fr"),
        ("https://exemple.fr/prix", "exemple.fr/prix"),
        ("https://www.exemple.fr/prix/grand-prix-2026", "www.exemple.fr/prix/grand-p..."),
        ("https://académie.fr/été", "xn--acadmie-eya.fr/%C3%A9t%C3%A9"),
        ("https://u:p@exemple.fr:443/a/../b?", "exemple.fr/b"),
        ("http://exemple.fr:443?q#x", "exemple.fr:443?q#x"),
        ("https://exemple.fr/a/./b/..", "exemple.fr/a/"),
        ("exemple.fr/prix/grand-prix-2026", "exemple.fr/prix/grand-prix-2026"),
        ("https://", "https://"),
        ("https://exemple<.fr/prix", "https://exemple<.fr/prix"),
        ("https://exemple.fr:x/prix", "https://exemple.fr:x/prix"),
    ],
)
def test_links_that_the_app_shortens(url: str, shown: str) -> None:
    assert bluesky.shortened(url) == shown


@pytest.mark.parametrize(
    ("text", "encoding", "used", "parts"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("Ça", "GSM-7", 2, 1),
        ("ça", "UCS-2", 2, 1),
        ("\f^{}\\[~]|€", "GSM-7", 20, 1),
        ("ê" * 70, "UCS-2", 70, 1),
        ("ê" * 71, "UCS-2", 71, 2),
        ("ê" * 134, "UCS-2", 134, 2),
        ("ê" * 66 + "🏆" + "ê" * 66, "UCS-2", 134, 3),
        ("ê" * 66 + "\r\n" + "ê" * 66, "UCS-2", 134, 2),
        ("a" + "\u0301" * 200, "UCS-2", 201, 4),
    ],
)
def test_parts_of_a_message(text: str, encoding: str, used: int, parts: int) -> None:
    message = sms.segments(text)
    assert (message.encoding, message.units, message.segments) == (encoding, used, parts)


def test_what_makes_a_message_expensive() -> None:
    text = "L’œuvre primée : « La forêt », 10\u00a0000\u00a0€… 🏆 naïve " + "a" * 80
    message = sms.segments(text)
    assert message.offenders == ("’", "œ", "«", "ê", "»", "\u00a0", "…", "🏆", "ï")
    assert (message.segments, message.segments_if_transliterated) == (2, 2)
    assert sms.plain_typography("L’œuvre « forêt »…") == 'L\'oeuvre " forêt "...'
    assert sms.transliterated("forêt, ça, n° 3 : é à Ça ŁŒ🏆") == "foret, ca, no 3 : é à Ça LOE🏆"
    assert sms.segments("ê" * 160).segments_if_transliterated == 1


def test_graphemes() -> None:
    assert units.graphemes("a\r\nb") == 3
    assert units.graphemes("e\u0301 🇫🇷 👨‍👩‍👧‍👦 한국") == 8
    assert units.emoji_as_bytes("é 🏆 ©") == 1 + 1 + 4 + 1 + 2
