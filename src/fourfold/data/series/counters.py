"""Columns of numbers that count time and are called so: years, days, steps, rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Note, Table
from fourfold.data.source import Source
from fourfold.data.values.called import PARTS_OF_TIME, QUARTERS, WEEKS, YEAR_NAMES, YEARS
from fourfold.data.values.stamps import SINCE_1970, named

from .apart import repeated, telling_apart
from .dates_by_parts import is_clock
from .long_columns import meant, table_of
from .time_columns import series_numbers

__all__ = ["COUNTERS", "is_called", "with_counter"]

COUNTERS = (
    SINCE_1970,
    PARTS_OF_TIME[0],
    "month week day hour minute second monat woche tag stunde mois semaine jour heure mes semana dia d\u00eda hora",
    "step steps timestep period tick schritt",
    "index idx no nr unnamed row rowname rownames obs observation",
)
"""What such columns are called, the likeliest time first."""

UNITS = "s sec secs seconds ms min minutes h hours d days step steps number no nr index id"
"""What may stand beside such a word in a name."""

EVEN, TOLERANCE = 0.9, 0.2
"""The share of steps that are as long as the usual one, and by which part of it they may differ."""

SPARSE = 3
"""How many of the shortest steps the mean step of whole numbers may be, where some steps have no row."""

SHARED = 0.25
"""The least share of rows that have the time of an earlier row, if the rows are to be of several series."""

DAY_OF_WEEK = "weekday wday dow wochentag season saison period of the"
PARTS = frozenset(f"{' '.join(PARTS_OF_TIME)} {WEEKS} {QUARTERS} {DAY_OF_WEEK}".split())
"""What parts of a time are called, which name no series."""


def with_counter(source: Source, roles: Roles, names: Iterable[str]) -> tuple[Source, Roles]:
    """The source and roles without a time, with that of the first column of numbers that is called one and differs in
    all rows of a series, in equal steps, whole numbers with gaps, or whole years; or in all rows of the series that one
    or two other columns make, so that these are asked for. As they are where there is none."""
    names, table = list(names), table_of(source, ())
    number = series_numbers(source, table, roles)
    for words in COUNTERS:
        for name in names:
            if not is_called(name, words) or (values := _numbers(source, table, name)) is None:
                continue
            others = [other for other in names if other != name and not _is_part(other)]
            several = _of_several(source, others, values, number)
            if several or _counts(name, values, number):
                each = f" of a series{' that other columns tell apart' if several else ''}"
                because = f"as it is called, and no two rows{each if several or roles.series else ''} have the same"
                return source.noting(Note(f"time: {name}", because, "--time COLUMN")), replace(roles, time=name)
    return source, roles


def is_called(name: str, words: str) -> bool:
    """Whether a name is one of the words, with a unit beside it or without one; that of an index may be empty."""
    found, wanted = set(named(name)), set(words.split())
    if not found:
        return not name.strip() and "index" in wanted
    return not found.isdisjoint(wanted) and found <= wanted.union(UNITS.split())


def _is_part(name: str) -> bool:
    """Whether a name is of a part of a time, such as a month or a day of the week."""
    found = set(named(name))
    return bool(found) and found <= PARTS


def _numbers(source: Source, table: Table, name: str) -> np.ndarray | None:
    """The numbers (N,) of a column; None where it is of something else, or where some are missing."""
    found = meant(source, table, name)
    known = found.kind == "number" and not is_clock(found) and np.isfinite(found.values).all()
    return found.values if known and len(found.values) else None


def _counts(name: str, values: np.ndarray, series: np.ndarray) -> bool:
    """Whether numbers of one series (N,) are all different, and whole years, in equal steps, or whole with gaps."""
    order = np.lexsort((values, series))
    steps = np.diff(values[order])[np.diff(series[order]) == 0]
    if not len(steps) or steps.min() <= 0:
        return False
    whole = bool((values == np.floor(values)).all())
    years = YEARS[0] <= values.min() and values.max() <= YEARS[1] and not YEAR_NAMES.isdisjoint(named(name))
    usual = np.median(steps)
    even = (np.abs(steps - usual) <= TOLERANCE * usual).mean() >= EVEN
    return bool(even or (whole and (years or _is_dense(values, series))))


def _is_dense(values: np.ndarray, series: np.ndarray) -> bool:
    """Whether numbers (N,), all different within a series (N,), leave out few steps."""
    order = np.lexsort((values, series))
    steps = np.diff(values[order])[np.diff(series[order]) == 0]
    return bool(len(steps) and steps.mean() <= SPARSE * steps.min())


def _of_several(source: Source, others: Sequence[str], values: np.ndarray, series: np.ndarray) -> bool:
    """Whether whole numbers (N,) stand in several rows of a series (N,), and count the steps of those that one or two
    other columns make."""
    if (values != np.floor(values)).any() or len(repeated(values, series)) < SHARED * len(values):
        return False
    return any(_is_dense(values, parts) for _, parts in telling_apart(source, others, values, series))
