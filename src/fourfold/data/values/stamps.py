"""Time stamps: as numbers, and whether they are evenly spaced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from .words import as_objects, reworded

__all__ = [
    "COMPACT", "COUNTED", "FEWEST", "FEWEST_TIMES", "SINCE_1970", "compact_dates", "counted_as", "counted_dates",
    "counted_since_1970", "irregular", "moment", "monday_of", "named", "surely_counted", "written_compact",
]  # fmt: skip

COMPACT = ("yearmonthday", "yearmonth", "yearweek")
"""What dates such as 20260131, with a clock or without, 202601, and weeks such as 202652 are called."""

WEEKLY = ("week", "weeks", "wk", "kw", "woche", "semaine", "semana")
"""How words end that call numbers weeks."""

FIRST, LAST = 1800_01_01, 2200_12_31
CLOCKS = {1: "", 10**2: "%H", 10**4: "%H%M", 10**6: "%H%M%S"}
"""What clocks without marks, of hours, minutes or seconds, take behind a date, and how they are written."""

SPARSE = 3
"""How many weeks may lie between two on average."""

FEWEST, FEWEST_TIMES = 10, 2
"""Different numbers from which on they are taken for dates, if all of them are; and where they are said to be times."""

SINCE_1970 = "timestamp time t ts unix unixtime epoch date datetime stamp zeit zeitstempel tiempo temps"
"""Words in the names of columns of seconds since 1970, and of parts of seconds."""

DATE_NAMES = frozenset(["datum", "fecha", "data", "dato"])
"""Words that call a column one of dates in other languages, but for those that may be something else there."""

SECONDS = (631_152_000, 4_102_444_800)
"""The first and the last of these seconds: the years from 1990 to 2099."""

SURELY = (1_000_000_000, 2_000_000_000)
"""Those between which numbers of a column that is called so, beside others, are taken for such: 2001 to 2033."""

STAMPS = frozenset(["timestamp", "datetime", "unix", "unixtime", "epoch", "zeitstempel"])
"""Words by which all of these years are sure: a time of as many seconds may be a duration."""

UNITS = (("seconds", 1), ("milliseconds", 10**3), ("microseconds", 10**6), ("nanoseconds", 10**9))
LASTING = frozenset(["duration", "elapsed", "ns", "us", "nanos", "micros", "nanoseconds", "microseconds"])
"""Words in the names of columns of numbers as large that may count how long something took."""

DAYS = DATE_NAMES | {"date", "datetime", "day", "tag", "jour", "giorno", "día", "dia", "dag"}
"""Words in the names of columns of days as Excel counts them."""

EXCEL, BEFORE_EXCEL = (32_874, 73_051), np.datetime64("1899-12-30", "us")
"""The first and the last of these days, of the years from 1990 to 2099; and the day before the first that it counts."""

AS_EXCEL = "days since 1899-12-30, as Excel counts"
COUNTED = {f"{unit} since 1970": parts for unit, parts in UNITS} | {AS_EXCEL: 0}
"""How dates are counted, and how many parts of a second; of Excel's days 0."""

YEARS = frozenset(["year", "yr", "jahr", "annee", "año", "ano", "date", "decimal", "time"])
ROUNDED, EVEN = 0.02, 0.9
"""Words in the names of columns of years with parts of them; by how much of a month these are rounded; and the share
of their steps that are as many months."""

UNEVEN = 1.25
"""Months are 28 to 31 days, and clocks jitter: only beyond this ratio of the longest step to the shortest
stamps count as irregular."""


def moment(word: str) -> float | None:
    """A number, or the seconds since 1970 of a date; None for anything else.

    >>> moment("12.5"), moment("1970-01-01 00:01:00"), moment("soon")
    (12.5, 60.0, None)
    """
    values, kind, _ = reworded(as_objects([word.strip()]), strict=True)
    if kind == "date":
        return float(values[0].astype("datetime64[us]").astype(np.int64)) / 1e6
    return float(values[0]) if kind == "number" else None


def compact_dates(values: np.ndarray, fewest: int = FEWEST, written: str = "") -> np.ndarray | None:
    """Numbers (N,) such as 20260131, or all with a clock as 2026013123, 202601312359 or 20260131235959, as dates; None
    if one is no such date, or there are too few different ones. Of months such as 202601, and of weeks such as 202652,
    as ISO 8601 counts them, they have to be all (of weeks one in three) of a span that has a new year in it, unless few
    are enough. They are weeks if they are ``written`` so, or one is no month.

    >>> compact_dates(np.array([20260131.0, np.nan]), fewest=1)
    array(['2026-01-31T00:00:00.000000',                        'NaT'],
          dtype='datetime64[us]')
    >>> compact_dates(np.array([2026013123.0]), fewest=1).tolist()
    [datetime.datetime(2026, 1, 31, 23, 0)]
    >>> compact_dates(np.array([20260231.0]), fewest=1) is None
    True
    >>> compact_dates(np.array([202612.0, 202701.0]), fewest=1).astype("datetime64[M]").tolist()[1]
    datetime.date(2027, 1, 1)
    """
    present = values[~np.isnan(values)]
    if len(present) < fewest:
        return None
    ends = np.array([present.min(), present.max()])
    if ends[0] >= FIRST // 100 and ends[1] <= LAST // 100:
        return _weeks_or_months(values, fewest, written or written_compact("", values))
    clock = next((size for size in CLOCKS if ends[1] < size * (LAST + 1)), None)
    if clock is None or ends[0] < FIRST * clock or len(present := np.unique(present)) < fewest:
        return None
    dates = {}
    for number in present.tolist():
        try:
            dates[number] = datetime.strptime(f"{number:.15g}", "%Y%m%d" + CLOCKS[clock])
        except ValueError:
            return None
    absent = np.datetime64("NaT")
    return np.array([dates.get(value, absent) for value in values.tolist()], dtype="datetime64[us]")


def named(name: str) -> list[str]:
    """The words in the name of a column, dates at the end of German, Dutch and Swedish ones apart; behind them those
    that only capitals tell apart.

    >>> named("Time (s)"), named("open_time"), named("Buchungsdatum"), named("openTime")
    (['time', 's'], ['open', 'time'], ['buchungs', 'datum'], ['opentime', 'open', 'time'])
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name)
    words = [re.findall(r"[^\W\d_]+?(?=datum(?![^\W\d_]))|[^\W\d_]+", one.casefold()) for one in (name, apart)]
    return words[0] + (words[1] if apart != name else [])


def counted_dates(name: str, values: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Numbers (N,) of a column that is called a time as dates, and what is said of them: seconds since 1970, or parts
    of these, which need no such name where they rise in whole minutes or are whole days; days as Excel counts them;
    months as parts of years. None if one of them is of other years, or missing.

    >>> counted_dates("timestamp", np.array([1.7e9]))
    (array(['2023-11-14T22:13:20.000000'], dtype='datetime64[us]'), 'seconds since 1970')
    >>> counted_dates("date", np.array([45292.0]))[0].astype("datetime64[D]").tolist()
    [datetime.date(2024, 1, 1)]
    >>> counted_dates("year", np.array([1990.042, 1990.125]))[0].astype("datetime64[M]").astype(str).tolist()
    ['1990-01', '1990-02']
    >>> counted_dates("price", np.array([1.7e9])) is None
    True
    """
    words = {*named(name)}
    if not len(values):
        return None
    called = not words.isdisjoint(SINCE_1970.split()) or not words.isdisjoint(DATE_NAMES)
    for unit, parts in UNITS:
        if not _between(values, SECONDS, parts):
            continue
        if called or _rises_in_minutes(values, parts) or _are_days(values, parts):
            return counted_as(values, said := f"{unit} since 1970"), said
    if not words.isdisjoint(DAYS) and (values >= EXCEL[0]).all() and (values < EXCEL[1]).all():
        return counted_as(values, AS_EXCEL), AS_EXCEL
    if not words.isdisjoint(YEARS):
        return _decimal_years(values)
    return None


def _between(values: np.ndarray, seconds: tuple[int, int], parts: int) -> bool:
    """Whether so many parts of a second (N,) all lie in a span of seconds since 1970."""
    return bool((values >= seconds[0] * parts).all() and (values < seconds[1] * parts).all())


def _rises_in_minutes(values: np.ndarray, parts: int) -> bool:
    """Whether parts of a second (N,) lie whole minutes apart, each after the one before: codes and counters do not.

    >>> [_rises_in_minutes(1.7e9 + step * np.arange(10), 1) for step in (600, 1, -600)]
    [True, False, False]
    """
    steps = np.diff(values)
    even = bool((steps > 0).all() and (steps % (60 * parts) == 0).all())
    return len(values) >= FEWEST and even and _between(values, SURELY, parts)


def _are_days(values: np.ndarray, parts: int) -> bool:
    """Whether parts of a second (N,) are the midnights of several days: amounts and codes are no such multiples.

    >>> [_are_days(86_400 * np.arange(18_000, 18_010) + more, 1) for more in (0, 60)]
    [True, False]
    """
    whole = bool((values % (86_400 * parts) == 0).all())
    return whole and len(np.unique(values)) >= FEWEST and _between(values, SURELY, parts)


def surely_counted(name: str, values: np.ndarray) -> str:
    """What the numbers (N,) of a column that is called a time count, if it is sure; "" of others. `counted_as` makes
    dates of them.

    >>> surely_counted("timestamp", np.array([1.7e9, np.nan])), surely_counted("date", np.array([45292.0]))
    ('seconds since 1970', 'days since 1899-12-30, as Excel counts')
    >>> surely_counted("time", np.array([0.7e9])), surely_counted("time_ns", np.array([1.7e9]))
    ('', '')
    >>> surely_counted("timestamp", np.array([0.7e9]))
    'seconds since 1970'
    """
    present = values[~np.isnan(values)]
    counted = counted_dates(name, present)
    if counted is None or counted[1] not in COUNTED:
        return ""
    parts = COUNTED[counted[1]]
    sure = not parts or not STAMPS.isdisjoint(named(name)) or _between(present, SURELY, parts)
    lasting = parts == 1 and not LASTING.isdisjoint(named(name))
    return counted[1] if sure and not lasting else ""


def counted_since_1970(values: np.ndarray) -> str:
    """What the numbers (N,) of a column of dates count, seconds or parts of these from 2001 to 2033; "" of others.

    >>> counted_since_1970(np.array([1.7e12, np.nan])), counted_since_1970(np.array([20240131.0]))
    ('milliseconds since 1970', '')
    """
    present = values[~np.isnan(values)]
    units = (unit for unit, parts in UNITS if len(present) and _between(present, SURELY, parts))
    return next((f"{unit} since 1970" for unit in units), "")


def counted_as(values: np.ndarray, written: str) -> np.ndarray:
    """Numbers (N,) that count as is ``written``, one of `COUNTED`, as dates; a missing one is none.

    >>> counted_as(np.array([86400.0, np.nan]), "seconds since 1970").astype("datetime64[D]")
    array(['1970-01-02',        'NaT'], dtype='datetime64[D]')
    """
    known = ~np.isnan(values)
    dates = np.full(len(values), np.datetime64("NaT"), "datetime64[us]")
    if written == AS_EXCEL:
        seconds = np.rint(values[known] * 86_400).astype(np.int64)  # what Excel rounds of clocks
        dates[known] = BEFORE_EXCEL + (1_000_000 * seconds).astype("timedelta64[us]")
    else:
        dates[known] = np.rint(values[known] * (1e6 / COUNTED[written])).astype(np.int64).astype("datetime64[us]")
    return dates


def _decimal_years(values: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Years with parts of them (N,), as 1990.042 of the middle of January, as months that follow each other."""
    if not (values >= FIRST // 10_000).all() or not (values < LAST // 10_000).all() or (values % 1 == 0).all():
        return None
    months = np.floor(12 * (values - 1970) + ROUNDED).astype(np.int64)
    different = np.unique(months)
    steps = np.diff(different)
    apart = len(different) == len(np.unique(values)) >= FEWEST_TIMES
    if not apart or (steps == np.median(steps)).mean() < EVEN:
        return None
    return months.astype("datetime64[M]").astype("datetime64[us]"), "months, as parts of years"


def written_compact(name: str, values: np.ndarray) -> str:
    """How the numbers (N,) of a column are written that are dates: those of six digits are weeks if it is called so, or
    one is no month.

    >>> written_compact("week", np.array([202601.0])), written_compact("", np.array([202601.0, 202652.0]))
    ('yearweek', 'yearweek')
    """
    if not np.nanmax(values) < FIRST:
        return COMPACT[0]
    weekly = any(word.endswith(WEEKLY) for word in named(name)) or np.nanmax(values % 100) > 12
    return COMPACT[2] if weekly else COMPACT[1]


def monday_of(years: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """The days (N,) on which weeks begin, as ISO 8601 counts them.

    >>> monday_of(np.array([2020, 2021]), np.array([53, 1])).tolist()
    [datetime.date(2020, 12, 28), datetime.date(2021, 1, 4)]
    """
    fourth = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]") + 3  # of January is in the first week
    return fourth - (fourth.astype(np.int64) + 3) % 7 + 7 * (weeks - 1)


def _weeks_or_months(values: np.ndarray, fewest: int, written: str) -> np.ndarray | None:
    """Numbers (N,) such as 202601 as dates: the Mondays of weeks, or the firsts of months."""
    known = ~np.isnan(values)
    numbers, weekly = values[known], written == COMPACT[2]
    years, parts = np.divmod(numbers, 100)
    if (numbers != np.floor(numbers)).any() or parts.min() < 1 or parts.max() > (53 if weekly else 12):
        return None
    if weekly:
        days = monday_of(years.astype(np.int64), parts.astype(np.int64))
        counts = (days.astype(np.int64) + 3) // 7
        beyond = ((days + 3).astype("datetime64[Y]").astype(np.int64) != years - 1970).any()  # Thursdays tell the year
    else:
        counts = (12 * (years - 1970) + parts - 1).astype(np.int64)
        days, beyond = counts.astype("datetime64[M]"), False
    whole = np.unique(counts)
    longest = SPARSE if weekly else 1  # numbers that count hardly ever lie between 1 and 53 behind each hundred
    in_a_span = len(np.unique(years)) > 1 and np.diff(whole).mean() <= longest
    if beyond or len(whole) < fewest or (fewest >= FEWEST and not in_a_span):
        return None
    dates = np.full(len(values), np.datetime64("NaT"), "datetime64[us]")
    dates[known] = days
    return dates


def irregular(times: Sequence[float] | np.ndarray) -> bool:
    """Whether the steps between ordered stamps (T,) differ by more than a quarter.

    >>> irregular([0, 31, 59, 90]), irregular([0, 1, 2, 5])
    (False, True)
    """
    steps = np.diff(np.asarray(times, dtype=np.float64))
    return bool(steps.size) and bool(steps.max() > UNEVEN * max(steps.min(), 0.0))
