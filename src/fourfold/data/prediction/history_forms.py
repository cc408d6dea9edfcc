"""The history of a forecast in another form than that of training: a row for each series, a column for each series, or
a row for each series and step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.columns.roles import NO_ROLES, Roles
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import listed
from fourfold.data.series.long_columns import labels_of, meant, table_of, times_of
from fourfold.data.series.unpivoted import TIME, VALUE, in_one_column, unpivoted
from fourfold.data.source import Source
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.windows import Windows

from .new_columns import another_shape

__all__ = ["as_learnt_history"]


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
    """New rows in the form that a model of forecasts was trained on, if they are a table in another form whose columns
    tell which series, times and values they hold; else as they are.

    Errors: ``DataError`` for an array.
    """
    windows = preparation.windows
    if windows is None:
        return found
    if not isinstance(found.inputs, Table):
        do = "write a table with these columns, a row for each step"
        raise another_shape(found, preparation, f"an array of shape {np.shape(found.inputs)}", do)
    if not _in_another_form(found, windows):
        return found
    long = _long(found, windows)
    turned = None if long is None else _as_learnt(long, [column.name for column in preparation.columns], windows)
    if long is None or turned is None:
        return found
    notes = (replace(note, option="") for note in turned.notes)  # of predictions there are no options
    said = Note(f"series: {long.said}", "the model was trained on series in another form")
    return replace(turned, notes=(*notes, said), all_columns=())


def _in_another_form(found: Source, windows: Windows) -> bool:
    """Whether a table has no column of what is forecast, or lacks the series or the time but for which it has none."""
    table = table_of(found, ())
    lacking = any(name not in table for name in (windows.id, windows.time) if name)
    return windows.time != "" and (lacking or {*windows.targets}.isdisjoint(table))


def _long(found: Source, windows: Windows) -> Long | None:
    """The table with a row for each series and step, None where that can't be told."""
    table = table_of(found, ())
    long, roles = unpivoted(found, Roles(id=windows.id) if windows.id in table else NO_ROLES)
    if long is not found:
        return Long(long, roles.series, TIME, VALUE, "the rows")
    kinds = {name: meant(found, table, name).kind for name in table}
    words, dates, numbers = ([name for name in table if kinds[name] == kind] for kind in ("category", "date", "number"))
    times = [windows.time] if windows.time in table else dates
    if len(times) != 1:
        return None
    time, values = times[0], [name for name in numbers if name not in times]
    if not words and len(values) > 1:
        return _of_columns(found, time, values, windows)
    names = [name for name in words if {*windows.targets} <= {*table[name].tolist()}] or words
    if len(names) > 1 or len(values) != 1:
        return None
    of_each = f"the rows of each {names[0]}" if names else "the rows"
    return Long(found, names[0] if names else "", time, values[0], f"{of_each} in order of {time}", given=True)


def _of_columns(found: Source, time: str, names: Sequence[str], windows: Windows) -> Long | None:
    """Of a table with a row for each time and a column for each series."""
    table, id = table_of(found, ()), windows.id
    if not id or id in names:
        return None
    check_memory(found.name, 8 * table.rows * len(names) * 4)
    values = in_one_column(found, table, {name: meant(found, table, name) for name in names})[0]
    there = np.isfinite(values).T
    series, row = np.nonzero(there)
    columns = {id: np.array(names, dtype=object)[series], time: table[time][row], VALUE: values.T[there]}
    described = (Column(id, "category"), found.column(time), Column(VALUE, "number"))
    turned = replace(found, inputs=Table(columns), columns=described)
    return Long(turned, id, time, VALUE, f"the columns {listed(names)}")


def _as_learnt(long: Long, channels: Sequence[str], windows: Windows) -> Source | None:
    """The same with the columns of training, of which ``channels`` are inputs; None where it lacks some."""
    table, (target, *others) = table_of(long.source, ()), windows.targets
    labels = {*table[long.id].tolist()} if long.id else {""}
    if not windows.id and {*channels} <= labels:
        return _pivoted(long, channels, windows.time)
    nameless = not long.given or (windows.time, target) == (TIME, VALUE)  # values that have no name of the user's
    known = (nameless or long.value == target) and {*channels} == {target} and not others
    if not known or (not long.id if windows.id else len(labels) > 1):
        return None
    names = {long.time: windows.time, long.value: target} | ({long.id: windows.id} if windows.id else {})
    columns = tuple(replace(long.source.column(old), name=new) for old, new in names.items())
    return replace(long.source, inputs=Table({new: table[old] for old, new in names.items()}), columns=columns)


def _pivoted(long: Long, names: Sequence[str], time: str) -> Source:
    """With a row for each time and a column for each of the series that are named; with two where a series has two rows
    at one time."""
    source, table = long.source, table_of(long.source, ())
    at = np.unique(times_of(source, table, long.time), return_inverse=True)[1]
    labels, series = np.unique(labels_of(source, table, long.id), return_inverse=True)
    order = np.lexsort((at, series))
    begins = np.flatnonzero(np.r_[1, np.diff(series[order]) | np.diff(at[order])])
    again = np.empty(len(order), np.int64)
    again[order] = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
    _, first, row = np.unique(np.stack([at, again]), axis=1, return_index=True, return_inverse=True)
    check_memory(source.name, 8 * len(first) * len(names))
    values, columns = table[long.value], {time: table[long.time][first]}
    for name in names:
        own = labels[series] == name
        columns[name] = np.full(len(first), np.nan if values.dtype.kind == "f" else None, values.dtype)
        columns[name][row[own]] = values[own]
    kinds = {long.time: [time], long.value: names}
    described = tuple(replace(source.column(old), name=name) for old, new in kinds.items() for name in new)
    return replace(source, inputs=Table(columns), columns=described)
