"""The `count` command: count a text the way each platform does."""

import errno
import json
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Annotated

import typer

from newsletter.cli.codes import PROBLEMS
from newsletter.cli.options import Folder, named_folder, refuse

LONGEST = 4 * 1024 * 1024  # bytes; the limit of every platform is below 64 KB


def count(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="The file to count; - reads standard input.")] = "-",
    directory: Folder = None,
    platform: Annotated[
        list[str] | None, typer.Option("--platform", metavar="NAME", help="Only this platform (may be repeated).")
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")] = "text",
) -> None:
    """Count a text the way each platform does. A trailing line feed counts too.

    The exit code is 1 if the text exceeds a limit. The text may have up to 4 MiB. Examples:

      printf %s "Été à Genève !" | newsletter count

      newsletter count outbox/social/trophee-innovation.x.txt --platform x --format json
    """
    from newsletter.channels.social.counting.count import Count, as_json
    from newsletter.channels.social.counting.count import count as count_for
    from newsletter.channels.social.counting.platforms import PLATFORMS

    if format not in ("text", "json"):
        refuse(f"--format cannot be '{format}'; use text or json")
    names = platform or list(PLATFORMS)
    for name in names:
        if name not in PLATFORMS:
            refuse(f"--platform cannot be '{name}'; use {', '.join(PLATFORMS)}")
    text = _read(file if file == "-" else str(named_folder(directory) / file))
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


def _open(file: str) -> AbstractContextManager[IO[bytes]]:
    if file != "-":
        return Path(file).open("rb")
    if sys.stdin is None:  # it was closed when the program started
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return nullcontext(sys.stdin.buffer)


def _read(file: str) -> str:
    """Return the text with line endings and byte order mark unchanged. Reads at most one byte beyond the limit."""
    name = "<stdin>" if file == "-" else file
    try:
        with _open(file) as stream:
            raw = stream.read(LONGEST + 1)
    except OSError as fault:
        refuse(f"{file} cannot be read: {fault.strerror}")
    if len(raw) > LONGEST:
        print(
            f"{name}:1:1: error: the text is larger than {LONGEST // 1024 // 1024} MiB, far above the limit of "
            "every platform; count the text of one post [too-long]",
            file=sys.stderr,
        )
        raise typer.Exit(PROBLEMS)
    try:
        return raw.decode()
    except UnicodeDecodeError as fault:
        before = raw[: fault.start]
        line, column = before.count(b"\n") + 1, fault.start - before.rfind(b"\n")
        print(
            f"{name}:{line}:{column}: error: byte 0x{raw[fault.start]:02x} at offset {fault.start} is not UTF-8; "
            "save the text as UTF-8 [not-utf-8]",
            file=sys.stderr,
        )
        raise typer.Exit(PROBLEMS) from None
