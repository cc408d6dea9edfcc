"""The columns that new rows of series need beside their values: what series a row is of, and at what time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import close, listed
from fourfold.data.series.unpivoted import ROW
from fourfold.data.source import Source
from fourfold.data.values.word_channels import column_of
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

from .new_columns import another_shape

__all__ = ["further_channels", "ids_apart", "parts_of_id", "with_series"]


def with_series(found: Source, preparation: Preparation) -> Source:
    """The new rows, if they are no table, or one with all columns of the long form that was trained on.

    Errors: ``DataError`` that names the columns that are missing, and what each is for, or says that it is a table of
    another form.
    """
    table, needed = found.inputs, _needed(preparation)
    if not isinstance(table, Table) or {*needed} & {*found.lists}:
        return found
    lacking = [name for name in needed if name not in table]
    if not lacking:
        return found
    if preparation.windows is None and len(lacking) == len(needed):
        channels = listed([column.name for column in preparation.columns])
        do = f"write a row for each step, or for each series lists of its steps in {channels}"
        raise another_shape(found, preparation, f"the columns {listed([*found.lists] or list(table))}", do)
    absent = {column_of(name): needed[name] for name in lacking}
    others = [name for name in table if name not in needed]
    near = {name: meant for name in absent if (meant := close(name, others))}
    add = [name for name in absent if name not in near]
    raise DataError(
        "new-series",
        f"{found.name} lacks columns of the series that the model was trained on",
        got=f"the columns {listed(list(table))}",
        wanted=", ".join(f"{name!r}, {said}" for name, said in absent.items()),
        do="; ".join(
            [f"rename {meant!r} to {name!r}" for name, meant in near.items()]
            + [f"add {listed(add)}" + ", or rename what holds it" * bool(others)] * bool(add)
        ),
    )


def ids_apart(table: Table, id: str, labels: np.ndarray) -> Table:
    """The columns that name some series (S,) by their labels: of an id of several columns these, as they stand in a
    series' first row.

    >>> columns = {"shop": [1, 2], "item": ["a", "b"], "shop, item": ["1, a", "2, b"]}
    >>> table = Table({name: np.array(values) for name, values in columns.items()})
    >>> {name: values.tolist() for name, values in ids_apart(table, "shop, item", np.array(["2, b"])).items()}
    {'shop': [2], 'item': ['b']}
    """
    parts = parts_of_id(table, id)
    if not parts:
        return Table({id: labels})
    first = dict(zip(reversed(table[id].tolist()), range(table.rows - 1, -1, -1)))
    rows = [first[label] for label in labels.tolist()]
    return Table({part: table[part][rows] for part in parts})


def further_channels(names: Iterable[str], preparation: Preparation) -> tuple[Note, ...]:
    """What is said of columns that hold no channel of the model, nor what names, orders or answers its series."""
    used = {*preparation.source_columns, preparation.target_name, *preparation.task.names}
    known = used.union(*(name.split(", ") for name in preparation.source_columns[:1]), map(column_of, used))
    further = [name for name in names if name not in known]
    return (Note(f"left out: {listed(further)}", "the model has no such channel"),) if further else ()


def parts_of_id(table: Table, id: str) -> list[str]:
    """The columns that stand beside the one that was made of them; none for an id of one column."""
    parts = id.split(", ")
    return parts if len(parts) > 1 and {*parts} <= {*table} else []


def _needed(preparation: Preparation) -> Mapping[str, str]:
    """The columns of the long form, and what each is; none where the model was trained on another form."""
    id, time = "the --id of each row", "the --time of each row"
    windows = preparation.windows
    if windows is not None:
        named = {windows.id: id} if windows.id and windows.id != ROW else {}
        return named | ({windows.time: time} if windows.time and windows.id != ROW else {})
    channels, names = [column.name for column in preparation.columns], preparation.source_columns
    if preparation.layout != "sequence" or not preparation.row_shape or len(names) != len(channels) + 2:
        return {}
    named = {name: said for name, said in zip(names, (id, time)) if name}
    return named | dict.fromkeys(channels, "a channel")
