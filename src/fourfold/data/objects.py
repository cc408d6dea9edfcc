"""Arrays and data frames that a program holds, as a source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np

from fourfold.data.columns.judged import COUNTER
from fourfold.data.columns.roles import Roles
from fourfold.data.columns.targets import together
from fourfold.data.series.steps import steps_of, unequal_steps
from fourfold.data.values.cells import WHOLE, dates, is_of_words, said_of, typed
from fourfold.data.values.nested_cells import opened
from fourfold.data.values.stand_ins import classes_among
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError
from fourfold.preprocessing.table import ColumnKind

from .array_likes import as_columns, cell, familiar
from .dataset import Column, Note, Table
from .messages import listed, without_blanks
from .places import are_places, by_place
from .source import Source
from .unequal import unequal

Target = tuple[tuple[str, ...], np.ndarray, str, tuple[Note, ...]]
"""The names of a target's columns, its values (N,) or (N, K), their kind, and what is said of them.

One name with values (N, T): a value for each step.
"""


REAL_PARTS = "numpy.concatenate([x.real, x.imag], axis=-1), or numpy.abs(x)"
"""What to do with complex numbers."""


def as_source(x: Any, y: Any, name: str, known: Collection[str] = ()) -> Source:
    """Arrays or frames as a source, columns converted, nothing inferred; ``known``: see `opened`."""
    series = unequal(x, name)
    source = _inputs(x, name, known) if series is None else Source(name, series, layout="sequence")
    source = replace(source, pictures=_pictures(source.inputs)).noting(*_named_index(x))
    if y is None:
        return source
    said = _said_of_indices(x, y)
    aimed = source.aimed(*_target(y, source.inputs)).noting(*said)
    words = aimed.target_kind == "category" and not aimed.stepwise and not _are_of_words(y)
    spelled = classes_among(_cells_of(y)) if words else ()
    return replace(aimed, classlike={**aimed.classlike, aimed.target_name: spelled})


def _cells_of(y: Any) -> np.ndarray:
    """The cells of a target of one column of words."""
    y = familiar(y, "y")
    frame = _native(y)
    column = frame.get_column(frame.columns[0]) if isinstance(frame, nw.DataFrame) else frame
    return as_objects(column.to_list()) if isinstance(column, nw.Series) else np.asarray(y).ravel()


def is_frame(values: Any) -> bool:
    """Whether these are a data frame of any library."""
    return isinstance(_native(familiar(values)), nw.DataFrame)


def _named_index(x: Any) -> tuple[Note, ...]:
    """What is said of a data frame of pandas whose index has names: it is no column."""
    names = [str(name) for name in x.index.names if name is not None] if hasattr(x, "reset_index") else []
    because = "the index of the frame; x.reset_index() makes it a column"
    return (Note(f"ignored: {listed(names)}", because),) if names else ()


def check_roles(x: Any, roles: Roles) -> None:
    """Refuse weights, groups and ids of pandas whose index holds the rows of x in another order."""
    for name in ("weight", "group", "id"):
        if (values := getattr(roles, name)) is not None and not isinstance(values, str):
            _said_of_indices(x, values, name)


def _said_of_indices(x: Any, y: Any, what: str = "y") -> tuple[Note, ...]:
    """What is said of frames of pandas whose indices have no label in common: rows go by their place. Those that hold
    the same rows in different orders are refused."""
    frames = [frame for values in (x, y) if isinstance(frame := _native(values), (nw.DataFrame, nw.Series))]
    indices = [index for frame in frames if (index := nw.maybe_get_index(frame)) is not None]
    if len(indices) < 2 or not all(index.is_unique for index in indices):
        return ()
    of_x, of_y = ([*index] for index in indices)
    if of_x != of_y and set(of_x) == set(of_y):
        first = next(row for row, (one, other) in enumerate(zip(of_x, of_y), 1) if one != other)
        do = f"{what}.loc[x.index], or {what}.to_numpy() if rows do go by their place"
        raise _another_order("their indices differ", first, do, what)
    if len(of_x) != len(of_y) or set(of_x) & set(of_y):
        return ()
    because = f"the indices of x and {what} have no label in common, such as {of_x[0]!r} and {of_y[0]!r}"
    return (Note(f"rows of x and {what}: paired by their place", because),)


def _another_order(got: str, row: int, do: str, what: str = "y") -> DataError:
    return DataError(
        "another-order",
        f"x and {what} have their rows in different orders",
        got=f"{got} in row {row}",
        wanted="the same row in the same place of both",
        do=do,
    )


def _inputs(x: Any, source: str, known: Collection[str] = ()) -> Source:
    x = as_columns(familiar(x))
    if isinstance(x, dict):
        return _table({str(name): as_objects([*map(cell, values)]) for name, values in x.items()}, source, known)
    frame = _native(x)
    if isinstance(frame, nw.LazyFrame):
        raise DataError("lazy-frame", "x is a lazy data frame", do="x.collect()")
    if isinstance(frame, nw.Series):
        name = frame.name or ("text" if frame.dtype == nw.String else by_place(1)[0])
        frame = frame.alias(name).to_frame()
    if isinstance(frame, nw.DataFrame):
        return _frame(frame, source, known)
    array = _array(x, "x")
    if array.ndim <= 1:
        array = array.reshape(-1, 1)
    if array.dtype.kind in "biuf":
        return Source(source, array)
    if array.ndim == 2 and array.dtype.kind in "OUSMm":
        texts = array.shape[1] == 1 and array.dtype.kind not in "Mm"
        return _table(dict(zip(["text"] if texts else by_place(array.shape[1]), array.T)), source)
    raise DataError(
        "array-type", "x can't be used", got=f"an array of type {array.dtype}", wanted="numbers or text"
    )


def target_of(source: Source, inputs: np.ndarray | Table, as_words: bool) -> Target:
    """A target of these inputs, that stands alone in a source; words of one column ``as_words``, or what they mean."""
    if not isinstance(source.inputs, Table):
        return _target(source.inputs, inputs)
    source, ignored = _without_numbers(source, inputs)
    assert isinstance(source.inputs, Table)
    names = source.inputs.names
    columns = {name: (source.inputs[name], source.kind(name)) for name in names}
    if len(names) == 1:
        values, kind, notes = (*columns[names[0]], ()) if as_words else together(columns, comma=source.comma)
        return ("y",), values, kind, ignored + notes
    if are_places(names):  # an array of words
        steps = steps_of(np.stack([values.astype(object) for values, _ in columns.values()], axis=1), inputs)
        if steps is not None:
            return ("y",), *steps, ()
    values, kind, notes = together(columns)
    return names, values, kind, ignored + notes


def _without_numbers(source: Source, inputs: np.ndarray | Table) -> tuple[Source, tuple[Note, ...]]:
    """Several targets without the columns that number their rows, or that name them in x, too.

    Errors: ``DataError`` where x has these values in another order: rows would be given the targets of others.
    """
    assert isinstance(source.inputs, Table)
    found = []
    for name, values in source.inputs.items():
        if len(source.inputs) == 1 or len(set(values.tolist())) < len(values):
            continue
        if isinstance(inputs, Table) and name in inputs and len(inputs[name]) == len(values):
            of_x, of_y = list(map(str, inputs[name].tolist())), list(map(str, values.tolist()))
            if sorted(of_x) == sorted(of_y):
                if of_x != of_y:
                    first = next(row for row, (one, other) in enumerate(zip(of_x, of_y), 1) if one != other)
                    raise _another_order(f"{name!r} differs", first, f"sort both by {name!r}")
                found.append(name)
        elif source.kind(name) == "number" and COUNTER.search(name):
            found.append(name)
    if not found or len(found) == len(source.inputs):
        return source, ()
    return source.without(*found), (Note(f"ignored in y: {listed(found)}", "it numbers the rows"),)


def _native(values: Any) -> Any:
    """A data frame or a series of any library in the form of narwhals; all else as it is."""
    try:
        return nw.from_native(values, pass_through=True, allow_series=True)
    except nw.exceptions.DuplicateError as error:
        raise _repeated(list(map(str, values.columns))) from error


def _repeated(names: list[str]) -> DataError:
    return DataError(
        "repeated-columns",
        "columns have the same name",
        got=repr(max(names, key=names.count)),
        do="rename one of them",
    )


def _frame(frame: nw.DataFrame, source: str, known: Collection[str] = ()) -> Source:
    names = [str(name) for name in frame.columns]
    if len(set(names)) != len(names):
        raise _repeated(names)
    columns = {name: _series(frame.get_column(column)) for name, column in zip(names, frame.columns)}
    categories = [
        name
        for name, column in zip(names, frame.columns)
        if isinstance(frame.get_column(column).dtype, (nw.Categorical, nw.Enum))
        and not any(isinstance(value, str) for value in columns[name].tolist())
    ]
    said = Note(f"categories that are numbers: {listed(categories)}", "read as numbers; words, such as c1, are classes")
    found = _table(columns, source, known).noting(*_said_of_zones(frame))
    zones = {name: bool(zone) for name, kind in zip(names, frame.schema.values()) if (zone := _zone(kind)) is not None}
    found = replace(found, columns=tuple(replace(one, zoned=zones.get(one.name)) for one in found.columns))
    return found.noting(said) if categories else found


def _zone(kind: Any) -> str | None:
    """The zone of dates with a clock, "" without one; None of all else."""
    return (kind.time_zone or "") if isinstance(kind, nw.Datetime) else None


def _said_of_zones(frame: nw.DataFrame) -> tuple[Note, ...]:
    """What is said of dates with a zone, which are turned to Greenwich time."""
    zoned = [frame.get_column(name) for name, kind in frame.schema.items() if _zone(kind)]
    return tuple(note for one in zoned for note in said_of(str(one.name), as_objects(one.to_list())))


def _series(series: nw.Series) -> np.ndarray:
    """A column as an array: numbers with NaN, in single precision if they are so, also in lists, dates with NaT, all
    else (numbers beyond float64) as objects."""
    kind = series.dtype
    if kind.is_decimal() or (kind.is_integer() and max(abs(series.min() or 0), series.max() or 0) > WHOLE):
        return as_objects(series.to_list())
    if kind.is_numeric():
        numbers = series.cast(nw.Float64).to_numpy().astype(np.float64)
        return numbers.astype(np.float32) if kind == nw.Float32 else numbers
    values = [*map(cell, series.to_list())] if kind == nw.Object else series.to_list()
    if isinstance(kind, (nw.List, nw.Array)) and kind.inner == nw.Float32:
        values = [one and [None if number is None else np.float32(number) for number in one] for one in values]
    return dates(values) if kind in (nw.Datetime, nw.Date) else as_objects(values)


def _pictures(inputs: np.ndarray | Table) -> str:
    """The first column of pictures of Pillow, or ""."""
    columns = inputs.items() if isinstance(inputs, Table) else ()
    return next((name for name, values in columns if len(values) and hasattr(values[0], "convert")), "")


def _table(columns: dict[str, np.ndarray], source: str, known: Collection[str] = ()) -> Source:
    if not columns:
        raise DataError(
            "empty-table",
            f"{source} has no columns",
            got="an empty table",
            wanted="a column for each input and one for the target",
            do="look at what was read or selected before",
        )
    columns, notes, lists = opened(dict(zip(without_blanks([*columns]), columns.values())), known)
    found: dict[str, tuple[np.ndarray, ColumnKind]] = {}
    for name, values in columns.items():
        shown = len(values) > 0 and hasattr(values[0], "convert")  # a picture of Pillow, decoded later
        found[name] = (values, "category") if shown else typed(name, values)
    table = Table({name: values for name, (values, _) in found.items()})
    notes += tuple(note for name, values in columns.items() for note in said_of(name, values))
    kinds = tuple(Column(name, kind) for name, (_, kind) in found.items())
    words = {name: classes_among(values) for name, values in columns.items()}
    return Source(
        source, table, kinds, notes=notes, lists=(*lists.uneven,), uneven=lists.unequal, nested=lists.nested,
        classlike=words,
    )  # fmt: skip


def _target(y: Any, inputs: np.ndarray | Table) -> Target:
    steps = unequal_steps(y, inputs)
    if steps is not None:
        return ("y",), *steps, ()
    y = familiar(y, "y")
    frame = _native(y)
    if isinstance(frame, nw.DataFrame) and len(frame.columns) != 1:
        found = _frame(frame, "y")
        table = found.inputs
        assert isinstance(table, Table)
        values, kind, notes = together({one.name: (table[one.name], one.kind) for one in found.columns})
        return table.names, values, kind, found.notes + notes
    if isinstance(frame, nw.DataFrame):
        frame = frame.get_column(frame.columns[0])
    if isinstance(frame, nw.Series):
        name = str(frame.name).strip() if frame.name not in (None, "", 0) else "y"
        return (name,), *typed(name, _series(frame)), said_of(name, _series(frame), "target")
    array = as_objects(list(y)) if _are_of_words(y) else _array(y, "y")
    steps = steps_of(array, inputs)
    if steps is not None:
        return ("y",), *steps, ()
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.shape[1] > 1:
        columns = {f"y{k}": typed(f"y{k}", array[:, k]) for k in range(array.shape[1])}
        return tuple(columns), *together(columns)
    if array.ndim != 1:
        raise DataError(
            "target-axes",
            "y can't be used",
            got=f"shape {array.shape}",
            wanted="one value for each row, or a row of values; of series one value for each step",
        )
    return ("y",), *typed("y", array), said_of("y", array, "target")


def _are_of_words(y: Any) -> bool:
    """Whether these are lists of words, a list for each row, some of another length than others."""
    rows = y if isinstance(y, (list, tuple)) or (isinstance(y, np.ndarray) and y.ndim) else ()
    return len(rows) > 0 and all(map(is_of_words, rows)) and len({len(words) for words in rows}) > 1


def _array(values: Any, what: str) -> np.ndarray:
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise DataError(
            "ragged-array",
            f"{what} is no array",
            got=str(error)[:120],
            wanted="rows of equal length, or a list of arrays, which are series of unequal lengths",
        ) from error
    if array.dtype.kind == "c":
        got, wanted = "complex numbers", "real numbers"
        raise DataError("array-type", f"{what} can't be used", got=got, wanted=wanted, do=REAL_PARTS)
    if not array.ndim:
        raise DataError(
            "no-array",
            f"{what} can't be used",
            got="shape ()" if isinstance(values, np.ndarray) else f"one {type(values).__name__}",
            wanted="an array, a list or a data frame, a row for each example",
        )
    return array
