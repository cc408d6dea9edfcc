"""Tables beyond a stated size: a sample of their rows, the same each time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fourfold.core.machine import available_memory
from fourfold.preprocessing.table import Table, row_count

from .dataset import Note
from .numerals import with_points
from .roles import Roles
from .source import Source
from .sql import literal
from .words import as_objects, understood

EARLIER = 1000
"""How many rows before the last ones are looked at, whether they are earlier, too."""

CELLS, FEWEST_CELLS = 20_000_000, 500_000
"""The most cells (rows times columns) of a table that is read whole, unless --rows asks for more; and the fewest."""

BYTES_OF_A_CELL, BYTES_OF_PROGRAMS = 200, 10**9
"""What a cell takes while it is read, prepared and trained with, words included; and what programs that train take
before there are any data."""

ALL = 2**62
"""More rows than there are."""

PART = 1_000_000
"""The cells of a table that are read at once where all of its rows are wanted, one part after the other."""


def most_cells() -> int:
    """20 million cells; half of them, or a quarter, ..., where so many would not fit into memory."""
    return fitting(CELLS, FEWEST_CELLS, BYTES_OF_A_CELL)


def fitting(most: int, fewest: int, size: int) -> int:
    """So many things of a size in bytes at most; half of them, a quarter, ... where memory is short, but the fewest."""
    free = available_memory() - BYTES_OF_PROGRAMS
    while most // 2 >= fewest and most * size > free:
        most //= 2
    return most


@dataclass(frozen=True)
class Reading:
    """What is asked of a reader: how many rows at most, and the layout where the user or a model names it.

    Without a number of rows these are as many as make 20 million ``cells``, fewer where memory is short; with
    ``all`` there is no sample, and rows are read part after part. A file that is one of several gets its ``share``
    of them. ``whole`` names the column whose rows of one value stay together, "" if there is none; with ``last`` no
    rows are drawn, but the last ones taken, as of one series, whose steps are in order of the column ``time``, "" if
    it is not known. ``only``: the values of ``whole`` whose rows are read, as words, None for all; ``counted``: how
    many rows these are, 0 where it is not known; ``upto``: how many of them there are to draw from. ``numbers`` are the
    columns that may be read as numbers; the words of all others are kept as they are. None: any column may.
    ``encoding``: that of text, if it was named. ``column``: the only one that is needed, if it is one: text below this
    name alone has no other. ``targets``: what the user calls the target, if it is named, or the columns that are
    wanted of test rows and of new ones; ``lists``: the columns of text that hold lists of numbers, None where their
    words have to tell; ``pointed``: those that have points between thousands in an earlier part of the data, so that
    1.234 is such a number.
    """

    rows: int | None = None
    share: float = 1.0
    layout: str | None = None
    whole: str = ""
    last: bool = False
    time: str = ""
    only: frozenset[str | None] | None = None
    counted: int = 0
    upto: int = ALL
    numbers: frozenset[str] | None = None
    all: bool = False
    encoding: str | None = None
    column: str = ""
    targets: frozenset[str] = frozenset()
    lists: frozenset[str] | None = None
    pointed: frozenset[str] = frozenset()
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

    def of_one(self, columns: int) -> int:
        """The most steps of one series: as many as memory takes, where fewer rows are asked for than it has."""
        return max(self.of(columns), self.cells // max(1, columns)) if self.whole else self.of(columns)


def reading_after(source: Source, reading: Reading) -> Reading:
    """How more of the same data is read, so that its columns are taken for what those of the source are."""
    table = source.inputs if isinstance(source.inputs, Table) else {}
    words = {column.name: table[column.name] for column in source.columns if column.kind == "category"}
    written = {name: understood(values, comma=source.comma).written for name, values in words.items()}
    pointed = frozenset(name for name, example in written.items() if with_points(example))
    return replace(reading, lists=frozenset(source.lists), pointed=pointed)


def reading_of(
    rows: int | None,
    layout: str | None,
    roles: Roles,
    of_steps: bool,
    encoding: str | None = None,
    targets: Iterable[str] = (),
) -> Reading:
    """What is read of a table. Where its rows are the steps of series, whole series, or of one series the end."""
    whole = roles.series if of_steps else roles.whole
    time = roles.time or "" if of_steps else ""
    last = of_steps and not whole
    return Reading(
        rows, layout=layout, whole=whole, last=last, time=time, encoding=encoding, targets=frozenset(targets)
    )


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


@dataclass(frozen=True)
class Relation:
    """The rows of a file in SQL, and its columns: their names, and what these are called in SQL."""

    connection: Any
    sql: str
    parameters: list[Any]
    columns: dict[str, str]


@dataclass(frozen=True)
class Survey:
    """What a table holds, before it is read: its columns, and how many ``rows`` each series has, in the order in which
    these first occur; None of rows that name no series."""

    columns: tuple[str, ...]
    rows: dict[str | None, int]


def survey(found: Relation, key: str) -> Survey:
    """The series that a column names, as words; without such a column all rows are one."""
    if key not in found.columns:
        return Survey(tuple(found.columns), {None: count(found.connection, found.sql, found.parameters)})
    rows = found.connection.execute(
        f"""SELECT value, count(*) AS rows, min({PLACE}) AS first FROM (
            SELECT CAST({found.columns[key]} AS VARCHAR) AS value, {PLACE} FROM {_placed(found.sql)}
        ) GROUP BY value ORDER BY first""",
        found.parameters,
    ).fetchall()
    return Survey(tuple(found.columns), {value: number for value, number, _ in rows if value != key})


def chosen(rows: Mapping[str | None, int], most: int) -> list[str | None]:
    """The series that are drawn, so many rows in all at most, but one at least.

    >>> chosen({"a": 10, "b": 10, "c": 10}, 20), chosen({"a": 10}, 5)
    (['a', 'b'], ['a'])
    """
    names, sizes = list(rows), np.fromiter(rows.values(), np.int64, len(rows))
    order = np.argsort(mixed(np.arange(len(names))))
    fitting = np.count_nonzero(np.cumsum(sizes[order]) <= most)
    return [names[place] for place in np.sort(order[: max(1, fitting)])]


def drawn(found: Relation, total: int, reading: Reading) -> str:
    """A relation of ``total`` rows in SQL -> as many of them as the reading says, in their order: the last ones, or
    those of `places`."""
    total = min(total, reading.upto)
    rows = reading.of(len(found.columns))
    if rows >= total and reading.upto == ALL:
        return found.sql
    if reading.last:
        return _at(found.sql, f"{PLACE} >= {total - rows}")
    if rows >= total:
        return _at(found.sql, f"{PLACE} < {total}")
    found.connection.execute(MIXED)
    return _at(found.sql, f"{PLACE} < {total} AND mixed({PLACE}) <= {_limit(total, rows)}")


PLACE = '"fourfold place"'


def _placed(sql: str) -> str:
    return f"(SELECT row_number() OVER () - 1 AS {PLACE}, * FROM {sql})"


def _at(sql: str, condition: str) -> str:
    return f"(SELECT * EXCLUDE ({PLACE}) FROM {_placed(sql)} WHERE {condition})"


def of_series(found: Relation, reading: Reading) -> Relation:
    """The rows of the series that are read alone, in their order, if there are such."""
    if reading.only is None:
        return found
    value = f"CAST({found.columns[reading.whole]} AS VARCHAR)"
    if len(reading.only) == 1:
        (name,) = reading.only
        same = "IS NULL" if name is None else f"= {literal(name)}"
        return replace(found, sql=f"(SELECT * FROM {found.sql} WHERE {value} {same})")
    found.connection.execute(
        "CREATE TEMP TABLE series AS SELECT unnest(?::VARCHAR[]) AS name", [[*reading.only]]
    )
    sql = f"""(SELECT * EXCLUDE ({PLACE}) FROM {_placed(found.sql)}
        SEMI JOIN series ON {value} IS NOT DISTINCT FROM name ORDER BY {PLACE})"""
    return replace(found, sql=sql)


def of_text(found: Relation, size: int, reading: Reading) -> tuple[str, int]:
    """A relation of text of so many bytes, or a sample of it where it holds too many rows, and their number if it
    was counted."""
    if not reading.may_exceed(size):
        return found.sql, 0
    found = of_series(found, reading)
    total = reading.counted or count(found.connection, found.sql, found.parameters)
    return drawn(found, total, reading), total


def count(connection: Any, relation: str, parameters: list[Any]) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}", parameters).fetchone()[0])


def thinned(source: Source, reading: Reading) -> Source:
    """At most as many rows as the reading says, in their order; test rows all stay.

    Arrays are drawn from only where a number of rows is asked for.
    """
    found = row_count(source.inputs)
    table = source.inputs if isinstance(source.inputs, Table) else None
    columns = len(table) if table is not None else 1
    rows = reading.of(columns) if table is not None or reading.rows is not None else found
    train = found - source.test_rows
    total = source.total or train
    sampled = total > train
    if train <= rows and not sampled:
        return source
    whole = table is not None and reading.whole in table
    if train > rows and not (whole and sampled):
        if whole:
            source = _of_series(source, reading, train, rows)
        elif reading.last:
            source = latest(source, np.arange(train), rows)
        else:
            source = source.take(np.concatenate([places(train, rows), np.arange(train, found)]))
    train = row_count(source.inputs) - source.test_rows
    because = f"{reading.cells:,} cells are read at most" + ", as memory is short" * (reading.cells < CELLS)
    because = "as asked" if reading.rows is not None else because
    last = "the last " if (reading.last and not whole) or source.earlier is not None else ""
    what = f"{last}{train:,} of {total:,} rows"
    if whole:
        kept = len(set(_names(source, reading.whole).tolist()))
        what = f"{kept:,} of {source.series:,} series, {what}"
        because += "" if last else f"; all rows of each {reading.whole}"
    return replace(source, total=total).noting(Note(f"sample: {what}", because, "--rows N"))


def latest(source: Source, among: np.ndarray, rows: int) -> Source:
    """The last so many of some of the rows, and some of those before them as the ``earlier`` ones; test rows stay."""
    before, kept = among[:-rows], among[-rows:]
    earlier = source.take(before[places(len(before), min(EARLIER, len(before)))])
    tests = np.arange(row_count(source.inputs) - source.test_rows, row_count(source.inputs))
    return replace(source.take(np.concatenate([kept, tests])), earlier=replace(earlier, test_rows=0))


def _of_series(source: Source, reading: Reading, train: int, rows: int) -> Source:
    """Of the first ``train`` rows those of the series that are drawn; of one that is too long its end."""
    assert isinstance(source.inputs, Table)
    names = _names(source, reading.whole)[:train]
    sizes: dict[str | None, int] = {}
    for name in names.tolist():
        sizes[name] = sizes.get(name, 0) + 1
    whole = set(chosen(sizes, rows))
    kept = np.flatnonzero([name in whole for name in names.tolist()])
    source, most = replace(source, series=len(sizes)), reading.of_one(len(source.inputs))
    if len(kept) > most:
        return latest(source, kept, most)
    return source.take(np.concatenate([kept, np.arange(train, row_count(source.inputs))]))


def _names(source: Source, key: str) -> np.ndarray:
    """The series of each row, as words."""
    assert isinstance(source.inputs, Table)
    return as_objects([None if value is None else str(value) for value in source.inputs[key].tolist()])
