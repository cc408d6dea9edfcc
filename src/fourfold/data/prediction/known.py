"""The targets of new rows, where these have them: in a column of that name, or in the names of their folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.columns.alike import alike, levels_alike, truths
from fourfold.data.columns.labels import labels_of
from fourfold.data.dataset import Table
from fourfold.data.series.steps import Placed
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects, understood
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.table import missing
from fourfold.preprocessing.task import NUMBER

from .wanted import targets_of

__all__ = ["Known", "known_of", "of_each_series"]

NONE_LEARNT = -1
"""The number of a class that was not learnt."""


@dataclass(frozen=True, eq=False)
class Known:
    """The targets of N rows, called ``name``.

    ``values`` (N, K), NaN where there is none: numbers in the user's units, 0 and 1 of labels, the numbers of classes,
    `NONE_LEARNT` of one that was not learnt; these are the ``strange`` words, or one of a column, which ``name`` is
    then, that holds none of the numbers that are wanted, and so no value. ``weights`` (N,): how much the rows count,
    NaN where that is unknown, and ``groups`` (N,) text: which belong together; None where training had no such column,
    or these rows have none.
    """

    name: str
    values: np.ndarray
    strange: tuple[str, ...] = ()
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None


def known_of(found: Source, others: Table, preparation: Preparation, placed: Placed | None = None) -> Known | None:
    """The targets of the new rows in ``found``, in the columns ``others`` (N,) or in its own target, if these are steps
    of series as they are ``placed``; None where they have none, as folders none of which is called as a class."""
    known = _targets(found, Table({**others, **_given(found, placed)}), preparation)
    if known is None:
        return None
    roles = {role: [others[one] for one in _columns_of(others, name)] for role, name in preparation.roles.items()}
    weights = _weights(roles["weight"][0], found.comma) if roles.get("weight") else None
    groups = _together(roles["group"]) if roles.get("group") else None
    return replace(known, weights=weights, groups=groups)


def _targets(found: Source, others: Table, preparation: Preparation) -> Known | None:
    task = preparation.task
    if preparation.windows is not None or (task.kind == "multilabel" and not task.names):
        return None
    if found.of_folders and found.target is not None and task.kind == "classification":
        known = _classes("classes as folders", found.target, preparation)
        return known if (known.values >= 0).any() else None
    named = [[name] if name in others else alike(others, [name]) for name in targets_of(preparation)]
    if any(len(found) != 1 for found in named):
        return None
    columns = {name: cells for (name,) in named if (cells := _cells(others[name])) is not None}
    if len(columns) < len(named):
        return None
    names = [*columns]
    if task.kind == "classification":
        return _classes(repr(names[0]), _words(columns[names[0]], preparation), preparation)
    each = (_numbers(cells, comma=found.comma, labels=task.kind == "multilabel") for cells in columns.values())
    read = {name: values for name, values in zip(names, each) if values is not None}
    if unread := [name for name in names if name not in read]:
        cells = columns[unread[0]].tolist()
        words = (str(next(cell for cell in cells if cell is not None and cell == cell)),)
        return Known(repr(unread[0]), np.full((len(cells), len(names)), np.nan), words)
    return Known(", ".join(map(repr, names)), np.stack([*read.values()], axis=1))


def of_each_series(table: Table, placed: Placed, preparation: Preparation) -> Table:
    """The targets in a table with a row for each step, as ``placed``: of each series the value that its rows have; and
    weights and groups, too."""
    names = [name for target in targets_of(preparation) for name in alike(table, [target])]
    names += [name for role in preparation.roles.values() for name in _columns_of(table, role)]
    found = {}
    for name in names:
        there = np.flatnonzero(~missing(values := table[name]))[::-1]
        row = placed.first.copy()
        row[placed.series[there]] = there  # the first that has a value
        found |= {} if placed.varies(values) else {name: values[row]}
    return Table(found)


def _given(found: Source, placed: Placed | None) -> dict[str, np.ndarray]:
    """The target that a source has by itself, as arrays do, by its names."""
    if found.target is None or found.of_folders:
        return {}
    if found.stepwise:
        return {found.target_name: found.target[placed.series, placed.step]} if placed is not None else {}
    names = found.target_names or (found.target_name,)
    return dict(zip(names, found.target.reshape(len(found.target), len(names)).T))


def _columns_of(table: Table, name: str) -> list[str]:
    """The columns of a table that are called so, one or several with commas between their names; none where one is
    missing."""
    parts = [name] if alike(table, [name]) else name.split(", ")
    found = [[part] if part in table else alike(table, [part]) for part in parts]
    return [names[0] for names in found] if all(len(names) == 1 for names in found) else []


def _weights(values: np.ndarray, comma: bool) -> np.ndarray | None:
    """Weights (N,), NaN where there is none of 0 or more; None where none can be read."""
    cells = _cells(values)
    found = None if cells is None else _numbers(cells, comma=comma, labels=False)
    return None if found is None else np.where(found >= 0, found, np.nan)


def _together(columns: Sequence[np.ndarray]) -> np.ndarray:
    """A word (N,) for each row, the same for rows that have the same values in all columns."""
    words = [[*map(str, values.tolist())] for values in columns]
    return as_objects([", ".join(row) for row in zip(*words)])


def _cells(values: np.ndarray) -> np.ndarray | None:
    """A column (N,) as numbers, or as words, None where they are missing; None if it is neither."""
    if values.ndim == 1 and values.dtype.kind in "biuf":
        return values.astype(np.float64)
    words = as_objects(values.tolist()) if values.ndim == 1 and values.dtype.kind in "OU" else None
    return words if words is not None and all(word is None or isinstance(word, str) for word in words) else None


def _words(values: np.ndarray, preparation: Preparation) -> np.ndarray:
    """Classes (N,) as words, None where they are missing."""
    if values.dtype.kind == "O":
        return values
    absent = missing(values)
    kind = "boolean" if preparation.task.label_type == "boolean" else "number"
    words = np.full(len(values), None, dtype=object)
    words[~absent] = labels_of(values[~absent], kind)[0]
    return words


def _classes(name: str, words: np.ndarray, preparation: Preparation) -> Known:
    """The numbers of classes that differ from those learnt in case and blanks alone, or in how a number is written,
    too."""
    classes = preparation.task.classes
    number = {word: place for place, word in enumerate(classes)}
    given = as_objects([None if word is None or not word.strip() else word for word in words.tolist()])
    meant = levels_alike(given, classes)[0].tolist()
    as_number = {float(word): place for word, place in number.items() if NUMBER.fullmatch(word)}
    for word in {*meant} - {*number, None}:
        if NUMBER.fullmatch(word.strip()) and float(word) in as_number:
            number[word] = as_number[float(word)]
    values = np.array([np.nan if word is None else number.get(word, NONE_LEARNT) for word in meant], dtype=float)
    strange = dict.fromkeys(word for word in meant if word is not None and word not in number)
    return Known(name, values[:, None], tuple(strange))


def _numbers(values: np.ndarray, *, comma: bool, labels: bool) -> np.ndarray | None:
    """Numbers (N,), or words for them, NaN where they are none; None where most are not, or if ``labels`` are others
    than 0 and 1."""
    if values.dtype.kind == "O" and missing(values).all():
        values = np.full(len(values), np.nan)
    elif values.dtype.kind == "O":
        found = truths(values) if labels else None
        read = understood(values, comma=comma)
        if found is None and read.kind not in ("number", "boolean"):
            return None
        values = read.values if found is None else found[0]
    values = np.where(np.isfinite(values), values, np.nan)
    return values if not labels or np.isin(values[~np.isnan(values)], (0, 1)).all() else None
