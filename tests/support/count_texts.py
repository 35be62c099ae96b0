"""Generate texts that are hard to count. The same seed always gives the same texts."""

import random
import sys
from collections.abc import Iterator

WORDS = """
    Le Prix L’Oréal communiqué.La J.O.Paris E.Leclerc Booking.com README.md été œuvre n° 10 000 € 2026 ﬁn
    Straße ΑΒΓ Привет 受賞 おめでとう 한국어 שלום العربية e\u0301 n\u0303a ½ № … — « » “ ” ’ ! ? ; : . ,
    ( ) [ ] { } < > / \\ | @ # ＃ ＠ $ % & * + = ~ ^ ` \" ' - _ · ™ © ® → • ✓ ‰ ‹ › $EUR $GOOG, a$b
""".split()
SPACES = [" "] * 4 + [
    "\u00a0",
    "\u202f",
    "\n",
    "\r\n",
    "\t",
    "\u2009",
    "\u3000",
    "\u2028",
    "\u200b",
    "\u2060",
    *[""] * 3,
]
HOSTS = """
    exemple.fr www.exemple.fr académie-française.fr mon-site.fr a.b.c.co.uk bsky.app t.co exemple.museum
    münchen.de пример.рф 例え.テスト 例え.みんな xn--bcher-kva.de exemple.xn--p1ai foo_bar.com a_b.foo.com
    foo-.com -foo.com localhost 127.0.0.1 exemple.notatld EXEMPLE.FR exemple.comédie a.com日b.com .com
    日本example.com https.foo httpd.conf vermögensberater.vermögensberater a..b.com ex.ample.fr1
    exemple.fr-x भारतम्.भारतम् éa.fr é.fr
""".split()
PATHS = """
    / /prix /prix-2026/ /été /l’école /a(b)c /wiki/Prix_(film) /(a(b)c) /((a)) /a. /a… /a» /a,b;c /@user/x
    /@user /a/../b ?q=1 ?q=été /?q=1&r=2! /p?x=(1) #frag /a#b /%C3%A9 /a'b /日本 /Привет :8080 :8080/x
    /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa /a\u2013b /ι /)( /a((b /a|b /a*b! /a] /~u
""".split()
PROTOCOLS = [
    "https://", "https://", "http://", "HTTP://", "hTTps://", "ftp://", "//", "https:/", "gemini://", "www.",
    "", "", "",
]  # fmt: skip
TAGS = """
    Prix ÉcoleBoulle L’Oréal Prix-2026 2026 a_b _ _1 1a é e\u0301 日本 ·a a·b a·b1 Prix#Deux Prix://x x\ufe0f \ufe0f1
    1\u20e3 prix. prix… prix)».
""".split()
HANDLES = """
    alice alice.bsky.social @alice alice@mastodon.social alice@académie-française.fr a.b-c@x.y.z. alice. alice.test
    bob@exemple.fr/x alice@ -alice alice_1@a-b.co é@x
""".split()
EMOJI = """
    🏆 👨‍👩‍👧‍👦 🇫🇷 🏳️‍🌈 👍🏽 👩‍🎨 🕵️‍♂️ 🏋🏿‍♀️ ❤️ ☺️ ☺︎ 1️⃣ #⃣ ™️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👁️‍🗨️ ♾️ 🐦‍🔥 🏳️‍⚧️ 🫶🏽
    👨🏽‍🦽 🇫🇷🇧 🇦🇧🇷 👩‍👩 👍🏽🏽 🏳‍🌈 🏃🏽‍♀ 🏴󠁧󠁢󠁳󠁬󠁧󠁿 🪩 🧑‍🎄
""".split()


def texts(number: int, seed: int) -> Iterator[str]:
    """Yield `number` texts of one to nine pieces."""
    chance = random.Random(seed)
    for _ in range(number):
        yield "".join(_piece(chance) + chance.choice(SPACES) for _ in range(chance.randrange(1, 10)))


def _piece(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.35:
        return chance.choice(WORDS)
    if kind < 0.6:
        return chance.choice(PROTOCOLS) + chance.choice(HOSTS) + chance.choice([*PATHS, "", ""])
    if kind < 0.7:
        return chance.choice("#＃") + chance.choice(TAGS)
    if kind < 0.77:
        return chance.choice(["@", "@", "＠", "/@", "=@", "a@", "$"]) + chance.choice(HANDLES)
    if kind < 0.9:
        return chance.choice(EMOJI)
    return _character(chance)


def _character(chance: random.Random) -> str:
    """Return a character of Unicode 8 or earlier, preferably an unusual one; none of a newer script."""
    first, last = chance.choice(
        [(0, 0x20), (0x20, 0x250), (0x300, 0x370), (0x1E00, 0x2065), (0x2190, 0x27C0), (0x3000, 0x3100),
         (0xFE0E, 0xFE10), (0xFEFF, 0xFF00), (0xFFFE, 0x10000), (0x1F300, 0x1F5FF),
         (sys.maxunicode, sys.maxunicode + 1)]
    )  # fmt: skip
    return chr(chance.randrange(first, last))
