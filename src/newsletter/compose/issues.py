"""issues: which announcements are mailed together, under which id, subject and order."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from newsletter import text
from newsletter.load.keys import MAX_PREHEADER
from newsletter.model import Announcement, Issue, IssueFile, Settings
from newsletter.model.problems import Problems
from newsletter.text.babel_dates import format_date, known_locale

_LISTED = 50  # ids that a message names


def issue_id(announcement: Announcement, settings: Settings) -> str:
    """The issue an announcement belongs to; "" for none."""
    if announcement.issue:
        return "" if announcement.issue == "none" else announcement.issue
    day = announcement.date.astimezone(settings.timezone)
    if settings.cadence == "monthly":
        return f"{day:%Y-%m}"
    if settings.cadence == "weekly":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if settings.cadence == "quarterly":
        return f"{day:%Y}-Q{(day.month + 2) // 3}"
    return ""


def period(id_: str) -> tuple[date, date] | None:
    """First day of an issue's period, and first day behind it; None when the id names no period with both."""
    match = re.fullmatch(r"(\d{4})-(?:(\d\d)|W(\d\d)|Q([1-4]))", id_, re.ASCII)
    if match is None:
        return None
    year = int(match[1])
    try:
        if match[3]:
            first = date.fromisocalendar(year, int(match[3]), 1)
            return first, first + timedelta(days=7)
        month = int(match[2] or 3 * int(match[4]) - 2)
        behind = month + (1 if match[2] else 3)
        return date(year, month, 1), date(year + (behind > 12), (behind - 1) % 12 + 1, 1)
    except (ValueError, OverflowError):  # OverflowError: the calendar ends with the year 9999
        return None


def default_title(settings: Settings, id_: str, lang: str) -> str:
    """`<publication> : novembre 2024`, in the issue's language."""
    french = text.base_language(lang) == "fr"
    span = period(id_)
    if span is None:
        named = id_
    elif "W" in id_:
        named = f"{'semaine' if french else 'week'} {int(id_[-2:])}, {id_[:4]}"
    else:
        named = format_date(span[0], "QQQQ yyyy" if "Q" in id_ else "LLLL yyyy", locale=known_locale(lang))
    return f"{settings.title}\u00a0: {named}" if french else f"{settings.title}: {named}"


def compose_issues(
    settings: Settings,
    announcements: tuple[Announcement, ...],
    files: Iterable[IssueFile],
    now: datetime,
    known: frozenset[str],
    problems: Problems,
) -> tuple[Issue, ...]:
    """The issues of the visible announcements (newest first), newest issue first.

    `known` are the ids of all announcements. What an issue file says is held back as long as an
    announcement that it names is hidden: its text may tell what is not public yet.
    """
    shown = {announcement.id for announcement in announcements}
    hidden = known - shown
    files = tuple(file for file in files if hidden.isdisjoint((file.lead, *file.order)))
    told = {(file.id, file.lang.lower()): file for file in files}
    groups: dict[tuple[str, str], list[Announcement]] = {}
    for announcement in announcements:
        if id_ := issue_id(announcement, settings):
            groups.setdefault((id_, announcement.lang.lower()), []).append(announcement)
    issues = [
        _issue(settings, id_, stories, told.get((id_, lang)), now, problems)
        for (id_, lang), stories in sorted(groups.items())
    ]
    return tuple(sorted(issues, key=lambda issue: issue.date, reverse=True))


def _issue(
    settings: Settings,
    id_: str,
    stories: list[Announcement],
    file: IssueFile | None,
    now: datetime,
    problems: Problems,
) -> Issue:
    lang = stories[0].lang
    ordered = _order(stories, file, problems)
    span = period(id_)
    today = now.astimezone(settings.timezone).date()
    summary = file.summary if file else ""
    title = (file.title if file else "") or default_title(settings, id_, lang)
    return Issue(
        id=id_,
        lang=lang,
        stem=settings.stem(id_, lang),
        title=title,
        subject=(file.subject if file else "") or title,
        preheader=text.shorten(summary or " · ".join(story.title for story in ordered), MAX_PREHEADER),
        date=max(story.date for story in stories),
        stories=ordered,
        open=span is not None and today < span[1],
        file=file,
    )


def _order(stories: list[Announcement], file: IssueFile | None, problems: Problems) -> tuple[Announcement, ...]:
    """Lead first, then the order that the issue file asks for, then newest first."""
    by_id = {story.id: story for story in stories}
    named = [*([file.lead] if file and file.lead else []), *(file.order if file else ())]
    ids = sorted(by_id)
    there_are = ", ".join([*ids[:_LISTED], "…"] if len(ids) > _LISTED else ids)
    for id_ in named:
        if id_ not in by_id and file is not None:
            problems.warning(
                file.source.at_key("lead" if id_ == file.lead else "order"), "unknown-story",
                f"no visible announcement of this issue has the id '{id_}'", f"there are: {there_are}",
            )  # fmt: skip
    if not file or file.lead not in by_id:
        lead = next((story for story in stories if story.image), stories[0])
        named.insert(0, lead.id)
    chosen = [by_id[id_] for id_ in dict.fromkeys(named) if id_ in by_id]
    kept = {story.source.path for story in chosen}
    return (*chosen, *(story for story in stories if story.source.path not in kept))
