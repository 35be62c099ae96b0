"""Test that counting and snippets take time and memory proportional to the length of the text."""

import gc
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from bench.texts import TEXTS

from newsletter import text as texts
from newsletter.channels.social.checks import in_text, on_platform, too_many
from newsletter.channels.social.counting import bluesky, hashtags, mastodon, x
from newsletter.channels.social.counting.count import count, count_all, excess
from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.channels.social.writing import cutting, fitting, threads
from newsletter.channels.social.writing.blocks import BlockKind
from newsletter.cli.count import LONGEST
from support.guard import assert_sound, newsletter
from support.project import Project

LIMIT = 1024 * 1024  # bytes of a body
SMALL = 4100  # characters: growth is measured from here to twice this size, beyond what the caches accept
SLACK = 2000  # calls for one-time initialization


def everything(text: str) -> None:
    """Do everything that `count` and the snippets do with a text."""
    count_all(text)
    for name, platform in PLATFORMS.items():
        hashtags.find(text, name)
        list(on_platform(text, platform))
        list(too_many(text, platform))
    mastodon.hashtags_before_4_6(text)
    bluesky.facets(text)
    list(in_text(text))
    list(x.unknown_emoji(text))
    texts.sentences(text)
    texts.shorten(text, 110)
    fitting.shorter(text, 600)
    blocks = [(BlockKind("hook"), "Un titre", ""), (BlockKind("body", cut=True), text, "\n\n")]
    fitting.fit(blocks, fitting.Measure(len, 3000))
    fitting.fit(blocks, fitting.Measure(x.plain, excess=lambda each: excess(each, "x", 280)))
    list(threads.parts(text.split("\n\n"), lambda part: count(part, "x").fits, " 99/99"))


def calls(work: Callable[[str], None], text: str) -> int:
    """Count the calls of Python and C functions."""
    found = 0

    def seen(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        work(text)
    finally:
        sys.setprofile(None)
    return found


def peak(work: Callable[[str], None], text: str) -> int:
    """Return the peak memory in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        work(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", TEXTS)
def test_twice_the_text_takes_at_most_three_times_the_work(kind: str) -> None:
    made = TEXTS[kind]
    everything(made(100))
    assert calls(everything, made(2 * SMALL)) <= 3 * calls(everything, made(SMALL)) + SLACK


@pytest.mark.parametrize("kind", ["sentences", "no end of a sentence", "words of one letter", "unknown emoji"])
def test_twice_the_text_takes_at_most_three_times_the_memory(kind: str) -> None:
    made = TEXTS[kind]
    everything(made(100))
    assert peak(everything, made(8 * SMALL)) <= 3 * peak(everything, made(4 * SMALL))


def cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore")


def test_each_kind_is_counted_at_its_limit(tmp_path: Path) -> None:
    """Count all kinds in one text of the maximum size, in one process. Quadratic time would be minutes."""
    size = LONGEST // len(TEXTS) - 2
    text = "\n\n".join(cut(made(size), size) for made in TEXTS.values())
    done = newsletter("count", cwd=tmp_path, stdin=text)
    assert done.code == 1 and done.stdout.count("TOO LONG") == len(PLATFORMS), done.output[-2000:]


def test_what_is_larger_than_any_post_is_not_read(tmp_path: Path) -> None:
    done = newsletter("count", "/dev/zero", cwd=tmp_path, seconds=10)
    assert_sound(done)
    assert done.code == 1 and "/dev/zero:1:1: error: " in done.stderr and "[too-long]" in done.stderr


ANNOUNCEMENT = """---
title: Un prix
date: 2024-11-01
id: un-prix
social:
  thread: {thread}
---

{body}
"""


@pytest.mark.parametrize(
    ("body", "thread"),
    [
        ("\n\n".join(["Notre démarche repose sur la volonté. " * 30] * 900), "true"),
        ("un mot encore, " * 70_000, "true"),
        (TEXTS["different domains"](LIMIT), "false"),
    ],
    ids=["paragraphs", "one sentence", "accidental links"],
)
def test_a_body_at_its_limit_becomes_snippets(project: Project, body: str, thread: str) -> None:
    project.write("announcements/2024-11-01-un-prix.md", ANNOUNCEMENT.format(body=cut(body, LIMIT - 9), thread=thread))
    done = newsletter("build", "--only", "social", "--out", "made", "--now", "2024-12-01", cwd=project.root)
    assert_sound(done)
    assert done.code == 0, done.output[-2000:]
    snippet = (project.root / "made/social/un-prix.x.txt").read_text(encoding="utf-8")
    assert count(snippet, "x").fits


def test_sentences_of_a_long_text_are_not_kept() -> None:
    """A snippet needs only the first few sentences; prefixes are made on demand."""
    text = TEXTS["sentences"](LIMIT)
    assert peak(lambda each: next(cutting.by_sentence(each, 600)) and None, text) < 8 * len(text)
