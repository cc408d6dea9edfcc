"""The cells of a workbook: what the number formats of their styles show, and what a column of them becomes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from .dates import TURNED, is_untold, way_of, years_from
from .words import as_objects

__all__ = ["column_of", "spelled", "with_typed_dates"]

FIRST_YEAR = 1900
"""Times of day are stored as dates before this year."""

MISTAKEN = (*TURNED, "day.month.year")
"""The ways of writing dates in which Excel takes the day for the month where it expects the other order."""

FEWEST_TURNED = 10
"""Different dates, at least, that tell by their days that Excel took these for months: ten have no day above 12 by
chance in one of 10,000 columns."""


def with_typed_dates(values: list[Any]) -> tuple[list[Any], str]:
    """The cells of a column of dates, those that were typed as text as dates too, and how these are read; all as they
    are, and "", where none are so, or the day can't be told from the month.

    Where Excel took the day for the month, it made dates of those alone that have no day above 12, and left all others
    text: their day and month are turned back.
    """
    words = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    found = way_of(words, None) if words and any(isinstance(value, datetime) for value in values) else None
    if found is None or is_untold(found[1], found[0]):
        return values, ""
    way, dates = found[0], years_from(found[1], found[0])[0]
    said, told = f"read as {way or 'ISO'}", [value for value in values if isinstance(value, datetime)]
    days = [date.day for date in dates.values()]
    mistaken = way in MISTAKEN and len(set(told)) >= FEWEST_TURNED
    mistaken = mistaken and max(date.day for date in told) <= 12 < min(days, default=0)
    if mistaken:
        said += f"; day and month of the other {len(told)} turned round, as none of these has a day above 12"

    def meant(value: Any) -> Any:
        if isinstance(value, str):
            return dates.get(value, value)
        return value.replace(month=value.day, day=value.month) if mistaken and isinstance(value, datetime) else value

    return list(map(meant, values)), said


def column_of(values: list[Any]) -> np.ndarray:
    """The cells of a column as dates, clocks as words, or whatever `words.typed` makes of them."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {datetime} and all(value is None or value.year < FIRST_YEAR for value in values):
        return as_objects([None if value is None else f"{value:%H:%M:%S}" for value in values])
    if kinds == {datetime}:
        absent = np.datetime64("NaT")
        return np.array([absent if value is None else value for value in values], dtype="datetime64[us]")
    if len(kinds) > 1 or kinds == {timedelta}:
        values = [None if value is None else spelled(value) for value in values]
    return as_objects(values)


def spelled(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, timedelta):
        minutes, seconds = divmod(abs(value.total_seconds()), 60)
        hours, minutes = divmod(int(minutes), 60)
        sign = "-" if value < timedelta() else ""
        return f"{sign}{hours}:{minutes:02d}:{seconds:06.3f}".removesuffix(".000")
    return str(value).lower() if isinstance(value, bool) else str(value)
