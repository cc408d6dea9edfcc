"""New rows for a model that is trained: the same columns, checked by name, in the order they came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fourfold.errors import DataError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.series import lengths
from fourfold.preprocessing.table import missing, row_count

from .dataset import Column, Note, Table
from .join import empty
from .layout import settle_array
from .long_form import series_of
from .messages import close, listed
from .pictures import developed
from .read import open_source
from .sample import Reading
from .series import as_long, channels_of
from .source import Source
from .words import as_objects, reworded, spelled

_WORDS = ("category", "text")


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows without a target, as ``Preparation.inputs`` takes them.

    ``others`` holds the source's columns that the model does not use (an id, the target), to be written
    beside the predictions.
    """

    inputs: np.ndarray | Table
    notes: tuple[Note, ...]
    others: Table

    @property
    def rows(self) -> int:
        return row_count(self.inputs)


def read_inputs(source: Any, preparation: Preparation) -> NewRows:
    """Rows from a file, an embedded name, an array or a data frame, in the form that was trained on.

    >>> from fourfold.data import read
    >>> data = read("iris")
    >>> preparation = Preparation.fit(data, range(100))
    >>> read_inputs(np.array([[5.1, 3.5, 1.4, 0.2]]), preparation).inputs["sepal length (cm)"].tolist()
    [5.1]

    Errors: one ``DataError`` that lists every column that is missing or of another type, or says which
    shape of row was wanted.
    """
    found = open_source(source, Reading(rows=None, layout=preparation.layout))
    if not row_count(found.inputs):
        raise DataError(
            "no-rows", f"{found.name} has no rows to predict", got="0 rows", wanted="at least one row"
        )
    columns = preparation.columns
    if preparation.layout == "sequence" and preparation.row_shape and columns:
        found, columns = _from_long(found, preparation), ()
    if found.pictures and preparation.layout == "image":
        others = Table({found.pictures: found.ids, **_beside(found)} if found.ids is not None else {})
        found = developed(found, shape=preparation.row_shape)
        return NewRows(_shaped(found, preparation), found.notes, others)
    if isinstance(found.inputs, Table):
        if not columns:
            raise _another_shape(found, preparation, f"a table of {len(found.inputs)} columns")
        found = _renamed(found, preparation)
    elif columns:
        found = _named(found, preparation)
    if isinstance(found.inputs, Table):
        table, notes = _checked(found, preparation)
        others = Table({name: values for name, values in found.inputs.items() if name not in table})
        if found.ids is not None:
            others = Table({"file": found.ids, **others})
        if preparation.layout in ("sequence", "image"):
            stacked = np.stack([table[column.name] for column in columns], axis=1)
            named = channels_of([column.name for column in columns])
            if preparation.layout == "sequence" and named is not None:
                stacked = stacked.reshape(len(stacked), *named.shape)
            return NewRows(settle_array(stacked, preparation.layout)[0], notes, others)
        return NewRows(table, notes, others)
    notes, others = found.notes, Table({"id": found.ids} if found.ids is not None else {})
    if preparation.masked and np.ndim(found.inputs) == 3:
        found, cut = _fitted(found, preparation)
        notes += cut
    return NewRows(_shaped(found, preparation), notes, others)


def _beside(found: Source) -> dict[str, np.ndarray]:
    """The columns beside the paths of pictures."""
    assert isinstance(found.inputs, Table)
    return {name: values for name, values in found.inputs.items() if name != found.pictures}


def _from_long(found: Source, preparation: Preparation) -> Source:
    """A table in long form as series, if it is one; the first of its columns are id and time."""
    if not isinstance(found.inputs, Table):
        return found
    id, time, *channels = preparation.source_columns
    return series_of(found, id, time, channels)[0]


def _fitted(found: Source, preparation: Preparation) -> tuple[Source, tuple[Note, ...]]:
    """Series of unequal lengths with as many steps as the longest one that was trained on; longer ones are cut."""
    array, steps = np.asarray(found.inputs), preparation.row_shape[0]
    cut = int((lengths(array) > steps).sum())
    note = Note(f"cut after {steps} steps: {cut} series", "the longest that was trained on has so many")
    array, _ = as_long(array[:, :steps], np.empty((0, steps, array.shape[2])))
    return replace(found, inputs=array), (note,) if cut else ()


def _shaped(found: Source, preparation: Preparation) -> np.ndarray:
    """An array whose rows have the shape that was trained on, as given or as laid out."""
    array = np.asarray(found.inputs)
    if array.shape[1:] not in _row_shapes(preparation):
        raise _another_shape(found, preparation, f"rows of shape {array.shape[1:]}")
    return settle_array(array, preparation.layout)[0]


def _row_shapes(preparation: Preparation) -> tuple[tuple[int, ...], ...]:
    given = preparation.row_shape
    if preparation.layout not in ("sequence", "image") or not given:
        return (given,)
    laid_out = settle_array(np.broadcast_to(np.int8(0), (1, *given)), preparation.layout)[0]
    return given, laid_out.shape[1:]


def _named(found: Source, preparation: Preparation) -> Source:
    """A plain array as the table that was trained on, its columns in the order of the source then."""
    array = np.asarray(found.inputs)
    names = preparation.source_columns
    if preparation.row_shape and array.shape[1:] == preparation.row_shape:
        array = array.reshape(len(array), -1)
    if array.ndim != 2 or array.shape[1] != len(names):
        raise _another_shape(found, preparation, f"rows of shape {array.shape[1:]}")
    table = Table({name: array[:, place].astype(np.float64) for place, name in enumerate(names)})
    return Source(found.name, table, tuple(Column(name, "number") for name in names))


def _renamed(found: Source, preparation: Preparation) -> Source:
    """Columns of a nameless array, or one of several texts: taken in order when the names can't agree."""
    assert isinstance(found.inputs, Table)
    wanted, got = preparation.source_columns, found.inputs.names
    nameless = (
        wanted == tuple(f"x{place}" for place in range(len(wanted)))
        or got == ("text",)
        or got == (tuple(f"x{place}" for place in range(len(got))))
    )
    if len(wanted) != len(got) or wanted == got or not nameless:
        return found
    table = Table(dict(zip(wanted, found.inputs.values())))
    columns = tuple(Column(name, column.kind) for name, column in zip(wanted, found.columns))
    note = Note("columns taken in their order", "one side has no names")
    return Source(found.name, table, columns).noting(note)


def _checked(found: Source, preparation: Preparation) -> tuple[Table, tuple[Note, ...]]:
    """The columns that are used, in the kinds of the training data; all that is wrong in one message."""
    assert isinstance(found.inputs, Table)
    problems, notes, table = [], list(found.notes), {}
    known = {*preparation.source_columns, preparation.target_name, *preparation.task.names}
    extra = [name for name in found.inputs if name not in known]
    for column in preparation.columns:
        if column.name not in found.inputs:
            near = close(column.name, extra)
            problems.append(f"{column.name!r} is missing" + (f" (is it {near!r}?)" if near else ""))
            continue
        values = _as(column.kind, found.kind(column.name), found.inputs[column.name])
        if values is None:
            kind = found.kind(column.name)
            problems.append(f"{column.name!r} holds {_PLURAL[kind]} instead of {_PLURAL[column.kind]}")
            continue
        lost = int(missing(values).sum() - missing(found.inputs[column.name]).sum())
        if lost > 0:
            notes.append(
                Note(
                    f"column {column.name}: {lost} words taken for missing",
                    f"it holds {_PLURAL[column.kind]}",
                )
            )
        table[column.name] = values
    if problems:
        raise DataError(
            "new-columns",
            f"the columns of {found.name} are not those that the model was trained on",
            got="; ".join(problems[:20]),
            wanted=listed([column.name for column in preparation.columns]),
        )
    if extra:
        notes.append(Note(f"ignored: {listed(extra)}", "the training data had no such column"))
    for category in preparation.categories:
        unseen = category.unseen(table[category.name])
        if unseen:
            notes.append(
                Note(
                    f"column {category.name}: {listed(list(unseen))} not told apart",
                    "not among the levels learnt",
                )
            )
    return Table(table), tuple(notes)


_PLURAL = {"number": "numbers", "boolean": "booleans", "date": "dates", "category": "words", "text": "words"}


def _as(wanted: str, kind: str, values: np.ndarray) -> np.ndarray | None:
    """A column in the wanted kind, or None if it is of another type."""
    if missing(values).all():
        return empty(wanted, len(values))
    if wanted in _WORDS:
        return values if kind in _WORDS else spelled(values, kind)
    if kind in _WORDS:
        values, kind, _ = reworded(values)
        if kind == "category" and wanted == "number":
            return _numbers_among(values)
    if wanted == "boolean" and kind == "number":
        return values if set(values[~np.isnan(values)].tolist()) <= {0.0, 1.0} else None
    return values if kind == wanted or (wanted, kind) == ("number", "boolean") else None


def _numbers_among(values: np.ndarray) -> np.ndarray | None:
    """The numbers in a column of words, the other words missing; None if there are no numbers."""
    parts = [None if value is None else reworded(as_objects([value])) for value in values.tolist()]
    numbers = np.array([part[0][0] if part and part[1] == "number" else np.nan for part in parts])
    return None if np.isnan(numbers).all() else numbers


def _another_shape(found: Source, preparation: Preparation, got: str) -> DataError:
    names = preparation.source_columns
    wanted = f"{len(names)} columns: {listed(names)}" if names else f"rows of shape {preparation.row_shape}"
    return DataError(
        "new-shape", f"{found.name} is not what the model was trained on", got=got, wanted=wanted
    )
