"""Rows of one unit, which are not independent: ids that repeat, panels of units that are measured several times."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fourfold.core.naming import STEP
from fourfold.data.dataset import Finding
from fourfold.data.series.apart import repeated
from fourfold.data.values.called import ID, UNITS, is_time
from fourfold.data.values.stamps import named

from .case import Case
from .chance import BY_CHANCE, pairs_alike
from .in_time import parts_in_order

FEWEST_UNITS = 3
"""Of two, such as the sexes, each row at another time is more likely a table of counts or means."""

PLACES = frozenset(["row", "col", "column", "x", "y", "lon", "lat", "zeile", "spalte", "ligne", "colonne", "fila"])
"""What numbers the places of a grid, such as a plate of wells."""


class Panel(NamedTuple):
    """The column that names units, its values (N,), and the column of the times at which each has one row at most."""

    unit: str
    values: np.ndarray
    time: str


def judge(case: Case) -> Iterator[Finding]:
    """A panel, if nothing was said of groups or of an order of time; columns that are called ids, or
    whose rows they hold, and repeat."""
    panel = _panel(case) if case.each != STEP and not case.dataset.time_ordered else None
    if panel is not None:
        yield _finding("panel", *panel[:2], f"repeats, with one row at most for each {panel.time!r}", panel.time)
    for name, kind, values in case.columns():
        known = panel is not None and name == panel.unit
        if known or not _is_whose(name) or kind not in ("number", "category") or not _repeats(values):
            continue
        if ID.search(name):
            yield _finding("repeated-ids", name, values, "is called an id and repeats")
        elif not is_known(case, values):
            yield _finding("repeated-units", name, values, "repeats, and by its name says whose the rows are")


def unit_of_panel(case: Case) -> str:
    """The column that names the units of a panel; "" where there is none."""
    panel = _panel(case)
    return panel.unit if panel is not None else ""


def _finding(slug: str, name: str, values: np.ndarray, does: str, time: str = "COLUMN") -> Finding:
    quoted = shlex.quote(name)
    return Finding(
        slug,
        f"column {name!r} {does}: rows are not independent",
        "different values",
        len(np.unique(values)),
        f"--group {quoted}, or --id {quoted} --time {shlex.quote(time)} if its rows are the steps of a series",
        important=True,
        columns=(name,),
    )


def _panel(case: Case) -> Panel | None:
    """The likeliest panel: words or whole numbers that repeat, no two rows of which have the same time, which chance
    would hardly do; else those in whose rows, one below the other, a number counts anew."""
    columns = [(name, kind, values) for name, kind, values in case.columns() if not np.isnan(values).any()]
    whose = [_first_of_unit(values) for name, _, values in columns if _is_whose(name) and _repeats(values)]

    def is_of_unit(values: np.ndarray) -> bool:
        return any((values == values[first]).all() for first in whose)

    times = {
        name: values
        for name, kind, values in columns
        if (kind == "date" or is_time(name) or "age" in named(name)) and not is_of_unit(values)
    }
    parts = parts_in_order(case)
    others = [
        (name, values)
        for name, kind, values in columns
        if name not in times and name not in parts and may_name_units(kind, values)
    ]
    best, most = None, BY_CHANCE
    for time, moments in times.items():
        pairs = pairs_alike(moments)
        for unit, values in others:
            if repeated(moments[case.sample], values[case.sample]).size:
                continue
            units, rows = len(np.unique(values)), len(values)
            chance = 2 * pairs * pairs_alike(values) / (rows * (rows - 1))
            if chance <= most or not FEWEST_UNITS <= units <= rows / 2 or repeated(moments, values).size:
                continue
            if not is_known(case, values):
                best, most = Panel(unit, values, time), chance
    counters = ((name, values) for name, kind, values in columns if best is None and _may_count(name, kind))
    for time, moments in counters:
        for unit, values in others:
            if unit != time and counts_anew(moments, values) and not is_known(case, values):
                return Panel(unit, values, time)
    return best


def _is_whose(name: str) -> bool:
    """Whether a column is called an id, or what numbers units."""
    return ID.search(name) is not None or name.casefold() in UNITS


def _first_of_unit(units: np.ndarray) -> np.ndarray:
    """The first row (N,) of each row's unit: what has its value in all rows of the unit, as a patient's date of birth,
    is no time at which that is measured.

    >>> _first_of_unit(np.array([7, 3, 7, 3])).tolist()
    [0, 1, 0, 1]
    """
    _, first, unit = np.unique(units, return_index=True, return_inverse=True)
    return first[unit]


def time_within(case: Case, ids: np.ndarray) -> str:
    """The column of times at which each of the ids (N,) has one row at most: dates, what is called a time, numbers that
    count anew within each; "" where there is none."""
    units = np.unique(ids.astype(str), return_inverse=True)[1]
    for name, kind, moments in case.columns():
        if kind not in ("number", "date") or np.isnan(moments).any():
            continue
        if counts_anew(moments, units) or ((kind == "date" or is_time(name)) and not repeated(moments, units).size):
            return name
    return ""


def counts_anew(moments: np.ndarray, values: np.ndarray) -> bool:
    """Whether the rows of each of several values (N,) stand together, and numbers (N,) rise in them, mostly from the
    same one and by the shortest of their steps, and fall where the next ones begin.

    >>> units = np.repeat([3.0, 1.0, 2.0], 4)
    >>> counts_anew(np.tile([0.0, 1.0, 2.0, 4.0], 3), units), counts_anew(np.arange(12.0), units)
    (True, False)
    """
    steps, within = np.diff(moments), np.diff(values) == 0
    units = len(steps) - within.sum() + 1
    if not FEWEST_UNITS <= units <= len(values) / 2 or units != len(np.unique(values)):
        return False
    rises, falls = steps[within], steps[~within]
    begins = moments[np.append(True, ~within)]
    counts = rises.min() > 0 > falls.max() and np.isclose(rises, rises.min()).mean() > 0.5
    return bool(counts and len(rises) > BY_CHANCE and np.unique(begins, return_counts=True)[1].max() > units / 2)


def _may_count(name: str, kind: str) -> bool:
    """Whether a column may number the steps of units: it is not called what numbers the units themselves, or places."""
    return kind == "number" and not _is_whose(name) and name.casefold() not in PLACES


def may_name_units(kind: str, values: np.ndarray) -> bool:
    return kind == "category" or (kind == "number" and bool((values == np.round(values)).all()))


def is_known(case: Case, values: np.ndarray) -> bool:
    """Whether each of the units (N,) lies in one of the groups, or ids, that were given."""
    labels = case.dataset.ids if case.dataset.groups is None else case.dataset.groups
    if labels is None:
        return False
    group = dict(zip(values.tolist(), labels.tolist()))
    return all(group[value] == label for value, label in zip(values.tolist(), labels.tolist()))


def _repeats(values: np.ndarray) -> bool:
    """Whether most values occur several times, but none in a large part of the rows."""
    counts = np.unique(values, return_counts=True)[1]
    return len(counts) >= 3 and float(np.median(counts)) >= 2 and len(counts) > len(values) / 100
