"""Test rows as the data have them, where only the way of writing numbers, dates, percent, true and false is another."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fourfold.core.naming import several
from fourfold.data.columns.alike import truths_as
from fourfold.data.values.dates import USUAL
from fourfold.data.values.in_words import held
from fourfold.data.values.numerals import style_by
from fourfold.data.values.otherwise import (
    are_whole,
    counts_otherwise,
    dates_by_counts,
    dates_otherwise,
    doubt_of,
    numbers_otherwise,
    said_of_counts,
)
from fourfold.data.values.percent import AS_FRACTIONS, AS_PERCENT, as_fractions, as_percent, is_percent
from fourfold.data.values.words import Understood, as_objects, as_written, spelled, spelled_dates, understood
from fourfold.errors import DataError
from fourfold.preprocessing.table import ColumnKind

from .dataset import Note, OfColumns, Table
from .messages import listed
from .source import Source

__all__ = ["as_meant", "read_as"]


def as_meant(source: Source, wanted: Mapping[str, ColumnKind]) -> Source:
    """A table with its columns of words as what they mean, where this is of the wanted kind, and what was done."""
    table, kinds = dict(source.inputs), {column.name: column.kind for column in source.columns}
    done: dict[tuple[str, str], list[str]] = {}
    for name, kind in wanted.items():
        meant = understood(table[name], comma=source.comma) if kinds[name] == "category" else None
        if (kind, kinds[name]) == ("date", "number") and (counted := counts_otherwise(table[name])):
            meant = Understood(dates_by_counts(table[name], counted), "date", said_of_counts(counted))
        if meant is not None and meant.kind == kind:
            table[name], kinds[name] = meant.values, kind
            done.setdefault((kind, meant.said), []).append(name)
    notes = [Note(f"{several(kind)} in {listed(names)}", said) for (kind, said), names in done.items() if said]
    columns = tuple(replace(column, kind=kinds[column.name]) for column in source.columns)
    return replace(source, inputs=Table(table), columns=columns).noting(*notes) if done else source


def read_as(source: Source, test: Source) -> tuple[Source, list[Note]]:
    """The test rows with the kinds of the data's columns, where only the way of writing is another one; and what is
    said of these rows alone."""
    if not isinstance(source.inputs, Table) or not isinstance(test.inputs, Table):
        return test, []
    both = [name for name in source.inputs if name in test.inputs]
    test = _as_shown(source, test, both)
    others: dict[str, ColumnKind] = {name: kind for name in both if (kind := source.kind(name)) != "category"}
    for name, kind in others.items():
        cells, whole = test.inputs[name], kind == "number" and are_whole(source.inputs[name])
        if test.kind(name) == "category" and (found := understood(cells, comma=test.comma)).kind == kind:
            _check(name, source, doubt_of(cells, found, comma=test.comma, whole=whole))
    read = as_meant(test, others)
    assert isinstance(read.inputs, Table)
    words, said = _as_words(source, test, [name for name in both if source.kind(name) == "category"])
    columns = [replace(one, kind="category") if one.name in words else one for one in read.columns]
    read = replace(read, inputs=Table({**read.inputs, **words}), columns=tuple(columns))
    notes = [*(note for note in read.notes if note not in source.notes), *said]
    read, meant = _truths_alike(source, read, both)
    notes += meant
    called = os.path.basename(test.name)
    return read, [replace(note, what=f"{called!r}: {note.what}") for note in notes]


def _as_shown(source: Source, test: Source, names: Sequence[str]) -> Source:
    """The test rows with percent as the data have them: as words with a sign, or as fractions that a workbook shows."""
    table, columns, notes = dict(test.inputs), list(test.columns), []
    for place, column in enumerate(columns):
        name = column.name
        learnt = source.column(name) if name in names else column
        if {learnt.kind, column.kind} != {"category", "number"} or not (learnt.percent or column.percent):
            continue
        words, comma = (table[name], test.comma) if learnt.percent else (source.inputs[name], source.comma)
        meant = understood(words, comma=comma)
        if meant.kind != "number" or not is_percent(meant.written):
            continue
        if learnt.percent:
            values, because = as_fractions(meant.values), AS_FRACTIONS
        else:
            cells = _numbers(as_percent(table[name]), meant.written)
            values, because = as_objects([cell and f"{cell}%" for cell in cells]), AS_PERCENT
        table[name], columns[place] = values, replace(column, kind=learnt.kind)
        notes.append(OfColumns.of([name], "number", because))
    return replace(test, inputs=Table(table), columns=tuple(columns)).noting(*notes) if notes else test


def _as_words(source: Source, test: Source, names: Sequence[str]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """The columns of test rows that hold numbers or dates, as the words in which the data write theirs; and what is
    said of those that are written in another way."""
    words: dict[str, np.ndarray] = {}
    otherwise: dict[str, list[str]] = {"number": [], "date": []}
    for name in names:
        kind, values = test.kind(name), test.inputs[name]
        if kind == "category":
            found = _otherwise(test, source, name)
        elif (own := _written_as(values, kind, source, name)) is not None:
            found = own, understood(own).kind
        else:
            found = None
        if found is not None:
            words[name], meant = found
            plain = kind == "date" and words[name].tolist() == spelled_dates(values, USUAL)
            otherwise[meant] += [] if plain else [name]
    notes = [
        Note(f"{several(kind)} in {listed(names)}", "written otherwise than in the data")
        for kind, names in otherwise.items()
        if names
    ]
    return words, notes


def _truths_alike(source: Source, test: Source, names: Sequence[str]) -> tuple[Source, list[Note]]:
    """The test rows with true and false written as in the data, and what was taken for what."""
    table, columns, notes = dict(test.inputs), list(test.columns), []
    for place, column in enumerate(columns):
        name, learnt = column.name, source.inputs[column.name] if column.name in names else None
        found = None if learnt is None else truths_as(table[name], column.kind, learnt, source.kind(name))
        if found is not None:
            table[name], taken = found
            columns[place] = replace(column, kind=source.kind(name))
            what = f"{listed([*taken])} in {name!r} taken for {listed([*taken.values()])}"
            notes.append(Note(what, "they mean the same of true and false"))
    return (replace(test, inputs=Table(table), columns=tuple(columns)), notes) if notes else (test, notes)


def _written_as(values: np.ndarray, kind: ColumnKind, source: Source, name: str) -> np.ndarray | None:
    """Numbers or dates (N,) as words in the way in which the data write theirs; None where this can't be done."""
    meant = understood(source.inputs[name], comma=source.comma)
    if meant.kind == "date" and kind == "number":
        dates = dates_by_counts(values, counted) if (counted := counts_otherwise(values)) else None
        values, kind = (values, kind) if dates is None else (dates, "date")
    if meant.kind != kind or kind not in ("number", "date"):
        return None
    words = as_objects((spelled_dates if kind == "date" else _numbers)(values, meant.written))
    same = np.array_equal(as_written(words, kind, meant.written), values, equal_nan=True)
    return words if same else None


def _otherwise(test: Source, source: Source, name: str) -> tuple[np.ndarray, ColumnKind] | None:
    """The words of a column of numbers or dates as the data write theirs, where they can only be meant in another way;
    None for others."""
    cells, learnt = test.inputs[name], understood(source.inputs[name], comma=source.comma)
    if learnt.kind == "date":
        found = dates_otherwise(cells, learnt.written, alone=True)
    elif learnt.kind == "number":
        found = numbers_otherwise(cells, learnt.written, comma=test.comma, whole=are_whole(learnt.values))
    else:
        found = None
    if found is None:
        return None
    _check(name, source, found.doubt)
    words = _written_as(as_written(cells, learnt.kind, found.written), learnt.kind, source, name)
    return None if words is None else (words, learnt.kind)


def _check(name: str, source: Source, doubt: str) -> None:
    """Refuse words of the test rows that may be other numbers or dates than they would be read as."""
    if doubt:
        raise DataError(
            "test-column-in-doubt",
            f"column {name!r} can't be read in the test data for sure",
            got=doubt,
            wanted=held(source.kind(name), source.inputs[name]),
            do="write it as in the data",
        )


def _numbers(values: np.ndarray, written: str) -> list[str | None]:
    cells = spelled(values, "number")
    assert cells is not None
    decimal = getattr(style_by(written), "decimal", ".")
    return [None if cell is None else cell.replace(".", decimal) for cell in cells.tolist()]
