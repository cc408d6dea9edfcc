"""Weeks, quarters, halves of years and fiscal years, each of which stands for its first day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

__all__ = ["FIRST_YEAR", "fiscal_year", "parts_of_years", "week_of"]

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
