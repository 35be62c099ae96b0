"""looks: what each view of an announcement or issue shows, taken from the files that a build would write."""

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

CLIPPED = 102_000  # bytes of HTML behind which Gmail cuts a mail


@dataclass(frozen=True, slots=True)
class Panel:
    """What a view's template is given; `missing` when the theme's fault left nothing to show."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    stale: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text for one platform, and what `<slug>.json` tells of it; `shown` stands before the fold, `folded` behind."""

    platform: str
    name: str
    text: str
    shown: str
    folded: str
    told: Mapping[str, Any]
    fits: bool
    has_card: bool

    @property
    def share(self) -> int:
        """How much of the limit is used, in percent, 100 at most."""
        return min(100, round(100 * int(self.told["count"]) / max(1, int(self.told["limit"]))))


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a mail: as it stands in the file, and as a mail program shows it."""

    name: str
    raw: str
    shown: str


# Each view: the channel that it is taken from, and what announcements alone have.
VIEWS: Mapping[str, str] = {
    "mail": "email", "inbox": "email", "text": "email", "headers": "email",
    "web": "site", "social": "social", "feed": "feeds",
}  # fmt: skip
_ANNOUNCEMENTS_ONLY = ("feed",)


def offered(kind: str) -> tuple[str, ...]:
    """The views of an announcement or an issue."""
    return tuple(
        name for name, channel in VIEWS.items()
        if channel in CHANNELS and (kind == "announcement" or name not in _ANNOUNCEMENTS_ONLY)
    )  # fmt: skip


def panel(desk: Session, showing: SubjectView, here: str, view: str) -> Panel:
    """What `view` shows. `here` is the address of the announcement or issue in the preview."""
    made = desk.look(showing, VIEWS[view])
    if showing.subject is None:
        return Panel(missing=True)
    try:
        values = _VALUES[view](showing, showing.subject, made, here)
    except LookupError:  # the channel could not make the file
        return Panel({}, made.problems, made.stale, missing=True)
    return Panel(values, made.problems, made.stale)


def _file(made: ChannelFiles, suffix: str) -> Artefact:
    found = made.ending(suffix)
    if found is None:
        raise LookupError(suffix)
    return found


def _version(artefact: Artefact) -> str:
    """What changes in a frame's address when its content does."""
    return hashlib.sha256(artefact.data).hexdigest()[:12]


def _mail(showing: SubjectView, subject: Subject, made: ChannelFiles, here: str) -> dict[str, Any]:
    html = _file(made, ".html")
    return {
        "src": f"{here}/mail.html?v={_version(html)}", "size": len(html.data), "clipped": CLIPPED,
        "mail_subject": subject.subject, "preheader": subject.preheader,
    }  # fmt: skip


def _inbox(showing: SubjectView, subject: Subject, made: ChannelFiles, here: str) -> dict[str, Any]:
    return {"lines": tuple(lines(subject.subject, subject.preheader)), "date": subject.date}


def _text(showing: SubjectView, subject: Subject, made: ChannelFiles, here: str) -> dict[str, Any]:
    return {"text": _file(made, ".txt").data.decode()}


def _headers(showing: SubjectView, subject: Subject, made: ChannelFiles, here: str) -> dict[str, Any]:
    data = _file(made, ".eml").data
    head = data.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    return {"headers": read_headers(head), "raw": head.replace("\r\n", "\n"), "size": len(data)}


def read_headers(head: str) -> tuple[Header, ...]:
    """The header lines of a mail, unfolded and decoded."""
    lines = re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")
    pairs = (line.partition(":")[::2] for line in lines)
    return tuple(Header(name, raw.strip(), str(make_header(decode_header(raw.strip())))) for name, raw in pairs)


def _web(showing: SubjectView, subject: Subject, made: ChannelFiles, here: str) -> dict[str, Any]:
    page = _file(made, subject.page)
    address = showing.publication.settings.url + subject.page
    home = here if isinstance(subject, Announcement) else ""
    return {"src": f"{home}/site/{quote(subject.page)}?v={_version(page)}", "address": address}


def _social(showing: SubjectView, subject: Subject, made: ChannelFiles, here: str) -> dict[str, Any]:
    posts = json.loads(_file(made, f"social/{subject.stem}.json").data)["posts"]
    return {"snippets": tuple(_snippet(each, made) for each in posts), "card": _card(showing, subject, here)}


def _snippet(told: Mapping[str, Any], made: ChannelFiles) -> Snippet:
    platform, text = told["platform"], made.artefacts[f"social/{told['file']}"].data.decode()
    fold = told["fold"]
    shown = text[: len(fold["shown"])] if fold else text
    part = f" {told['part']}/{told['parts']}" if "part" in told else ""
    # A text message has no card; Instagram makes no link of an address.
    has_card = bool(told["links"]) and platform not in ("sms", "instagram")
    return Snippet(
        platform, PLATFORMS[platform].title + part, text, shown, text[len(shown) :], told,
        count(text, platform, limit=_limit(told)).fits, has_card,
    )  # fmt: skip


def _limit(told: Mapping[str, Any]) -> int:
    return int(told["also"].get("segment_limit", told["limit"]))


def _card(showing: SubjectView, subject: Subject, here: str) -> dict[str, str]:
    """What platforms show of the page that a snippet links to."""
    story = subject.stories[0] if isinstance(subject, Issue) else subject
    home = "" if isinstance(subject, Issue) else here
    summary = subject.preheader if isinstance(subject, Issue) else subject.summary
    target = story.targets[story.image.src] if story.image else None
    image = f"{home}/site/{quote(target.site)}" if target and target.site else ""
    address = story.url if story is subject and story.url else showing.publication.settings.url
    return {
        "title": subject.title, "summary": summary, "image": image, "alt": story.image.alt if story.image else "",
        "host": host(address),
    }  # fmt: skip


def _feed(showing: SubjectView, subject: Subject, made: ChannelFiles, here: str) -> dict[str, Any]:
    entry = entry_of(made)
    content = str(entry.get("content_html", ""))
    version = hashlib.sha256(content.encode()).hexdigest()[:12]
    return {"entry": entry, "src": f"{here}/feed.html?v={version}" if content else ""}


def entry_of(made: ChannelFiles) -> Mapping[str, Any]:
    """The entry in a JSON feed that was made of one announcement. Raises LookupError when there is none."""
    for path, artefact in sorted(made.artefacts.items()):
        if path.startswith("site/feeds/") and path.endswith(".json"):
            entries: list[Mapping[str, Any]] = json.loads(artefact.data).get("items", [])
            for entry in entries:
                return entry
    raise LookupError("no entry")


_VALUES: Mapping[str, Callable[[SubjectView, Subject, ChannelFiles, str], dict[str, Any]]] = {
    "mail": _mail, "inbox": _inbox, "text": _text, "headers": _headers,
    "web": _web, "social": _social, "feed": _feed,
}  # fmt: skip
