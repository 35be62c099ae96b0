"""Every block of the mails on one page: light, dark, and 360 px wide.

`make gallery` writes build/gallery/index.html; open it in a browser.
"""

import html
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from newsletter import pipeline
from newsletter.model.problems import Problems

ROOT = Path(__file__).parents[1]
NOW = datetime(2025, 1, 1, tzinfo=UTC)
URL = "https://galerie.example/"
SETTINGS = f"""title = "Galerie"
language = "fr"
timezone = "Europe/Paris"
url = "{URL}"
authority = "galerie.example,2024"
theme = "THEME"
sender = {{name = "Galerie", email = "lettre@galerie.example"}}
organisation = {{name = "Galerie", address = "1 rue de l’Exemple\\n80000 Amiens", logo = "announcements/logo.png"}}
unsubscribe = {{url = "{URL}quitter"}}
"""

BLOCKS = {
    "Texte": ("", "Une phrase **importante**, une *nuance*, un [lien](https://galerie.example/a), du `code`.\n\n"
              "## Intertitre\n\nUn paragraphe.\n\n### Sous-titre\n\nUn autre, avec une note[^1].\n\n[^1]: La note."),
    "Image et légende": ("image: {src: trophee.png, alt: Coupe, caption: Une légende, credit: Interfor}\n", "Texte."),
    "Rendez-vous": ("event: {start: 2024-12-05 09:30, end: 2024-12-05 17:00, place: Artois Expo, address: Arras,"
                    " url: https://galerie.example/rv}\n", "Texte."),
    "Bouton": ("action: {label: S’inscrire en ligne, url: https://galerie.example/i}\n", "Texte."),
    "Liens": ("links:\n  - {title: Un premier article, url: https://galerie.example/1}\n"
              "  - {title: Un second article, url: https://galerie.example/2}\n", "Texte."),
    "Pièces à télécharger": ("attachments: [{src: trophee.png, title: L’affiche}]\n", "Texte."),
    "Citation": ("", "> Une citation qui tient sur plusieurs lignes, pour voir.\n>\n> Sa suite."),
    "Listes": ("", "- un\n- deux\n  - deux bis\n- trois\n\n1. premier\n2. second\n\n---\n\nFin."),
    "Tableau": ("", "| Étape | Quand | Comment |\n|---|---|---|\n| Dossier | lundi | ici |\n| Oral | lundi | ici |"),
    "Code": ("", "Tapez <kbd>Ctrl</kbd> + <kbd>S</kbd>.\n\n```\npremière ligne\nseconde ligne\n```"),
    "De droite à gauche": ("lang: ar\n", "مرحبا بكم في هذه النشرة.\n\n- واحد\n- اثنان"),
    "Traduction": ("", "Texte."),
}  # fmt: skip

PAGE = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Galerie des blocs</title>
<meta name="color-scheme" content="light dark"><style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; background: #ccd5d8; color: #1d2b30; }
h2 { margin: 2rem 0 .5rem; } .row { display: flex; gap: 1rem; overflow-x: auto; align-items: start; }
figure { margin: 0; } iframe { border: 0; border-radius: 6px; height: 640px; background: #fff; }
.wide { width: 640px; } .narrow { width: 360px; } .dark { color-scheme: dark; } .light { color-scheme: light; }
</style></head><body><h1>Galerie des blocs – thème « THEME »</h1>BODY</body></html>
"""


def main() -> None:
    """Write the gallery of the theme named on the command line, or of the default one."""
    theme = sys.argv[1] if len(sys.argv) > 1 else "default"
    out = ROOT / "build/gallery"
    shutil.rmtree(out, ignore_errors=True)
    (out / "assets").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "announcements").mkdir()
        (project / "newsletter.toml").write_text(SETTINGS.replace("THEME", theme), encoding="utf-8")
        for name in ("logo.png", "trophee.png"):
            shutil.copy(ROOT / "announcements/images" / name, project / "announcements")
        for number, (title, (front, body)) in enumerate(BLOCKS.items(), 1):
            head = f'---\ntitle: "{title}"\ndate: 2024-12-{number:02}\nid: bloc-{number}\nslug: bloc-{number}\n'
            path = project / f"announcements/2024-12-{number:02}-bloc.md"
            path.write_text(f"{head}{front}---\n\n{body}\n", encoding="utf-8")
        last = path.read_text(encoding="utf-8").replace("Traduction", "Translation")
        path.with_suffix(".en.md").write_text(last, encoding="utf-8")
        mails = write(project, out)
    rows = []
    for name, title in mails:
        frames = "".join(
            f'<figure><iframe class="{classes}" src="{name}" title="{html.escape(title)}, {label}" loading="lazy">'
            f"</iframe><figcaption>{label}</figcaption></figure>"
            for classes, label in (
                ("wide light", "clair"),
                ("wide dark", "sombre"),
                ("narrow light", "360 px"),
                ("narrow dark", "360 px, sombre"),
            )
        )
        rows.append(f'<h2>{html.escape(title)}</h2><div class="row">{frames}</div>')
    (out / "index.html").write_text(PAGE.replace("THEME", theme).replace("BODY", "".join(rows)), encoding="utf-8")
    print(out.relative_to(ROOT) / "index.html")


def write(project: Path, out: Path) -> list[tuple[str, str]]:
    """The mails of the gallery's project, and their images; gives (file, title)."""
    problems = Problems()
    opened = pipeline.open_project(project, problems)
    for asset in pipeline.read(opened, NOW, problems).assets:
        shutil.copy(asset.file, out / asset.path)
    made = []
    for problem in problems:
        print(problem, file=sys.stderr)
    for artefact in pipeline.build(opened, NOW, problems, ["email"]):
        if artefact.path.endswith(".html"):
            text = artefact.data.decode().replace(f"{URL}assets/", "assets/")
            name = artefact.path.removeprefix("email/").replace("/", "-")
            (out / name).write_text(text, encoding="utf-8")
            title = re.search(r"<title>(.*?)</title>", text)
            made.append((name, html.unescape(title[1]) if title else name))
    return made


if __name__ == "__main__":
    main()
