"""Describe the front matter keys to editors and web forms, as JSON Schema, code snippets and form fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from newsletter.load.fields import ID, SLUG, Bool, Choice, Date, FieldType, ListOf, MappingOf, Number, Text, Url
from newsletter.load.keys import ANNOUNCEMENT
from newsletter.text import base_language

# Label and hint of each key in a form. Other keys are explained in docs/announcements.md.
_LABELS = {
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
        "title": ("Title", "Also the subject of the mail; mail programs show about 60 characters"),
        "subject": ("Subject of the mail", "Empty: the title"),
        "date": ("Date", "When the announcement becomes public"),
        "id": ("Identifier", "Permanent: lowercase letters, digits, hyphens"),
        "summary": ("Summary", "Two sentences, at most 300 characters"),
        "alt": ("Alternative text", "What the picture shows"),
        "tags": ("Tags", "Separated by commas"),
        "links": ("Read more", ""),
        "action": ("Button", ""),
        "draft": ("Draft", "Not published anywhere"),
        "expires": ("Expires", "No longer shown from this date on"),
        "lang": ("Language", "For example fr; empty: the newsletter's"),
        "issue": ("Issue", "Empty: chosen by date; none: not in any issue"),
        "social": ("Social networks", "Text written here replaces the generated text"),
        "body": ("Text", ""),
    },
}
# Keys whose value is a file, each with the widget to choose the file and the folder to store it in.
_FILES = {"image": ("image", "images"), "attachments": ("file", "files")}
_MOMENT = "YYYY-MM-DD HH:mm"  # Day.js


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an announcement's front matter."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Front matter of an announcement",
    }
    return head | ANNOUNCEMENT.schema()


def snippets() -> dict[str, Any]:
    """Return VS Code snippets, one for each key. The prefix that triggers a snippet is the name of the key."""
    return {
        f"announcement: {name}": {
            "scope": "markdown",
            "prefix": name,
            "body": list(_snippet(name, kind)),
            "description": _LABELS["en"].get(name, ("", f"Front matter key {name}"))[1] or f"Front matter key {name}",
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
    """Return the configuration for Decap CMS, which Sveltia CMS reads as well.

    The configuration has one collection, with a field for each key. `lang` is the language of the form (French, or
    English for all other languages), `title` the label of the collection, and `site` the URL that the form links to.
    Dates are stored as typed, in the author's time zone.
    """
    interface_lang = "fr" if base_language(lang) == "fr" else "en"
    labels = _LABELS[interface_lang]
    fields = [_field(name, kind, labels, name in ANNOUNCEMENT.required) for name, kind in ANNOUNCEMENT.keys.items()]
    body = {"name": "body", "label": labels["body"][0], "widget": "markdown"}
    return {
        "backend": {"name": "github", "repo": "owner/repository", "branch": "main"},
        "publish_mode": "editorial_workflow",
        "locale": interface_lang,
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


def _field(name: str, kind: FieldType, labels: Mapping[str, tuple[str, str]], required: bool) -> dict[str, Any]:
    label, hint = labels.get(name, (name, ""))
    head = {"name": name, "label": label} | ({"hint": hint} if hint else {})
    return head | _widget(name, kind, labels) | ({} if required else {"required": False})


def _widget(name: str, kind: FieldType, labels: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Return the widget for a field type. Constraints that a form cannot express are checked by `newsletter check`."""
    if isinstance(kind, ListOf):
        inner = {"fields": _fields(name, kind.kind, labels)} if isinstance(kind.kind, MappingOf) else {}
        return {"widget": "list"} | inner
    if isinstance(kind, MappingOf):
        return {"widget": "object", "collapsed": True, "fields": _fields(name, kind, labels)}
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


def _fields(name: str, record: MappingOf, labels: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    # Make all fields optional: a form would demand a required field even if the object it belongs to is empty.
    fields = [_field(key, kind, labels, required=False) for key, kind in record.keys.items()]
    widget, folder = _FILES.get(name, ("", ""))
    for field in fields:
        if widget and field["name"] == "src":
            field |= {
                "widget": widget, "media_folder": f"/announcements/{folder}", "public_folder": folder,
                "label": labels["image"][0] if widget == "image" and "image" in labels else "File",
            }  # fmt: skip
    return fields
