"""inlining: CSS becomes style attributes. premailer is used here only, hardened.

Its traps, met here: `@import` is fetched even with `allow_network=False` (by cssutils), so the
parser gets a fetcher that finds nothing; `!important` is stripped, widths are moved from CSS to
attributes, links are rewritten, and dark-mode rules are lost unless it is told not to. MJML's own
style blocks are left alone (inlining them too adds 32 % of bytes instead of 9 %).
"""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from html import escape, unescape
from types import ModuleType
from typing import Any, ClassVar

import cssutils

# premailer imports a library for the network, which takes 50 ms, and which nothing here may use.
_absent = None if "requests" in sys.modules else sys.modules.setdefault("requests", ModuleType("requests"))
from premailer import Premailer  # noqa: E402

if _absent is not None:
    del sys.modules["requests"]

_SHEETS = 8  # whose rules are kept
_VOID = frozenset(("hr", "img", "br"))
# These are never inlined.
_MEDIA = re.compile(r"@media[^{}@]*+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_POINTED = re.compile(r":(?:active|focus|hover|link|visited)\b")
_AROUND = re.compile(r"[+~:@\"'\\]")


class CssFault(ValueError):
    """The rules cannot be inlined; the text says why."""


class _Offline(Premailer):  # type: ignore[misc]
    """Premailer that cannot read anything from anywhere."""

    _known: ClassVar[dict[tuple[str, int], Any]] = {}

    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:
        # A comment that is never closed goes on to the end (CSS Syntax, 4.3.2). cssutils looks for that end from each
        # beginning of a comment.
        if css_body.rfind("/*") > css_body.rfind("*/"):
            css_body += "*/"
        parser = cssutils.CSSParser(
            validate=validate, loglevel=logging.CRITICAL, raiseExceptions=False, fetcher=lambda url: (None, b"")
        )
        return parser.parseString(css_body)

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
        """Premailer puts rules together anew for every document, which takes longer than the rest of a small one."""
        key = css_body, ruleset_index
        if key not in self._known:
            if len(self._known) == _SHEETS:
                self._known.clear()
            self._known[key] = super()._parse_style_rules(css_body, ruleset_index)
        return self._known[key]

    def _load_external(self, url: str) -> str:
        raise AssertionError(f"rendering reads nothing from outside: {url}")


def inline(html: str, css: str) -> str:
    """The document with the rules of `css` in style attributes; other styles stay as they are. Raises CssFault."""
    kept = html.replace("<style", '<style data-premailer="ignore"')
    try:
        return _inlined(kept, css)
    except RecursionError:  # cssutils follows the nesting of rules and brackets
        raise CssFault("its rules are nested too deeply") from None


def _inlined(html: str, css: str) -> str:
    return str(
        _Offline(
            html,
            css_text=[css],
            allow_network=False,
            allow_loading_external_files=False,
            keep_style_tags=False,
            strip_important=False,
            disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
            disable_link_rewrites=True,
            disable_validation=True,
            align_floating_images=False,
            cache_css_parsing=False,
            remove_classes=False,
            cssutils_logging_level=logging.CRITICAL,
        ).transform(pretty_print=False)
    )


def looks_around(css: str) -> bool:
    """Whether a rule of `css` may depend on what stands beside an element: when in doubt, yes."""
    plain = _MEDIA.sub("", re.sub(r"/\*.*?(?:\*/|\Z)", "", css, flags=re.DOTALL))
    return any(_AROUND.search(_POINTED.sub("", text)) for text in re.findall(r"(?<![^{}])([^{}]*)\{", plain))


def resolve(chains: Iterable[str], css: str) -> Mapping[str, str]:
    """For chains of elements such as `blockquote p`, the style attribute that `css` gives them.

    Each value begins with a space, or is empty. One specimen document holds every chain. Raises CssFault.
    """
    wanted = list(chains)
    specimen = "".join(f'<div class="specimen">{_nested(chain, number)}</div>' for number, chain in enumerate(wanted))
    html = inline(f"<!DOCTYPE html><html><head></head><body>{specimen}</body></html>", css)
    found = {
        int(match[1]): style[1]
        for match in re.finditer(r"<[a-z0-9]+ data-specimen=\"(\d+)\"([^>]*)>", html)
        if (style := re.search(r' style="([^"]*)"', match[2]))
    }
    return {
        chain: f' style="{escape(unescape(found[number]))}"' if number in found else ""
        for number, chain in enumerate(wanted)
    }


def _nested(chain: str, number: int) -> str:
    *outer, last = chain.split(" ")
    opening = "".join(f"<{tag}>" for tag in outer)
    closing = "".join(f"</{tag}>" for tag in reversed(outer))
    end = "" if last in _VOID else f"x</{last}>"
    return f'{opening}<{last} data-specimen="{number}">{end}{closing}'
