"""writing: hints on what writers write, in French and English: subjects, links, pictures, typography."""

import re
from collections.abc import Iterator
from itertools import groupby

from newsletter.load.keys import MAX_PREHEADER
from newsletter.rules.rule import Family, Finding
from newsletter.rules.written.text import SourceText

FAMILY = Family("writing", "Hints for writers, in French and English. `newsletter check --fix` mends the typography.")
LONG_SUBJECT = 70  # characters; a desktop shows about as many, telephones 30 to 60
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
# Words side by side; what is between them may be blanks and the signs inside a phrase.
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


_SIGN_FREE = re.compile(r"[^\W_]")


def _bare(label: str) -> str:
    """A label in small letters, without signs and arrows around it, one space between words."""
    words = label.replace("'", "’").replace("\u00a0", " ").lower()
    # A pattern for the signs at the end would begin to look at each of those in the middle.
    found = _SIGN_FREE.search(words)
    last = _SIGN_FREE.search(words[::-1]) if found else None
    return " ".join(words[found.start() : len(words) - last.start()].split()) if found and last else ""


@FAMILY.rule(
    "long-subject", "A subject that is cut off", fails="title: (75 characters)", passes="title: (50 characters)"
)
def long_subject(written: SourceText) -> Iterator[Finding]:
    """A desktop shows about 70 characters of a subject, a telephone 30 to 60. The title is the subject, unless `subject`
    gives a shorter one.
    """
    key, subject = written.subject
    if len(subject) > LONG_SUBJECT:
        cure = f"say the main thing within {LONG_SUBJECT}, best at the beginning"
        yield Finding(written.at(key), f"the subject has {len(subject)} characters", cure)


@FAMILY.rule("forged-reply", "A subject that pretends to be an answer", fails="title: 'Re: notre rendez-vous'",
             passes="title: Notre rendez-vous")  # fmt: skip
def forged_reply(written: SourceText) -> Iterator[Finding]:
    """“Re:” or “Fwd:” before what is no answer is a trick of senders of spam, and is treated so."""
    key, subject = written.subject
    if match := _FORGED.match(subject):
        yield Finding(written.at(key), f"the subject begins with '{match[0]}'", "delete it")


@FAMILY.rule("short-preheader", "A summary that says little", fails="summary: Nouveauté",
             passes="summary: Le 5 décembre, vingt entreprises vous reçoivent dans nos locaux.")  # fmt: skip
def short_preheader(written: SourceText) -> Iterator[Finding]:
    """The beginning of the summary stands beside the subject in the list of mails, where there is room for 40 to 110
    characters. What you leave empty, programs fill with whatever comes next.
    """
    summary = written.of.summary
    if written.of.source.front.get("summary") is not None and 0 < len(summary) < SHORT_PREHEADER:
        cure = f"write {SHORT_PREHEADER} to {MAX_PREHEADER}: it stands beside the subject"
        yield Finding(written.at("summary"), f"the summary has {len(summary)} characters", cure)


@FAMILY.rule("same-preheader", "A summary that repeats the title", fails="title: Portes ouvertes\nsummary: Portes ouvertes",
             passes="title: Portes ouvertes\nsummary: Le 14 décembre, visitez nos ateliers.")  # fmt: skip
def same_preheader(written: SourceText) -> Iterator[Finding]:
    """Subject and preheader stand side by side: said twice, the place of one is lost."""
    if written.of.source.front.get("summary") is None:
        return
    summary = _bare(written.of.summary)
    for key, text in (("title", written.of.title), written.subject):
        if text and summary == _bare(text):
            yield Finding(written.at("summary"), f"the summary repeats the {key}", "say something more")
            return


@FAMILY.rule("vague-link", "A link that does not say where it leads", fails="[Cliquez ici](https://exemple.example/programme)",
             passes="[Le programme de la journée](https://exemple.example/programme)")  # fmt: skip
def vague_link(written: SourceText) -> Iterator[Finding]:
    """Many people go from link to link, and hear nothing but their texts. “Cliquez ici”, “en savoir plus”, “here” say
    nothing there; what can be found behind the link does.
    """
    pattern = _VAGUE.get(written.language)
    for label, _, place in written.links if pattern else ():
        if pattern and pattern.fullmatch(_bare(label)):
            yield Finding(place(), f"the link '{label}' does not say where it leads", "name what is found there")


@FAMILY.rule("ambiguous-link", "One text for two links", fails="[le dossier](a.pdf), [le dossier](b.pdf)",
             passes="[le dossier d’inscription](a.pdf), [le dossier de bourse](b.pdf)")  # fmt: skip
def ambiguous_link(written: SourceText) -> Iterator[Finding]:
    """In a list of links, the same text stands for the same place."""
    seen: dict[str, str] = {}
    for label, target, place in written.links:
        if (name := _bare(label)) and seen.setdefault(name, target) != target:
            yield Finding(
                place(), f"'{label}' leads elsewhere than the link of the same text before", "tell them apart"
            )


@FAMILY.rule("alt-file-name", "An alternative text that says nothing", fails="![IMG_2041.jpg](a.jpg)",
             passes="![Remise du trophée à Arras](a.jpg)")  # fmt: skip
def alt_file_name(written: SourceText) -> Iterator[Finding]:
    """The name of a file, or “image”, “photo”, tells what it is but not what it shows."""
    for alt, place in written.pictures:
        if _FILE_NAME.fullmatch(alt.strip()) or _SAYS_NOTHING.fullmatch(alt.strip(" .")):
            yield Finding(place, f"the alternative text '{alt}' does not say what the picture shows", "describe it")


@FAMILY.rule("long-alt", "An alternative text that is too long", fails="![(200 characters)](a.png)",
             passes="![(80 characters)](a.png)")  # fmt: skip
def long_alt(written: SourceText) -> Iterator[Finding]:
    """An alternative text is heard in one go, without a way to stop in it. Longer descriptions belong into the text."""
    for alt, place in written.pictures:
        if len(alt) > LONG_ALT:
            yield Finding(place, f"the alternative text has {len(alt)} characters", f"say it within {LONG_ALT}")


@FAMILY.rule(
    "capitals", "Words in capitals", fails="INSCRIVEZ-VOUS DÈS MAINTENANT", passes="Inscrivez-vous dès maintenant"
)
def capitals(written: SourceText) -> Iterator[Finding]:
    """Capitals are slower to read, are spelled out by some screen readers, and count as spam in a subject. Write `**` for
    emphasis. Abbreviations may stand.
    """
    for text, place in written.running:
        for start, words in _shouted(text):
            yield Finding(place(start), f"'{words[:40]}' is in capitals", "write small letters")


def _shouted(text: str) -> Iterator[tuple[int, str]]:
    """Runs of words in capitals, of which two have four letters, that together have more than SHOUTED."""
    if sum(map(str.isupper, text)) <= SHOUTED:
        return
    for phrase in _WORDS.finditer(text):
        phrased = phrase[0]  # a copy each time that it is asked for
        for loud, group in groupby(re.finditer(r"[^\W\d_]+", phrased), key=lambda word: word[0].isupper()):
            words = list(group)
            letters = [len(word[0]) for word in words]
            if loud and sum(letters) > SHOUTED and (sum(count >= 4 for count in letters) >= 2 or len(words) == 1):
                yield phrase.start() + words[0].start(), phrased[words[0].start() : words[-1].end()]


@FAMILY.rule("emoji-run", "Many emoji in a row", fails="🎉🎉🎉🎉 Bravo", passes="🎉 Bravo")
def emoji_run(written: SourceText) -> Iterator[Finding]:
    """A screen reader says each of them by its name: “party popper, party popper, party popper…”."""
    for text, place in written.running:
        for match in _EMOJI.finditer(text):
            yield Finding(place(match.start()), f"'{match[0].strip()}' is said emoji by emoji", "three are the most")


@FAMILY.rule("missing-nbsp", "A sign that may begin a line", fails="Venez nombreux !", passes="Venez nombreux\u00a0!")
def missing_nbsp(written: SourceText) -> Iterator[Finding]:
    """French has a no-break space (U+00A0) before `:` `;` `!` `?` and inside `« »`: with another one, or none, the sign can
    stand alone on the next line. `newsletter check --fix` writes them.
    """
    yield from _slips(written, "missing-nbsp", "a no-break space is missing")


@FAMILY.rule(
    "straight-quotes",
    "Typewriter's quotation marks",
    fails='L\'école dit "oui"',
    passes="L’école dit «\u00a0oui\u00a0»",
)
def straight_quotes(written: SourceText) -> Iterator[Finding]:
    """Printed French has `’` and `« »`, printed English `’` and `“ ”`. `newsletter check --fix` writes them; in code and
    addresses everything stays as it is.
    """
    yield from _slips(written, "straight-quotes", "typewriter's quotation marks")


def _slips(written: SourceText, code: str, told: str) -> Iterator[Finding]:
    """One finding a file, at its first slip: there may be hundreds, and one command mends them."""
    places = sorted(place() for found, place in written.slips if found == code)
    if places:
        more = f", here and in {len(places) - 1} more place{'s' * (len(places) > 2)}" if len(places) > 1 else ""
        yield Finding(places[0], f"{told}{more}", "run 'newsletter check --fix'")
