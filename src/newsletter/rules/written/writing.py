"""Define rules that give hints to writers in French and English.

They cover subjects, summaries, links, alternative texts, capitals, emoji and typography.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from newsletter.load.keys import MAX_PREHEADER
from newsletter.rules.rule import Family, Finding
from newsletter.rules.written.text import SourceText

FAMILY = Family(
    "writing", "Hints for writers, in French and English. `newsletter check --fix` corrects the typography."
)
LONG_SUBJECT = 70  # characters; desktop programs show about 70, phones 30 to 60
SHORT_PREHEADER = 40  # characters
LONG_ALT = 150  # characters

_VAGUE = {
    "fr": re.compile(
        r"(?:(?:cliqu(?:ez|er|e)|voir|lire|accéder|c’est|par|je clique) )?(?:ici|là)|(?:ce |le |un )?lien|lire|"
        r"(?:lire |voir )?(?:la |cette )?(?:suite|page)|(?:en )?savoir plus|plus d’info(?:rmation)?s?|voir(?: plus)?|"
        r"(?:plus de )?détails?|plus|télécharger|(?:le |ce )?site(?: web| internet)?|accéder|consulter|découvrir"
    ),
    "en": re.compile(
        r"(?:(?:click|tap|press|see|read|go|right) )?(?:here|this)|(?:this |the )?(?:link|page|website)|click|go|view|"
        r"(?:read|see|learn|find out|know)(?: more)?|(?:for )?more(?: info(?:rmation)?| details)?|info|details?|download|"
        r"continue(?: reading)?"
    ),
}  # fmt: skip
SHOUTED = 15  # capital letters in a row; abbreviations are shorter
# Consecutive words, separated by blanks or by punctuation that does not end a sentence.
_WORDS = re.compile(r"[^\W\d_]+(?:[ \n\u00a0’',:;–—-]+[^\W\d_]+)*")
_EMOJI = re.compile(
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a\u231b\u23e9-\u23fa][\ufe0f\u200d\u20e3]*[ \u00a0]?){4,}"
)
_FILE_NAME = re.compile(
    r"\S+\.(?:png|jpe?g|gif|webp|avif|svg|heic|tiff?)|(?:img|dsc|image|photo|capture)[ _-]?\d+", re.I
)
_SAYS_NOTHING = re.compile(
    r"(?:une? |the |an? )?(?:image|photo(?:graphie)?|picture|logo|illustration|visuel|banner)", re.I
)
_FORGED = re.compile(r"(?:re|fwd?|tr|réf)[ \u00a0]?:", re.IGNORECASE)
_ALPHANUMERIC = re.compile(r"[^\W_]")


def bare_text(label: str) -> str:
    """Return a label in lower case, without symbols at either end, and with one space between words."""
    words = label.replace("'", "’").replace("\u00a0", " ").lower()
    # Search from both ends, because a pattern for trailing symbols would take quadratic time.
    first, last = _ALPHANUMERIC.search(words), _ALPHANUMERIC.search(words[::-1])
    return " ".join(words[first.start() : len(words) - last.start()].split()) if first and last else ""


@FAMILY.rule(
    "long-subject", "A subject that is cut off", fails="title: (75 characters)", passes="title: (50 characters)"
)
def long_subject(written: SourceText) -> Iterator[Finding]:
    """Desktop programs show about 70 characters of a subject, and phones 30 to 60. The title is used as the subject,
    unless `subject` gives a shorter one.
    """
    key, subject = written.subject
    if len(subject) > LONG_SUBJECT:
        fix = f"say what matters in the first {LONG_SUBJECT}, ideally at the beginning"
        yield Finding(written.at(key), f"the subject has {len(subject)} characters", fix)


@FAMILY.rule(
    "forged-reply",
    "A subject that pretends to be a reply",
    fails="title: 'Re: notre rendez-vous'",
    passes="title: Notre rendez-vous",
)
def forged_reply(written: SourceText) -> Iterator[Finding]:
    """Spammers write “Re:” or “Fwd:” before subjects that are not replies, and filters treat such mails as spam."""
    key, subject = written.subject
    if match := _FORGED.match(subject):
        yield Finding(written.at(key), f"the subject begins with '{match[0]}'", "delete it")


@FAMILY.rule(
    "short-preheader",
    "A summary that says little",
    fails="summary: Nouveauté",
    passes="summary: Le 5 décembre, vingt entreprises vous reçoivent dans nos locaux.",
)
def short_preheader(written: SourceText) -> Iterator[Finding]:
    """Mail programs show the first 40 to 110 characters of the summary beside the subject. If the summary is
    shorter, they fill the space with the text that follows.
    """
    summary = written.file.summary
    if written.source.front.get("summary") is not None and 0 < len(summary) < SHORT_PREHEADER:
        fix = f"write {SHORT_PREHEADER} to {MAX_PREHEADER}: mail programs show it beside the subject"
        yield Finding(written.at("summary"), f"the summary has {len(summary)} characters", fix)


@FAMILY.rule(
    "same-preheader",
    "A summary that repeats the title",
    fails="title: Portes ouvertes\nsummary: Portes ouvertes",
    passes="title: Portes ouvertes\nsummary: Le 14 décembre, visitez nos ateliers.",
)
def same_preheader(written: SourceText) -> Iterator[Finding]:
    """Mail programs show the summary beside the subject. A repetition wastes that space."""
    if written.source.front.get("summary") is None:
        return
    summary = bare_text(written.file.summary)
    for key, text in (("title", written.file.title), written.subject):
        if text and summary == bare_text(text):
            yield Finding(written.at("summary"), f"the summary repeats the {key}", "add new information")
            return


@FAMILY.rule(
    "vague-link",
    "A link that does not say where it leads",
    fails="[Cliquez ici](https://exemple.example/programme)",
    passes="[Le programme de la journée](https://exemple.example/programme)",
)
def vague_link(written: SourceText) -> Iterator[Finding]:
    """Many people who use screen readers jump from link to link, and hear only the texts of the links. Texts such as
    “Cliquez ici”, “en savoir plus” or “here” then mean nothing. Say what the link leads to.
    """
    pattern = _VAGUE.get(written.language)
    for label, _, place in written.links if pattern else ():
        if pattern and pattern.fullmatch(bare_text(label)):
            yield Finding(place(), f"the link '{label}' does not say where it leads", "say what it leads to")


@FAMILY.rule(
    "ambiguous-link",
    "Two links with the same text",
    fails="[le dossier](a.pdf), [le dossier](b.pdf)",
    passes="[le dossier d’inscription](a.pdf), [le dossier de bourse](b.pdf)",
)
def ambiguous_link(written: SourceText) -> Iterator[Finding]:
    """Readers expect links with the same text to lead to the same place."""
    targets: dict[str, str] = {}
    for label, target, place in written.links:
        if (name := bare_text(label)) and targets.setdefault(name, target) != target:
            message = f"'{label}' does not lead to the same place as an earlier link with this text"
            yield Finding(place(), message, "give them different texts")


@FAMILY.rule(
    "alt-file-name",
    "An alternative text that says nothing",
    fails="![IMG_2041.jpg](a.jpg)",
    passes="![Remise du trophée à Arras](a.jpg)",
)
def alt_file_name(written: SourceText) -> Iterator[Finding]:
    """A file name, or a word such as “image” or “photo”, does not say what the picture shows."""
    for alt, place in written.pictures:
        if _FILE_NAME.fullmatch(alt.strip()) or _SAYS_NOTHING.fullmatch(alt.strip(" .")):
            yield Finding(place, f"the alternative text '{alt}' does not say what the picture shows", "describe it")


@FAMILY.rule(
    "long-alt",
    "An alternative text that is too long",
    fails="![(200 characters)](a.png)",
    passes="![(80 characters)](a.png)",
)
def long_alt(written: SourceText) -> Iterator[Finding]:
    """Screen readers read an alternative text without a pause. Put longer descriptions into the text."""
    for alt, place in written.pictures:
        if len(alt) > LONG_ALT:
            yield Finding(place, f"the alternative text has {len(alt)} characters", f"use at most {LONG_ALT}")


@FAMILY.rule(
    "capitals", "Words in capitals", fails="INSCRIVEZ-VOUS DÈS MAINTENANT", passes="Inscrivez-vous dès maintenant"
)
def capitals(written: SourceText) -> Iterator[Finding]:
    """Words in capitals are slower to read, and some screen readers spell them out. In a subject, they look like
    spam. Use `**` for emphasis. Abbreviations are allowed.
    """
    for text, place in written.running:
        for start, words in _shouted(text):
            yield Finding(place(start), f"'{words[:40]}' is in capitals", "write it in lower case")


def _shouted(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of each run of words in capitals that has more than SHOUTED letters.

    A run is either one word, or contains at least two words of four letters or more.
    """
    if sum(map(str.isupper, text)) <= SHOUTED:
        return
    for phrase in _WORDS.finditer(text):
        content = phrase[0]  # each access to `phrase` copies the text
        for is_upper, group in groupby(re.finditer(r"[^\W\d_]+", content), key=lambda word: word[0].isupper()):
            words = list(group)
            letters = [len(word[0]) for word in words]
            if is_upper and sum(letters) > SHOUTED and (sum(count >= 4 for count in letters) >= 2 or len(words) == 1):
                yield phrase.start() + words[0].start(), content[words[0].start() : words[-1].end()]


@FAMILY.rule("emoji-run", "Many emoji in a row", fails="🎉🎉🎉🎉 Bravo", passes="🎉 Bravo")
def emoji_run(written: SourceText) -> Iterator[Finding]:
    """A screen reader reads the name of each emoji: “party popper, party popper, party popper…”."""
    for text, place in written.running:
        for match in _EMOJI.finditer(text):
            message = f"screen readers read '{match[0].strip()}' emoji by emoji"
            yield Finding(place(match.start()), message, "use at most three")


@FAMILY.rule(
    "missing-nbsp", "Punctuation that may begin a line", fails="Venez nombreux !", passes="Venez nombreux\u00a0!"
)
def missing_nbsp(written: SourceText) -> Iterator[Finding]:
    """French typography requires a no-break space (U+00A0) before `:` `;` `!` `?` and inside `« »`. With an
    ordinary space, the sign may end up alone on the next line. `newsletter check --fix` inserts the no-break
    spaces.
    """
    yield from _slips(written, "missing-nbsp", "a no-break space is missing")


@FAMILY.rule(
    "straight-quotes",
    "Straight quotation marks",
    fails='L\'école dit "oui"',
    passes="L’école dit «\u00a0oui\u00a0»",
)
def straight_quotes(written: SourceText) -> Iterator[Finding]:
    """French typography uses `’` and `« »`, English typography `’` and `“ ”`. `newsletter check --fix` inserts
    them, except in code and addresses.
    """
    yield from _slips(written, "straight-quotes", "quotation marks are straight")


def _slips(written: SourceText, code: str, message: str) -> Iterator[Finding]:
    """Yield one finding for the whole file, at its first slip.

    There may be hundreds of slips, and one command corrects them all.
    """
    places = sorted(place() for slip_code, place in written.slips if slip_code == code)
    if places:
        more = f", here and in {len(places) - 1} more place{'s' * (len(places) > 2)}" if len(places) > 1 else ""
        yield Finding(places[0], f"{message}{more}", "run 'newsletter check --fix'")
