"""Turn labels into hashtags that every platform links in full."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 50  # characters; the maximum for topics on Threads

_ELISION = re.compile("['’ʼ]")
_WORDS = re.compile(r"[^\W_]+")


def hashtags(labels: Iterable[str]) -> tuple[str, ...]:
    """Return hashtags such as `#PortesOuvertes` for the label `Portes ouvertes`.

    They consist of letters and digits, and each word is capitalized. Accents are kept. Duplicates, labels without a
    letter, and labels that are too long are omitted.
    """
    by_folded_tag: dict[str, str] = {}
    for label in labels:
        if tag := _camel(label):
            by_folded_tag.setdefault(tag.casefold(), f"#{tag}")
    return tuple(by_folded_tag.values())


@lru_cache(maxsize=4096)
def _camel(label: str) -> str:
    label = _ELISION.sub("", unicodedata.normalize("NFC", label))
    # X does not treat separate combining marks (as in Hindi) as letters, and would cut the hashtag.
    if any(unicodedata.category(sign).startswith("M") for sign in label if not sign.isascii()):
        return ""
    tag = "".join(word[0].upper() + word[1:] for word in _WORDS.findall(label))
    return tag if len(tag) <= LONGEST and any(map(str.isalpha, tag)) else ""
