"""Columns of text whose cells are lists of numbers, lists of lists, or objects: as other forms of data hold these."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fourfold.data.columns.lists import columns_of
from fourfold.data.columns.target_choice import likely_targets
from fourfold.data.values.cells import MOST_IN_LISTS, typed
from fourfold.data.values.nested_cells import is_of_numbers, opened
from fourfold.data.values.stand_ins import classes_among
from fourfold.data.values.words import as_objects
from fourfold.data.values.written import are_bracketed, are_cut_off, may_differ, values_of

from .dataset import Column, Note, Table
from .reading import Reading
from .source import Source

__all__ = ["with_written"]


CUT_OFF = "lists of which NumPy wrote some numbers alone, and '...' for the others; write array.tolist() into the cells"
"""Why a column is left out."""


def with_written(source: Source, reading: Reading) -> Source:
    """The source with what written lists and objects hold in columns of its own, as `opened` has it.

    - Without brackets lists of numbers are those that differ in most rows, as classes don't, and have one length or
      fractions.
    - Lists that were cut off as they were printed are left out, and said.
    - The target, as named or as is likely, may be a list of numbers between brackets, and is nothing else.
    - Where the reading knows the columns that hold lists, as in training, no others do. What is read as text stays so.
    """
    table = source.inputs
    if not isinstance(table, Table) or not len(table) or reading.layout == "text":
        return source
    known = reading.lists
    aims = likely_targets(table.names, reading.targets) if source.target is None else set()
    for column in source.columns:
        if column.kind != "category" or (known is not None and column.name not in known):
            continue
        words = table[column.name]
        if are_cut_off(words):
            source = source.without(column.name).noting(Note(f"left out: {column.name!r}", CUT_OFF))
            continue
        cells = values_of(words)
        if cells is not None and (known is not None or _are_meant(words, cells, column.name in aims)):
            source = _opened(source, column.name, as_objects(cells), known or ())
    return source


def _are_meant(words: np.ndarray, cells: Sequence[Any], aimed: bool) -> bool:
    """Whether the lists or objects that words write are more than words."""
    present = [cell for cell in cells if cell is not None]
    bracketed = are_bracketed(words)
    if aimed or not all(map(is_of_numbers, present)):
        return bracketed and aimed == all(map(is_of_numbers, present))
    differ = 2 * len({*words} - {None}) > len(present)
    return bracketed or (differ and (len({*map(len, present)}) == 1 or may_differ(words)))


def _opened(source: Source, name: str, cells: np.ndarray, known: Collection[str]) -> Source:
    """The source with what the cells of one column hold in the place of this; itself if they can't be taken apart."""
    table = source.inputs
    assert isinstance(table, Table)
    inner, notes, lists = opened({name: cells}, known)
    if [*inner] == [name] or len(inner) > MOST_IN_LISTS or any(one in table for one in inner):
        return source
    found = {one: typed(one, _in_words(values)) for one, values in inner.items()}
    columns: dict[str, np.ndarray] = {}
    kinds: list[Column] = []
    for column in source.columns:
        columns |= {column.name: table[column.name]} if column.name != name else {one: found[one][0] for one in found}
        kinds += [column] if column.name != name else [Column(one, kind) for one, (_, kind) in found.items()]
    table = Table(columns)
    places = {column: place for place, column in enumerate(table.names)}
    return replace(
        source,
        inputs=table,
        columns=tuple(kinds),
        lists=tuple(sorted((*source.lists, *lists.uneven), key=lambda one: places[columns_of(table, one)[0]])),
        uneven=(*source.uneven, *lists.unequal),
        nested=(*source.nested, *lists.nested),
        classlike={**source.classlike, **{one: classes_among(values) for one, values in inner.items()}},
    ).noting(*notes)


def _in_words(values: np.ndarray) -> np.ndarray:
    """Cells with lists and objects that can't be taken apart as words, as they were written."""
    return as_objects([json.dumps(cell) if isinstance(cell, (list, dict)) else cell for cell in values.tolist()])
