"""count: how long a text is on each platform."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.codes import PROBLEMS
from newsletter.cli.running import refuse


def count(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="The text; - reads standard input.")] = "-",
    platform: Annotated[
        list[str] | None, typer.Option("--platform", metavar="NAME", help="Only this platform (may be repeated).")
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")] = "text",
) -> None:
    """Count a text as each platform counts it. Every byte counts, a final line feed too.

    The exit code is 1 when it is over a limit. Examples:

      printf %s "Été à Genève !" | newsletter count

      newsletter count outbox/social/trophee-innovation.x.txt --platform x --format json
    """
    from newsletter.channels.social.count import Count, as_json
    from newsletter.channels.social.count import count as count_for
    from newsletter.channels.social.platforms import PLATFORMS

    if format not in ("text", "json"):
        refuse(f"--format cannot be '{format}'; use text or json")
    names = platform or list(PLATFORMS)
    for name in names:
        if name not in PLATFORMS:
            refuse(f"there is no platform '{name}'; there are {', '.join(PLATFORMS)}")
    text = _read(file)
    counts: dict[str, Count] = {name: count_for(text, name) for name in names}
    if format == "json":
        print(json.dumps(as_json(counts), ensure_ascii=False))
    else:
        for name, each in counts.items():
            segments = dict(each.extra).get("segments")
            parts = f", {segments} part{'s' if segments != 1 else ''}" if segments is not None else ""
            print(f"{name:<10} {each.count:>6} / {each.limit:<6} {'' if each.fits else 'TOO LONG '}{each.unit}{parts}")
    if not all(each.fits for each in counts.values()):
        raise typer.Exit(PROBLEMS)


def _read(file: str) -> str:
    """The text exactly as it is: no line end is translated, no mark dropped."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as fault:
        refuse(f"{file} cannot be read: {fault.strerror}")
    try:
        return raw.decode()
    except UnicodeDecodeError as fault:
        before = raw[: fault.start]
        line, column = before.count(b"\n") + 1, fault.start - before.rfind(b"\n")
        name = "<stdin>" if file == "-" else file
        print(
            f"{name}:{line}:{column}: error: byte 0x{raw[fault.start]:02x} at offset {fault.start} is not UTF-8; "
            "save the text as UTF-8 [not-utf-8]",
            file=sys.stderr,
        )
        raise typer.Exit(PROBLEMS) from None
