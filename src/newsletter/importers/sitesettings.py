"""Read the settings of a Jekyll or Hugo site that hide whole groups of pages."""

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from newsletter.importers import fronts, hidden
from newsletter.importers.draft import Unreadable
from newsletter.importers.hidden import cascades
from newsletter.importers.leftovers import Leftovers
from newsletter.importers.press_release import decode
from newsletter.importers.safe_files import read

__all__ = ["Rules", "cascades", "hides", "hugo", "jekyll"]

_HUGO = tuple(
    f"{folder}{name}.{ending}"
    for folder in ("", "config/_default/")
    for name in ("hugo", "config", "cascade")
    for ending in ("toml", "yaml", "yml", "json")
)
# Entries of Jekyll's `defaults`: a scope (path, type), and default keys for its posts, or None for
# excluded posts.
Rules = list[tuple[str, str, Mapping[str, Any] | None]]
_MAX_RULES = 500


def jekyll(root: Path, leftovers: Leftovers) -> Rules:
    """Return the defaults and the excluded paths in `_config.yml`.

    A file that cannot be read is added to `leftovers`, because it may hide posts.
    """
    rules: Rules = []
    for name in ("_config.yml", "_config.yaml", "_config.toml"):
        settings = _read(root / name, name, leftovers)
        for each in _list(settings.get("defaults")):
            scope, values = each.get("scope"), each.get("values")
            if isinstance(values, dict):
                scope = scope if isinstance(scope, dict) else {}
                rules.append((str(scope.get("path") or ""), str(scope.get("type") or ""), values))
        excluded = settings.get("exclude")
        names = excluded if isinstance(excluded, list) else [excluded] if excluded else []
        rules += [(str(each), "", None) for each in names if each]
    if len(rules) > _MAX_RULES:
        leftovers.add("_config.yml", f"it has more than {_MAX_RULES} rules; all posts become drafts")
        return [("", "", None)]
    return rules


def hides(rules: Rules, post: str, keys: Mapping[str, Any], today: date) -> str | None:
    """Return why the rules hide a post, or None if they do not.

    `post` is the path of its file, relative to the site. The post's own `keys` override the rules.
    """
    for path, kind, values in rules:
        if kind not in ("", "posts", "drafts") or not _matches(path, post):
            continue
        if values is None:
            return "the site's settings excluded it"
        hiding = hidden.judge({name: value for name, value in values.items() if name not in keys}, "", today)
        if hiding.hidden:
            return hiding.reason or "the site's settings made it a draft"
    return None


def _matches(pattern: str, post: str) -> bool:
    """Return whether the path of a scope matches a post or a folder above it.

    The path may omit `_posts`.
    """
    pattern = pattern.strip("/")
    paths = (post, post.removeprefix("_posts/"))
    return not pattern or any(
        path == pattern or path.startswith(f"{pattern}/") or fnmatchcase(path, pattern) for path in paths
    )


def hugo(root: Path, today: date, leftovers: Leftovers) -> str:
    """Return why the site's own cascade hides its pages, or "" if it does not.

    A file that cannot be read is added to `leftovers`, because it may hide pages.
    """
    for name in _HUGO:
        settings = _read(root / name, name, leftovers)
        if name.partition(".")[0].endswith("cascade"):
            settings = {"cascade": settings}
        if reason := cascades(settings, today):
            return reason
    return ""


def _read(path: Path, name: str, leftovers: Leftovers) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    try:
        content = decode(read(path), [])
        if path.suffix == ".toml":
            return fronts.read_toml(content)
        return fronts.split(content)[0] if path.suffix == ".json" else fronts.read_yaml(content)
    except Unreadable as fault:
        leftovers.add(name, f"{fault}; check whether it hides pages")
        return {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
