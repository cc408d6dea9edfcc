"""Several columns of texts as one: those of a row one below the other, as title and body of a letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Column, Table
from fourfold.data.messages import close, listed
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.text import texts_of

__all__ = ["as_joined", "joined"]


def joined(table: Table, names: Sequence[str]) -> np.ndarray:
    """The texts (N,) of some columns, a line for each that is there, None where none is; those of one as they are.

    >>> table = Table({"title": as_objects(["Hello", None]), "body": as_objects(["Dear all", None])})
    >>> joined(table, ["title", "body"]).tolist()
    ['Hello\\nDear all', None]
    """
    if len(names) == 1:
        return table[names[0]]
    rows = zip(*(table[name].tolist() for name in names))
    return as_objects(["\n".join(filter(None, row)) or None for row in rows])


def as_joined(found: Source, preparation: Preparation) -> Source:
    """New rows with their texts joined as those of training were.

    Errors: ``DataError`` where one of the columns is missing, or holds no words.
    """
    table = found.inputs
    (name,) = (column.name for column in preparation.columns)
    parts = texts_of(name, preparation.source_columns)
    if len(parts) == 1 or not isinstance(table, Table):
        return found
    absent = [part for part in parts if part not in table]
    numbers = [part for part in parts if part in table and found.kind(part) not in ("category", "text")]
    if absent or numbers:
        meant = close(absent[0], table.names) if absent else ""
        raise DataError(
            "texts-to-join",
            f"{found.name} lacks a column of the texts that the model was trained on",
            got=f"no {listed(absent)}" if absent else f"{found.kind(numbers[0])} values in {listed(numbers)}",
            wanted=listed(parts),
            do=f"rename {meant!r} to {absent[0]!r}" if meant else "",
        )
    rest = found.without(*parts)
    assert isinstance(rest.inputs, Table)
    inputs = Table({name: joined(table, parts), **rest.inputs.columns})
    return replace(rest, inputs=inputs, columns=(Column(name, "text"), *rest.columns))
