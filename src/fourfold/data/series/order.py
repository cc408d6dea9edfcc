"""The order of rows in time, as their dates, years or seconds tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fourfold.data.columns.roles import NO_ROLES
from fourfold.data.dataset import Note, Table
from fourfold.data.messages import counted
from fourfold.data.source import Source
from fourfold.errors import DataError
from fourfold.preprocessing.table import missing

from .counters import COUNTERS, is_called
from .long_columns import dates_of, meant, seconds_of, table_of, times_of
from .time_columns import with_parts

__all__ = ["direction", "in_order_of_time", "times_back"]

SELDOM = 20
"""A date that goes back in no more than one of so many rows is their time, as where files were joined."""

COUNTED = (COUNTERS[0], COUNTERS[1], COUNTERS[3])
"""What columns of numbers are called that count time, and are no part of one: seconds since 1970, years, steps."""


def _known(values: np.ndarray) -> np.ndarray:
    return values[~missing(values)]


def times_back(values: np.ndarray) -> int:
    """How many times values go back from row to row; missing ones do not count.

    >>> times_back(np.array([1.0, 2.0, np.nan, 1.0, 3.0]))
    1
    """
    known = _known(values)
    return int((known[1:] < known[:-1]).sum())


def direction(values: np.ndarray) -> int:
    """1 if values rise from row to row, but for one in 20, -1 if they fall so, 0 if they do neither.

    >>> [direction(np.array(values, dtype=float)) for values in ([1, 1, 2], [3, 2], [1, 2, 1], [1, 1])]
    [1, -1, 0, 0]
    """
    known = _known(values)
    steps = np.sign((known[1:] - known[:-1]).astype(np.float64))
    rises, falls = int((steps > 0).sum()), int((steps < 0).sum())
    if min(rises, falls) * SELDOM > len(known):
        return 0
    return (rises > falls) - (falls > rises)


def in_order_of_time(source: Source) -> Source:
    """The source with the order of its rows in time, if a column tells it, and what is said of it.

    A column of dates that rises from row to row, or falls, but for few rows, is the time; where none does, one of
    seconds, a year with its month, a year or a step.
    """
    times = dict(_times(source)) if isinstance(source.inputs, Table) else {}
    told = {name: values for name, values in times.items() if direction(values)}
    past = "only the past is learnt from"
    if not told:
        return source.noting(Note("order of time: as the rows stand", past))
    rising = next((name for name, values in told.items() if direction(values) > 0 and not times_back(values)), None)
    name = rising or next(iter(told))
    values, falls = _filled(told[name]), direction(told[name]) < 0
    rows = np.arange(len(values))[:: -1 if falls else 1]
    because = "the rows stand newest first" if falls else f"it goes back in {counted(times_back(values), 'row')}"
    note = Note(f"order of time: by {name}", f"{because}; {past}")
    note = Note("order of time: as the rows stand", f"{name} rises; {past}") if rising else note
    return replace(source, order=rows[np.argsort(values[rows], kind="stable")]).noting(note)


def _times(source: Source) -> Iterator[tuple[str, np.ndarray]]:
    """The columns that may be the time, the likeliest kind alone, and their values (N,), some of them missing."""
    table = table_of(source, ())
    names = [*table]
    found = dates_of(source, names) or seconds_of(source, names)
    for name in found:
        there = np.flatnonzero(~missing(table[name]))
        some = source.take(there)
        try:
            values = times_of(some, table_of(some, ()), name)
        except DataError:  # words among the dates
            continue
        spread = np.full(len(table[name]), np.datetime64("NaT") if values.dtype.kind == "M" else np.nan, values.dtype)
        spread[there] = values
        yield name, spread
    if found:
        return
    parted, roles = with_parts(source, NO_ROLES, names)
    if roles.time is not None:
        yield roles.time, times_of(parted, table_of(parted, ()), roles.time)
        return
    for name in names:
        if any(is_called(name, words) for words in COUNTED):
            number = meant(source, table, name)
            if number.kind == "number":
                yield name, number.values


def _filled(values: np.ndarray) -> np.ndarray:
    """Missing times as the one before them, or else the first of all."""
    there = ~missing(values)
    last = np.maximum.accumulate(np.where(there, np.arange(len(values)), -1))
    return values[np.where(last < 0, there.argmax(), last)]
