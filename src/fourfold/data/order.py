"""The order in which rows stand in time, as their dates tell it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .dataset import Column, Note, Table
from .messages import counted

__all__ = ["direction", "order_of_time", "times_back"]

SELDOM = 20
"""A date that goes back in no more than one of so many rows is their time, as where files were joined."""


def _known(values: np.ndarray) -> np.ndarray:
    return values[~(np.isnan(values) if values.dtype.kind == "f" else np.isnat(values))]


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


def order_of_time(
    inputs: np.ndarray | Table, columns: Sequence[Column], test_rows: int
) -> tuple[np.ndarray | None, Note]:
    """All rows in order of time, None where they stand in it, and what is said; test rows stand behind all others.

    A column of dates that rises from row to row, or falls, but for few of them, is the time.
    """
    dates = [column.name for column in columns if column.kind == "date"] if isinstance(inputs, Table) else []
    first = {name: inputs[name][: len(inputs[name]) - test_rows] for name in dates}
    plain = Note("order of time: as the rows stand", "only the past is learnt from")
    likely = [name for name, values in first.items() if direction(values)]
    if not likely or any(direction(first[name]) > 0 and not times_back(first[name]) for name in likely):
        return None, plain
    name = likely[0]
    values, falls = _filled(first[name]), direction(first[name]) < 0
    rows = np.arange(len(values))[:: -1 if falls else 1]
    rows = rows[np.argsort(values[rows], kind="stable")]
    because = "the rows stand newest first" if falls else f"it goes back in {counted(times_back(values), 'row')}"
    note = Note(f"order of time: by {name}", f"{because}; only the past is learnt from")
    return np.concatenate([rows, np.arange(len(values), len(values) + test_rows)]), note


def _filled(values: np.ndarray) -> np.ndarray:
    """Missing dates as the one before them, or else the first of all."""
    there = ~np.isnat(values)
    last = np.maximum.accumulate(np.where(there, np.arange(len(values)), -1))
    return values[np.where(last < 0, there.argmax(), last)]
