"""Which columns are a time together: a day and its clock, or a year, a month, a day, an hour; made one column."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import listed
from fourfold.data.places import are_places
from fourfold.data.source import Source
from fourfold.data.values.called import PARTS_OF_TIME, QUARTERS, WEEKS
from fourfold.data.values.stamps import named
from fourfold.errors import DataError
from fourfold.preprocessing.table import missing

from .apart import repeated, telling_apart
from .dates_by_parts import (
    DAY,
    dates_by_parts,
    holds_periods,
    is_clock,
    numbers_of,
    part_called,
    seconds_of_day,
    starts_of_spans,
)
from .long_columns import labels_of, meant, times_of
from .nameless_parts import called_by_values

__all__ = ["columns_of_time", "series_numbers", "time_among", "with_clock", "with_parts", "with_time"]

HOUR_NAMES = frozenset(f"{PARTS_OF_TIME[3]} hours stunden clock uhr uhrzeit heures horas ore hod tod".split())
"""Words in the names of clocks that are written as whole numbers."""

TIME_NAMES = frozenset(("time", "zeit", "h", "he"))
BESIDE_TIME = TIME_NAMES.union(("of", "the", "day", "local", "start", "end", "begin", "ending"))
"""Words that call a clock so, too, and those that alone may stand beside them then."""

SLOT_NAMES = frozenset(("slot", "slots", "block", "blocks", "interval", "intervals", "period", "periods"))
"""Words in the names of parts of a day that are numbered, and no clocks."""

STARTS = frozenset(
    ["from", "von", "ab", "de", "du", "desde", "da", "dal", "inicio", "inizio", "debut", "début", "van"]
)
ENDS = frozenset(["to", "until", "till", "bis", "à", "a", "au", "hasta", "al", "fin", "fine", "tot"])
"""Words that call a date the start or the end of a span, beside those that begin with start, begin or end."""

WHOLE_DAY = 0.9
"""The share of a day's steps, midnight among them, that whole numbers fill which are called nothing of this."""


def columns_of_time(time: str, known: Sequence[str]) -> tuple[str, ...]:
    """The columns of a time, one or several with commas between their names; the name itself where they don't exist.

    >>> columns_of_time("date,clock", ("date", "clock", "load")), columns_of_time("a,b", ("a,b", "load"))
    (('date', 'clock'), ('a,b',))
    """
    return _split(time, known) or (time,)


def _split(time: str, known: Sequence[str]) -> tuple[str, ...]:
    if time in known:
        return (time,)
    for at, mark in enumerate(time):
        if mark == "," and time[:at] in known and (rest := _split(time[at + 1 :].strip(), known)):
            return (time[:at], *rest)
    return ()


def with_time(source: Source, time: str | None) -> Source:
    """The source with one column of dates, called ``time``, in place of the several that ``time`` names.

    Errors: ``DataError`` where they are no parts of a date, or missing in some rows.
    """
    table = source.inputs
    if time is None or not isinstance(table, Table) or len(names := columns_of_time(time, table.names)) == 1:
        return source
    dates = dates_by_parts(source, table, names)
    kept = [column for column in source.columns if column.name not in names[1:]]
    columns = tuple(Column(time, "date") if column.name == names[0] else column for column in kept)
    inputs = Table({column.name: dates if column.name == time else table[column.name] for column in columns})
    earlier = None if source.earlier is None else with_time(source.earlier, time)
    return replace(source, inputs=inputs, columns=columns, earlier=earlier)


def with_clock(source: Source, roles: Roles) -> tuple[Source, Roles]:
    """The source and roles whose time is a day alone, with the only clock, or else the only column of whole hours, that
    rises in the rows of each day; as they are where there is none, and where each day has one row. Whole hours are
    called so, or fill the day: those of stores and items don't."""
    table, day = source.inputs, roles.time
    if not isinstance(table, Table) or day is None or missing(table[day]).any():
        return source, roles
    days, number = times_of(source, table, day), series_numbers(source, table, roles)
    if days.dtype.kind != "M" or (days != days.astype("datetime64[D]")).any():
        return source, roles
    order = np.lexsort((days, number))  # stable: the rows of a day in the order of the table
    same = (np.diff(number[order]) == 0) & (days[order][1:] == days[order][:-1])
    if not same.any():
        return source, roles
    others = (name for name in table if name not in (day, roles.id))
    rising = [
        name
        for name in others
        if (seconds := seconds_of_day(source, table, name)) is not None and (np.diff(seconds[order])[same] > 0).all()
    ]
    clocks = [name for name in rising if is_clock(numbers_of(source, table, name))]
    clocks = clocks or [name for name in rising if _is_hour(source, table, name)]
    if len(clocks) != 1:
        return source, roles
    spans = ", the first of the two of each span" * (starts_of_spans(meant(source, table, clocks[0])) is not None)
    return _taken(source, roles, (day, *clocks), f"a day and its clock{spans}")


def time_among(source: Source, roles: Roles, dates: Sequence[str]) -> tuple[str, str]:
    """The one of several columns of dates that is plainly the time, and why: all rows of a series differ by it alone,
    or it is the first and alone rises from row to row, or the start of spans; "" where none is."""
    apart = [name for name in dates if _tells_apart(source, replace(roles, time=name))]
    rising = [name for name in dates if _rises(source, replace(roles, time=name))]
    if len(apart) == 1:
        others = listed([name for name in dates if name != apart[0]])
        return apart[0], f"no two rows{' of a series' if roles.series else ''} have the same, unlike {others}"
    if rising == [dates[0]]:
        return dates[0], "the first column of dates, and the only one that rises from row to row"
    for start, end in (dates, dates[::-1]) if len(dates) == 2 else ():
        if _are_spans(source, roles, start, end):
            return start, f"the start of spans that end at {end!r}"
    return "", ""


def _are_spans(source: Source, roles: Roles, start: str, end: str) -> bool:
    """Whether no end is before its start, and two columns of dates are called so, or each span of a series ends before
    the next one starts, or there."""
    opens = any(word in STARTS or word.startswith(("start", "begin")) for word in named(start))
    ends = any(word in ENDS or word.startswith("end") for word in named(end))
    table = source.inputs
    if not isinstance(table, Table) or any(missing(table[name]).any() for name in (start, end)):
        return False
    first, last = (times_of(source, table, name) for name in (start, end))
    if first.dtype != last.dtype or not (first <= last).all():
        return False
    number = series_numbers(source, table, roles)
    order = np.lexsort((first, number))
    first, last, same = first[order], last[order], np.diff(number[order]) == 0
    return (opens and ends) or bool((first < last).all() and (last[:-1] <= first[1:])[same].all())


def _tells_apart(source: Source, roles: Roles) -> bool:
    """Whether no two rows of a series have the same time, or only such that a clock beside it tells apart."""
    steps = _steps(source, roles, in_order=True)
    return steps is not None and (bool((steps > 0).all()) or with_clock(source, roles)[1].time != roles.time)


def _rises(source: Source, roles: Roles) -> bool:
    """Whether the time rises from row to row of each series."""
    steps = _steps(source, roles, in_order=False)
    return steps is not None and bool((steps > 0).all())


def _steps(source: Source, roles: Roles, in_order: bool) -> np.ndarray | None:
    """From time to time of each series, in microseconds, sorted or as the rows stand; None where some are missing."""
    table, time = source.inputs, roles.time
    assert isinstance(table, Table) and time is not None
    if missing(table[time]).any():
        return None
    times = times_of(source, table, time).astype("datetime64[us]").astype(np.int64)
    number = series_numbers(source, table, roles)
    order = np.lexsort((times, number)) if in_order else np.argsort(number, kind="stable")
    return np.diff(times[order])[np.diff(number[order]) == 0]


def with_parts(
    source: Source, roles: Roles, names: Iterable[str], *, strict: bool = False
) -> tuple[Source, Roles]:
    """The source and roles without a time, with that of columns that are called a year, a month and what follows, or
    hold these in a table without names; as they are where there are none, where these are no dates, or where rows of a
    series have the same and no one or two columns of words or whole numbers tell these apart.

    Errors: ``DataError``, if ``strict``, for periods some of which are means of a year, which are no steps.
    """
    table = source.inputs
    called: dict[str, str] = {}
    for name in names if isinstance(table, Table) else ():
        called.setdefault(part_called(name, table[name]), name)
    by_values = _called_by_values(source, [*called.values()])
    called |= by_values

    def of_part(words: str) -> list[str]:
        found = [called[word] for word in words.split() if word in called]
        return found if len(found) == 1 else []

    parts = [name for found in itertools.takewhile(bool, map(of_part, PARTS_OF_TIME)) for name in found]
    if len(parts) == 1:
        parts += of_part(WEEKS) or of_part(QUARTERS)
    if not isinstance(table, Table) or len(parts) < 2:
        return source, roles
    try:
        dates = dates_by_parts(source, table, parts)
    except DataError:
        if strict and any(holds_periods(table, name) for name in parts):
            raise
        return source, roles  # what is called a day may be that of a week
    number = series_numbers(source, table, roles)
    others = [name for name in table if name not in (*parts, roles.id)]
    if repeated(dates, number).size and not any(telling_apart(source, others, dates, number)):
        return source, roles
    return _taken(source, roles, parts, "years one by one, and what each has" if by_values else "as they are called")


def _called_by_values(source: Source, names: Sequence[str]) -> dict[str, str]:
    """Columns of a table without names, beside which there is another one, by what they hold of a time."""
    table = source.inputs
    if not isinstance(table, Table) or not are_places(table.names):
        return {}
    numbers = {name: numbers_of(source, table, name) for name in names}
    values = {name: one.values for name, one in numbers.items() if one.kind == "number"}
    whole = {name: own for name, own in values.items() if not missing(own).any() and (own == np.floor(own)).all()}
    found = called_by_values(whole)
    return {part: name for name, part in found.items()} if len(found) < len(table) else {}


def _taken(source: Source, roles: Roles, names: Sequence[str], because: str) -> tuple[Source, Roles]:
    time = ",".join(names)
    note = Note(f"time: {', '.join(names[:-1])} and {names[-1]}", because, "--time COLUMN")
    return with_time(source, time).noting(note), replace(roles, time=time)


def series_numbers(source: Source, table: Table, roles: Roles) -> np.ndarray:
    """The number of each row's series (N,)."""
    if not roles.series:
        return np.zeros(table.rows, np.int64)
    return np.unique(labels_of(source, table, roles.series), return_inverse=True)[1]


def _is_hour(source: Source, table: Table, name: str) -> bool:
    """Whether whole numbers are called hours or a clock, and can be that (1 to 48 can't), or fill the day."""
    found, last = set(named(name)), float(numbers_of(source, table, name).values.max())
    called = not found.isdisjoint(HOUR_NAMES) and found.isdisjoint(SLOT_NAMES)
    called = called or (not found.isdisjoint(TIME_NAMES) and found <= BESIDE_TIME)
    return (called and not 24 < last < 100) or _fills_day(seconds_of_day(source, table, name))


def _fills_day(seconds: np.ndarray | None) -> bool:
    """Whether clocks (N,) begin at midnight and go on in equal steps to the end of the day, but for a few."""
    stamps = np.unique([] if seconds is None else seconds)
    return len(stamps) > 1 and stamps[0] == 0 and len(stamps) * np.diff(stamps).min() >= WHOLE_DAY * DAY
