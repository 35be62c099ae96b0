"""Group announcements into issues, each of which is sent as one mail, with an id, a subject and an order of stories."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from newsletter import load, text
from newsletter.load.keys import MAX_PREHEADER
from newsletter.model import Announcement, Issue, IssueFile, Settings
from newsletter.model.problems import Problems
from newsletter.text.babel_dates import format_date, known_locale

_MAX_LISTED = 50  # ids listed in a message


def issue_id(announcement: Announcement, settings: Settings) -> str:
    """Return the id of the issue that an announcement belongs to, or "" if there is none."""
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
    """Return the first day of an issue's period, and the first day after the period.

    `id_` is a month (2024-11), a week (2024-W48) or a quarter (2024-Q4). Returns None for any other id, and for a
    period that ends after the year 9999.
    """
    match = re.fullmatch(r"(\d{4})-(?:(\d\d)|W(\d\d)|Q([1-4]))", id_, re.ASCII)
    if match is None:
        return None
    year = int(match[1])
    try:
        if match[3]:
            first = date.fromisocalendar(year, int(match[3]), 1)
            return first, first + timedelta(days=7)
        month = int(match[2] or 3 * int(match[4]) - 2)
        end = month + (1 if match[2] else 3)
        return date(year, month, 1), date(year + (end > 12), (end - 1) % 12 + 1, 1)
    except (ValueError, OverflowError):  # OverflowError: the period ends after the year 9999
        return None


def default_title(settings: Settings, id_: str, lang: str) -> str:
    """Return a title in the language `lang`, such as `<publication>: November 2024`."""
    is_french = text.base_language(lang) == "fr"
    span = period(id_)
    if span is None:
        name = id_
    elif "W" in id_:
        name = f"{'semaine' if is_french else 'week'} {int(id_[-2:])}, {id_[:4]}"
    else:
        name = format_date(span[0], "QQQQ yyyy" if "Q" in id_ else "LLLL yyyy", locale=known_locale(lang))
    return f"{settings.title}\u00a0: {name}" if is_french else f"{settings.title}: {name}"


def compose_issues(
    settings: Settings,
    announcements: tuple[Announcement, ...],
    files: Iterable[IssueFile],
    now: datetime,
    all_ids: frozenset[str],
    problems: Problems,
) -> tuple[Issue, ...]:
    """Return the issues of the visible announcements, newest first.

    `announcements` contains the visible announcements and must be sorted newest first. `all_ids` contains the ids of
    all announcements, visible or not. An issue file is ignored while an announcement that it names is hidden, because
    its text may reveal what is not public yet.
    """
    visible = {announcement.id for announcement in announcements}
    hidden = all_ids - visible
    files = tuple(file for file in files if hidden.isdisjoint((file.lead, *file.order)))
    files_by_key = {(file.id, file.lang.lower()): file for file in files}
    groups: dict[tuple[str, str], list[Announcement]] = {}
    for announcement in announcements:
        if id_ := issue_id(announcement, settings):
            groups.setdefault((id_, announcement.lang.lower()), []).append(announcement)
    issues = [
        _issue(settings, id_, stories, files_by_key.get((id_, lang)), now, problems)
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
    """Return the lead story, then the stories that the issue file lists, then all others, newest first."""
    by_id = {story.id: story for story in stories}
    first_ids = [*([file.lead] if file and file.lead else []), *(file.order if file else ())]
    ids = sorted(by_id)
    available = ", ".join([*ids[:_MAX_LISTED], "…"] if len(ids) > _MAX_LISTED else ids)
    for id_ in first_ids:
        if id_ not in by_id and file is not None:
            problems.warning(
                load.reread(file.source).at_key("lead" if id_ == file.lead else "order"), "unknown-story",
                f"no visible announcement of this issue has the id '{id_}'", f"there are: {available}",
            )  # fmt: skip
    if not file or file.lead not in by_id:
        lead = next((story for story in stories if story.image), stories[0])
        first_ids.insert(0, lead.id)
    first = [by_id[id_] for id_ in dict.fromkeys(first_ids) if id_ in by_id]
    first_paths = {story.source.path for story in first}
    return (*first, *(story for story in stories if story.source.path not in first_paths))
