"""Written dates are read, or asked about; never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.data.date_format import read_dates


def day(year: int, month: int, number: int) -> dt.datetime:
    return dt.datetime(year, month, number)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-01-05", day(2024, 1, 5)),
        ("2024/1/5", day(2024, 1, 5)),
        ("2024-01-05T10:30:00Z", dt.datetime(2024, 1, 5, 10, 30)),
        ("31.12.2024", day(2024, 12, 31)),
        ("05.01.24", day(2024, 1, 5)),
        ("2024-W05", day(2024, 1, 29)),
        ("2024W05-3", day(2024, 1, 31)),
        ("KW 5 2024", day(2024, 1, 29)),
        ("Jan 2024", day(2024, 1, 1)),
        ("Jan-24", day(2024, 1, 1)),
        ("März 2024", day(2024, 3, 1)),
        ("15. Mai 2023", day(2023, 5, 15)),
        ("January 15, 2024", day(2024, 1, 15)),
        ("5 janvier 2024", day(2024, 1, 5)),
        ("2024-03", day(2024, 3, 1)),
        ("Q2 2024", day(2024, 4, 1)),
    ],
)
def test_notations(cell: str, expected: dt.datetime) -> None:
    assert read_dates([cell]).values == (expected,)


@pytest.mark.parametrize(
    "cell", ["hello", "31/02/2024", "2024-13-01", "2024-W60", "12", "tv 20", "May", "1.5"]
)
def test_what_is_no_date(cell: str) -> None:
    assert read_dates([cell]).values == (None,)


def test_one_clear_cell_settles_the_column() -> None:
    assert read_dates(["01/02/2024", "13/02/2024"]).values[0] == day(2024, 2, 1)
    assert read_dates(["01/02/2024", "02/13/2024"]).values[0] == day(2024, 1, 2)


def test_a_column_that_does_not_tell_is_doubtful() -> None:
    assert read_dates(["01/02/2024", "03/04/2024"]).doubtful == ("01/02/2024", "03/04/2024")
    assert read_dates(["05/05/2024"]).doubtful == ()
    assert read_dates(["01/02/2024"], order="month_first").values == (day(2024, 1, 2),)


def test_serials_count_only_where_the_name_says_date() -> None:
    assert read_dates(["45000", "20240115"]).values == (None, None)
    assert read_dates(["45000", "20240115"], serials=True).values == (day(2023, 3, 15), day(2024, 1, 15))


@given(st.lists(st.dates(dt.date(1971, 1, 1), dt.date(2068, 12, 31)), min_size=1, max_size=30))
def test_a_whole_column_is_right_or_doubtful(dates: list[dt.date]) -> None:
    for order, pattern in (("day_first", "%d/%m/%Y"), ("month_first", "%m/%d/%Y")):
        found = read_dates([d.strftime(pattern) for d in dates])
        if not found.doubtful and found.order == order:
            assert [v.date() for v in found.values if v] == dates
        elif not found.doubtful:
            # Settled the other way only when every cell reads the same both ways.
            assert all(d.day == d.month for d in dates)


@given(st.text(max_size=25))
def test_no_text_breaks_it(text: str) -> None:
    assert len(read_dates([text], serials=True).values) == 1
