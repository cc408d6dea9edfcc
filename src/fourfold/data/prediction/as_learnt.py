"""Columns of new rows in the kinds that were learnt, read as those were written, or as they can only be meant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fourfold.data.columns.alike import truths
from fourfold.data.dataset import Column, Note, OfColumns
from fourfold.data.join import empty
from fourfold.data.values.dates import SINCE, TURNED
from fourfold.data.values.in_words import WORDS
from fourfold.data.values.numerals import style_of
from fourfold.data.values.otherwise import (
    Otherwise,
    counts_otherwise,
    dates_otherwise,
    numbers_otherwise,
    said_of_counts,
)
from fourfold.data.values.stamps import COMPACT, COUNTED, compact_dates, counted_as
from fourfold.data.values.words import as_written, reworded, spelled
from fourfold.preprocessing.numbers import finite
from fourfold.preprocessing.table import missing

__all__ = ["gone", "meant", "told_apart"]


def told_apart(
    column: Column, kind: str, cells: np.ndarray, *, comma: bool, whole: bool | None, alone: bool
) -> tuple[Column, list[Note], str]:
    """A column as one of values in another way of writing than in training, where cells (N,) can be nothing else, and
    what is said of them; or the doubt between what they can be. ``comma`` and ``whole`` as of `numbers_otherwise`,
    ``alone`` as of `dates_otherwise`."""
    other = None
    if column.kind == "date":
        other = _of_counts(column, kind, cells)
    if other is None and kind in WORDS and not missing(cells).all():
        if column.kind == "date":
            other = dates_otherwise(cells, column.written, alone=alone)
        elif column.kind == "number":
            other = numbers_otherwise(cells, column.written, comma=comma, whole=whole)
    if other is None or other.doubt:
        return column, [], other.doubt if other else ""
    return replace(column, written=other.written), [OfColumns.of([column.name], column.kind, other.said)], ""


def _of_counts(column: Column, kind: str, cells: np.ndarray) -> Otherwise | None:
    """Dates as counts since 1970, or as numbers such as 20260131, where all cells (N,) can be nothing else: JSON, csv
    and other files have the same dates so."""
    absent = missing(cells)
    if absent.all() or kind not in ("number", *WORDS):
        return None
    numbers = as_written(cells, "number", "") if kind in WORDS else cells
    written = counts_otherwise(numbers) if (missing(numbers) == absent).all() else ""
    return Otherwise(written, said_of_counts(written)) if written and written != column.written else None


def meant(column: Column, kind: str, cells: np.ndarray) -> tuple[np.ndarray | None, dict[str, str]]:
    """The values of a column, None if it is of another type, and which words were taken for true and false."""
    values = _as(column, kind, cells)
    found = truths(cells) if values is None and column.kind == "boolean" and kind in WORDS else None
    return found or (values, {})


def gone(column: Column, cells: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Which cells (N,) have a value that is none in the kind of the column."""
    lost = missing(values) & ~missing(cells)
    return lost | (np.isnan(finite(values)) & ~np.isnan(values)) if column.kind == "number" else lost


def _as(wanted: Column, kind: str, values: np.ndarray) -> np.ndarray | None:
    """A column in the kind that was trained on, its words read as they were then; None if it is of another type."""
    if missing(values).all():
        return empty(wanted.kind, len(values))
    if wanted.kind in WORDS:
        return values if kind in WORDS else spelled(values, kind)
    if kind in WORDS and wanted.kind == "boolean":
        values, kind, _ = reworded(values)
    elif kind in WORDS:
        read = (
            _compact(values, wanted.written)
            if wanted.written in COMPACT
            else counted_as(as_written(values, "number", ""), wanted.written)
            if wanted.written in COUNTED
            else as_written(values, wanted.kind, wanted.written)
        )
        days = wanted.kind == "date" and _are_swapped(values, read, wanted.written)
        marks = wanted.kind == "number" and not wanted.written and _are_marked(values, read)
        return None if missing(read).all() or days or marks else read
    if wanted.written in COMPACT and kind == "number":
        return compact_dates(values, fewest=1, written=wanted.written)
    if wanted.written in COUNTED and kind == "number":
        return counted_as(values, wanted.written)
    if wanted.kind == "boolean" and kind == "number":
        return values if set(values[~np.isnan(values)].tolist()) <= {0.0, 1.0} else None
    return values if kind == wanted.kind or (wanted.kind, kind) == ("number", "boolean") else None


def _are_marked(values: np.ndarray, read: np.ndarray) -> bool:
    """Whether words (N,) are all numbers in one way of writing, but not in the plain one, as they were ``read``."""
    absent = missing(values)
    if (missing(read) == absent).all():
        return False
    return bool((missing(as_written(values, "number", style_of(_words(values)).example)) == absent).all())


def _words(values: np.ndarray) -> list[str]:
    return list(dict.fromkeys(values[~missing(values)].tolist()))


def _are_swapped(values: np.ndarray, read: np.ndarray, written: str) -> bool:
    """Whether words (N,) have the day where the month was in training: as dates so written more of them can be read,
    and all of those that can be ``read`` as they were then."""
    way, *since = written.partition(SINCE)
    if way not in TURNED:
        return False
    gone = missing(as_written(values, "date", "".join([TURNED[way], *since])))
    return bool((gone <= missing(read)).all() and (gone < missing(read)).any())


def _compact(values: np.ndarray, written: str) -> np.ndarray:
    """Words (N,) such as 20260131 as dates; those that are none are missing."""
    numbers = as_written(values, "number", "")
    return np.concatenate(
        [
            dates if (dates := compact_dates(one, fewest=1, written=written)) is not None else empty("date", 1)
            for one in numbers[:, None]
        ]
    )


