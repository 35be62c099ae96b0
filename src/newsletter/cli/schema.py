"""schema: the announcement format for editors."""

import json


def schema() -> None:
    """Print the JSON Schema of an announcement's front matter.

    Example:

      newsletter schema > announcement.schema.json
    """
    from newsletter.keys import ANNOUNCEMENT

    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Front matter of an announcement",
    }
    print(json.dumps(head | ANNOUNCEMENT.schema(), ensure_ascii=False, indent=2))
