"""Tables beyond a stated size: a sample of their rows, the same each time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fourfold.core.machine import available_memory
from fourfold.preprocessing.table import Table, row_count

from .dataset import Note
from .roles import Roles
from .source import Source

CELLS, FEWEST_CELLS = 20_000_000, 500_000
"""The most cells (rows times columns) of a table that is read whole, unless --rows asks for more; and the fewest."""

BYTES_OF_A_CELL, BYTES_OF_PROGRAMS = 200, 10**9
"""What a cell takes while it is read, prepared and trained with, words included; and what programs that train take
before there are any data."""

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
    of them. ``whole`` names the column whose rows of one value stay together, "" if there is none; with ``last`` no
    rows are drawn, but the last ones taken, as of one series. ``numbers`` are the columns that may be read as numbers;
    the words of all others are kept as they are. None: any column may.
    """

    rows: int | None = None
    share: float = 1.0
    layout: str | None = None
    whole: str = ""
    last: bool = False
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


def reading_of(rows: int | None, layout: str | None, roles: Roles, of_steps: bool) -> Reading:
    """What is read of a table. Where its rows are the steps of series, whole series, or of one series the end."""
    whole = roles.series if of_steps else roles.whole
    return Reading(rows, layout=layout, whole=whole, last=of_steps and not whole)


ALL = 2**62
"""More rows than there are."""

USUAL = Reading()
"""What holds where nothing is asked for."""


def mixed(places: np.ndarray) -> np.ndarray:
    """Places below 2^32 as numbers of 32 bits without any order, each another one.

    The same in NumPy and, as `MIXED`, in SQL, so that a sample is the same whatever form the table has.

    Source: Wellons 2018, "Prospecting for hash functions" (lowbias32).
    """
    bits = places.astype(np.uint64) & BITS
    bits = ((bits ^ bits >> np.uint64(16)) * np.uint64(0x7FEB352D)) & BITS
    bits = ((bits ^ bits >> np.uint64(15)) * np.uint64(0x846CA68B)) & BITS
    return bits ^ bits >> np.uint64(16)


BITS = np.uint64(2**32 - 1)
MIXED = f"""
    CREATE TEMP MACRO shifted(bits, count) AS xor(bits, bits >> count);
    CREATE TEMP MACRO times(bits, factor) AS (bits * factor) & {BITS}::UBIGINT;
    CREATE TEMP MACRO mixed(place) AS shifted(times(shifted(times(shifted(
        place::UBIGINT & {BITS}::UBIGINT, 16), {0x7FEB352D}::UBIGINT), 15), {0x846CA68B}::UBIGINT), 16)
"""
CHUNK = 2**22


def places(total: int, rows: int) -> np.ndarray:
    """Which ``rows`` of so many are drawn: those whose places mix to the smallest numbers, in their order."""
    limit = _limit(total, rows)
    return np.concatenate([start + np.flatnonzero(chunk <= limit) for start, chunk in _chunks(total)])


def _limit(total: int, rows: int) -> int:
    """The largest of the ``rows`` smallest numbers that the places below ``total`` mix to."""
    enough = rows / total + 6 * math.sqrt(rows) / total  # six standard deviations above what is wanted
    most = np.uint64(min(enough, 1.0) * int(BITS))
    smallest = np.concatenate([chunk[chunk <= most] for _, chunk in _chunks(total)])
    return int(np.partition(smallest, rows - 1)[rows - 1]) if len(smallest) >= rows else int(BITS)


def _chunks(total: int) -> Iterator[tuple[int, np.ndarray]]:
    for start in range(0, total, CHUNK):
        yield start, mixed(np.arange(start, min(start + CHUNK, total)))


def drawn(
    connection: Any,
    relation: str,
    parameters: list[Any],
    total: int,
    reading: Reading,
    columns: dict[str, str],
) -> str:
    """A relation of ``total`` rows in SQL -> as many of them as the reading says, those of `places`, in their order.

    Rows that have to stay together do; their values are drawn by the order in which they first occur. ``columns``:
    the names of the relation's columns, and what these are called in SQL.
    """
    rows, key = reading.of(len(columns)), columns.get(reading.whole, "")
    if rows >= total:
        return relation
    connection.execute(MIXED)
    placed = f"(SELECT row_number() OVER () - 1 AS {PLACE}, * FROM {relation})"
    if not key:
        chosen = f"{PLACE} >= {total - rows}" if reading.last else f"mixed({PLACE}) <= {_limit(total, rows)}"
        return f"(SELECT * EXCLUDE ({PLACE}) FROM {placed} WHERE {chosen})"
    connection.execute(
        f"""CREATE TEMP TABLE chosen AS SELECT value FROM (
            SELECT value, sum(count) OVER (ORDER BY order_) AS upto, row_number() OVER (ORDER BY order_) AS nth FROM (
                SELECT *, mixed(row_number() OVER (ORDER BY first) - 1) AS order_ FROM (
                    SELECT {key} AS value, count(*) AS count, min({PLACE}) AS first FROM {placed} GROUP BY ALL
        ))) WHERE upto <= {rows} OR nth = 1""",
        parameters,
    )
    return (
        f"(SELECT * EXCLUDE ({PLACE}) FROM {placed} SEMI JOIN chosen ON {key} IS NOT DISTINCT FROM value "
        f"ORDER BY {PLACE})"
    )


PLACE = '"fourfold place"'


def of_text(
    connection: Any,
    relation: str,
    parameters: list[Any],
    columns: dict[str, str],
    size: int,
    reading: Reading,
) -> tuple[str, int]:
    """A relation of text of so many bytes, or a sample of it where it holds too many rows, and their number if it
    was counted."""
    if not reading.may_exceed(size):
        return relation, 0
    total = count(connection, relation, parameters)
    return drawn(connection, relation, parameters, total, reading, columns), total


def count(connection: Any, relation: str, parameters: list[Any]) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}", parameters).fetchone()[0])


def thinned(source: Source, reading: Reading) -> Source:
    """At most as many rows as the reading says, in their order; test rows all stay.

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
    whole = isinstance(source.inputs, Table) and reading.whole in source.inputs
    because += f"; all rows of each {reading.whole}" if whole else ""
    if train > rows and not (whole and total > train):  # else they have been drawn
        kept = np.arange(train - rows, train) if reading.last else places(train, rows)
        kept = _whole(source, reading.whole, train, rows) if whole else kept
        source, train = source.take(np.concatenate([kept, np.arange(train, found)])), len(kept)
    last = "the last " if reading.last and not whole else ""
    note = Note(f"sample: {last}{train:,} of {total:,} rows", because, "--rows N")
    return replace(source, total=total).noting(note)


def _whole(source: Source, key: str, train: int, rows: int) -> np.ndarray:
    """Which of the first ``train`` rows are drawn, at most ``rows``, all that have one value of the key, or none of
    them; but of one value all, however many."""
    assert isinstance(source.inputs, Table)
    values = source.inputs[key][:train]
    labels = [None if value is None else str(value) for value in values.tolist()]
    numbers: dict[str | None, int] = {}
    number = np.array([numbers.setdefault(label, len(numbers)) for label in labels])
    order = np.argsort(mixed(np.arange(len(numbers))))
    fitting = np.cumsum(np.bincount(number)[order]) <= rows
    chosen = order[: max(1, np.count_nonzero(fitting))]
    return np.flatnonzero(np.isin(number, chosen))
