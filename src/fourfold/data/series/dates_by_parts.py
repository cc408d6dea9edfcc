"""The dates that columns make together: a day and its clock, or a year, a month (a week, a quarter), a day, an hour."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from fourfold.data.dataset import Table
from fourfold.data.source import Source
from fourfold.data.values.called import PARTS_OF_TIME, QUARTERS, WEEKS
from fourfold.data.values.durations import duration_by
from fourfold.data.values.months import month_of
from fourfold.data.values.spans import halves_of
from fourfold.data.values.stamps import monday_of
from fourfold.data.values.words import Understood, as_objects, understood
from fourfold.errors import DataError

from .long_columns import dates_of, meant, times_of

__all__ = [
    "DAY", "dates_by_parts", "holds_periods", "is_clock", "numbers_of", "part_called", "part_numbers", "seconds_of_day",
    "starts_of_spans",
]  # fmt: skip

HOUR, MINUTE, DAY = 3600, 60, 86_400
CALENDAR = (("a year", 1000, 2999), ("a month", 1, 12), ("a day of its month", 1, 31))
WEEK, QUARTER = ("a week", 1, 53), ("a quarter", 1, 4)
MARKED = re.compile(r"[^\W\d_]{0,7}[ .-]?(\d\d?)")
"""A week or a quarter with what it is before it: W07, Q1."""
PERIODS = {"month": re.compile(r"M(0[1-9]|1[0-3])"), "quarter": re.compile(r"Q0[1-5]")}
"""How offices of statistics (BLS) write these in a column of periods: M13 and Q05 are means of a year."""

CLOCK = (("an hour", 0, 24), ("a minute", 0, 59), ("a second", 0, 60))


def dates_by_parts(source: Source, table: Table, names: Sequence[str]) -> np.ndarray:
    """The dates (N,) that columns make: days or years, months and days, or years and weeks or quarters, which are told
    by their names; then a clock or hours, minutes and seconds."""
    if dates_of(source, names[:1]):
        days, rest = times_of(source, table, names[0]).astype("datetime64[D]"), names[1:]
    elif (called := part_called(names[1], table[names[1]])) in (*WEEKS.split(), *QUARTERS.split()):
        year, wanted = _part(source, table, names[0], *CALENDAR[0]), WEEK if called in WEEKS.split() else QUARTER
        days, rest = _begun(year, _part(source, table, names[1], *wanted), wanted), names[2:]
    else:
        parts = [_part(source, table, name, *wanted) for name, wanted in zip(names, CALENDAR)]
        first = np.ones(table.rows, np.int64)
        year, month, day = (*parts, *[first] * (3 - len(parts)))
        months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
        days, rest = months.astype("datetime64[D]") + (day - 1), names[3:]
        if (beyond := days.astype("datetime64[M]") != months).any():
            raise _no_part(table, names[2], CALENDAR[2][0], beyond)
    if len(rest) == 1:
        seconds = seconds_of_day(source, table, rest[0])
        if seconds is None:
            raise _no_part(table, rest[0], "a clock such as 18:30, or an hour")
    elif len(rest) > len(CLOCK):
        raise _no_part(table, rest[len(CLOCK)], "nothing behind seconds")
    else:
        clock = zip((HOUR, MINUTE, 1), rest, CLOCK)
        seconds = np.zeros(table.rows) + sum(
            size * _part(source, table, name, *wanted) for size, name, wanted in clock
        )
    return days + np.round(1e6 * seconds).astype("timedelta64[us]")


def _begun(year: np.ndarray, part: np.ndarray, which: tuple[str, int, int]) -> np.ndarray:
    """The days (N,) on which weeks, as ISO 8601 counts them, or quarters begin."""
    if which == QUARTER:
        return (12 * (year - 1970) + 3 * (part - 1)).astype("datetime64[M]").astype("datetime64[D]")
    return monday_of(year, part)


def _part(source: Source, table: Table, name: str, what: str, low: int, high: int) -> np.ndarray:
    """Whole numbers (N,) of a column, none below or above; months may be words, weeks and quarters W07 and Q1."""
    found = numbers_of(source, table, name)
    values = found.values
    if found.kind == "category" and what in (CALENDAR[1][0], WEEK[0], QUARTER[0]):
        meaning = {word: _part_of_word(word or "", what) for word in set(values.tolist())}
        values = np.array([meaning[word] for word in values.tolist()], np.float64)
    elif found.kind != "number":
        raise _no_part(table, name, what)
    strange = ~((values >= low) & (values <= high) & (values == np.floor(values)))
    if strange.any():
        raise _no_part(table, name, what, strange)
    return values.astype(np.int64)


def part_called(name: str, words: np.ndarray) -> str:
    """What a column is called, in small letters: of one of periods what these are.

    >>> part_called("Period", np.array(["M01", "M12"], object)), part_called("Period", np.array(["M1", "Q01"], object))
    ('month', 'period')
    """
    called = name.strip().casefold()
    different = {*words.tolist()} if called == "period" and words.dtype.kind == "O" else set()
    fits = (part for part, form in PERIODS.items() if all(form.fullmatch(word or "") for word in different))
    return next(fits, called) if different else called


def holds_periods(table: Table, name: str) -> bool:
    return part_called(name, table[name]) != name.strip().casefold()


def part_numbers(words: np.ndarray, called: str) -> np.ndarray | None:
    """The numbers (N,) of months, weeks or quarters in a column that is ``called`` so; None of other columns, and where
    a word is none.

    >>> part_numbers(np.array(["Q1", "Q3"], object), "Quarter"), part_numbers(np.array(["May", "no"], object), "month")
    (array([1., 3.]), None)
    """
    kinds = ((PARTS_OF_TIME[1], CALENDAR[1][0]), (WEEKS, WEEK[0]), (QUARTERS, QUARTER[0]))
    what = next((what for names, what in kinds if called.strip().casefold() in names.split()), None)
    if what is None:
        return None
    numbers = {word: _part_of_word(word or "", what) for word in {*words.tolist()}}
    found = np.array([numbers[word] for word in words.tolist()], np.float64)
    return None if np.isnan(found).any() else found


def _part_of_word(word: str, what: str) -> float:
    """The number of a month by its name, or of a week or a quarter behind its mark; NaN for others."""
    if what == CALENDAR[1][0] and not PERIODS["month"].fullmatch(word.strip()):
        return np.nan if (month := month_of(word)) is None else month
    return float(marked[1]) if (marked := MARKED.fullmatch(word.strip())) else np.nan


def _no_part(table: Table, name: str, what: str, strange: np.ndarray | None = None) -> DataError:
    row = 0 if strange is None else int(np.argmax(strange))
    return DataError(
        "time-columns",
        "a time of several columns is a day and its clock, or a year, a month (week, quarter), a day, an hour",
        got=f"{name!r}, {table[name][row]!s:.40} in row {row + 1}",
        wanted=what,
        do="remove such rows, which are means of a year"
        if holds_periods(table, name)
        else "--time with other columns, in this order",
    )


def seconds_of_day(source: Source, table: Table, name: str) -> np.ndarray | None:
    """The clocks (N,) in a column, in seconds since midnight: 18:30, whole hours up to 24, or 1830; None if one is
    none."""
    found = numbers_of(source, table, name)
    if found.kind != "number" or np.isnan(found.values).any():
        return None
    values = found.values.astype(np.float64)
    if not is_clock(found):
        if (values != np.floor(values)).any() or values.min() < 0:
            return None
        if values.max() > 24:
            hours, minutes = np.divmod(values, 100)
            if (minutes >= 60).any():
                return None
            values = HOUR * hours + MINUTE * minutes
        else:
            values = HOUR * values
    return values if values.min() >= 0 and values.max() <= DAY else None


def numbers_of(source: Source, table: Table, name: str) -> Understood:
    """A column as what its words mean, codes such as 07 as numbers, and of spans such as 00:00-01:00 their starts."""
    found = meant(source, table, name)
    if (starts := starts_of_spans(found)) is not None:
        found = understood(starts, strict=True)
    if found.kind == "category" and all(word is not None and word.strip().isdecimal() for word in found.values):
        return Understood(found.values.astype(np.float64), "number")
    return found


def starts_of_spans(found: Understood) -> np.ndarray | None:
    """The starts (N,) of words that are all spans, such as 00:00-01:00; None for all others."""
    halves = [halves_of(word or "") for word in found.values.tolist()] if found.kind == "category" else [None]
    return as_objects([half[0] for half in halves if half]) if all(halves) else None


def is_clock(found: Understood) -> bool:
    """Whether a column is of clocks or durations, and not of plain numbers."""
    return duration_by(found.written or "") is not None
