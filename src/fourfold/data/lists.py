"""Cells that are lists of numbers: of unequal lengths they are series, a number a step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fourfold.preprocessing.series import lengths

from .content import check_memory
from .dataset import Column, Note, Table
from .messages import listed
from .source import Source

__all__ = ["as_many_steps", "beside_lists", "series_of_lists"]


def _steps(table: Table, name: str) -> list[str]:
    """The columns NAME_0, NAME_1, ... of a list, in their order."""
    found = [column for column in table if re.fullmatch(re.escape(name) + r"_\d{1,9}", column)]
    return sorted(found, key=lambda column: int(column.rpartition("_")[2]))


def beside_lists(source: Source) -> dict[str, np.ndarray]:
    """The columns of a table that belong to none of its lists."""
    assert isinstance(source.inputs, Table)
    taken = {column for name in source.lists for column in _steps(source.inputs, name)}
    return {name: values for name, values in source.inputs.items() if name not in taken}


def series_of_lists(source: Source, channels: Sequence[str] = ()) -> Source:
    """A table with lists of numbers as series (N, T, C), a channel for each of the lists, missing steps behind the end
    of the shorter ones.

    The columns beside them are left out, and said; not where ``channels`` are named, as by a model.
    """
    table = source.inputs
    assert isinstance(table, Table)
    others = [] if channels else list(beside_lists(source))
    channels = tuple(channels) or source.lists
    columns = {name: _steps(table, name) for name in channels}
    steps = max(map(len, columns.values()))
    check_memory(source.name, 8 * table.rows * steps * len(channels))
    array = np.full((table.rows, steps, len(channels)), np.nan)
    for place, names in enumerate(columns.values()):
        array[:, : len(names), place] = np.stack([table[name] for name in names], axis=1)
    ends = np.stack([lengths(array[:, :, place : place + 1]) for place in range(len(channels))])
    notes = [Note(f"series: the lists of {listed(list(channels))}", "a number is a step, a list a channel")]
    if differ := int((ends != ends[0]).any(axis=0).sum()):
        because = "missing values are at the end of the shorter ones"
        notes.append(Note(f"channels of unequal lengths: {differ:,} series", because))
    if others:
        notes.append(Note(f"left out: {listed(others)}", "beside series"))
    return replace(
        source,
        inputs=array,
        columns=tuple(Column(name, "number") for name in channels),
        layout="sequence",
        all_columns=channels,
        lists=(),
        uneven=False,
    ).noting(*notes)


def as_many_steps(sources: Sequence[Source]) -> list[Source]:
    """Tables whose lists become columns, each with as many of these as the longest list of all has numbers."""
    tables = [source.inputs for source in sources]
    names = dict.fromkeys(name for source in sources for name in source.lists)
    if not names or not all(isinstance(table, Table) for table in tables):
        return [*sources]
    steps = {name: [_steps(table, name) for table in tables if isinstance(table, Table)] for name in names}
    uneven = any(source.uneven for source in sources)
    uneven |= any(len({len(found) for found in each}) > 1 for each in steps.values())
    longest = [column for each in steps.values() for column in max(each, key=len)]
    return [_with_steps(source, longest, tuple(names), uneven) for source in sources]


def _with_steps(source: Source, steps: Sequence[str], lists: tuple[str, ...], uneven: bool) -> Source:
    table = source.inputs
    assert isinstance(table, Table)
    absent = [name for name in steps if name not in table]
    nothing = {name: np.full(table.rows, np.nan) for name in absent}
    columns = (*source.columns, *(Column(name, "number") for name in absent))
    return replace(source, inputs=Table({**table.columns, **nothing}), columns=columns, lists=lists, uneven=uneven)
