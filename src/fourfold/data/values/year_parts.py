"""Weeks, quarters, halves of years and fiscal years, each of which stands for its first day."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

__all__ = [
    "COUNTED_YEARS", "FIRST_YEAR", "IN_A_ROW", "fiscal_year", "in_a_row", "parts_of_years", "week_of",
]  # fmt: skip

FIRST_YEAR = 1969
"""The year of the digits 69, which C and Python take for the first of two digits."""

COUNTED_YEARS = "year-month, years counted from the first"
"""Months of a series whose years have numbers of their own; those of 2001 and on stand for them."""

QUARTERS_IN_A_ROW = "quarter and year, 1 to 4 in a row"

Parse = Callable[[str], "datetime | None"]

WEEK = re.compile(
    r"\s*(?:(\d{4})[- /]?(?:W|KW|CW|wk) ?(\d\d?)(?:-?([1-7]))?|(?:W|KW|CW|wk|Week) ?(\d\d?)[- /](\d{4}))\s*",
    re.ASCII | re.IGNORECASE,
)


def week_of(word: str) -> datetime | None:
    """The Monday of a week such as 2020-W07, 2020-W7 or KW 07/2020, or a day of it such as 2020-W07-3."""
    found = WEEK.fullmatch(word)
    try:
        return (
            datetime.fromisocalendar(int(found[1] or found[5]), int(found[2] or found[4]), int(found[3] or 1))
            if found
            else None
        )
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    """A year of four digits or two.

    >>> _full_year("2020"), _full_year("20"), _full_year("69")
    (2020, 2020, 1969)
    """
    year = int(digits)
    return year + (0 if len(digits) > 2 else 1900 if year >= FIRST_YEAR % 100 else 2000)


def parts_of_years(mark: str, months: int) -> Parse:
    """A reader of the first days of parts of a year: of quarters such as 2020Q3, 2020-Q3, Q3 2020, Q3'20, 3Q20,
    FY2020Q3, FY20 Q3 or 3. Quartal 2020."""
    count = f"[1-{12 // months}]"
    form = re.compile(
        rf"\s*(?:(?:(\d{{4}})|FY ?'?((?:\d\d)?\d\d))[- /]?{mark} ?({count})|"
        rf"(?:{mark} ?({count})[-/ ']|({count})(?:\.|st|nd|rd|th)? ?{mark} ?)(?:FY ?'?)?((?:\d\d)?\d\d))\s*",
        re.ASCII | re.IGNORECASE,
    )

    def parse(word: str) -> datetime | None:
        if not (found := form.fullmatch(word)):
            return None
        year = _full_year(found[1] or found[2] or found[6])
        part = int(found[3] or found[4] or found[5])
        return datetime(year, months * (part - 1) + 1, 1) if year else None

    return parse


FISCAL = re.compile(r"\s*FY ?'?((?:\d\d)?\d\d)(?:[-/](?:\d\d)?\d\d)?\s*", re.ASCII | re.IGNORECASE)


def fiscal_year(word: str) -> datetime | None:
    """A year such as FY2020, FY 20 or FY2019/20, by its first number, as one of the calendar."""
    found = FISCAL.fullmatch(word)
    return datetime(year, 1, 1) if found and (year := _full_year(found[1])) else None


COUNTED = re.compile(r"\s*(\d{1,2})-(0[1-9]|1[0-2])\s*", re.ASCII)
BARE_QUARTER = re.compile(r"\s*(?:([1-4]) ?[-/.] ?(\d{4})|(\d{4}) ?[-/] ?([1-4]))\s*", re.ASCII)


def counted_month(word: str) -> datetime | None:
    """A month of a year that is counted from the first of a series, such as 1-01 or 12-06.

    >>> counted_month("2-12"), counted_month("2-13")
    (datetime.datetime(2002, 12, 1, 0, 0), None)
    """
    found = COUNTED.fullmatch(word)
    return datetime(2000 + int(found[1]), int(found[2]), 1) if found else None


def bare_quarter(word: str) -> datetime | None:
    """The first day of a quarter that nothing marks as such: 3/2020, 2020-3.

    >>> bare_quarter("3/2020"), bare_quarter("5/2020"), bare_quarter("03/2020")
    (datetime.datetime(2020, 7, 1, 0, 0), None, None)
    """
    if not (found := BARE_QUARTER.fullmatch(word)):
        return None
    year, quarter = int(found[2] or found[3]), int(found[1] or found[4])
    return datetime(year, 3 * quarter - 2, 1) if year else None


IN_A_ROW: dict[str, tuple[Parse, int, int]] = {
    COUNTED_YEARS: (counted_month, 1, 13),
    QUARTERS_IN_A_ROW: (bare_quarter, 3, 8),
}
"""Parts of years that words may be which can be something else, too: their reader, of how many months each is, and how
many there have to be at least."""


def in_a_row(words: Sequence[str]) -> tuple[str, dict[str, datetime]] | None:
    """What words are as parts of years, and each of them as the first day of one, where they are all the parts from a
    first to a last one: one that is missing and they may be ranges, codes or months.

    >>> in_a_row([f"{1 + month // 12}-{1 + month % 12:02}" for month in range(36)])[0]
    'year-month, years counted from the first'
    >>> in_a_row([f"{1 + quarter % 4}/{2000 + quarter // 4}" for quarter in range(12)])[0]
    'quarter and year, 1 to 4 in a row'
    >>> in_a_row(["5-09", "10-12"] * 9), in_a_row([f"{month}/2000" for month in (1, 2, 3, 4)])
    (None, None)
    """
    for name, (parse, months, fewest) in IN_A_ROW.items():
        found = {word: parse(word) for word in words}
        dates = {word: date for word, date in found.items() if date is not None}
        places = {(date.year * 12 + date.month) // months for date in dates.values()}
        if len(dates) == len(found) and len(places) >= fewest and max(places) - min(places) == len(places) - 1:
            return name, dates
    return None
