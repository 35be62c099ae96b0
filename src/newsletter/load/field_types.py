"""Define the field types that only settings use: time zones, file extensions and mail addresses."""

from typing import Any
from zoneinfo import ZoneInfo

from newsletter.load.context import FieldContext
from newsletter.load.fields import Text
from newsletter.model import Plain
from newsletter.text.urls import ascii_mailbox


class Zone(Text):
    """The name of a time zone in the IANA database."""

    def read(self, plain: Plain, context: FieldContext, key: str) -> Any:
        """Return a ZoneInfo, or report an unknown time zone and return None."""
        name = super().read(plain, context, key)
        try:
            return ZoneInfo(name) if name else None
        except (ValueError, OSError, KeyError):
            context.error("bad-value", f"'{name}' is not a time zone", "write one such as Europe/Paris")
            return None


class Mailbox(Text):
    """A mail address that every mail program can send to: the part before the @ must be ASCII."""

    def read(self, plain: Plain, context: FieldContext, key: str) -> str | None:
        """Return the address, or report that it has no ASCII form and return None."""
        value = super().read(plain, context, key)
        if value is None or ascii_mailbox(value):
            return value
        message = f"'{value}' is not an address that every mail program can write to"
        context.error("bad-value", message, "use only plain letters, without accents, before the @")
        return None


class Extension(Text):
    """A file extension, in upper or lower case."""

    def read(self, plain: Plain, context: FieldContext, key: str) -> str | None:
        """Return the extension in lower case."""
        value = super().read(plain, context, key)
        return value and value.lower()
