"""Words at the steps of series as channels: one for each of a column's different words, 1 where it stands, else 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import counted, listed
from fourfold.data.source import Source
from fourfold.data.values.words import spelled
from fourfold.preprocessing.table import missing

__all__ = ["MOST_LEVELS", "channel", "column_of", "levels_of", "one_hot", "with_indicators"]

MOST_LEVELS = 20
"""A column with more different words than this has none."""


def levels_of(values: np.ndarray) -> tuple[str, ...]:
    """The different words of a column."""
    return tuple(sorted({str(value) for value in values[~missing(values)].tolist()}))


def one_hot(values: np.ndarray, levels: Sequence[str]) -> np.ndarray:
    """Words (N,) as (N, L), NaN where one is missing.

    >>> one_hot(np.array(["on", "off", None], object), ("off", "on")).tolist()
    [[0.0, 1.0], [1.0, 0.0], [nan, nan]]
    """
    absent = missing(values)
    return np.stack([np.where(absent, np.nan, values == level) for level in levels], axis=1).astype(np.float64)


def channel(name: str, level: str) -> str:
    """What the channel of one word of a column is called."""
    return f"{name} = {level}"


def column_of(channel: str) -> str:
    """The column that a channel comes from.

    >>> column_of("state = on"), column_of("temperature")
    ('state', 'temperature')
    """
    return channel.partition(" = ")[0]


def with_indicators(source: Source, wanted: Sequence[str]) -> Source:
    """The source with the ``wanted`` columns that are `channel`\\ s of the words of its own, in place of these."""
    table = source.inputs
    if not isinstance(table, Table):
        return source
    absent = [name for name in wanted if name not in table]
    for name in table.names:
        levels = [one.removeprefix(channel(name, "")) for one in absent if one.startswith(channel(name, ""))]
        words = spelled(table[name], source.kind(name)) if levels else None
        if words is None:
            continue
        source = _replaced(source, name, levels, words)
        if new := [level for level in levels_of(words) if level not in levels]:
            rows = counted(int(np.isin(words.astype(str), new).sum()), "row")
            source = source.noting(Note(f"not known: {listed(new)} of {name}, {rows}", "training had no such word"))
    return source


def _replaced(source: Source, name: str, levels: Sequence[str], words: np.ndarray) -> Source:
    assert isinstance(source.inputs, Table)
    indicators = np.nan_to_num(one_hot(words, levels)).T
    own = {channel(name, level): values for level, values in zip(levels, indicators)}
    kept = {other: values for other, values in source.inputs.items() if other != name}
    columns = tuple(column for column in source.columns if column.name != name)
    columns += tuple(Column(one, "number") for one in own)
    return replace(source, inputs=Table(kept | own), columns=columns)
