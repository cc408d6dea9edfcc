"""Series that lie along the rows of a table, under names that number the steps and tell no time."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np

from fourfold.data.dataset import Table
from fourfold.data.messages import counted, quoted
from fourfold.data.source import Source
from fourfold.errors import DataError

from .long_columns import meant

__all__ = ["FEWEST", "along_rows", "are_counted", "check_along_rows", "lengths_of", "number_of"]

NUMBERED = re.compile(r"(?P<before>.*?)[_ .-]?(?P<number>\d{1,9})(?P<behind>| \[YR(?P=number)\])", re.ASCII)
"""A name and its number; as the World Bank writes a year behind it."""

FEWEST = 12
"""Numbered columns from which on they may be the steps of series."""

def along_rows(table: Table, numbers: Collection[str], id: str | None) -> tuple[str, list[str]] | None:
    """The column whose values, which all differ, name the rows of a table, and the other columns of ``numbers``, which
    count the steps (V2, V3, ...); None for other tables."""
    others = [id] if id is not None else [name for name in table if name not in numbers]
    names = next((name for name in others if name in table and len({*table[name].tolist()}) == table.rows), None)
    steps = [name for name in numbers if name != names]
    return None if names is None or len(steps) < FEWEST or not are_counted(steps) else (names, steps)


def check_along_rows(source: Source, table: Table, id: str | None) -> None:
    """Refuse to forecast, in the order of the rows, a table of nothing but numbered columns (V2, V3, ...) and names of
    the rows, which all differ, and other words: each row is a series then.

    Errors: ``DataError``.
    """
    found = along_rows(table, [name for name in table if meant(source, table, name).kind == "number"], id)
    if found is None:
        return
    names, steps = found
    rows = f"{counted(table.rows, 'row')} named by {names!r}"
    raise DataError(
        "series-along-rows",
        "the columns are numbered, and nothing tells the time of a row",
        got=f"{len(steps):,} columns, {steps[0]!r} to {steps[-1]!r}, of {rows}",
        wanted="a row for each step of each series, or a series in each row",
        do=f"--id {quoted(names)} if each row is a series; --target {quoted(steps[-1])}, or another column, if each "
        "row is a step",
    )


def lengths_of(absent: np.ndarray) -> np.ndarray | None:
    """How many values the rows (N, T) have, which all begin with the first, and none of which has gaps; None for rows
    that begin later, or have gaps.

    >>> lengths_of(np.array([[0, 0, 1], [0, 0, 0]], bool)), lengths_of(np.array([[0, 1, 0]], bool))
    (array([2, 3]), None)
    """
    whole = not absent[:, 0].any() and (np.diff(absent.astype(np.int8), axis=1) >= 0).all()
    return (~absent).sum(axis=1) if whole else None


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
