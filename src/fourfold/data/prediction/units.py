"""New numbers in another unit than those that were learnt from, or where one side has none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Column, Table
from fourfold.data.series.clock import shown
from fourfold.data.source import Source
from fourfold.data.values.durations import duration_by
from fourfold.data.values.in_words import WORDS
from fourfold.data.values.numerals import About, Graded, Style, style_by, unit_of
from fourfold.data.values.percent import is_percent
from fourfold.data.values.words import as_objects, as_written, understood
from fourfold.preprocessing.table import missing

__all__ = ["in_unit", "in_units", "to_unit", "told_of"]


def in_unit(learnt: Column, found: Column, cells: np.ndarray) -> tuple[Column, np.ndarray, np.ndarray]:
    """A column of numbers (N,) some of which, or all, lack the unit that was learnt with them, as one of numbers in it,
    and which these are (N,). Words that are plain numbers throughout, in the place of clocks too, are numbers, as in
    forms that have types; of percent nobody knows what some of them are.
    """
    nothing, unit = np.zeros(len(cells), bool), unit_of(learnt.written)
    if learnt.kind != "number" or not (unit or duration_by(learnt.written)):
        return found, cells, nothing
    if found.kind not in WORDS:
        numbers = cells if found.kind in ("number", "boolean") else np.full(len(cells), np.nan)
        return found, cells, ~missing(numbers) & bool(unit)
    numbers = _without_unit(cells, learnt.written)
    bare, absent = ~np.isnan(numbers), missing(cells)
    if bare.any() and (bare | absent).all():
        return replace(found, kind="number"), numbers, bare & bool(unit)
    bare &= numbers != 0  # whatever the unit
    if not unit or is_percent(learnt.written) or not bare.any():
        return found, cells, nothing
    words = zip(cells.tolist(), bare.tolist())
    return found, as_objects([f"{word} {unit}" if lacks else word for word, lacks in words]), bare


def to_unit(learnt: Column, kind: str, cells: np.ndarray) -> str:
    """How cells (N,) have to be written where their numbers have a unit that those that were learnt from had not; ""
    where they have none.

    >>> to_unit(Column("weight", "number", "1234.5 kg"), "category", as_objects(["500 g", "7 g", "12 g"]))
    'in kg instead of g'
    >>> to_unit(Column("weight", "number"), "category", as_objects(["5 kg", "7 kg", "9.5 kg"]))
    "as plain numbers, without 'kg'"
    """
    present = cells[~missing(cells)]
    if learnt.kind != "number" or kind not in WORDS or not len(present) or duration_by(learnt.written):
        return ""
    wanted, unit = unit_of(learnt.written), unit_of(understood(present).written)
    if not unit or unit == wanted:
        return ""
    return f"in {wanted} instead of {unit}" if wanted else f"as plain numbers, without {unit!r}"


def told_of(learnt: Column, values: np.ndarray, lacking: np.ndarray) -> dict[str, tuple[int, str, str]]:
    """How many ``values`` (N,) lack the unit that was learnt with them, one of them, and the unit, by column."""
    if not lacking.any():
        return {}
    return {learnt.name: (int(lacking.sum()), shown(values[lacking.argmax()]), unit_of(learnt.written))}


def in_units(source: Source, learnt: Iterable[Column]) -> tuple[Source, dict[str, tuple[int, str, str]]]:
    """A table with its columns as `in_unit` has them, and what is told of them."""
    assert isinstance(source.inputs, Table)
    table, columns, told = {**source.inputs}, {column.name: column for column in source.columns}, {}
    for column in learnt:
        if column.name in table:
            found, cells, lacking = in_unit(column, columns[column.name], table[column.name])
            table[column.name], columns[column.name] = cells, found
            if lacking.any():
                numbers = cells if found.kind not in WORDS else as_written(cells, "number", column.written)
                told |= told_of(column, numbers, lacking)
    return replace(source, inputs=Table(table), columns=tuple(columns.values())), told


def _without_unit(cells: np.ndarray, written: str) -> np.ndarray:
    """Words (N,) that are plain numbers, with the marks of these that are written as an example; others are missing."""
    style = style_by(written)
    style = style.style if isinstance(style, About | Graded) else style
    style = replace(style, unit="", said="") if isinstance(style, Style) else Style()
    known = {word: style.parse(word) for word in dict.fromkeys(cells.tolist()) if word is not None}
    return np.array([np.nan if (number := known.get(word)) is None else number for word in cells.tolist()], float)
