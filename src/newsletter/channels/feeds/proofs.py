"""proofs: which addresses and bodies the sanitiser would leave as they are.

It is asked once for each origin, and once for each chain of elements. The rest is by construction:
after an origin, nothing can make an address invalid; and in a body, which our own renderer makes,
elements nest, texts and attributes are escaped, and what stands in a chain decides alone how a parser
reads it.
"""

import re
from functools import lru_cache

from newsletter.channels.feeds.sanitising import clean_html
from newsletter.model import Announcement

_WEB = re.compile(r"https?://[\w.:-]+", re.IGNORECASE | re.ASCII)
_OTHER = re.compile("(?:mailto|tel):[^/]", re.IGNORECASE)
_VOID = ("hr", "img")
_TEXTLESS = ("ol", "ul", "table", "thead", "tbody", "tr")


def keeps_address(address: str) -> bool:
    """Whether the sanitiser leaves the address in a link; False also where that is not known."""
    end = address.find("/", 8)  # behind the host, in most
    if end > 0 and _keeps_origin(address[:end]):
        return True
    origin = _WEB.match(address)
    if origin is None:
        return _OTHER.match(address) is not None
    return address[origin.end() : origin.end() + 1] in ("", "/", "?", "#") and _keeps_origin(origin[0])


def keeps_body(announcement: Announcement) -> bool:
    """Whether the sanitiser leaves the announcement's body as it is, but for spelling."""
    prose, targets = announcement.prose, announcement.targets
    return (
        all(map(_keeps_chain, prose.chains))
        and all(each.target in targets for each in prose.references)
        and all(keeps_address(target.url) for target in targets.values())
    )


@lru_cache(maxsize=4096)
def _keeps_origin(origin: str) -> bool:
    link = f'<a href="{origin}"></a>'
    return _WEB.fullmatch(origin) is not None and clean_html(link) == link


@lru_cache(maxsize=4096)
def _keeps_chain(chain: str) -> bool:
    tags = chain.split(" ")
    inside = "" if tags[-1] in (*_VOID, *_TEXTLESS) else "x"
    opening = "".join(f"<{tag}>" for tag in tags)
    closing = "".join(f"</{tag}>" for tag in reversed(tags) if tag not in _VOID)
    html = opening + inside + closing
    return clean_html(html) == html
