"""Columns of numbers that count time and are called so: years, days, steps, rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .dataset import Note, Table
from .long_form import meant, table_of
from .roles import Roles
from .source import Source
from .stamps import SINCE_1970, named
from .time_columns import NAMES, is_clock, series_numbers

__all__ = ["with_counter"]

YEARS = (1000, 2999)
COUNTERS = (
    SINCE_1970,
    NAMES[0],
    "month week day hour minute second monat woche tag stunde mois semaine jour heure mes semana dia d\u00eda hora",
    "step steps timestep period tick schritt",
    "index idx no nr unnamed row obs observation",
)
"""What such columns are called, the likeliest time first."""

UNITS = "s sec secs seconds ms min minutes h hours d days step steps number no nr index id"
"""What may stand beside such a word in a name."""

EVEN, TOLERANCE = 0.9, 0.2
"""The share of steps that are as long as the usual one, and by which part of it they may differ."""


def with_counter(source: Source, roles: Roles, names: Iterable[str]) -> tuple[Source, Roles]:
    """The source and roles without a time, with that of the first column of numbers that is called one and differs in
    all rows of a series, in equal steps, or whole years; as they are where there is none."""
    names, table = list(names), table_of(source, ())
    number = series_numbers(source, table, roles)
    for words in COUNTERS:
        for name in names:
            if _is_called(name, words) and _counts(source, table, name, number):
                each = " of a series" if roles.series else ""
                because = f"as it is called, and no two rows{each} have the same"
                return source.noting(Note(f"time: {name}", because, "--time COLUMN")), replace(roles, time=name)
    return source, roles


def _is_called(name: str, words: str) -> bool:
    """Whether a name is one of the words, with a unit beside it or without one; that of an index may be empty."""
    found, wanted = set(named(name)), set(words.split())
    if not found:
        return not name.strip() and "index" in wanted
    return not found.isdisjoint(wanted) and found <= wanted.union(UNITS.split())


def _counts(source: Source, table: Table, name: str, series: np.ndarray) -> bool:
    """Whether numbers of one series (N,) are all different, and whole years or in equal steps."""
    found = meant(source, table, name)
    values = found.values
    if found.kind != "number" or is_clock(found) or not np.isfinite(values).all():
        return False
    order = np.lexsort((values, series))
    steps = np.diff(values[order])[np.diff(series[order]) == 0]
    if not len(steps) or steps.min() <= 0:
        return False
    usual = np.median(steps)
    years = YEARS[0] <= values.min() and values.max() <= YEARS[1] and (values == np.floor(values)).all()
    years = years and not set(named(name)).isdisjoint(NAMES[0].split())
    return bool(years or (np.abs(steps - usual) <= TOLERANCE * usual).mean() >= EVEN)
