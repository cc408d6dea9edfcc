"""What a reader found, before anything is inferred from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fourfold.preprocessing.table import ColumnKind, take_rows

from .dataset import Column, Layout, Note, Table


@dataclass(frozen=True, eq=False)
class Source:
    """Inputs, and a target if the reader knows which it is.

    - ``inputs``: an array (N, ...), or a ``Table`` with its ``columns``; strings are kind "category".
    - ``target``: (N,) with its kind; None where the target is still one of the table's columns.
    - ``layout``: what the reader knows of the layout; None where it is to be inferred.
    - ``test_rows``: how many of the last rows are test rows.
    - ``total``: how many rows there were, where only a sample of them was read; else 0.
    """

    name: str
    inputs: np.ndarray | Table
    columns: tuple[Column, ...] = ()
    target: np.ndarray | None = None
    target_kind: str = "number"
    target_name: str = "y"
    layout: Layout | None = None
    notes: tuple[Note, ...] = ()
    test_rows: int = 0
    total: int = 0

    def kind(self, name: str) -> ColumnKind:
        return next(column.kind for column in self.columns if column.name == name)

    def take(self, rows: np.ndarray) -> Source:
        """The given rows, in the given order; the number of test rows stays."""
        target = None if self.target is None else self.target[rows]
        return replace(self, inputs=take_rows(self.inputs, rows), target=target)

    def noting(self, *notes: Note) -> Source:
        return replace(self, notes=self.notes + notes)
