"""tagging: hashtags that every platform keeps whole, made of labels."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 50  # characters; Threads takes no longer topic

_ELISION = re.compile("['’ʼ]")
_WORDS = re.compile(r"[^\W_]+")


def hashtags(labels: Iterable[str]) -> tuple[str, ...]:
    """`#PortesOuvertes` for `Portes ouvertes`: capitalised words, accents kept, letters and digits only.

    Of labels that give the same hashtag the first stays; one without a letter gives none.
    """
    found: dict[str, str] = {}
    for label in labels:
        if tag := _camel(label):
            found.setdefault(tag.casefold(), f"#{tag}")
    return tuple(found.values())


@lru_cache(maxsize=4096)
def _camel(label: str) -> str:
    label = _ELISION.sub("", unicodedata.normalize("NFC", label))
    # Marks that stand by themselves, as in Hindi, are no letters to X: better no hashtag than half of one.
    if any(unicodedata.category(sign).startswith("M") for sign in label if not sign.isascii()):
        return ""
    tag = "".join(word[0].upper() + word[1:] for word in _WORDS.findall(label))
    return tag if len(tag) <= LONGEST and any(map(str.isalpha, tag)) else ""
