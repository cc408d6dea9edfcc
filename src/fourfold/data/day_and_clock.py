"""Times in two columns, a day and the clock of that day, as one column of dates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fourfold.errors import DataError
from fourfold.preprocessing.table import missing

from .dataset import Column, Note, Table
from .durations import duration_by
from .long_form import labels_of, meant, present, times_of
from .roles import Roles
from .source import Source
from .words import Understood

__all__ = ["columns_of_time", "with_clock", "with_time"]

HOUR, MINUTE, DAY = 3600, 60, 86_400


def columns_of_time(time: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a time is made of: one, or a day and a clock with a comma between their names.

    >>> columns_of_time("date,clock", ("date", "clock", "load")), columns_of_time("a,b", ("a,b", "load"))
    (('date', 'clock'), ('a,b',))
    """
    if time in known:
        return (time,)
    pairs = [(time[:at], time[at + 1 :].strip()) for at, mark in enumerate(time) if mark == ","]
    return next((pair for pair in pairs if {*pair} <= {*known}), (time,))


def with_time(source: Source, time: str | None) -> Source:
    """The source with one column of dates, called ``time``, where ``time`` names a day and a clock.

    Errors: ``DataError`` where they are none, or missing in some rows.
    """
    table = source.inputs
    if time is None or not isinstance(table, Table) or len(names := columns_of_time(time, table.names)) == 1:
        return source
    day, clock = names
    days, seconds = times_of(source, table, day), seconds_of(source, table, clock)
    if days.dtype.kind != "M" or seconds is None:
        strange = day if seconds is not None else clock
        raise DataError(
            "day-and-clock",
            "a time of two columns is a day and a clock",
            got=f"{strange!r}, such as {present(strange, table[strange])[0]!s:.40}",
            wanted="dates, and hours or clocks such as 18:30",
            do=f"--time {day}, or another column",
        )
    dates = days.astype("datetime64[D]") + np.round(1e6 * seconds).astype("timedelta64[us]")
    columns = tuple(Column(time, "date") if c.name == day else c for c in source.columns if c.name != clock)
    inputs = Table({c.name: dates if c.name == time else table[c.name] for c in columns})
    earlier = None if source.earlier is None else with_time(source.earlier, time)
    return replace(source, inputs=inputs, columns=columns, earlier=earlier)


def with_clock(source: Source, roles: Roles) -> tuple[Source, Roles]:
    """The source and roles whose time is a day alone, with the only clock, or else the only column of whole hours, that
    rises in the rows of each day; as they are where there is none, and where each day has one row."""
    table, day = source.inputs, roles.time
    if not isinstance(table, Table) or day is None or missing(table[day]).any():
        return source, roles
    days = times_of(source, table, day)
    if days.dtype.kind != "M" or (days != days.astype("datetime64[D]")).any():
        return source, roles
    series = labels_of(source, table, roles.id) if roles.series else np.zeros(table.rows)
    number = np.unique(series, return_inverse=True)[1]
    order = np.lexsort((days, number))  # stable: the rows of a day in the order of the table
    same = (series[order][1:] == series[order][:-1]) & (days[order][1:] == days[order][:-1])
    if not same.any():
        return source, roles
    others = (name for name in table if name not in (day, roles.id))
    rising = [
        name
        for name in others
        if (seconds := seconds_of(source, table, name)) is not None and (np.diff(seconds[order])[same] > 0).all()
    ]
    clocks = [name for name in rising if _is_clock(meant(source, table, name))] or rising
    if len(clocks) != 1:
        return source, roles
    time = f"{day},{clocks[0]}"
    note = Note(f"time: {day} and {clocks[0]}", "a day and its clock", "--time COLUMN")
    return with_time(source, time).noting(note), replace(roles, time=time)


def seconds_of(source: Source, table: Table, name: str) -> np.ndarray | None:
    """The clocks (N,) in a column, in seconds since midnight: 18:30, whole hours up to 24, or 1830; None if one is
    none."""
    found = meant(source, table, name)
    if found.kind != "number" or np.isnan(found.values).any():
        return None
    values = found.values.astype(np.float64)
    if not _is_clock(found):
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


def _is_clock(found: Understood) -> bool:
    """Whether a column is of clocks or durations, and not of plain numbers."""
    return duration_by(found.written or "") is not None
