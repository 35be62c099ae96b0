"""Generate a project of N announcements. The same seed always gives the same project."""

import random
from datetime import date, timedelta
from pathlib import Path

SETTINGS = """title = "Banc d’essai"
language = "fr"
timezone = "Europe/Paris"
url = "https://banc.example/"
authority = "banc.example,2024"
sender = {name = "Banc d’essai", email = "lettre@banc.example"}
organisation = {name = "Banc d’essai", address = "1 rue de l’Essai\\n80000 Amiens"}
unsubscribe = {url = "https://banc.example/quitter", mailto = "quitter@banc.example"}
"""

_SENTENCES = (
    "Notre démarche repose sur la volonté de bâtir des ponts entre les acteurs du territoire.",
    "Les inscriptions ouvrent lundi à 9\u00a0h\u00a030 et ferment le vendredi suivant\u00a0!",
    "Chaque équipe présentera son projet «\u00a0Dynamique de territoire\u00a0» devant le jury.",
    "Nous remercions chaleureusement toutes celles et ceux qui ont rendu cette journée possible.",
    "La transition écologique et l’insertion professionnelle sont au cœur de nos engagements.",
    "Un accueil est prévu dès 8\u00a0h\u00a045, avec un café et un mot de bienvenue.",
    "En 2024, l’accent a été mis sur l’égalité des chances et l’impact territorial.",
    "Pour toute question, écrivez-nous\u00a0: nous répondons sous deux jours ouvrés.",
)
_TAGS = tuple(f"Thème {number}" for number in range(50))
_TITLES = ("Portes ouvertes", "Job dating", "Inscriptions", "Trophée de l’Innovation", "Mobilité douce", "Conférence")


def write(root: Path, count: int, seed: int = 1) -> None:
    """Write a project of `count` announcements to `root`: about 3.5 KB each, in six layouts."""
    (root / "announcements").mkdir(parents=True)
    (root / "newsletter.toml").write_text(SETTINGS, encoding="utf-8")
    chance = random.Random(seed)
    day = date(2010, 1, 1)
    for number in range(count):
        day += timedelta(days=chance.randint(0, max(1, 5000 // count)))
        path = root / "announcements" / f"{day}-annonce-{number:05}.md"
        path.write_text(_announcement(number, day, chance), encoding="utf-8")


def _announcement(number: int, day: date, chance: random.Random) -> str:
    title = f"{chance.choice(_TITLES)} n°\u00a0{number}\u00a0: {chance.choice(_SENTENCES)[:40].rstrip()}…"
    tags = ", ".join(chance.sample(_TAGS, 3))
    front = [f'title: "{title}"', f"date: {day}T09:00:00+01:00", f"id: annonce-{number:05}", f"tags: [{tags}]"]
    if number % 2:
        front.append(f'summary: "{_SENTENCES[number % 8]} {_SENTENCES[(number + 1) % 8]}"')
    if number % 3 == 0:
        front.append(f"event:\n  start: {day} 09:30\n  end: {day} 17:00\n  place: Artois Expo\n  address: Arras")
    if number % 3 == 1:
        front.append("action:\n  label: S’inscrire\n  url: https://banc.example/inscription")
    front.append("links:")
    front += [f"  - title: Article {each}\n    url: https://banc.example/article-{each}" for each in range(3)]
    body = []
    for section in range(3):
        body.append(f"## {_TITLES[(number + section) % 6]}, partie {section + 1}")
        for _ in range(2):
            sentences = chance.choices(_SENTENCES, k=4)
            sentences[1] = f"**{sentences[1]}** Voir [la page](https://banc.example/p-{number % 97})."
            body.append(" ".join(sentences))
        body.append("\n".join(f"- {sentence}" for sentence in chance.choices(_SENTENCES, k=3)))
    return "---\n" + "\n".join(front) + "\n---\n\n" + "\n\n".join(body) + "\n"
