"""hidden: how other tools keep a page from their readers, so that import does not publish it.

Names of keys are compared without regard to case, `_` and `-`. Where a value cannot be understood, the page counts as
hidden: a draft costs its owner one line, a published secret cannot be taken back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsletter.importers.moments import moment

# Hidden when the value is anything but a false one.
_HIDES = {
    "draft": "", "isdraft": "", "wip": "",
    "private": "it was private", "hidden": "it was hidden", "unlisted": "it was in no list",
    "unpublished": "it was not published", "headless": "it had no page of its own",
    "noindex": "it was kept from search engines", "protected": "it was protected", "encrypted": "it was encrypted",
    "eleventyexcludefromcollections": "it was in no collection",
    "password": "a password protected it", "postpassword": "a password protected it",
    "passwd": "a password protected it",
}  # fmt: skip
# Hidden when the value is a false one.
_SHOWS = {
    "published": "", "publish": "",
    "public": "it was not public", "visible": "it was not visible", "listed": "it was in no list",
    "routable": "it had no page of its own", "permalink": "it had no page of its own",
    "render": "it had no page of its own", "output": "it had no page of its own",
    "sitemap": "it was kept from search engines",
}  # fmt: skip
_STATES = ("status", "poststatus", "publishstatus", "access")
_HIDDEN_STATES = frozenset(
    "archived brouillon confidential deleted disabled draft embargoed hidden inactive inherit internal members paid "
    "password pending premium privé private restricted review secret subscribers trash unlisted unpublished".split()
)
_EVERYBODY = frozenset("all anyone everybody everyone free open public published true visible world yes".split())
_STARTS = "publishdate pubdate publishat publishedat published embargo embargoeduntil availablefrom".split()
_ENDS = "expires expirydate unpublishdate unpublishat expireson expireat validuntil".split()
_FALSE = frozenset(("false", "no", "off", "n", "f", "0", "never", "none"))
_EMPTY = frozenset(("", "null", "~"))


@dataclass(frozen=True, slots=True)
class Hiding:
    """Whether a page was hidden, why (completes "…: so it is a draft"; "" where it says so itself), and from and until
    when it is shown, as ours; "" for no bound.
    """

    hidden: bool = False
    reason: str = ""
    start: str = ""
    end: str = ""


def judge(keys: Mapping[str, Any], day: str, today: date) -> Hiding:
    """What the front matter of a page of `day` ("" if not known) says about who may see it, and when."""
    known = {name.lower().replace("_", "").replace("-", ""): value for name, value in list(keys.items())[::-1]}
    starts = [found for name in _STARTS if (found := moment(known.get(name) or "")) and found[:10] >= f"{today}"]
    ends = sorted(found for name in _ENDS if (found := moment(known.get(name) or "")))
    reasons = [*_reasons(known)]
    if any(not moment(known[name]) for name in _ENDS if not _is_false(known.get(name))):
        reasons.append("the date on which it expires cannot be read")
    if any(not moment(known[name]) for name in _STARTS if name != "published" and not _is_false(known.get(name))):
        reasons.append("the date of its publication cannot be read")
    end = ends[0] if ends else ""
    if end and day and end[:10] < day[:10]:
        reasons, end = [*reasons, "it expired before its date"], ""
    return Hiding(bool(reasons), next(filter(None, reasons), ""), max(starts, default=""), end)


def _reasons(known: Mapping[str, Any]) -> Iterator[str]:
    """Why a page is hidden; "" for a reason that needs no words."""
    for name, reason in _HIDES.items():
        if not _is_false(known.get(name)):
            yield reason
    for name, reason in _SHOWS.items():
        if name in known and _word(known[name]) in _FALSE:
            yield reason
    for name in _STATES:
        words = set(re.findall(r"[^\W\d_]+", _word(known.get(name))))
        if words & _HIDDEN_STATES:
            yield "" if words == {"draft"} else f"its state was '{_word(known[name])[:50]}'"
    if not _is_false(known.get("visibility")) and _word(known["visibility"]) not in _EVERYBODY:
        yield f"its visibility was '{_word(known['visibility'])[:50]}'"
    if {"noindex", "none"} & set(re.findall(r"[a-z]+", _word(known.get("robots")))):
        yield "it was kept from search engines"
    sitemap = known.get("sitemap")
    if isinstance(sitemap, dict) and any(not _is_false(sitemap.get(name)) for name in ("disable", "ignore", "exclude")):
        yield "it was kept from search engines"
    if _is_not_built(known.get("build")):
        yield "it had no page, or was in no list"


def _is_not_built(build: Any) -> bool:
    """Hugo's `build`, which older versions call `_build`."""
    if not isinstance(build, dict):
        return False
    settings = {str(name).lower(): _word(value) for name, value in build.items()}
    return settings.get("render", "") in {*_FALSE, "link"} or settings.get("list", "") in _FALSE


def cascades(keys: Mapping[str, Any], today: date) -> str:
    """Why the pages below a page of Hugo are hidden by its `cascade`; "" when they are not.

    Which of them a `target` names is not worked out: all of them count as meant.
    """
    found = next((value for name, value in keys.items() if name.lower() == "cascade"), None)
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            inner = {name: value for name, value in each.items() if name not in ("target", "_target")}
            if isinstance(own := inner.get("params"), dict):
                inner = own | inner
            if (kept := judge(inner, "", today)).hidden:
                return kept.reason or "it was a draft"
    return ""


def _word(value: Any) -> str:
    return "" if value is None else str(value).strip().lower()


def _is_false(value: Any) -> bool:
    """Whether a value switches off: empty, or a word that does so in YAML, TOML or for people."""
    return not value or _word(value) in _FALSE | _EMPTY
