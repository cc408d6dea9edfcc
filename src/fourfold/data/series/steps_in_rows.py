"""Series that are an array or lists of numbers, as a table with a row for each step, as a forecast needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.columns.lists import beside_lists, columns_of, series_of_lists
from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import listed
from fourfold.data.places import by_place
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects
from fourfold.preprocessing.series import lengths

from .long_columns import check_id, meant, table_of
from .unpivoted import ROW, series_named

__all__ = ["with_steps_in_rows"]


def with_steps_in_rows(source: Source, roles: Roles) -> tuple[Source, Roles]:
    """The source with a row for each step, and the roles with the column that names its series: of an array (T,),
    (T, C) or (N, T, C), and of a table with lists, whose rows are series; others as they are.

    Lists that are shorter than others in all rows are no series, and are left out, as are the columns beside them, but
    for the id.

    Errors: ``MachineError`` for more steps than fit into memory; ``OptionError`` for an id that is no column.
    """
    if isinstance(source.inputs, Table):
        return _of_lists(source, roles) if source.lists else (source, roles)
    array = np.asarray(source.inputs)
    if source.target is not None or source.test_rows or array.dtype.kind not in "biuf" or array.ndim > 3:
        return source, roles
    names = by_place(array.shape[-1] if array.ndim > 1 else 1)
    columns = tuple(Column(name, "number") for name in names)
    if array.ndim < 3:
        values = array.astype(np.float64).reshape(len(array), -1)
        note = Note(f"columns: {listed(names)}", "the rows of an array are steps in their order")
        return replace(source, inputs=Table(dict(zip(names, values.T))), columns=columns).noting(note), roles
    labels = as_objects([str(number + 1) for number in range(len(array))])
    note = Note(f"columns: {listed(names)}", "an array of series, steps and channels")
    return _in_rows(source.noting(note), array.astype(np.float64), names, ROW, labels), replace(roles, id=ROW)


def _of_lists(source: Source, roles: Roles) -> tuple[Source, Roles]:
    """Of a table whose rows are series."""
    table = table_of(source, ())
    steps = {name: len(columns_of(table, name)) for name in source.lists}
    channels = tuple(name for name, count in steps.items() if count == max(steps.values()))
    beside = Table(beside_lists(source))
    words = [name for name in beside if meant(source, table, name).kind == "category"]
    check_id(source, roles.series or None)
    id, labels = series_named(beside if beside.rows else table, roles.series or None, words, "")
    built = series_of_lists(source, channels)
    rest = [name for name in (*source.lists, *beside) if name not in (*channels, id)]
    built = built.noting(*[Note(f"left out: {listed(rest)}", "beside series")] * bool(rest))
    return _in_rows(built, np.asarray(built.inputs), channels, id, labels), replace(roles, id=id or None)


def _in_rows(source: Source, array: np.ndarray, names: Sequence[str], id: str, labels: np.ndarray) -> Source:
    """Series (N, T, C), missing behind their ends, with ``labels`` (N,) in a column ``id``, which "" has none."""
    rows = int(lengths(array).sum())
    check_memory(source.name, 8 * rows * (len(names) + bool(id)))
    series, step = np.nonzero(np.arange(array.shape[1]) < lengths(array)[:, None])
    columns = {id: labels[series]} if id else {}
    columns |= {name: array[series, step, place] for place, name in enumerate(names)}
    described = tuple(Column(name, "category" if name == id else "number") for name in columns)
    return replace(source, inputs=Table(columns), columns=described, layout=None, all_columns=())
