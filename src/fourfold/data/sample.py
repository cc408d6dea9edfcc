"""Tables beyond a stated size: a sample of their rows, the same each time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fourfold.core.machine import available_memory
from fourfold.preprocessing.table import Table, row_count

from .dataset import Note
from .source import Source

CELLS, FEWEST_CELLS = 20_000_000, 500_000
"""The most cells (rows times columns) of a table that is read whole, unless --rows asks for more; and the fewest."""

BYTES_OF_A_CELL, BYTES_OF_PROGRAMS = 200, 10**9
"""What a cell takes while it is read, prepared and trained with, words included; and what programs that train take
before there are any data."""


def _spare(rows: int) -> float:
    """How many rows are drawn for so many that are asked for, to be cut to the exact number afterwards: five
    standard deviations of the number of rows that are drawn by their hashes."""
    return rows + 5 * math.sqrt(rows) + 25


PART = 1_000_000
"""The cells of a table that are read at once where all of its rows are wanted, one part after the other."""


def most_cells() -> int:
    """20 million cells; half of them, or a quarter, ..., where so many would not fit into memory."""
    cells, free = CELLS, available_memory() - BYTES_OF_PROGRAMS
    while cells // 2 >= FEWEST_CELLS and cells * BYTES_OF_A_CELL > free:
        cells //= 2
    return cells


@dataclass(frozen=True)
class Reading:
    """What is asked of a reader: how many rows at most, and the layout where the user or a model names it.

    Without a number of rows these are as many as make 20 million ``cells``, fewer where memory is short; with
    ``all`` there is no sample, and rows are read part after part. A file that is one of several gets its ``share``
    of them. ``whole`` names the column whose rows of one value stay together, "" if there is none. ``numbers`` are
    the columns that may be read as numbers; the words of all others are kept as they are. None: any column may.
    """

    rows: int | None = None
    share: float = 1.0
    layout: str | None = None
    whole: str = ""
    numbers: frozenset[str] | None = None
    all: bool = False
    cells: int = field(default_factory=most_cells)

    def at_once(self, columns: int) -> int:
        """How many rows of so many columns are read at once."""
        return max(1, PART // max(1, columns)) if self.all else ALL

    def of(self, columns: int) -> int:
        if self.all:
            return ALL
        whole = self.rows if self.rows is not None else self.cells // max(1, columns)
        return math.ceil(whole * self.share)

    def may_exceed(self, size: int) -> bool:
        """Whether a text of so many bytes could hold more: a cell takes two bytes at least."""
        return not self.all and (self.rows is not None or size >= 2 * self.cells * self.share)


ALL = 2**62
"""More rows than there are."""

USUAL = Reading()
"""What holds where nothing is asked for."""


def drawn(relation: str, total: int, rows: int, key: str = "") -> str:
    """A relation of ``total`` rows in SQL -> some more than ``rows`` of them, in their order.

    A row is drawn by a hash of its place, so that the sample is the same whatever the number of threads; with a
    ``key``, by the hash of that, so that rows with one key stay together.
    """
    share = _spare(rows) / max(total, 1)
    if share >= 1:
        return relation
    limit = f"{int(share * 2**64)}::UBIGINT"
    if key:
        return f"(SELECT * FROM {relation} WHERE hash({key}) < {limit})"
    place = '"fourfold row"'
    return (
        f"(SELECT * EXCLUDE ({place}) FROM (SELECT row_number() OVER () AS {place}, * FROM {relation}) "
        f"WHERE hash({place}) < {limit})"
    )


def of_text(
    connection: Any,
    relation: str,
    parameters: list[Any],
    columns: dict[str, str],
    size: int,
    reading: Reading,
) -> tuple[str, int]:
    """A relation of text of so many bytes, or a sample of it where it holds too many rows, and their number if it
    was counted. ``columns``: the names of its columns, and what these are called in SQL."""
    if not reading.may_exceed(size):
        return relation, 0
    total = count(connection, relation, parameters)
    return drawn(relation, total, reading.of(len(columns)), columns.get(reading.whole, "")), total


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
    because = "as asked" if reading.rows is not None else f"{reading.cells:,} cells are read at most"
    if train > rows:
        kept = _whole(source, reading.whole, train, rows)
        because += "" if kept is None else f"; all rows of each {reading.whole}"
        kept = places(train, rows) if kept is None else kept
        source, train = source.take(np.concatenate([kept, np.arange(train, found)])), len(kept)
    note = Note(f"sample: {min(rows, train):,} of {total:,} rows", because, "--rows N")
    return replace(source, total=total).noting(note)


def _whole(source: Source, key: str, train: int, rows: int) -> np.ndarray | None:
    """Which of the first ``train`` rows are drawn, at most ``rows``, all that have one value of the key, or none of
    them; None without such a column."""
    if not isinstance(source.inputs, Table) or key not in source.inputs:
        return None
    values = source.inputs[key][:train]
    labels = [None if value is None else str(value) for value in values.tolist()]
    numbers: dict[str | None, int] = {}
    number = np.array([numbers.setdefault(label, len(numbers)) for label in labels])
    order = np.random.default_rng(0).permutation(len(numbers))
    sizes = np.bincount(number)[order]
    chosen = order[np.cumsum(sizes) <= rows]
    return np.flatnonzero(np.isin(number, chosen))
