"""Cells that are lists of numbers: of unequal lengths they are series, a number a step."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import counted, listed
from fourfold.data.source import Source
from fourfold.data.values.cells import OfLists
from fourfold.data.values.words import as_objects
from fourfold.data.values.written import values_of
from fourfold.errors import DataError
from fourfold.preprocessing.series import lengths
from fourfold.preprocessing.table import missing

from .targets import together

__all__ = [
    "aimed_at_list", "aimed_at_words", "as_many_steps", "beside_lists", "by_rows", "columns_of", "holders_of",
    "list_named", "series_of_lists",
]  # fmt: skip

HELD = re.compile(r"(.+)(?:_\d+|\[\d+\]|\.[^.]*)")
"""Names of numbers, channels and fields behind that of the list or the object which holds them."""

WITHIN = re.compile(r"(.+\.(\d{1,9}))_(\d{1,9})")
"""The name of a number of a list within a list: that of the channel, which has the place within, and the list's."""

FEWEST_INPUTS = 5
"""Numbers of the lists that are likelier inputs than targets where they stand last."""


def columns_of(table: Table, name: str) -> list[str]:
    """The columns NAME_0, NAME_1, ... of a list, in their order."""
    found = [column for column in table if re.fullmatch(re.escape(name) + r"_\d{1,9}", column)]
    return sorted(found, key=lambda column: int(column.rpartition("_")[2]))


def by_list(source: Source) -> dict[str, str]:
    """The columns that hold the numbers of lists, and what each list is called."""
    table = source.inputs
    return {one: name for name in source.lists for one in columns_of(table, name)} if isinstance(table, Table) else {}


def holders_of(columns: Iterable[str]) -> frozenset[str]:
    """The names of columns whose lists or objects these columns may come from.

    >>> sorted(holders_of(["a_0", "b.x", "c.d[1]_0"]))
    ['a', 'b', 'c', 'c.d', 'c.d[1]']
    """
    names = {*columns}
    found = {one[1] for name in names if (one := HELD.fullmatch(name))} - names
    return frozenset(found | holders_of(found) if found else found)


def beside_lists(source: Source) -> dict[str, np.ndarray]:
    """The columns of a table that belong to none of its lists."""
    assert isinstance(source.inputs, Table)
    taken = {column for name in source.lists for column in columns_of(source.inputs, name)}
    return {name: values for name, values in source.inputs.items() if name not in taken}


def by_rows(lists: Sequence[str], names: Sequence[str]) -> list[int]:
    """The places of the numbers of one column of lists of lists, NAME.0_0, NAME.0_1, ..., list within by list within;
    [] where the columns are others.

    >>> by_rows(["v.0", "v.1"], ["v.0_0", "v.0_1", "v.1_0", "v.1_1"]), by_rows(["v"], ["v_0", "v_1"])
    ([0, 2, 1, 3], [])
    """
    found = [one.groups() for one in map(WITHIN.fullmatch, names) if one]
    one_column = len({name.rpartition(".")[0] for name in lists}) == 1
    if not one_column or len(found) < len(names) or {name for name, *_ in found} != {*lists}:
        return []
    return sorted(range(len(names)), key=lambda place: [int(found[place][2]), int(found[place][1])])


def series_of_lists(source: Source, channels: Sequence[str] = ()) -> Source:
    """A table with lists of numbers as series (N, T, C), a channel for each of the lists, missing steps behind the end
    of the shorter ones.

    The columns beside them are left out, and said; not where ``channels`` are named, as by a model.
    """
    table = source.inputs
    assert isinstance(table, Table)
    others = [] if channels else list(beside_lists(source))
    channels = tuple(channels) or source.lists
    columns = {name: columns_of(table, name) for name in channels}
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
    if empty := int(np.isnan(array).all(axis=(1, 2)).sum()):
        notes.append(Note(f"without a number: {empty:,} series", "taken for series of one missing step"))
    if others:
        notes.append(Note(f"left out: {listed(others)}", "beside series", "--layout flat"))
    return replace(
        source,
        inputs=array,
        columns=tuple(Column(name, "number") for name in channels),
        layout="sequence",
        all_columns=channels,
        lists=(),
        uneven=(),
        nested=(),
        notes=tuple(note for note in source.notes if not isinstance(note, OfLists)),
    ).noting(*notes)


def list_named(
    source: Source, target: str | Sequence[str] | None, usual: Collection[str]
) -> tuple[str, str]:
    """The list of a table that is its target, and why; "" and "" if columns are.

    The one that ``target`` names; else one that is called as targets ``usual``-ly are, where no column is; else one
    that stands last, if it has few numbers or is of zeros and ones, or all of several columns are lists.
    """
    table = source.inputs
    if source.target is not None or not source.lists or not isinstance(table, Table):
        return "", ""
    if target is not None:
        named = target if isinstance(target, str) else target[0] if len(target) == 1 else ""
        return (named, "as asked") if named in source.lists and named not in table else ("", "")
    others = beside_lists(source)
    if any(name.casefold() in usual for name in others):
        return "", ""
    for name in source.lists:
        if name.casefold().removesuffix("s") in usual:
            return name, "a usual name of a target"
    last = source.lists[-1]
    if last in source.nested:
        return "", ""
    steps = columns_of(table, last)
    few = len(steps) < FEWEST_INPUTS or all(set(table[name].tolist()) <= {0.0, 1.0} for name in steps)
    alone = not others and len(source.lists) > 1
    return (last, "the last column") if alone or (others and table.names[-1] in steps and few) else ("", "")


def aimed_at_list(source: Source, name: str, because: str, *, steps: bool, labels: bool) -> Source:
    """The source with one of its lists as the target: a label or a number for each step, if ``steps`` may be told and
    all other columns are lists of as many numbers, row for row; several targets, if each row has as many; or else, and
    of all but zeros and ones where ``labels`` are asked for, whole numbers as the labels of a row.

    Errors: ``DataError`` for other lists of unequal lengths.
    """
    table = source.inputs
    assert isinstance(table, Table)
    names = columns_of(table, name)
    numbers = np.stack([np.asarray(table[column], dtype=np.float64) for column in names], axis=1)
    others = tuple(other for other in source.lists if other != name)
    alike = name not in source.uneven  # then what is missing is so within a list
    uneven = tuple(other for other in source.uneven if other != name)
    source = replace(source.without(*names), lists=others, uneven=uneven)
    there = ~missing(numbers)
    ends = np.full(table.rows, len(names)) if alike else lengths(numbers[:, :, None]) * there.any(axis=1)
    least, most = int(ends.min()), len(names)
    what = f"target: {name}, lists of {counted(most, 'number') if least == most else f'{least} to {most} numbers'}"
    source = source.noting(Note(what, because, "" if because == "as asked" else "--target NAME"))
    if steps and others and not beside_lists(source):
        series = series_of_lists(source)
        assert isinstance(series.inputs, np.ndarray)
        if series.inputs.shape[1] == len(names) and np.array_equal(lengths(series.inputs), np.maximum(ends, 1)):
            return series.aimed((name,), numbers, "number")
    if (ends == len(names)).all() and not (labels and set(np.unique(numbers).tolist()) - {0.0, 1.0}):
        columns = {column: (numbers[:, place], "number") for place, column in enumerate(names)}
        return source.aimed(names, *together(columns))
    if (numbers[there] != np.round(numbers[there])).any():
        raise DataError(
            "uneven-targets",
            f"the lists of the target {name!r} have unequal lengths",
            got=f"{ends.min()} to {ends.max()} numbers",
            wanted="as many in each row, whole numbers as labels, or one for each step of lists beside them",
            do="choose another target",
        )
    cells = [json.dumps([str(int(label)) for label in row[own]]) for row, own in zip(numbers, there)]
    return source.aimed((name,), as_objects(cells), "category")


def aimed_at_words(source: Source, name: str, because: str) -> Source | None:
    """The source with a target whose cells list a word, or nothing, for each number of the lists beside it, row for
    row, some of the words of a cell alike; None if they don't, or if there are other columns."""
    table = source.inputs
    assert isinstance(table, Table)
    if not source.lists or [*beside_lists(source)] != [name] or source.kind(name) != "category":
        return None
    words = values_of(table[name])
    if words is None or not all(map(_are_words, words)) or all(len({*one}) == len(one) for one in words if one):
        return None
    series = series_of_lists(source.without(name))
    assert isinstance(series.inputs, np.ndarray)
    if [len(one or ()) for one in words] != lengths(series.inputs).tolist():
        return None
    target = np.full(series.inputs.shape[:2], None, dtype=object)
    for row, one in enumerate(words):
        target[row, : len(one or ())] = one
    what = f"target: {name}, lists of words, one for each step"
    series = series.noting(Note(what, because, "" if because == "as asked" else "--target NAME"))
    return series.aimed((name,), target, "category")


def _are_words(cell: Any) -> bool:
    return isinstance(cell, list) and all(isinstance(word, str | None) for word in cell)


def as_many_steps(sources: Sequence[Source]) -> list[Source]:
    """Tables whose lists become columns, each with as many of these as the longest list of all has numbers; a table
    without the column of a list, or with other values in it, stays without it."""
    tables = [source.inputs for source in sources]
    names = dict.fromkeys(name for source in sources for name in source.lists)
    if not names or not all(isinstance(table, Table) for table in tables):
        return [*sources]
    steps = {name: [columns_of(table, name) for table in tables if isinstance(table, Table)] for name in names}
    known = {name for source in sources for name in source.uneven}
    uneven = tuple(name for name, each in steps.items() if name in known or len({*map(len, each)}) > 1)
    longest = [column for each in steps.values() for column in max(each, key=len)]
    return [_with_steps(source, longest, tuple(names), uneven) for source in sources]


def _with_steps(
    source: Source, steps: Sequence[str], lists: tuple[str, ...], uneven: tuple[str, ...]
) -> Source:
    table = source.inputs
    assert isinstance(table, Table)
    own = {*source.lists, *(name for name in table if missing(table[name]).all())}
    absent = [name for name in steps if name not in table and not own.isdisjoint(holders_of([name]))]
    nothing = {name: np.full(table.rows, np.nan) for name in absent}
    columns = (*source.columns, *(Column(name, "number") for name in absent))
    return replace(source, inputs=Table({**table.columns, **nothing}), columns=columns, lists=lists, uneven=uneven)
