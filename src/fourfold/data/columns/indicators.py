"""Words as columns of ones and zeros: one for each different word, 1 where it stands, or is in the list, else 0."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Column, Table
from fourfold.data.messages import counted
from fourfold.data.source import Source
from fourfold.data.values.word_channels import channel, levels_among, unknown
from fourfold.data.values.word_lists import lists_by
from fourfold.data.values.words import as_objects, spelled
from fourfold.preprocessing.table import ColumnKind, missing
from fourfold.preprocessing.text import words_in

__all__ = ["as_indicators", "levels_of", "one_hot", "with_indicators"]


def levels_of(values: np.ndarray) -> tuple[str, ...]:
    """The different words of a column, also those within lists."""
    return tuple(sorted({word for cell in {*values[~missing(values)].tolist()} for word in _words(str(cell))}))


def _words(cell: str) -> list[str]:
    """A word by itself, or those of a list."""
    return [cell] if (words := words_in(cell)) is None else words


def one_hot(values: np.ndarray, levels: Sequence[str]) -> np.ndarray:
    """Words (N,), or lists of words, as (N, L), NaN where one is missing.

    >>> one_hot(np.array(["on", "off", None], object), ("off", "on")).tolist()
    [[0.0, 1.0], [1.0, 0.0], [nan, nan]]
    >>> one_hot(np.array(['["on","off"]', "[]"], object), ("off", "on")).tolist()
    [[1.0, 1.0], [0.0, 0.0]]
    """
    absent = missing(values)
    places = {level: place for place, level in enumerate(levels)}
    cells = {cell: _marks(cell, places) for cell in {*values[~absent].tolist()}}
    found = np.full((len(values), len(levels)), np.nan)
    found[~absent] = np.reshape([cells[cell] for cell in values[~absent].tolist()], (-1, len(levels)))
    return found


def _marks(cell: str, places: Mapping[str, int]) -> np.ndarray:
    marks = np.zeros(len(places))
    marks[[places[word] for word in _words(cell) if word in places]] = 1.0
    return marks


def with_indicators(source: Source, wanted: Sequence[str], lists: Collection[str] = ()) -> Source:
    """The source with the ``wanted`` columns that are `channel`\\ s of the words of its own, in place of these. In
    those of ``lists`` marks may stand between words."""
    table = source.inputs
    if not isinstance(table, Table):
        return source
    absent = [name for name in wanted if name not in table]
    for name in table.names:
        levels = levels_among(name, absent)
        words = spelled(table[name], source.kind(name)) if levels else None
        if words is None:
            continue
        if channel(name, levels[0]) in lists:
            words = as_objects(lists_by(words.tolist(), levels))
        source = as_indicators(source, name, words, levels)
        if new := [level for level in levels_of(words) if level not in levels]:
            rows = counted(int(np.nan_to_num(one_hot(words, new)).any(axis=1).sum()), "row")
            source = source.noting(*unknown(name, new, levels, rows))
    return source


def as_indicators(
    source: Source, name: str, words: np.ndarray, levels: Sequence[str], kind: ColumnKind = "number"
) -> Source:
    """The source with a `channel` of a kind for each of the levels of a column's words, in the place of this column; 0
    where it has no word."""
    rest = source.without(name)
    assert isinstance(rest.inputs, Table)
    own = dict(zip([channel(name, level) for level in levels], np.nan_to_num(one_hot(words, levels)).T))
    place = rest.all_columns.index(name)
    before, behind = rest.all_columns[:place], rest.all_columns[place + 1 :]
    return replace(
        rest,
        inputs=Table({**rest.inputs.columns, **own}),
        columns=(*rest.columns, *(Column(one, kind) for one in own)),
        all_columns=(*before, *own, *behind),
    )
