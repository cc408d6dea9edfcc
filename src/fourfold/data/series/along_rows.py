"""Series that lie along the rows of a table, under names that number the steps and tell no time."""

from __future__ import annotations

import re

import numpy as np

from fourfold.data.dataset import Table
from fourfold.data.messages import counted, quoted
from fourfold.data.source import Source
from fourfold.errors import DataError
from fourfold.preprocessing.table import missing

from .long_columns import meant

__all__ = ["FEWEST", "are_counted", "check_along_rows", "number_of"]

NUMBERED = re.compile(r"(?P<before>.*?)[_ .-]?(?P<number>\d{1,9})(?P<behind>| \[YR(?P=number)\])", re.ASCII)
"""A name and its number; as the World Bank writes a year behind it."""

FEWEST = 12
"""Numbered columns from which on they may be the steps of series."""

TURNED = (
    "if each row is a series, t = pandas.read_csv(FILE, index_col={!r}).select_dtypes('number'); t.columns = "
    "range(len(t.columns)); t.stack().dropna().rename_axis(['series', 'step']).to_frame('value').to_csv('steps.csv'), "
    "and --id series --time step"
)
"""How a table with a row for each series becomes one with a row for each step."""


def check_along_rows(source: Source, table: Table, id: str | None) -> None:
    """Refuse to forecast, in the order of the rows, a table of nothing but numbered columns (V2, V3, ...) and names of
    the rows, which all differ, and other words: each row is a series then.

    Errors: ``DataError``.
    """
    numbers = [name for name in table if meant(source, table, name).kind == "number"]
    others = [name for name in table if name not in numbers]
    names = next((name for name in others if len({*table[name].tolist()}) == table.rows), None)
    names = id if id is not None and id in table and len({*table[id].tolist()}) == table.rows else names
    steps = [name for name in numbers if name != names]
    if names is None or len(steps) < FEWEST or not are_counted(steps):
        return
    early = sum(_ends_early(row) for row in np.stack([missing(table[name]) for name in steps], axis=1))
    rows = f"{counted(table.rows, 'row')} named by {names!r}" + f", {early} of which end early" * bool(early)
    raise DataError(
        "series-along-rows",
        "the columns are numbered, and nothing tells the time of a row",
        got=f"{len(steps):,} columns, {steps[0]!r} to {steps[-1]!r}, of {rows}",
        wanted="a row for each step of each series",
        do=TURNED.format(names) + f"; --target {quoted(steps[-1])}, or another column, if each row is a step",
    )


def are_counted(names: list[str]) -> bool:
    """Whether names are one word, or none, and numbers that rise by one.

    >>> are_counted(["W8", "W9", "W10"]), are_counted(["W1", "W3"]), are_counted(["a1", "b2"])
    (True, False, False)
    >>> are_counted(["1999 [YR1999]", "2000 [YR2000]"])
    True
    """
    found = [NUMBERED.fullmatch(name.strip()) for name in names]
    parts = [(one["before"], int(one["number"])) for one in found if one]
    first = parts[0] if parts else ("", 0)
    return len(parts) == len(names) and parts == [(first[0], first[1] + place) for place in range(len(parts))]


def number_of(name: str) -> int:
    """The number of a name that has one; -1 for others.

    >>> number_of("V58"), number_of("2000 [YR2000]"), number_of("total")
    (58, 2000, -1)
    """
    found = NUMBERED.fullmatch(name.strip())
    return int(found["number"]) if found else -1


def _ends_early(absent: np.ndarray) -> bool:
    """Whether the values of a row (T,) end, and none is missing before.

    >>> [_ends_early(np.array(row, bool)) for row in ([0, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 1])]
    [True, False, False, False]
    """
    return bool(absent[-1] and not absent[0] and (np.diff(absent.astype(int)) >= 0).all())
