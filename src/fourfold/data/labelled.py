"""Labels in a table of their own, joined to the rows or the series that they belong to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

import numpy as np

from fourfold.data.columns.roles import labels_in
from fourfold.data.reading import FILE
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError

from .dataset import Note, Table
from .messages import counted, listed, quoted
from .source import Source


def with_labels(source: Source, labels: Source, id: str | None) -> Source | None:
    """The table with the columns of another one behind its own, joined by the ``id``, or else by the only column that
    both have, whose values differ in all rows of the other table. None where there is no such column, and where both
    tables have the same values of it in the same order.

    Errors: ``DataError`` for rows without a label, and for other columns that both tables have.
    """
    table, others = source.inputs, labels.inputs
    if not isinstance(table, Table) or not isinstance(others, Table) or len(others) < 2:
        return None
    both = [name for name in others if name in table]
    key = id if id in both else both[0] if len(both) == 1 else None
    if key is None:
        return None
    keys, known = labels_in(source, key), labels_in(labels, key)
    if key == FILE:
        known = _without_ends(known, keys)
    places = {value: place for place, value in enumerate(known.tolist())}
    if len(places) < len(known) or np.array_equal(keys, known):
        return None
    rows = np.array([places.get(value, -1) for value in keys.tolist()])
    if (absent := rows < 0).any():
        row = int(np.argmax(absent))
        raise DataError(
            "rows-without-label",
            f"some rows have no label in {labels.name}",
            got=f"{counted(int(absent.sum()), 'row')}, the first has {key!r} {keys[row]!r}",
            wanted=f"a row of {labels.name} for each {key!r}",
            do="leave these rows out, or add their labels",
        )
    if twice := [name for name in both if name != key]:
        raise DataError(
            "columns-of-both",
            f"{labels.name} has columns that {source.name} has, too",
            got=listed(twice),
            wanted=f"{key!r} and the labels",
            do=f"leave {quoted(','.join(twice))} out of one of them",
        )
    added = tuple(column for column in labels.columns if column.name != key)
    inputs = Table({**table, **{column.name: others[column.name][rows] for column in added}})
    unused = len(known) - len(np.unique(rows))
    because = f"joined by {key!r}" + f"; {counted(unused, 'row')} of it belong to none" * bool(unused)
    note = Note(f"labels: {listed([column.name for column in added])} of {labels.name}", because)
    classlike = {**labels.classlike, **source.classlike}
    joined = replace(source, inputs=inputs, columns=source.columns + added, classlike=classlike)
    return joined.noting(*labels.notes, note)


def _without_ends(known: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Names of files (N,), those that are none of the ``keys`` without their ends, and without their folders, where
    they are then, as names in a column of files have neither.

    >>> _without_ends(as_objects(["d/a.csv.gz", "b.csv", "c", "e.csv"]), as_objects(["a", "b", "c"])).tolist()
    ['a', 'b', 'c', 'e.csv']
    """
    found = {*keys.tolist()}

    def meant(name: str | None) -> str | None:
        if name is None or name in found:
            return name
        bare = [path := PurePath(name).with_suffix(""), path.with_suffix("")]
        return next((one for path in bare for one in (path.as_posix(), path.name) if one in found), name)

    return as_objects([meant(name) for name in known.tolist()])
