"""Texts that once took quadratic time or memory to count, shorten or search.

Each is a function from a length to a text.
"""

from collections.abc import Callable, Mapping


def _repeated(piece: str) -> Callable[[int], str]:
    """Return a function that repeats `piece` up to at least `n` characters."""
    return lambda n: piece * (n // len(piece) + 1)


def _within(front: str, piece: str, back: str = "") -> Callable[[int], str]:
    """Like `_repeated`, but with `front` before and `back` after the pieces."""
    return lambda n: front + piece * (n // len(piece) + 1) + back


def _ideographs(start: int, count: int) -> str:
    return "".join(chr(0x4E00 + (start + number) % 20_000) for number in range(count))


TEXTS: Mapping[str, Callable[[int], str]] = {
    "sentences": _repeated("Un mot suit. "),
    "shortest sentences": _repeated("A! "),
    "paragraphs": _repeated("Un mot.\n\n"),
    "no end of a sentence": _repeated("un mot, puis "),
    "words of one letter": _repeated("a b "),
    "one word": _repeated("a"),
    "one word of ideographs": _repeated("受"),
    "open quotations": _repeated("« Un mot. "),
    "open brackets": _repeated("Un (mot. "),
    "a quotation closed at the end": _within("« ", "Un mot. ", "»"),
    "full stops before a letter": _within("a", ".", "x"),
    "full stops and closing signs": lambda n: f"a{'.' * (n // 2)}{'»' * (n // 2)}x",
    "dashes between spaces": _within("a ", "- ", "b"),
    "names": _repeated("Yves de "),
    "particles": _within("Yves ", "de ", "Tour vient."),
    "flags": _repeated("🇫🇷"),
    "regional indicators": _within("a", "🇫"),
    "joined emoji": _repeated("👨\u200d👩\u200d👧 "),
    "unknown emoji": _repeated("🐦\u200d🔥 "),
    "marks on a letter": _within("e", "\u0301"),
    "marks out of order": _within("e", "\u0301\u0323"),
    "mail addresses": _repeated("a@b.fr "),
    "mentions": _repeated("@alice@mastodon.social "),
    "bare domains": _repeated("mot.La "),
    "different domains": lambda n: " ".join(f"mot{number}.La" for number in range(n // 10 + 1)),
    "domains with underscores": _repeated("a_b.fr."),
    "an underscore before each domain": _repeated("_.fr"),
    "signs before a domain": _repeated("!.fr"),
    "a label of hyphens": _within("", "a_", "a.fr"),
    "domains in Hebrew": _repeated("א.קום "),
    "protocols of others": _repeated("gopher://a.fr "),
    "addresses after brackets": _repeated("(https://a.fr/b"),
    "long addresses": _repeated(f"https://a.fr/{'b' * 300} et "),
    "labels of different ideographs": lambda n: " ".join(
        f"https://{_ideographs(number * 61, 60)}.fr/a" for number in range(n // 72 + 1)
    ),
    "a host of different ideographs": lambda n: f"https://{_ideographs(0, n)}/a",
    "a label that ends in another script": _within("xn--", "a", "日.fr"),
    "different hashtags": lambda n: " ".join(f"#t{number}-" for number in range(n // 7 + 1)),
    "hashtags and links": _repeated("#été @a.fr $ABC https://é.fr "),
    "a hashtag of full stops": _within("#a", ".", "b"),
    "a hashtag of separators": _within("#1", "·"),
    "different ideographs": lambda n: _ideographs(0, n),
}
