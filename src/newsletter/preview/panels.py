"""Collect the values that each view's template shows from the files that a build would write."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import quote

from newsletter.channels import CHANNELS
from newsletter.channels.social.counting.count import count
from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.model import Announcement, Artefact, Issue
from newsletter.model.problems import Problem
from newsletter.preview.inbox import lines
from newsletter.preview.render import Subject
from newsletter.preview.session import ChannelFiles, Session, SubjectView
from newsletter.text.urls import host

GMAIL_LIMIT = 102_000  # bytes of HTML after which Gmail clips a mail


@dataclass(frozen=True, slots=True)
class Panel:
    """The content of a view. `values` are the variables of its template.

    `missing` is true if an error left nothing to show. `stale` is true if the values come from an older version of
    the files.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    stale: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """A post for one platform. `shown` is the part of `text` before the fold, `folded` the part after it.

    `post` is the entry in `posts` of `social/<stem>.json`. `has_card` is true if the platform shows a card for the
    link.
    """

    platform: str
    name: str
    text: str
    shown: str
    folded: str
    post: Mapping[str, Any]
    fits: bool
    has_card: bool

    @property
    def share(self) -> int:
        """The used share of the limit, in per cent, at most 100."""
        return min(100, round(100 * int(self.post["count"]) / max(1, int(self.post["limit"]))))


@dataclass(frozen=True, slots=True)
class Header:
    """A mail header: encoded as in the file (`raw`), and decoded."""

    name: str
    raw: str
    decoded: str


# The views, in the order of their tabs, with the channel whose files each one shows.
VIEWS: Mapping[str, str] = {
    "mail": "email", "inbox": "email", "text": "email", "headers": "email",
    "web": "site", "social": "social", "feed": "feeds",
}  # fmt: skip
_ANNOUNCEMENTS_ONLY = ("feed",)


def view_names(kind: str) -> tuple[str, ...]:
    """Return the views of an "announcement" or an "issue"."""
    return tuple(
        name for name, channel in VIEWS.items()
        if channel in CHANNELS and (kind == "announcement" or name not in _ANNOUNCEMENTS_ONLY)
    )  # fmt: skip


def panel(session: Session, subject_view: SubjectView, base: str, view: str) -> Panel:
    """Return the content of one of VIEWS. `base` is the path of the announcement or issue in the preview."""
    files = session.channel_files(subject_view, VIEWS[view])
    if subject_view.subject is None:
        return Panel(missing=True)
    try:
        values = _VALUES[view](subject_view, subject_view.subject, files, base)
    except LookupError:  # the channel could not render the file
        return Panel({}, files.problems, files.stale, missing=True)
    return Panel(values, files.problems, files.stale)


def _file(files: ChannelFiles, suffix: str) -> Artefact:
    """Return the first file whose path ends with `suffix`. Raises LookupError if there is none."""
    artefact = files.ending(suffix)
    if artefact is None:
        raise LookupError(suffix)
    return artefact


def _version(data: bytes) -> str:
    """Return a value for the URL of a frame that changes with the frame's content."""
    return hashlib.sha256(data).hexdigest()[:12]


def _mail(subject_view: SubjectView, subject: Subject, files: ChannelFiles, base: str) -> dict[str, Any]:
    html = _file(files, ".html")
    return {
        "src": f"{base}/mail.html?v={_version(html.data)}", "size": len(html.data), "limit": GMAIL_LIMIT,
        "mail_subject": subject.subject, "preheader": subject.preheader,
    }  # fmt: skip


def _inbox(subject_view: SubjectView, subject: Subject, files: ChannelFiles, base: str) -> dict[str, Any]:
    return {"lines": tuple(lines(subject.subject, subject.preheader)), "date": subject.date}


def _text(subject_view: SubjectView, subject: Subject, files: ChannelFiles, base: str) -> dict[str, Any]:
    return {"text": _file(files, ".txt").data.decode()}


def _headers(subject_view: SubjectView, subject: Subject, files: ChannelFiles, base: str) -> dict[str, Any]:
    data = _file(files, ".eml").data
    raw = data.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    return {"headers": read_headers(raw), "raw": raw.replace("\r\n", "\n"), "size": len(data)}


def read_headers(raw: str) -> tuple[Header, ...]:
    """Return the headers of a mail, unfolded and decoded. `raw` is everything before the first empty line."""
    lines = re.sub(r"\r\n(?=[ \t])", "", raw).split("\r\n")
    pairs = (line.partition(":")[::2] for line in lines)
    return tuple(Header(name, raw.strip(), str(make_header(decode_header(raw.strip())))) for name, raw in pairs)


def _web(subject_view: SubjectView, subject: Subject, files: ChannelFiles, base: str) -> dict[str, Any]:
    page = _file(files, subject.page)
    url = subject_view.publication.settings.url + subject.page
    site_base = base if isinstance(subject, Announcement) else ""
    return {"src": f"{site_base}/site/{quote(subject.page)}?v={_version(page.data)}", "url": url}


def _social(subject_view: SubjectView, subject: Subject, files: ChannelFiles, base: str) -> dict[str, Any]:
    posts = json.loads(_file(files, f"social/{subject.stem}.json").data)["posts"]
    return {"snippets": tuple(_snippet(each, files) for each in posts), "card": _card(subject_view, subject, base)}


def _snippet(post: Mapping[str, Any], files: ChannelFiles) -> Snippet:
    platform, text = post["platform"], files.artefacts[f"social/{post['file']}"].data.decode()
    fold = post["fold"]
    shown = text[: len(fold["shown"])] if fold else text
    part = f" {post['part']}/{post['parts']}" if "part" in post else ""
    # A text message has no card, and Instagram does not turn a URL into a link.
    has_card = bool(post["links"]) and platform not in ("sms", "instagram")
    return Snippet(
        platform, PLATFORMS[platform].title + part, text, shown, text[len(shown) :], post,
        count(text, platform, limit=_limit(post)).fits, has_card,
    )  # fmt: skip


def _limit(post: Mapping[str, Any]) -> int:
    return int(post["also"].get("segment_limit", post["limit"]))


def _card(subject_view: SubjectView, subject: Subject, base: str) -> dict[str, str]:
    """Return the card that platforms show for the link of a snippet."""
    story = subject.stories[0] if isinstance(subject, Issue) else subject
    site_base = "" if isinstance(subject, Issue) else base
    summary = subject.preheader if isinstance(subject, Issue) else subject.summary
    target = story.targets[story.image.src] if story.image else None
    image = f"{site_base}/site/{quote(target.site)}" if target and target.site else ""
    address = story.url if story is subject and story.url else subject_view.publication.settings.url
    return {
        "title": subject.title, "summary": summary, "image": image, "alt": story.image.alt if story.image else "",
        "host": host(address),
    }  # fmt: skip


def _feed(subject_view: SubjectView, subject: Subject, files: ChannelFiles, base: str) -> dict[str, Any]:
    entry = feed_entry(files)
    content = str(entry.get("content_html", ""))
    return {"entry": entry, "src": f"{base}/feed.html?v={_version(content.encode())}" if content else ""}


def feed_entry(files: ChannelFiles) -> Mapping[str, Any]:
    """Return the first entry of the JSON feeds of one announcement. Raises LookupError if there is none."""
    for path, artefact in sorted(files.artefacts.items()):
        if path.startswith("site/feeds/") and path.endswith(".json"):
            entries: list[Mapping[str, Any]] = json.loads(artefact.data).get("items", [])
            for entry in entries:
                return entry
    raise LookupError("no entry")


_VALUES: Mapping[str, Callable[[SubjectView, Subject, ChannelFiles, str], dict[str, Any]]] = {
    "mail": _mail, "inbox": _inbox, "text": _text, "headers": _headers,
    "web": _web, "social": _social, "feed": _feed,
}  # fmt: skip
