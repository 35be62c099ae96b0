"""Define rules for links that can be checked without following them."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from types import SimpleNamespace

from newsletter.rules.rule import Family, Finding
from newsletter.rules.written.text import SourceText
from newsletter.text.urls import host as host_of

FAMILY = Family("links", "Links that do not work, or that lead to the wrong place.")
LONGEST = 2_000  # characters

_DOMAIN = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#]\S*)?", re.IGNORECASE)
_SHORTENERS = frozenset("bit.ly t.co goo.gl tinyurl.com ow.ly is.gd buff.ly rebrand.ly cutt.ly urlz.fr lc.cx".split())


@lru_cache(maxsize=4096)
def _host(target: str) -> str:
    return host_of(target) if re.match(r"https?:", target, re.IGNORECASE) else ""


def are_plain(written: SourceText) -> bool:
    """Return whether no rule in this family can find a fault. This is fast, because results for targets are cached."""
    return all("." not in label and _is_plain(target) for label, target in written.named())


@lru_cache(maxsize=4096)
def _is_plain(target: str) -> bool:
    """Return whether no rule finds a fault in a link to `target` whose text is not a host."""
    subject = SimpleNamespace(links=(("", target, lambda: None),))
    return not any(True for _ in FAMILY.find(subject))


@FAMILY.rule(
    "disguised-link",
    "A link whose text names another site",
    level="error",
    fails="[www.banque.example](https://ailleurs.example/)",
    passes="[www.banque.example](https://www.banque.example/)",
)
def disguised_link(written: SourceText) -> Iterator[Finding]:
    """Phishing mails contain links that name one site and lead to another. Filters reject mails with such links, and
    readers distrust them.
    """
    for label, target, place in written.links:
        match = _DOMAIN.fullmatch(label.strip())
        if match and (host := _host(target)) and "." in host:
            named, actual = (name.lower().removeprefix("www.") for name in (match[1], host))
            if named != actual and not actual.endswith(f".{named}") and not named.endswith(f".{actual}"):
                yield Finding(place(), f"'{label}' leads to {host}", "name the site that the link leads to")


@FAMILY.rule(
    "ip-address",
    "A link to an IP address",
    fails="https://192.0.2.7/inscription",
    passes="https://exemple.example/inscription",
)
def ip_address(written: SourceText) -> Iterator[Finding]:
    """Links to IP addresses are typical of spam (SpamAssassin: NORMAL_HTTP_TO_IP)."""
    for _, target, place in written.links:
        if re.fullmatch(r"[\d.]+|.*:.*", _host(target) or "x"):
            yield Finding(place(), f"'{target[:80]}' leads to an IP address", "use the host name")


@FAMILY.rule(
    "short-address", "A shortened link", fails="https://bit.ly/3xYz", passes="https://exemple.example/programme"
)
def short_address(written: SourceText) -> Iterator[Finding]:
    """A shortened address hides its target, and reveals to a third party who follows the link. Filters may block
    it because spam uses the same service.
    """
    for _, target, place in written.links:
        if _host(target).lower() in _SHORTENERS:
            yield Finding(place(), f"'{target}' hides where it leads", "write the whole address")


@FAMILY.rule(
    "long-address",
    "An address that is too long",
    fails="https://… (2,500 characters)",
    passes="https://… (100 characters)",
)
def long_address(written: SourceText) -> Iterator[Finding]:
    """Some programs cut off or reject addresses of more than 2,000 characters."""
    for _, target, place in written.links:
        if len(target) > LONGEST:
            yield Finding(place(), f"this address has {len(target):,} characters", f"the limit is {LONGEST:,}")


@FAMILY.rule(
    "look-alike-host",
    "A host name that imitates another",
    level="error",
    fails="https://exаmple.example/ (with a Cyrillic а)",
    passes="https://example.example/",
)
def look_alike_host(written: SourceText) -> Iterator[Finding]:
    """A name that mixes Latin letters with Cyrillic or Greek letters is usually meant to be mistaken for another name.
    Names in a single script are allowed.
    """
    for _, target, place in written.links:
        host = _host(target)
        if host.isascii() and "xn--" not in host:
            continue
        for label in map(_as_displayed, host.split(".")):
            scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
            if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
                yield Finding(place(), f"'{label}' mixes letters of several scripts", "type the name again")


def _as_displayed(label: str) -> str:
    """Return a label of a host name the way browsers may display it."""
    try:
        return label.encode("ascii").decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


FAMILY.declare(
    "bad-address",
    "error",
    "An address that is not valid",
    "Examples are a malformed host, a mail address without `@`, or a telephone number with letters.",
    "mailto:prenom",
    "mailto:prenom@exemple.example",
)
FAMILY.declare(
    "plain-http",
    "warning",
    "A link that is not encrypted",
    "Anyone between the reader and the host can read and change data sent over `http:`. Most hosts support `https:`.",
    "http://exemple.example/",
    "https://exemple.example/",
)
FAMILY.declare(
    "remote-image",
    "warning",
    "A picture from another host",
    "The host learns who reads the mail, and can remove or replace the picture at any time.",
    "![x](https://ailleurs.example/plan.png)",
    "![x](images/plan.png)",
)
FAMILY.declare(
    "unknown-anchor",
    "warning",
    "A link to a heading that does not exist",
    "Anchors are derived from headings: `## Le programme` becomes `#le-programme`.",
    "[programme](#programme)",
    "[programme](#le-programme)",
)
FAMILY.declare(
    "missing-announcement",
    "error",
    "A link to an announcement that does not exist",
    "A link to an announcement must be the path of its file.",
    "[suite](2024-11-26-prix.md)",
    "[suite](2024-11-26-trophee.md)",
)
FAMILY.declare(
    "missing-file",
    "error",
    "A file that does not exist",
    "The path of a file is relative to the announcement that links to it.",
    "[plan](plan.pdf)",
    "[plan](files/plan.pdf)",
)
FAMILY.declare(
    "missing-image",
    "error",
    "A picture that does not exist",
    "The path of a picture is relative to the announcement that shows it.",
    "![x](plan.png)",
    "![x](images/plan.png)",
)
FAMILY.declare(
    "unreachable-link",
    "warning",
    "A link that does not work",
    "`newsletter check --links` follows the links of all announcements, and this link failed. The command "
    "sends each host one request at a time, caches the answers for a day, and never visits addresses in "
    "private networks.",
    "https://exemple.example/ancienne-page",
    "https://exemple.example/nouvelle-page",
)
FAMILY.declare(
    "private-link",
    "warning",
    "A link into a private network",
    "Readers cannot reach an address in your own network. `check --links` does not visit it.",
    "https://192.168.1.4/",
    "https://exemple.example/",
)
