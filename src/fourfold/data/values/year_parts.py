"""Weeks, quarters, halves of years and fiscal years, each of which stands for its first day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

__all__ = ["FIRST_YEAR", "are_months_in_a_row", "counted_month", "fiscal_year", "parts_of_years", "week_of"]

FIRST_YEAR = 1969
"""The year of the digits 69, which C and Python take for the first of two digits."""

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
FEWEST_MONTHS = 13


def counted_month(word: str) -> datetime | None:
    """A month of a year that is counted from the first of a series, such as 1-01 or 12-06.

    >>> counted_month("2-12"), counted_month("2-13")
    (datetime.datetime(2002, 12, 1, 0, 0), None)
    """
    found = COUNTED.fullmatch(word)
    return datetime(2000 + int(found[1]), int(found[2]), 1) if found else None


def are_months_in_a_row(words: Iterable[str]) -> bool:
    """Whether these are all months from a first to a last one, more than a year, of years that are counted: one that is
    missing and they may be ranges, or codes.

    >>> are_months_in_a_row(f"{1 + month // 12}-{1 + month % 12:02}" for month in range(36))
    True
    >>> are_months_in_a_row(["5-09", "10-12"] * 9)
    False
    """
    found = {counted_month(word) for word in words}
    months = {date.year * 12 + date.month for date in found if date is not None}
    in_a_row = None not in found and len(months) >= FEWEST_MONTHS
    return in_a_row and max(months) - min(months) == len(months) - 1
