"""Generate announcements with difficult texts, and compose snippets from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import strategies as st

from newsletter import pipeline
from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.channels.social.writing.composer import Composer
from newsletter.channels.social.writing.material import Material, of_announcement
from newsletter.channels.social.writing.post import Post
from newsletter.model import Announcement, Event, Prose, Publication, Social, Tag
from newsletter.model.problems import Problems
from newsletter.theme.string_files import load_strings
from newsletter.theme.strings import Strings
from newsletter.theme.templates import Templates
from support.paths import ROOT

NBSP = "\u00a0"
# Units that must not be split. A careless cut would fall in those with ordinary spaces.
UNITS = (
    "10 000 €", "5 décembre 2024", "16 h 30", "n° 5", "12 %", "1re année", "Yves de La Tour", "Stéphane Bette",
    "M. Martin", "J. Dupont", "« Dynamique de territoire »", "«\u00a0Un prix. Une fête\u00a0»", "(avec nos équipes)",
    "“a small step”", "https://exemple.fr/été?q=1", "@alice@mastodon.social", "#ÉcoleBoulle", "👩🏽‍🎨", "🐦‍🔥", "🇫🇷",
    "J.O.Paris", "communiqué.La",
)  # fmt: skip
WORDS = """
    notre projet reçoit le trophée de l’innovation, la transition écologique et un prix pour une école ; nous vous
    attendons à l’accueil. Chaque année, des initiatives mettent en valeur nos équipes : Interfor œuvre ! Voici
    pourquoi ? e\u0301te\u0301 受賞おめでとう
""".split()
BITS = st.one_of(st.sampled_from(UNITS), st.sampled_from(WORDS), st.sampled_from(WORDS))
REFUSED = (
    "\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # characters that loading refuses in announcements
)
LETTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"), exclude_characters=f'«»“”()[]"{REFUSED}'
)
SENTENCES = st.one_of(
    st.lists(BITS, min_size=1, max_size=60).map(" ".join),
    st.text(LETTERS, min_size=1, max_size=400),
)
LONG = st.one_of(
    st.lists(BITS, min_size=25, max_size=80).map(" ".join),
    st.text(LETTERS, min_size=200, max_size=400),
    SENTENCES,
)


@cache
def publication() -> Publication:
    problems = Problems()
    return pipeline.read(pipeline.open_project(ROOT, problems), datetime(2025, 2, 1, tzinfo=UTC), problems)


@cache
def composer() -> Composer:
    chosen = replace(publication().settings.social, platforms=tuple(PLATFORMS))
    templates = Templates(ROOT, Problems())
    return Composer(replace(publication().settings, url="https://www.exemple.fr/", social=chosen), templates)


@cache
def words(lang: str) -> Strings:
    return Strings(lang, load_strings(composer().templates, lang), publication().settings.timezone)


@st.composite
def announcements(draw: st.DrawFn) -> Announcement:
    """Return an announcement with difficult texts, of any length that the format allows."""
    base = publication().announcements[0]
    paragraphs = tuple(draw(st.lists(LONG, max_size=4)))
    start = base.date + timedelta(days=draw(st.integers(-1, 40)))
    event = Event(
        start,
        place=draw(st.sampled_from(("", "Artois Expo", "« Le Grand Large », 2e étage"))),
        address="1 rue de l’Essai\n80000 Amiens",
    )
    title = draw(st.one_of(st.lists(BITS, min_size=4, max_size=20).map(" ".join), SENTENCES))
    # Titles are not shortened here, because that could split their units.
    return replace(
        base,
        title=title if 0 < len(title.strip(" \t\n")) <= 150 else "Interfor reçoit un prix",
        summary=draw(LONG).strip(" \t\n") or "Un prix.",
        prose=Prose(paragraphs=paragraphs, lead=len(paragraphs)),
        tags=tuple(Tag(label, label) for label in draw(st.lists(st.sampled_from(WORDS), max_size=6))),
        event=draw(st.sampled_from((None, event))),
        slug="a" * draw(st.integers(1, 100)),
        stem="a" * draw(st.integers(1, 100)),
        social=Social(sms_ascii=draw(st.booleans())),
        lang=draw(st.sampled_from(("fr", "en"))),
    )


def composed(announcement: Announcement) -> tuple[Material, tuple[Post, ...]]:
    made = replace(publication(), settings=composer().settings)
    material = of_announcement(announcement, made, words(announcement.lang))
    return material, tuple(composer().posts(material))
