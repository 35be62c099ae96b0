"""Test parsing of dates: one strict format, in the publication's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import newsletter
from newsletter.text.dates import SkippedTime, read_moment
from support.project import Project

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2024-11-26", datetime(2024, 11, 25, 23, tzinfo=UTC)),
        ("2024-11-26 09:30", datetime(2024, 11, 26, 8, 30, tzinfo=UTC)),
        ("2024-11-26T09:30:15", datetime(2024, 11, 26, 8, 30, 15, tzinfo=UTC)),
        ("2024-11-26T09:30Z", datetime(2024, 11, 26, 9, 30, tzinfo=UTC)),
        ("2024-11-26T09:30-05:30", datetime(2024, 11, 26, 15, 0, tzinfo=UTC)),
        ("2024-10-27 02:30", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),  # the first of two such times
    ],
)
def test_forms(written: str, instant: datetime) -> None:
    moment = read_moment(written, PARIS)
    assert moment.value == instant
    assert moment.bare == (len(written) == 10)


@pytest.mark.parametrize(
    "written",
    [
        "26/11/2024", "2024-11-26T09", "2024-11-26 9:30", "2024-11-26  09:30", "2024-11-26T09:30+0100", "20241126",
        "2024-02-30", "2024-11-26 24:00", "2024-11-26 09:60", "2024-11-26t09:30", "2024-11-26T09:30+01:60",
        "2024-11-26T09:30+24:00", "٢٠٢٤-11-26", "0001-01-01", "2024-11-26 09:30 Z", "", "hier", "2024-W48",
    ],
)  # fmt: skip
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (valid )?date"):
        read_moment(written, PARIS)


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(SkippedTime, match="clocks skip it when they go forward"):
        read_moment("2024-03-31 02:30", PARIS)


@pytest.mark.parametrize(
    ("written", "code"), [("2024-03-31 02:30", "time-gap"), ("when the clocks strike", "bad-date")]
)
def test_a_gap_is_distinguished_from_other_faults_of_dates(project: Project, written: str, code: str) -> None:
    project.announce(date=written)
    assert [each.code for each in newsletter.find_problems(project.root, now=datetime(2025, 1, 1, tzinfo=UTC))] == [
        code
    ]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_an_instant_written_with_its_offset_comes_back(instant: datetime) -> None:
    instant = instant.replace(microsecond=0)
    for offset in (timedelta(), timedelta(hours=5, minutes=45), -timedelta(hours=9)):
        sign = "-" if offset < timedelta() else "+"
        hours, minutes = divmod(abs(offset).seconds // 60, 60)
        local = (instant + offset).replace(tzinfo=None)
        assert read_moment(f"{local:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{minutes:02}", PARIS).value == instant


def slowly(value: str, zone: ZoneInfo) -> datetime | None:
    """Parse the obvious way: a local time exists if it survives a round trip through UTC."""
    moment = datetime.fromisoformat(value).replace(tzinfo=zone)
    try:
        back = moment.astimezone(UTC).astimezone(zone)
    except OverflowError:
        return None
    return moment if back.replace(tzinfo=None) == moment.replace(tzinfo=None) else None


@given(
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59), allow_imaginary=True)
    | st.datetimes(datetime(2024, 3, 31), datetime(2024, 4, 7)),
    st.sampled_from(["Europe/Paris", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca"]),
)
def test_times_are_read_as_the_obvious_way_reads_them(moment: datetime, name: str) -> None:
    value, zone = f"{moment:%H:%M:%S}", ZoneInfo(name)
    value = f"{moment.date().isoformat()} {value}"
    expected = slowly(value, zone)
    if expected is None:
        with pytest.raises(ValueError, match=r"is not a (valid )?date|does not exist"):
            read_moment(value, zone)
    else:
        found = read_moment(value, zone)
        assert found.value == expected.astimezone(UTC) and found.value.utcoffset() == expected.utcoffset()
        assert not found.bare
