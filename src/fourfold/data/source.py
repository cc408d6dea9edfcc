"""What a reader found, before anything is inferred from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fourfold.preprocessing.table import ColumnKind, take_rows

from .dataset import Column, Layout, Note, Table

NOMINAL, STEP = "nominal", "step"
"""Roles of columns: numbers that name classes, and a step of the series that a row is."""


@dataclass(frozen=True, eq=False)
class Source:
    """Inputs, and a target if the reader knows which it is.

    - ``inputs``: an array (N, ...), or a ``Table`` with its ``columns``; strings are kind "category".
    - ``target``: (N,) with its kind, or (N, K) float64 of several columns, ``target_names``, or (N, T) of one column
      that has a value for each step of a series (see `steps`); None where the target is still among the columns.
    - ``layout``: what the reader knows of the layout; None where it is to be inferred.
    - ``test_rows``: how many of the last rows are test rows.
    - ``total``: how many rows there were, where only a sample of them was read; else 0. ``series``: how many series.
    - ``among``: how many rows the file has, where these are a part of them and more follow; 0 where it isn't known.
    - ``earlier``: some of the rows before those that were read, where these are the last ones of a series; or None.
    - ``pictures``: the column whose words are the paths of pictures, or "".
    - ``of_folders``: the target is the name of the folder in which a row lies.
    - ``weights``, ``groups``, ``ids``: what is said about each row, (N,), or None; see `roles`.
    - ``beside``: arrays (N,) beside the inputs by name, which may be weights, groups or ids.
    - ``comma``: a comma in a number is likelier decimal, as other columns of the file or its semicolons say.
    - ``order``: all rows but test rows in order of time, which is asked for; None where no column tells it.
    - ``lists``: what columns of lists of numbers were called, whose numbers are columns NAME_0, NAME_1, ...;
      ``uneven``: those of which some are shorter than others, and missing numbers follow their ends;
      ``nested``: those that are channels of lists of lists, or of objects, which are series.
    - ``classlike``: for each column the spellings of a missing value in it that may be names of classes, as of
      `classes_among`; a column that is not in it was not looked at.
    - ``lacking``: the one column that test rows lack, which is the target then; or "".
    - ``marked``: the role that the file itself gives columns: "class" (the target), "meta" or "ignore" (no inputs),
      "weight"; that it declares their numbers as categories, `NOMINAL`; or that each is a `STEP` of a series.
    - ``interval``: how far apart the time stamps of series usually are, in words, "" where they have none.
    - ``all_columns``: the columns of the source, where some of them have been taken out of ``inputs``.
    """

    name: str
    inputs: np.ndarray | Table
    columns: tuple[Column, ...] = ()
    target: np.ndarray | None = None
    target_kind: str = "number"
    target_name: str = "y"
    target_names: tuple[str, ...] = ()
    layout: Layout | None = None
    notes: tuple[Note, ...] = ()
    test_rows: int = 0
    total: int = 0
    series: int = 0
    among: int = 0
    earlier: Source | None = None
    pictures: str = ""
    of_folders: bool = False
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None
    ids: np.ndarray | None = None
    order: np.ndarray | None = None
    all_columns: tuple[str, ...] = ()
    comma: bool = False
    lacking: str = ""
    marked: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    uneven: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    beside: Mapping[str, np.ndarray] = field(default_factory=dict)
    classlike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    interval: str = ""

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def kind(self, name: str) -> ColumnKind:
        return self.column(name).kind

    @property
    def stepwise(self) -> bool:
        """Whether the target may have a value for each step of a series: (N, T), of one name."""
        return self.target is not None and self.target.ndim == 2 and not self.target_names

    def take(self, rows: np.ndarray) -> Source:
        """The given rows, in the given order; the number of test rows stays."""
        aligned = ("target", "weights", "groups", "ids")
        taken = {name: values[rows] for name in aligned if (values := getattr(self, name)) is not None}
        beside = {name: values[rows] for name, values in self.beside.items()}
        return replace(self, inputs=take_rows(self.inputs, rows), order=None, beside=beside, **taken)

    def looked_at(self, others: Sequence[Source]) -> dict[str, tuple[str, ...]]:
        """The spellings that may be names of classes in this source or in ``others``, of columns looked at in all."""
        every = (self, *others)
        both = [name for name in self.classlike if all(name in one.classlike for one in others)]
        return {name: tuple(sorted({word for one in every for word in one.classlike[name]})) for name in both}

    def kept(self, rows: np.ndarray) -> Source:
        """The rows (N,) that are to be kept, their order of time among them."""
        learnt = len(rows) - self.test_rows
        order = None
        if self.order is not None and len(self.order) == learnt:
            order = (np.cumsum(rows) - 1)[self.order[rows[self.order]]]
        found = self.take(np.flatnonzero(rows))
        return replace(found, order=order, test_rows=int(rows[learnt:].sum()))

    def without(self, *names: str) -> Source:
        """The source without some of its columns, whose names it keeps in ``all_columns``."""
        assert isinstance(self.inputs, Table)
        columns = tuple(column for column in self.columns if column.name not in names)
        inputs = Table({column.name: self.inputs[column.name] for column in columns})
        return replace(
            self, inputs=inputs, columns=columns, all_columns=self.all_columns or self.inputs.names
        )

    def aimed(
        self, names: Sequence[str], values: np.ndarray, kind: str, notes: Sequence[Note] = ()
    ) -> Source:
        """The source with its target: the values of one column or of several, and what is said of them."""
        several = tuple(names) if len(names) > 1 else ()
        aimed = replace(
            self, target=values, target_kind=kind, target_name=", ".join(names), target_names=several
        )
        return aimed.noting(*notes)

    def noting(self, *notes: Note) -> Source:
        return replace(self, notes=self.notes + notes)


def without_rows(name: str, columns: Iterable[str]) -> Source:
    """A table of these columns that has no rows."""
    table = Table({column: np.empty(0, dtype=object) for column in columns})
    return Source(name, table, tuple(Column(column, "category") for column in table))
