"""Tables beyond a stated size: a sample of their rows, the same each time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from fourfold.data.values.words import as_objects
from fourfold.preprocessing.table import Table, row_count

from .dataset import Note
from .reading import Reading
from .source import Source

EARLIER = 1000
"""How many rows before the last ones are looked at, whether they are earlier, too."""


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
CHUNK = 2**16
"""Places that are mixed at once, which take 2 MB: of 50 million rows in 1 s, and with 64 times as many in 8 s."""


def places(total: int, rows: int) -> np.ndarray:
    """Which ``rows`` of so many are drawn: those whose places mix to the smallest numbers, in their order."""
    largest = limit(total, rows)
    return np.concatenate([start + np.flatnonzero(chunk <= largest) for start, chunk in _chunks(total)])


def limit(total: int, rows: int) -> int:
    """The largest of the ``rows`` smallest numbers that the places below ``total`` mix to."""
    enough = rows / total + 6 * math.sqrt(rows) / total  # six standard deviations above what is wanted
    most = np.uint64(min(enough, 1.0) * int(BITS))
    smallest = np.concatenate([chunk[chunk <= most] for _, chunk in _chunks(total)])
    return int(np.partition(smallest, rows - 1)[rows - 1]) if len(smallest) >= rows else int(BITS)


def _chunks(total: int) -> Iterator[tuple[int, np.ndarray]]:
    for start in range(0, total, CHUNK):
        yield start, mixed(np.arange(start, min(start + CHUNK, total)))


def chosen(rows: Mapping[str | None, int], most: int) -> list[str | None]:
    """The series that are drawn, so many rows in all at most, but one at least.

    >>> chosen({"a": 10, "b": 10, "c": 10}, 20), chosen({"a": 10}, 5)
    (['a', 'b'], ['a'])
    """
    names, sizes = list(rows), np.fromiter(rows.values(), np.int64, len(rows))
    order = np.argsort(mixed(np.arange(len(names))))
    fitting = np.count_nonzero(np.cumsum(sizes[order]) <= most)
    return [names[place] for place in np.sort(order[: max(1, fitting)])]


def thinned(source: Source, reading: Reading) -> Source:
    """At most as many rows as the reading says, in their order; test rows all stay.

    Arrays are drawn from only where a number of rows is asked for, or memory is short.
    """
    found = row_count(source.inputs)
    table = source.inputs if isinstance(source.inputs, Table) else None
    rows = reading.of(len(source.inputs)) if isinstance(source.inputs, Table) else reading.of_array(source.inputs.shape)
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
    because = f"{reading.cells:,} cells are read at most" + ", as memory is short" * reading.is_short()
    because = because if table is not None else "memory is short"
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
