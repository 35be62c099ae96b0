"""hints: the table of keys as editors and web forms want it: JSON Schema, code snippets, a form's fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from newsletter.load.fields import ID, SLUG, Bool, Choice, Date, FieldType, ListOf, MappingOf, Number, Text, Url
from newsletter.load.keys import ANNOUNCEMENT
from newsletter.text import base_language

# What a form says beside a key. The rest speaks for itself, or is in docs/announcements.md.
_SAID = {
    "fr": {
        "title": ("Titre", "Aussi l’objet du courriel ; 60 caractères se lisent en entier"),
        "subject": ("Objet du courriel", "Vide : le titre"),
        "date": ("Date", "Quand l’annonce devient publique"),
        "id": ("Identifiant", "Pour toujours : petites lettres, chiffres, tirets"),
        "summary": ("Résumé", "Deux phrases, 300 caractères au plus"),
        "updated": ("Mise à jour", "Dernier changement qui compte pour les lecteurs"),
        "tags": ("Étiquettes", "Séparées par des virgules"),
        "authors": ("Auteurs", ""),
        "image": ("Image", ""),
        "alt": ("Texte de remplacement", "Ce que l’image montre"),
        "caption": ("Légende", ""),
        "credit": ("Crédit", ""),
        "action": ("Bouton", ""),
        "label": ("Texte", ""),
        "links": ("Pour en savoir plus", ""),
        "event": ("Événement", ""),
        "start": ("Début", ""),
        "end": ("Fin", ""),
        "place": ("Lieu", ""),
        "address": ("Adresse", ""),
        "attachments": ("Fichiers à télécharger", ""),
        "draft": ("Brouillon", "Ne paraît nulle part"),
        "expires": ("Expire", "Ne paraît plus à partir de cette date"),
        "lang": ("Langue", "Par exemple en ; vide : celle de la lettre"),
        "issue": ("Numéro", "Vide : celui de la date ; none : aucun"),
        "social": ("Réseaux sociaux", "Un texte écrit ici remplace celui qui est composé"),
        "body": ("Texte", ""),
    },
    "en": {
        "title": ("Title", "Also the subject of the mail; 60 characters can be read whole"),
        "subject": ("Subject of the mail", "Empty: the title"),
        "date": ("Date", "When the announcement becomes public"),
        "id": ("Identity", "For ever: small letters, digits, hyphens"),
        "summary": ("Summary", "Two sentences, at most 300 characters"),
        "alt": ("Alternative text", "What the picture shows"),
        "tags": ("Tags", "Separated by commas"),
        "links": ("Read more", ""),
        "action": ("Button", ""),
        "draft": ("Draft", "Appears nowhere"),
        "expires": ("Expires", "No longer shown from this date on"),
        "lang": ("Language", "Such as fr; empty: the newsletter's"),
        "issue": ("Issue", "Empty: that of its date; none: no issue"),
        "social": ("Social networks", "A text written here stands in for the composed one"),
        "body": ("Text", ""),
    },
}
# Keys that name a file, the widget that chooses it, and the folder it goes to.
_FILES = {"image": ("image", "images"), "attachments": ("file", "files")}
_MOMENT = "YYYY-MM-DD HH:mm"  # Day.js


def schema() -> dict[str, Any]:
    """The JSON Schema of an announcement's front matter."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Front matter of an announcement",
    }
    return head | ANNOUNCEMENT.schema()


def snippets() -> dict[str, Any]:
    """Snippets for VS Code: one for each key, its name the prefix."""
    return {
        f"announcement: {name}": {
            "scope": "markdown",
            "prefix": name,
            "body": list(_snippet(name, kind)),
            "description": _SAID["en"].get(name, ("", f"Front matter key {name}"))[1] or f"Front matter key {name}",
        }
        for name, kind in ANNOUNCEMENT.keys.items()
    }


def _snippet(name: str, kind: FieldType) -> Iterator[str]:
    if isinstance(kind, ListOf) and not isinstance(kind.kind, MappingOf):
        yield f"{name}: [$1]"
    elif isinstance(kind, Bool):
        yield f"{name}: ${{1|true,false|}}"
    elif isinstance(record := kind.kind if isinstance(kind, ListOf) else kind, MappingOf):
        yield f"{name}:"
        keys = [key for key, inner in record.keys.items() if not isinstance(inner, ListOf)][:6]
        for number, key in enumerate(keys, 1):
            dash = ("- " if number == 1 else "  ") if isinstance(kind, ListOf) else ""
            yield f"  {dash}{key}: ${number}"
    else:
        yield f"{name}: $1"


def decap(lang: str, title: str, site: str) -> dict[str, Any]:
    """The configuration of Decap CMS (Sveltia CMS reads the same): one collection, a field for every key.

    `title` heads it; `site` is the address that its form links to. Dates are taken as typed, in the zone of
    who types them.
    """
    shown = "fr" if base_language(lang) == "fr" else "en"
    said = _SAID[shown]
    fields = [_field(name, kind, said, name in ANNOUNCEMENT.required) for name, kind in ANNOUNCEMENT.keys.items()]
    body = {"name": "body", "label": said["body"][0], "widget": "markdown"}
    return {
        "backend": {"name": "github", "repo": "owner/repository", "branch": "main"},
        "publish_mode": "editorial_workflow",
        "locale": shown,
        "site_url": site,
        "media_folder": "announcements/images",
        "public_folder": "images",
        "collections": [
            {
                "name": "announcements", "label": title, "folder": "announcements", "create": True,
                "extension": "md", "format": "yaml-frontmatter", "slug": "{{year}}-{{month}}-{{day}}-{{slug}}",
                "identifier_field": "title", "sortable_fields": ["date", "title"], "editor": {"preview": False},
                "fields": [*fields, body],
            }
        ],
    }  # fmt: skip


def _field(name: str, kind: FieldType, said: Mapping[str, tuple[str, str]], needed: bool) -> dict[str, Any]:
    label, hint = said.get(name, (name, ""))
    head = {"name": name, "label": label} | ({"hint": hint} if hint else {})
    return head | _widget(name, kind, said) | ({} if needed else {"required": False})


def _widget(name: str, kind: FieldType, said: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What a form shows for a kind. What only `check` can judge, it leaves to `check`."""
    if isinstance(kind, ListOf):
        inner = {"fields": _fields(name, kind.kind, said)} if isinstance(kind.kind, MappingOf) else {}
        return {"widget": "list"} | inner
    if isinstance(kind, MappingOf):
        return {"widget": "object", "collapsed": True, "fields": _fields(name, kind, said)}
    if isinstance(kind, Bool):
        return {"widget": "boolean"}
    if isinstance(kind, Date):
        return {"widget": "datetime", "format": _MOMENT, "default": ""}
    if isinstance(kind, Choice):
        return {"widget": "select", "options": list(kind.words)}
    if isinstance(kind, Number):
        return {"widget": "number", "value_type": "int", "min": kind.least, "max": kind.most}
    if isinstance(kind, Url):
        return {"widget": "string"}
    assert isinstance(kind, Text)
    shape = {ID: "a-z 0-9 -", SLUG: "a-z 0-9 -"}.get(kind.pattern, kind.expected)
    pattern = {"pattern": [f"^(?:{kind.pattern})$", shape]} if kind.pattern else {}
    return {"widget": "text" if kind.lines else "string"} | pattern


def _fields(name: str, record: MappingOf, said: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    # A form would ask for a required field even where the object around it is left empty; `check` asks rightly.
    made = [_field(key, kind, said, needed=False) for key, kind in record.keys.items()]
    widget, folder = _FILES.get(name, ("", ""))
    for field in made:
        if widget and field["name"] == "src":
            field |= {
                "widget": widget, "media_folder": f"/announcements/{folder}", "public_folder": folder,
                "label": said["image"][0] if widget == "image" and "image" in said else "File",
            }  # fmt: skip
    return made
