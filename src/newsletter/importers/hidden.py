"""Detect whether another tool hid a page from readers, so that the import does not publish it.

Names of keys are compared without regard to case, `_` and `-`. If a value cannot be understood, the page counts as
hidden: its owner can publish a draft by changing one line, but cannot take back a published secret.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsletter.importers.moments import moment

# Keys that hide a page unless their value is false, with the reason to report.
_HIDES = {
    "draft": "", "isdraft": "", "wip": "",
    "private": "it was private", "hidden": "it was hidden", "unlisted": "it was unlisted",
    "unpublished": "it was not published", "headless": "it had no page of its own",
    "noindex": "it was hidden from search engines", "protected": "it was protected", "encrypted": "it was encrypted",
    "eleventyexcludefromcollections": "it was excluded from collections",
    "password": "it was password-protected", "postpassword": "it was password-protected",
    "passwd": "it was password-protected",
}  # fmt: skip
# Keys that hide a page if their value is false.
_SHOWS = {
    "published": "", "publish": "",
    "public": "it was not public", "visible": "it was not visible", "listed": "it was unlisted",
    "routable": "it had no page of its own", "permalink": "it had no page of its own",
    "render": "it had no page of its own", "output": "it had no page of its own",
    "sitemap": "it was hidden from search engines",
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
    """Whether and why a page was hidden, and when it is shown.

    `reason` completes "this is a draft because …"; it is "" if the page called itself a draft.
    `start` and `end` are dates in newsletter's own format, or "" for no limit.
    """

    hidden: bool = False
    reason: str = ""
    start: str = ""
    end: str = ""


def judge(keys: Mapping[str, Any], day: str, today: date) -> Hiding:
    """Return whether, why and when front matter hides a page.

    `keys` are the page's front matter keys, `day` is its date ("" if unknown), and `today` is the
    day of the import.
    """
    values = {name.lower().replace("_", "").replace("-", ""): value for name, value in list(keys.items())[::-1]}
    starts = [start for name in _STARTS if (start := moment(values.get(name) or "")) and start[:10] >= f"{today}"]
    ends = sorted(expiry for name in _ENDS if (expiry := moment(values.get(name) or "")))
    reasons = [*_reasons(values)]
    if any(not moment(values[name]) for name in _ENDS if not _is_false(values.get(name))):
        reasons.append("its expiry date cannot be read")
    if any(not moment(values[name]) for name in _STARTS if name != "published" and not _is_false(values.get(name))):
        reasons.append("its publication date cannot be read")
    end = ends[0] if ends else ""
    if end and day and end[:10] < day[:10]:
        reasons, end = [*reasons, "it expired before its date"], ""
    return Hiding(bool(reasons), next(filter(None, reasons), ""), max(starts, default=""), end)


def _reasons(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the reasons why a page is hidden.

    A reason is "" if the page called itself a draft.
    """
    for name, reason in _HIDES.items():
        if not _is_false(values.get(name)):
            yield reason
    for name, reason in _SHOWS.items():
        if name in values and _word(values[name]) in _FALSE:
            yield reason
    for name in _STATES:
        words = set(re.findall(r"[^\W\d_]+", _word(values.get(name))))
        if words & _HIDDEN_STATES:
            yield "" if words == {"draft"} else f"its state was '{_word(values[name])[:50]}'"
    if not _is_false(values.get("visibility")) and _word(values["visibility"]) not in _EVERYBODY:
        yield f"its visibility was '{_word(values['visibility'])[:50]}'"
    if {"noindex", "none"} & set(re.findall(r"[a-z]+", _word(values.get("robots")))):
        yield "it was hidden from search engines"
    sitemap = values.get("sitemap")
    if isinstance(sitemap, dict) and any(not _is_false(sitemap.get(name)) for name in ("disable", "ignore", "exclude")):
        yield "it was hidden from search engines"
    if _is_not_built(values.get("build")):
        yield "it had no page of its own, or was unlisted"


def _is_not_built(build: Any) -> bool:
    """Return whether Hugo's `build` gives a page no address or excludes it from lists.

    Older versions of Hugo call it `_build`.
    """
    if not isinstance(build, dict):
        return False
    settings = {str(name).lower(): _word(value) for name, value in build.items()}
    return settings.get("render", "") in {*_FALSE, "link"} or settings.get("list", "") in _FALSE


def cascades(keys: Mapping[str, Any], today: date) -> str:
    """Return why the `cascade` of a Hugo page hides the pages below it, or "" if it does not.

    `target` is ignored: the cascade is taken to apply to every page below.
    """
    cascade = next((value for name, value in keys.items() if name.lower() == "cascade"), None)
    for each in cascade if isinstance(cascade, list) else [cascade]:
        if isinstance(each, dict):
            inner = {name: value for name, value in each.items() if name not in ("target", "_target")}
            if isinstance(own := inner.get("params"), dict):
                inner = own | inner
            if (hiding := judge(inner, "", today)).hidden:
                return hiding.reason or "it was a draft"
    return ""


def _word(value: Any) -> str:
    return "" if value is None else str(value).strip().lower()


def _is_false(value: Any) -> bool:
    """Return whether a value is empty, or a word for "no" in YAML, in TOML or in everyday use."""
    return not value or _word(value) in _FALSE | _EMPTY
