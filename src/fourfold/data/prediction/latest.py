"""The last rows of each series of a table that comes in parts, in any order: all that a forecast needs of a history."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.files.joined import joined
from fourfold.data.messages import counted
from fourfold.data.series.long_columns import labels_of, table_of, valued
from fourfold.data.source import Source
from fourfold.data.values.dates import DATES
from fourfold.data.values.words import as_written
from fourfold.preprocessing.windows import Windows

__all__ = ["latest_of"]

FEWEST = 64
"""Rows of a series that are kept at least, so that the step between stamps is still told from them."""

LOCAL = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?", re.ASCII)

WINDOWS = 3
"""Windows of a series whose rows are kept: there may be gaps."""


def latest_of(parts: Iterable[Source], windows: Windows) -> Source | None:
    """The last rows of each series as one source, in the order of the parts, of one part all; None where parts can't
    tell what the last ones are: stamps that are no ISO dates or plain numbers, steps whose grid all rows set.
    """
    if windows.step.endswith("means") or (windows.id and windows.step.endswith("stamp")):
        return None
    most, total, kept = max(FEWEST, WINDOWS * windows.window), 0, None
    names: dict[str, int] = {}
    series = np.zeros(0, np.int64)
    parts = iter(parts)
    two = list(itertools.islice(parts, 2))
    if len(two) < 2:
        return two[0] if two else None
    for part in itertools.chain(two, parts):
        table = table_of(part, [*filter(None, (windows.time, windows.id))])
        total += table.rows
        kept = part if kept is None else _without_count(joined(part.name, [kept, part]))
        table = table_of(kept, ())
        times = _times(kept, table, windows.time) if windows.time else np.arange(table.rows, dtype=np.float64)
        if times is None:
            return None
        labels = labels_of(kept, table, windows.id).tolist() if windows.id else [""] * table.rows
        series = np.array([names.setdefault(label, len(names)) for label in labels], dtype=np.int64)
        last = _last(series, times, valued(table, windows.targets), most)
        kept, series = kept.take(last), series[last]
    if kept is None:
        return None
    rows = table_of(kept, ()).rows
    if rows == total:
        return kept
    kept = kept.take(np.argsort(series, kind="stable"))  # series stand as they first occur
    each = " of each series" if windows.id else ""
    return kept.noting(Note(f"read: the last {counted(rows, 'row')} of {total:,}", f"{most}{each} are enough"))


def _last(series: np.ndarray, times: np.ndarray, valued: np.ndarray, most: int) -> np.ndarray:
    """Which rows are among the last so many of their series up to the last with a value of a target, or behind that,
    in the order in which they stand. Of a series without any value all are: later parts may hold some."""
    order = np.lexsort((times, series))
    sizes = np.bincount(series)
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # within its series
    last = np.full(len(sizes), -1)
    np.maximum.at(last, series[order], np.where(valued[order], place, -1))
    return np.sort(order[place > last[series[order]] - most])


def _times(source: Source, table: Table, name: str) -> np.ndarray | None:
    """Stamps (N,) as numbers that have their order; None if some are missing, or may be read in several ways."""
    values, kind = table[name], source.kind(name)
    if kind == "category":
        iso = len(values) > 0 and values[0] is not None and DATES[""](values[0]) is not None
        fast = _local(values.tolist()) if iso else None
        values = fast if fast is not None else as_written(values, "date" if iso else "number", "")
    if values.dtype.kind == "M":
        return None if np.isnat(values).any() else values.astype("datetime64[us]").astype(np.int64).astype(np.float64)
    return values if values.dtype.kind == "f" and np.isfinite(values).all() else None


def _local(words: list[str | None]) -> np.ndarray | None:
    """Dates (N,) in ISO form, all of one length and without zones, which NumPy reads at once; None for any others."""
    if len({len(word) if word else 0 for word in words}) > 1 or not LOCAL.fullmatch(words[0] or ""):
        return None
    try:
        return np.array(words, dtype="datetime64[us]")
    except ValueError:
        return None


def _without_count(source: Source) -> Source:
    """Without the note that several tables were joined, which are parts of one."""
    return replace(source, notes=tuple(note for note in source.notes if not note.what.startswith("tables: ")))
