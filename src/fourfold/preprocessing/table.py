"""Named columns, and what kinds of column there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

ColumnKind = Literal["number", "boolean", "category", "date", "text"]


@dataclass(frozen=True)
class Column:
    """A column's name and kind.

    ========  ============================  =============
    kind      stored as                     missing
    ========  ============================  =============
    number    float64                       NaN
    boolean   float64, 0 or 1               NaN
    date      datetime64[us]                NaT
    category  object: str                   None
    text      object: str                   None
    ========  ============================  =============

    ``written``: how its words were written where they were understood as numbers or dates, by an example such as
    1.234,5 €, or a name such as day.month.year; "" for plain numbers and ISO dates. Of a text what it is cut
    into, where that was said, and ``longest`` how much of it is read at most (0: not said).
    ``zoned``: whether all dates have a zone (True) or none has (False); None where that is not known. ``percent``:
    whether the numbers are fractions that are shown as percent, as in workbooks. Neither of these, which depend on the
    form of the source, nor ``longest`` makes another column.
    """

    name: str
    kind: ColumnKind
    written: str = ""
    zoned: bool | None = field(default=None, compare=False)
    longest: int = field(default=0, compare=False)
    percent: bool = field(default=False, compare=False)


@dataclass(frozen=True, eq=False)
class Table(Mapping[str, np.ndarray]):
    """Columns of equal length by name, in order; ``len(table.names)`` columns, ``table.rows`` rows.

    >>> table = Table({"width": np.array([1.0, 2.0]), "colour": np.array(["red", None], dtype=object)})
    >>> table.rows, table.names, table.take([1])["width"]
    (2, ('width', 'colour'), array([2.]))
    """

    columns: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def take(self, rows) -> Table:
        """The given rows, in the given order."""
        return Table({name: values[np.asarray(rows)] for name, values in self.columns.items()})


def row_count(raw: np.ndarray | Table) -> int:
    return raw.rows if isinstance(raw, Table) else len(raw)


def take_rows(raw: np.ndarray | Table, rows) -> np.ndarray | Table:
    return raw.take(rows) if isinstance(raw, Table) else raw[np.asarray(rows)]


def missing(values: np.ndarray) -> np.ndarray:
    """Where a column has no value: NaN, NaT or None; booleans of its shape."""
    if values.dtype.kind == "f":
        return np.isnan(values)
    if values.dtype.kind == "M":
        return np.isnat(values)
    if values.dtype.kind == "O":
        return np.array([value is None for value in values.ravel()], dtype=bool).reshape(values.shape)
    return np.zeros(values.shape, dtype=bool)


FEW_LEVELS = 50
"""Levels that are looked for one after the other, which is faster than sorting many words."""


def levels_of(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different words (L,) in order, and the number (N,) of each of the words.

    >>> [part.tolist() for part in levels_of(np.array(["no", "yes", "no"]))]
    [['no', 'yes'], [0, 1, 0]]
    """
    levels = np.unique(words) if words.dtype.kind != "O" else np.array(sorted(set(words.tolist())), dtype=object)
    if len(levels) > FEW_LEVELS:
        return np.unique(words, return_inverse=True)
    numbers = np.zeros(len(words), dtype=np.int64)
    for number, level in enumerate(levels.tolist()):
        numbers[words == level] = number
    return levels, numbers


def level_counts(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different words (L,) in order, and how many (L,) there are of each.

    >>> [part.tolist() for part in level_counts(np.array(["no", "yes", "no"]))]
    [['no', 'yes'], [2, 1]]
    """
    levels, numbers = levels_of(words)
    return levels, np.bincount(numbers, minlength=len(levels))
