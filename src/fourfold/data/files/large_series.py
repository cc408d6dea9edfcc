"""Files with a row for each step of series, which may be larger than memory: whole series of them, or the end of one.

Each file is looked at twice. A survey counts the rows of each series over all files; then the rows of those series
that are drawn are read, and no others. A series goes on from file to file. Where a single one is too long, its last
steps are read: of files in the order of their times, whatever their names are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fourfold.data.dataset import Table
from fourfold.data.reading import ALL, Reading
from fourfold.data.sample import EARLIER, chosen
from fourfold.data.series.long_columns import dates_of, times_of
from fourfold.data.source import Source
from fourfold.errors import DataError
from fourfold.preprocessing.table import row_count

from .joined import joined
from .relation import Survey

__all__ = ["read_series"]

File = str | Path
Read = Callable[[File, Reading], Source]


def read_series(
    name: str, files: Sequence[File], surveys: Sequence[Survey], reading: Reading, read: Read
) -> Source:
    """The series that a reading draws from files that were surveyed, in the order of the files."""
    columns = max(len(one.columns) for one in surveys)
    reading = reading if all(reading.whole in one.columns for one in surveys) else replace(reading, whole="")
    rows: dict[str | None, int] = {}
    for one in surveys:
        for series, count in one.rows.items():
            rows[series] = rows.get(series, 0) + count
    total, most = sum(rows.values()), reading.of(columns)
    every = replace(reading, rows=ALL)
    if total <= most:
        return joined(name, [read(file, every) for file in files])
    drawn = frozenset(chosen(rows, most))
    every = replace(every, only=drawn if reading.whole else None)
    sizes = [sum(one.rows.get(series, 0) for series in drawn) for one in surveys]
    held = {file: size for file, size in zip(files, sizes) if size}
    if sum(sizes) > reading.of_one(columns):
        found = _end(name, held, reading.of_one(columns), every, read)
    else:
        found = joined(name, [read(file, replace(every, counted=size)) for file, size in held.items()])
    return replace(found, total=total, series=len(rows))


def _end(name: str, files: dict[File, int], most: int, every: Reading, read: Read) -> Source:
    """The last rows of one series in files, in the order of their times, each with the number of its rows; and some of
    the rows before these as the earlier ones."""

    def few(file: File, upto: int = ALL) -> Source:
        return read(file, replace(every, rows=EARLIER, last=False, counted=files[file], upto=upto))

    before = {file: few(file) for file in files} if len(files) > 1 else {}
    parts: list[Source] = []
    for file in reversed(_in_time(before, every.time) if before else list(files)):
        size, rest = files[file], most - sum(row_count(part.inputs) for part in parts)
        if rest >= size:
            before.pop(file, None)
        elif rest > 0:
            before[file] = few(file, size - rest)
        if rest > 0:
            parts.insert(0, read(file, replace(every, rows=min(rest, size), last=True, counted=size)))
    return replace(joined(name, parts), earlier=joined(name, list(before.values())))


def _in_time(found: dict[File, Source], time: str) -> list[File]:
    """The files in the order of their times, as some of their rows show it; as they stand where no time is known."""
    try:
        first = {file: _first(source, time) for file, source in found.items()}
    except DataError:  # the rows that are read will say what is wrong with the times
        return list(found)
    return sorted(found, key=lambda file: first[file])


def _first(source: Source, time: str) -> float:
    """The earliest time of some rows; of a table without a time 0."""
    assert isinstance(source.inputs, Table)
    if not time and len(dates := dates_of(source, source.inputs)) == 1:
        time = dates[0]
    if time not in source.inputs:
        return 0.0
    times = times_of(source, source.inputs, time)
    return float(
        np.min(times.astype("datetime64[us]").astype(np.int64) if times.dtype.kind == "M" else times)
    )
