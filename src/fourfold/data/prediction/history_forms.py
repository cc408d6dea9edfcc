"""The history of a forecast in another form than that of training: a row for each series, a column for each series, or
a row for each series and step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.columns.lists import beside_lists
from fourfold.data.columns.roles import NO_ROLES, Roles
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import listed
from fourfold.data.places import are_places
from fourfold.data.series.long_columns import dates_of, labels_of, meant, table_of, times_of
from fourfold.data.series.steps_in_rows import with_steps_in_rows
from fourfold.data.series.unpivoted import TIME, VALUE, in_one_column, unpivoted
from fourfold.data.source import Source
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.windows import Windows

from .new_columns import another_shape

__all__ = ["as_learnt_history", "with_learnt_steps"]


@dataclass(frozen=True, eq=False)
class Long:
    """A table with a row for each series and step: which columns hold the series ("" of a single one), time and value,
    how it was given, and whether in this form."""

    source: Source
    id: str
    time: str
    value: str
    said: str
    given: bool = False


def as_learnt_history(found: Source, preparation: Preparation) -> Source:
    """New rows in the form that a model of forecasts was trained on, if they are in another one, and it can be told
    which series, times and values they hold; else as they are. The columns of arrays are known by their places.

    Errors: ``DataError`` for an array of other columns.
    """
    windows = preparation.windows
    if windows is None:
        return found
    found = with_learnt_steps(found, preparation)
    table = table_of(found, ())
    if all(name in table for name in (windows.id, windows.time) if name) and not {*windows.targets}.isdisjoint(table):
        return _in_order(found, windows.id) if not windows.time else found
    long = _long(found, windows)
    channels = [column.name for column in preparation.columns]
    turned = None if long is None else _as_learnt(long, channels, windows)
    if long is None or turned is None:
        return _otherwise_called(found, windows, channels)
    notes = (replace(note, option="") for note in turned.notes)  # of predictions there are no options
    said = Note(f"series: {long.said}", "the model was trained on series in another form")
    return replace(turned, notes=(*notes, said), all_columns=())


def with_learnt_steps(found: Source, preparation: Preparation) -> Source:
    """New rows with a row for each step, where they are lists or an array; called as the columns of training in their
    order, where one side has no names.

    Errors: ``DataError`` for an array of other columns.
    """
    windows, given = preparation.windows, found.inputs
    assert windows is not None
    array = not isinstance(given, Table)
    named = not array and windows.id in beside_lists(found)
    stacked, roles = with_steps_in_rows(found, Roles(id=windows.id) if named else NO_ROLES)
    ids = [windows.id] * bool(windows.id)
    learnt = [*ids, *(name for name in preparation.source_columns if name not in ids)]
    names = [*stacked.inputs] if isinstance(stacked.inputs, Table) else []
    if array and (windows.time or bool(ids) != bool(roles.id) or len(names) != len(learnt)):
        do = "write a table with these columns, a row for each step"
        raise another_shape(found, preparation, f"an array of shape {np.shape(given)}", do)
    if names == learnt or len(names) != len(learnt) or not (array or are_places(names) or are_places(learnt)):
        return stacked
    because = "one side has no names"
    return _called(stacked.noting(Note("columns taken in their order", because)), dict(zip(names, learnt)))


def _otherwise_called(found: Source, windows: Windows, channels: Sequence[str]) -> Source:
    """New rows that have all ``channels``, with the only column that may be the series, or the time, called as in
    training; as they are where a channel is missing, or that can't be told."""
    table, given = table_of(found, ()), found
    if not {*channels} <= {*table}:
        return given
    others = [name for name in table if name not in (*channels, windows.id, windows.time)]
    kinds = {name: meant(found, table, name).kind for name in others}
    names: dict[str, str] = {}
    for role, kind, because in ((windows.time, "date", "dates"), (windows.id, "category", "words")):
        if role and role not in table:
            fitting = [name for name in kinds if kinds[name] == kind]
            if len(fitting) != 1:
                return given
            names[fitting[0]] = role
            note = Note(f"column {fitting[0]!r} taken for {role!r}", f"the only {because} beside the values")
            found = found.noting(note)
    columns = tuple(replace(column, name=names.get(column.name, column.name)) for column in found.columns)
    renamed = Table({names.get(name, name): values for name, values in table.items()})
    return replace(found, inputs=renamed, columns=columns)


def _in_order(found: Source, id: str) -> Source:
    """The rows of each series, whose times the model doesn't know, in the order of the only column of dates."""
    table = table_of(found, ())
    dates = dates_of(found, [name for name in table if name != id])
    if len(dates) != 1:
        return found
    series = np.unique(labels_of(found, table, id), return_inverse=True)[1] if id else np.zeros(table.rows, np.int64)
    order = np.lexsort((times_of(found, table, dates[0]), series))
    if (order == np.argsort(series, kind="stable")).all():
        return found
    return found.take(order).noting(Note(f"order: the rows by {dates[0]}", "the only dates"))


def _called(found: Source, names: Mapping[str, str]) -> Source:
    """The source with these of its columns alone, under new names."""
    table, columns = table_of(found, ()), (replace(found.column(old), name=new) for old, new in names.items())
    return replace(found, inputs=Table({new: table[old] for old, new in names.items()}), columns=tuple(columns))


def _long(found: Source, windows: Windows) -> Long | None:
    """The table with a row for each series and step, None where that can't be told."""
    table = table_of(found, ())
    long, roles = unpivoted(found, Roles(id=windows.id) if windows.id in table else NO_ROLES)
    if long is not found:
        return Long(long, roles.series, TIME, VALUE, "the rows")
    kinds = {name: meant(found, table, name).kind for name in table}
    words, dates, numbers = ([name for name in table if kinds[name] == kind] for kind in ("category", "date", "number"))
    times = [windows.time] if windows.time in table else dates
    if len(times) > 1 or (windows.time and not times):
        return None
    time, values = "".join(times), [name for name in numbers if name not in times]
    if not words and len(values) > 1:
        return _of_columns(found, time, values, windows)
    names = [name for name in words if {*windows.targets} <= {*table[name].tolist()}] or words
    if len(names) > 1 or len(values) != 1:
        return None
    id = "".join(names)
    said = "the rows" + f" of each {id}" * bool(id) + f" in order of {time}" * bool(time)
    return Long(found, id, time, values[0], said, given=True)


def _of_columns(found: Source, time: str, names: Sequence[str], windows: Windows) -> Long | None:
    """Of a table with a row for each time and a column for each series."""
    table, id = table_of(found, ()), windows.id
    if not id or id in names:
        return None
    check_memory(found.name, 8 * table.rows * len(names) * 4)
    values = in_one_column(found, table, {name: meant(found, table, name) for name in names})[0]
    there = np.isfinite(values).T
    series, row = np.nonzero(there)
    columns = {id: np.array(names, dtype=object)[series], VALUE: values.T[there]}
    columns |= {time: table[time][row]} if time else {}
    described = (Column(id, "category"), Column(VALUE, "number"), *([found.column(time)] if time else []))
    turned = replace(found, inputs=Table(columns), columns=described)
    return Long(turned, id, time, VALUE, f"the columns {listed(names)}")


def _as_learnt(long: Long, channels: Sequence[str], windows: Windows) -> Source | None:
    """The same with the columns of training, of which ``channels`` are inputs; None where it lacks some."""
    table, (target, *others) = table_of(long.source, ()), windows.targets
    labels = {*table[long.id].tolist()} if long.id else {""}
    if not windows.id and {*channels} <= labels:
        return _pivoted(long, channels, windows.time)
    ours = (windows.time, target) == (TIME, VALUE) or are_places([target])  # names that are not the user's
    nameless = not long.given or ours
    known = (nameless or long.value == target) and {*channels} == {target} and not others
    if not known or (not long.id if windows.id else len(labels) > 1):
        return None
    found = long.source if windows.time else _in_order(long.source, long.id)
    names = {long.value: target, long.time: windows.time, long.id: windows.id}
    return _called(found, {old: new for old, new in names.items() if new})


def _pivoted(long: Long, names: Sequence[str], time: str) -> Source:
    """With a row for each time and a column for each of the series that are named; with two where a series has two rows
    at one time."""
    source, table = long.source, table_of(long.source, ())
    times = times_of(source, table, long.time) if long.time else np.zeros(table.rows)
    at = np.unique(times, return_inverse=True)[1]
    labels, series = np.unique(labels_of(source, table, long.id), return_inverse=True)
    order = np.lexsort((at, series))
    begins = np.flatnonzero(np.r_[1, np.diff(series[order]) | np.diff(at[order])])
    again = np.empty(len(order), np.int64)
    again[order] = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
    _, first, row = np.unique(np.stack([at, again]), axis=1, return_index=True, return_inverse=True)
    check_memory(source.name, 8 * len(first) * len(names))
    values, columns = table[long.value], {time: table[long.time][first]} if time else {}
    for name in names:
        own = labels[series] == name
        columns[name] = np.full(len(first), np.nan if values.dtype.kind == "f" else None, values.dtype)
        columns[name][row[own]] = values[own]
    described = (replace(source.column(long.time if name == time else long.value), name=name) for name in columns)
    return replace(source, inputs=Table(columns), columns=tuple(described))
