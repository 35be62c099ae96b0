"""Create a small project for a test."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETTINGS = """\
[tool.newsletter]
title = "Exemple"
language = "fr"
timezone = "Europe/Paris"
url = "https://exemple.example/"
authority = "exemple.example,2024"

[tool.newsletter.sender]
name = "Exemple"
email = "lettre@exemple.example"
"""
COMPLETE = """
[tool.newsletter.organisation]
name = "Exemple"
address = "1 rue du Port, 80000 Amiens"

[tool.newsletter.unsubscribe]
url = "https://exemple.example/quitter"
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder with settings in pyproject.toml and an announcements/ folder."""

    root: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Write the file `name`, relative to the project. Text becomes UTF-8, with line endings unchanged."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def announce(self, name: str = "2024-11-26-prix.md", body: str = "Texte.", **front: Any) -> Path:
        """Write an announcement. Title, date and id have defaults; a key that is None is omitted."""
        stem = Path(name).name.partition(".")[0]
        keys = {"title": "Un prix", "date": stem[:10], "id": stem} | front
        # JSON is valid YAML, and unambiguous about quotes and line endings.
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value is not None]
        return self.write(f"announcements/{name}", "\n".join(["---", *lines, "---", "", body, ""]))

    def complete(self) -> None:
        """Add the publisher and unsubscribe settings, without which `check` warns."""
        settings = (self.root / "pyproject.toml").read_text(encoding="utf-8")
        self.write("pyproject.toml", settings + COMPLETE)
