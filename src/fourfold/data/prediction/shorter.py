"""New rows that are series of fewer steps than the longest that was learnt from, where these had several lengths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fourfold.data.columns.wide import steps_of
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.places import are_places
from fourfold.data.source import Source
from fourfold.data.values.words import spelled
from fourfold.preprocessing import Preparation

__all__ = ["with_ends"]


def with_ends(found: Source, preparation: Preparation) -> Source:
    """The source with empty columns, or steps, behind the last one that it has, so that all its series end there."""
    names = [column.name for column in preparation.columns]
    if preparation.layout != "sequence" or not preparation.masked or not names or not _is_one_channel(names):
        return found
    table = found.inputs
    if not isinstance(table, Table):
        array = np.asarray(table)
        fits = array.ndim == 3 and array.shape[2] == 1 and 1 < array.shape[1] < len(names)
        if not fits or {*names} != {*preparation.source_columns[: len(names)]}:
            return found
        filled = np.full((len(array), len(names), 1), np.nan)
        filled[:, : array.shape[1]] = array
        return replace(found, inputs=filled)
    if are_places(table.names) and len(table) <= len(names) and not _has_target(found, preparation):
        note = Note("columns taken in their order", "one side has no names, and the first holds no classes")
        columns = tuple(replace(column, name=name) for name, column in zip(names, found.columns))
        found = replace(found, inputs=Table(dict(zip(names, table.values()))), columns=columns).noting(note)
        table = found.inputs
        assert isinstance(table, Table)
    here = [name in table for name in names]
    steps = here.index(False) if False in here else len(names)
    if steps < 2 or steps == len(names) or any(here[steps:]):
        return found
    behind = Table({name: np.full(table.rows, np.nan) for name in names[steps:]})
    columns = tuple(Column(name, "number") for name in behind)
    note = Note(f"series end at {names[steps - 1]!r}", f"the first {steps} of {len(names)} columns of steps are there")
    return replace(found, inputs=Table({**table, **behind}), columns=found.columns + columns).noting(note)


def _has_target(found: Source, preparation: Preparation) -> bool:
    """Whether the column that is called as the target was holds nothing but its classes."""
    name = preparation.target_name
    if not isinstance(found.inputs, Table) or name not in found.inputs:
        return False
    words = spelled(found.inputs[name], found.kind(name))
    return words is not None and {*words.tolist()} <= {*preparation.task.classes}


def _is_one_channel(names: list[str]) -> bool:
    found = steps_of(names)
    return found is None or found[0].shape[1] == 1
