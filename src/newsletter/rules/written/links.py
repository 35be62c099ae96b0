"""links: where links lead, as far as it can be known without following them."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from types import SimpleNamespace

from newsletter.rules.rule import Family, Finding
from newsletter.rules.written.text import SourceText
from newsletter.text.urls import host as host_of

FAMILY = Family("links", "Where links lead.")
LONGEST = 2_000  # characters

_DOMAIN = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#]\S*)?", re.IGNORECASE)
_SHORTENERS = frozenset("bit.ly t.co goo.gl tinyurl.com ow.ly is.gd buff.ly rebrand.ly cutt.ly urlz.fr lc.cx".split())


@lru_cache(maxsize=4096)
def _host(target: str) -> str:
    return host_of(target) if re.match(r"https?:", target, re.IGNORECASE) else ""


def are_plain(written: SourceText) -> bool:
    """Whether no rule here finds anything. Almost every link is plain, and the same ones come again and again."""
    return all("." not in label and _is_plain(target) for label, target in written.named())


@lru_cache(maxsize=4096)
def _is_plain(target: str) -> bool:
    """Whether no rule finds anything in a link to this, unless its text may be a host."""
    alone = SimpleNamespace(links=(("", target, lambda: None),))
    return not any(True for _ in FAMILY.find(alone))


@FAMILY.rule("disguised-link", "A link whose text names another site", level="error",
             fails="[www.banque.example](https://ailleurs.example/)", passes="[www.banque.example](https://www.banque.example/)")  # fmt: skip
def disguised_link(written: SourceText) -> Iterator[Finding]:
    """A text that names one site and leads to another is how phishing works: filters refuse the mail, readers are right to
    be afraid.
    """
    for label, target, place in written.links:
        match = _DOMAIN.fullmatch(label.strip())
        if match and (host := _host(target)) and "." in host:
            said, led = (name.lower().removeprefix("www.") for name in (match[1], host))
            if said != led and not led.endswith(f".{said}") and not said.endswith(f".{led}"):
                yield Finding(place(), f"'{label}' leads to {host}", "let the text name what the link leads to")


@FAMILY.rule(
    "ip-address",
    "A link to a number",
    fails="https://192.0.2.7/inscription",
    passes="https://exemple.example/inscription",
)
def ip_address(written: SourceText) -> Iterator[Finding]:
    """Links to bare addresses are a mark of spam (SpamAssassin: NORMAL_HTTP_TO_IP)."""
    for _, target, place in written.links:
        if re.fullmatch(r"[\d.]+|.*:.*", _host(target) or "x"):
            yield Finding(place(), f"'{target[:80]}' leads to a number", "name the host")


@FAMILY.rule(
    "short-address", "A link by a shortener", fails="https://bit.ly/3xYz", passes="https://exemple.example/programme"
)
def short_address(written: SourceText) -> Iterator[Finding]:
    """A shortened address hides where it leads, tells a stranger who follows it, and shares its fate with all the spam
    that uses the same shortener.
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
    """Some programs cut or refuse addresses of more than 2,000 characters."""
    for _, target, place in written.links:
        if len(target) > LONGEST:
            yield Finding(place(), f"this address has {len(target):,} characters", f"{LONGEST:,} are the most")


@FAMILY.rule(
    "look-alike-host",
    "A host of letters that look like others",
    level="error",
    fails="https://exаmple.example/ (with a Cyrillic а)",
    passes="https://example.example/",
)
def look_alike_host(written: SourceText) -> Iterator[Finding]:
    """A name that mixes Latin letters with Cyrillic or Greek ones is made to be taken for another. Names in one script
    may stand.
    """
    for _, target, place in written.links:
        host = _host(target)
        if host.isascii() and "xn--" not in host:
            continue
        for label in map(_shown, host.split(".")):
            scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
            if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
                yield Finding(place(), f"'{label}' mixes letters of several scripts", "type the name anew")


def _shown(label: str) -> str:
    """A label of a host name as browsers may show it."""
    try:
        return label.encode("ascii").decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


FAMILY.tell("bad-address", "error", "An address that is none", "A host that cannot be, a mail address without `@`, a telephone "
            "number with letters.", "mailto:prenom", "mailto:prenom@exemple.example")  # fmt: skip
FAMILY.tell("plain-http", "warning", "A link that is not encrypted", "Anyone on the way can read and change what comes over "
            "`http:`. Most hosts have `https:` as well.", "http://exemple.example/", "https://exemple.example/")  # fmt: skip
FAMILY.tell("remote-image", "warning", "A picture from another host", "It tells that host who reads this, and is gone when the "
            "host wants it.", "![x](https://ailleurs.example/plan.png)", "![x](images/plan.png)")  # fmt: skip
FAMILY.tell("unknown-anchor", "warning", "A link to a heading that is not there", "Anchors are made of headings: `## Le "
            "programme` is `#le-programme`.", "[programme](#programme)", "[programme](#le-programme)")  # fmt: skip
FAMILY.tell("missing-announcement", "error", "A link to an announcement that is not there", "A link to an announcement names "
            "its file.", "[suite](2024-11-26-prix.md)", "[suite](2024-11-26-trophee.md)")  # fmt: skip
FAMILY.tell("missing-file", "error", "A file that is not there", "Files are named from the announcement that links to them.",
            "[plan](plan.pdf)", "[plan](files/plan.pdf)")  # fmt: skip
FAMILY.tell("missing-image", "error", "A picture that is not there", "Pictures are named from the announcement that shows them.",
            "![x](plan.png)", "![x](images/plan.png)")  # fmt: skip
FAMILY.tell("unreachable-link", "warning", "A link that leads nowhere", "`newsletter check --links` follows the links of all "
            "announcements: this one gave an error. It does so politely (one request after another for each host, answers "
            "kept for a day) and never visits addresses of your own network.", "https://exemple.example/ancienne-page",
            "https://exemple.example/nouvelle-page")  # fmt: skip
FAMILY.tell("private-link", "warning", "A link into a private network", "Readers cannot reach an address of your own network; "
            "`check --links` does not try.", "https://192.168.1.4/", "https://exemple.example/")  # fmt: skip
