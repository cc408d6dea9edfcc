"""What a column of lists of numbers is, labels, series or columns: one rule, in whatever form the lists came."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import listed
from fourfold.data.source import Source
from fourfold.data.values.cells import FEWEST_STEPS, OfLists, said_of_lists
from fourfold.data.values.word_lists import as_json
from fourfold.data.values.words import as_objects
from fourfold.preprocessing.series import lengths

from .lists import columns_of, series_of_lists

__all__ = ["as_words", "settled_lists"]

LABELS = "lists of few whole numbers, none twice in one, more in some rows than in others"
"""Why lists are taken for labels."""


def settled_lists(source: Source, layout: str | None) -> Source:
    """The source with each of its columns of lists of numbers as what it is:

    - labels, as lists of words have them, where all numbers are whole, none negative, and none twice in a list, where
      lists hold more in some rows than in others, half of them fewer than five, and they don't count on, as 3, 4, 5;
    - series, all the others, where the lengths of some differ, those of no number aside, or some are nested; where
      layout sequence is asked for, always, and none are labels;
    - else a column for each number.
    """
    may_be = source.uneven if layout in (None, "flat") else ()
    if labels := [name for name in may_be if _are_labels(_learnt(source, name))]:
        note = Note(f"labels: the lists of {listed(labels)}", LABELS, "--layout sequence")
        source = as_words(source, labels).noting(note)
    series = any(_differ(_numbers(source, name)) for name in source.uneven) or {*source.nested} & {*source.lists}
    if source.lists and (layout == "sequence" or (series and layout is None)):
        return series_of_lists(source)
    return source


def as_words(source: Source, labels: Collection[str]) -> Source:
    """The source with some of its columns of lists of numbers as lists of words that name these."""
    for name in labels:
        source = _as_words(source, name)
    return source


def _as_words(source: Source, name: str) -> Source:
    table, numbers = source.inputs, _numbers(source, name)
    assert isinstance(table, Table)
    first, *others = columns_of(table, name)
    words = as_objects([as_json([f"{number:.15g}" for number in row[~np.isnan(row)]]) for row in numbers])
    rest = [column for column in source.columns if column.name not in others]
    called = {column.name: name if column.name == first else column.name for column in rest}
    columns = {one: words if one == name else table[column] for column, one in called.items()}
    all_columns = [name if column == first else column for column in source.all_columns if column not in others]
    return replace(
        source,
        inputs=Table(columns),
        columns=tuple(Column(name, "category") if column.name == first else column for column in rest),
        all_columns=tuple(all_columns),
        lists=tuple(one for one in source.lists if one != name),
        uneven=tuple(one for one in source.uneven if one != name),
        notes=tuple(note for one in source.notes for note in _said_beside(one, name)),
    )


def _said_beside(note: Note, name: str) -> tuple[Note, ...]:
    """A note without the name of one column of lists."""
    return said_of_lists(one for one in note.names if one != name) if isinstance(note, OfLists) else (note,)


def _numbers(source: Source, name: str) -> np.ndarray:
    """The lists (N, T) of a column, missing numbers behind their ends."""
    assert isinstance(source.inputs, Table)
    return np.stack([source.inputs[column] for column in columns_of(source.inputs, name)], axis=1)


def _learnt(source: Source, name: str) -> np.ndarray:
    """The same without those of the test rows, which are read as those before them."""
    numbers = _numbers(source, name)
    return numbers[: len(numbers) - source.test_rows]


def _counts(numbers: np.ndarray) -> np.ndarray:
    """How many numbers the lists (N, T) hold (N,)."""
    return lengths(numbers[:, :, None]) * ~np.isnan(numbers).all(axis=1)


def _differ(numbers: np.ndarray) -> bool:
    """Whether some lists (N, T) hold fewer numbers than others, those of none aside."""
    counts = _counts(numbers)
    return len({*counts[counts > 0].tolist()}) > 1


def _are_labels(numbers: np.ndarray) -> bool:
    """Whether lists (N, T) are of few whole numbers that name something.

    >>> lists = np.array([[28.0, 12.0, np.nan], [16.0, np.nan, np.nan], [35.0, 18.0, 10751.0]])
    >>> _are_labels(lists), _are_labels(lists / 2), _are_labels(lists[:, [0, 0, 1]]), _are_labels(lists[:1])
    (True, False, False, False)
    """
    counts, there = _counts(numbers), ~np.isnan(numbers)
    if not counts.any() or np.median(counts[counts > 0]) >= FEWEST_STEPS:
        return False
    differ = _differ(numbers) or counts.max() == 1
    whole = (numbers[there] == np.round(numbers[there])).all() and (numbers[there] >= 0).all()
    twice = (np.diff(np.sort(numbers, axis=1), axis=1) == 0).any()
    absent_within = (there.sum(axis=1) < counts).any()
    return bool(differ and whole and not twice and not absent_within and not _count_on(numbers))


def _count_on(numbers: np.ndarray) -> bool:
    """Whether all lists (N, T) of three numbers and more rise or fall by the same amount from each to the next.

    >>> _count_on(np.array([[3.0, 4.0, 5.0], [7.0, 9.0, 11.0]])), _count_on(np.array([[3.0, 4.0, 6.0]]))
    (True, False)
    """
    bends = np.diff(numbers, n=2, axis=1)
    bends = bends[~np.isnan(bends)]
    return len(bends) > 0 and bool((bends == 0).all())
