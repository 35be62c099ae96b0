"""Inline CSS into style attributes.

Only this module uses premailer. It restricts premailer as follows:

- cssutils fetches `@import` even with `allow_network=False`, so the parser gets a fetcher that
  returns nothing.
- By default, premailer strips `!important`, moves widths from CSS to attributes, rewrites links and
  drops dark-mode rules. These options are turned off.
- MJML's own style blocks are not inlined: inlining them increases the size by 32 % instead of 9 %.
"""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, ClassVar

import cssutils
from cssselect import SelectorError
from lxml.etree import XPathError

from newsletter.text.entities import escape, unescape
from newsletter.text.html import VOID_ELEMENTS

# premailer imports requests. An empty module takes its place, because the import takes 50 ms and rendering must not use
# the network.
_absent = None if "requests" in sys.modules else sys.modules.setdefault("requests", ModuleType("requests"))
from premailer import Premailer  # noqa: E402

if _absent is not None:
    del sys.modules["requests"]

_SHEETS = 8  # maximum number of parsed style sheets in the cache
# Rules that are never inlined.
_MEDIA = re.compile(r"@media[^{}@]*+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_POINTED = re.compile(r":(?:active|focus|hover|link|visited)\b")
_AROUND = re.compile(r"[+~:@\"'\\]")


class CssFault(ValueError):
    """CSS that cannot be inlined. The exception's text is the reason; `fix` is what to do about it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


class _Offline(Premailer):  # type: ignore[misc]
    """Premailer without access to files or the network."""

    _known: ClassVar[dict[tuple[str, int], Any]] = {}

    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:
        # An unclosed comment extends to the end of the style sheet (CSS Syntax, 4.3.2). Close it: cssutils would
        # search for its end at every "/*", in quadratic time.
        if css_body.rfind("/*") > css_body.rfind("*/"):
            css_body += "*/"
        parser = cssutils.CSSParser(
            validate=validate, loglevel=logging.CRITICAL, raiseExceptions=False, fetcher=lambda url: (None, b"")
        )
        return parser.parseString(css_body)

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
        """Cache the parsed rules, because parsing takes longer than inlining them into a small document."""
        key = css_body, ruleset_index
        if key not in self._known:
            if len(self._known) == _SHEETS:
                self._known.clear()
            self._known[key] = super()._parse_style_rules(css_body, ruleset_index)
        return self._known[key]

    def _load_external(self, url: str) -> str:
        raise AssertionError(f"rendering must not load external resources: {url}")


def inline(html: str, css: str) -> str:
    """Inline the rules of `css` into style attributes of the document `html`.

    The document's own style blocks stay unchanged. Raises CssFault if the rules cannot be inlined.
    """
    protected = html.replace("<style", '<style data-premailer="ignore"')
    try:
        return _inlined(protected, css)
    except RecursionError:  # cssutils recurses into nested rules and brackets
        raise CssFault("its rules are nested too deeply", "write them flat") from None
    except SelectorError as fault:  # premailer skips some of the selectors that cssselect rejects, but not all
        raise CssFault(f"a selector cannot be read: {fault}", "correct the selector") from None
    except XPathError as fault:
        raise CssFault(f"a selector cannot be used: {fault}", "correct the selector") from None


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
    """Return whether a rule in `css` may depend on an element's siblings. The result is True in case of doubt."""
    plain = _MEDIA.sub("", re.sub(r"/\*.*?(?:\*/|\Z)", "", css, flags=re.DOTALL))
    return any(_AROUND.search(_POINTED.sub("", text)) for text in re.findall(r"(?<![^{}])([^{}]*)\{", plain))


def resolve(chains: Iterable[str], css: str) -> Mapping[str, str]:
    """Return the style attribute that `css` produces for each element chain, such as `blockquote p`.

    Each value is empty or begins with a space. All chains are styled at once in one sample document.
    Raises CssFault if the rules cannot be inlined.
    """
    numbered = list(chains)
    specimen = "".join(f'<div class="specimen">{_nested(chain, number)}</div>' for number, chain in enumerate(numbered))
    html = inline(f"<!DOCTYPE html><html><head></head><body>{specimen}</body></html>", css)
    styles = {
        int(match[1]): style[1]
        for match in re.finditer(r"<[a-z0-9]+ data-specimen=\"(\d+)\"([^>]*)>", html)
        if (style := re.search(r' style="([^"]*)"', match[2]))
    }
    return {
        chain: f' style="{escape(unescape(styles[number]))}"' if number in styles else ""
        for number, chain in enumerate(numbered)
    }


def _nested(chain: str, number: int) -> str:
    *outer, last = chain.split(" ")
    opening = "".join(f"<{tag}>" for tag in outer)
    closing = "".join(f"</{tag}>" for tag in reversed(outer))
    end = "" if last in VOID_ELEMENTS else f"x</{last}>"
    return f'{opening}<{last} data-specimen="{number}">{end}{closing}'
