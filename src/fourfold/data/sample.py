"""Tables beyond a stated size: a sample of their rows, the same each time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fourfold.preprocessing.table import Table, row_count

from .dataset import Note
from .source import Source

CELLS = 20_000_000
"""The most cells (rows times columns) of a table that is read whole, unless --rows asks for more."""

SPARE = 1.05
"""How much more than asked is drawn while reading, to be cut to the exact number afterwards."""


@dataclass(frozen=True)
class Reading:
    """What is asked of a reader: how many rows at most, and the layout where the user or a model names it.

    Without a number of rows these are as many as make 20 million cells. A file that is one of several gets
    its ``share`` of them.
    """

    rows: int | None = None
    share: float = 1.0
    layout: str | None = None

    def of(self, columns: int) -> int:
        whole = self.rows if self.rows is not None else CELLS // max(1, columns)
        return math.ceil(whole * self.share)

    def may_exceed(self, size: int) -> bool:
        """Whether a text of so many bytes could hold more: a cell takes two bytes at least."""
        return self.rows is not None or size >= 2 * CELLS * self.share


USUAL = Reading()
"""What holds where nothing is asked for."""


def drawn(relation: str, total: int, rows: int) -> str:
    """A relation of ``total`` rows in SQL -> about 5 % more than ``rows`` of them, in their order.

    A row is drawn by a hash of its place, so that the sample is the same whatever the number of threads.
    """
    share = SPARE * rows / max(total, 1)
    if share >= 1:
        return relation
    place = '"fourfold row"'
    return (
        f"(SELECT * EXCLUDE ({place}) FROM (SELECT row_number() OVER () AS {place}, * FROM {relation}) "
        f"WHERE hash({place}) < {int(share * 2**64)}::UBIGINT)"
    )


def count(connection: Any, relation: str, parameters: list[Any]) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}", parameters).fetchone()[0])


def places(total: int, rows: int) -> np.ndarray:
    """Which ``rows`` of so many are drawn: always the same ones, in their order."""
    return np.sort(np.random.default_rng(0).choice(total, rows, replace=False))


def thinned(source: Source, reading: Reading) -> Source:
    """At most as many rows as the reading says, drawn with a fixed seed, in their order; test rows all stay.

    Arrays are drawn from only where a number of rows is asked for.
    """
    found = row_count(source.inputs)
    if isinstance(source.inputs, Table):
        rows = reading.of(len(source.inputs))
    else:
        rows = reading.of(1) if reading.rows is not None else found
    train = found - source.test_rows
    total = source.total or train
    if total <= rows:
        return source
    if train > rows:
        source = source.take(np.concatenate([places(train, rows), np.arange(train, found)]))
    because = "as asked" if reading.rows is not None else f"{CELLS:,} cells are read at most"
    note = Note(f"sample: {min(rows, train):,} of {total:,} rows", because, "--rows N")
    return replace(source, total=total).noting(note)
