"""New rows for a model that is trained: the same columns, checked by name, in the order they came."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fourfold.data.columns.alike import alike, named_alike
from fourfold.data.columns.frame_index import without_index
from fourfold.data.columns.indicators import with_indicators
from fourfold.data.columns.joined_texts import as_joined
from fourfold.data.columns.kinds_of_lists import as_words
from fourfold.data.columns.lists import beside_lists, holders_of, series_of_lists
from fourfold.data.columns.roles import NO_ROLES
from fourfold.data.columns.wide import steps_of
from fourfold.data.dataset import Note, Table
from fourfold.data.files.packed_folders import as_folder
from fourfold.data.files.packing import STANDARD_INPUT, standard_input
from fourfold.data.files.pictures import developed
from fourfold.data.files.text.encoding import check_encoding
from fourfold.data.layout import settle_array
from fourfold.data.messages import listed
from fourfold.data.opening import open_source, parts_of
from fourfold.data.reading import FILE, Reading
from fourfold.data.series.cut import Pieces, in_pieces
from fourfold.data.series.forecast import with_index
from fourfold.data.series.history import history_of, used_of
from fourfold.data.series.intervals import of_other_steps
from fourfold.data.series.long_form import series_of
from fourfold.data.series.steps import Placed
from fourfold.data.series.tested import Tested
from fourfold.data.series.time_columns import with_time
from fourfold.data.series.unpivoted import ROW, unpivoted_as
from fourfold.data.source import Source
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.series import lengths
from fourfold.preprocessing.table import row_count

from .history_forms import as_learnt_history, with_learnt_steps
from .known import Known, known_of, of_each_series
from .latest import latest_of
from .new_columns import another_shape, by_place, checked, renamed
from .new_series import further_channels, ids_apart, parts_of_id, with_series
from .noticed import Noticed, of_new_rows
from .scale import on_another_scale
from .series_forms import as_learnt_series, in_another_form
from .shapes import filled_up, fitted, holes_in, laid_out, of_other_axes, row_shapes, shaped, token_numbers
from .shorter import with_ends
from .units import in_units
from .wanted import channels_of, columns_of_words, names_wanted, of_series, time_of
from .zones import of_history


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows without a target, as ``Preparation.inputs`` takes them.

    ``others`` holds the source's columns that the model does not use (an id, the target), to be written
    beside the predictions. ``following`` (S, H) are the stamps of the steps after each history. ``placed``: of series
    whose steps are predicted, where the rows of ``others`` stand in them; the longest may have ``steps``. ``pieces``:
    where they stand in ``inputs``. ``among``: how many rows these are a part of, 0 where it isn't known. ``known``:
    their targets, a line for each of the rows of ``others``, where they have them; ``tested``: the windows of histories
    before the last ones, whose next steps are known.
    """

    inputs: np.ndarray | Table
    noticed: Noticed
    others: Table
    following: np.ndarray | None = None
    placed: Placed | None = None
    steps: int = 0
    pieces: Pieces | None = None
    among: int = 0
    known: Known | None = None
    tested: Tested | None = None

    def by_step(self, values: np.ndarray) -> np.ndarray:
        """What a network says of the steps of ``inputs`` (P, T, ...), row by row of the steps that were asked for."""
        assert self.pieces is not None
        return values[self.pieces.piece, self.pieces.place]

    @property
    def rows(self) -> int:
        return row_count(self.inputs)

    @property
    def notes(self) -> tuple[Note, ...]:
        return self.noticed.said()


def read_inputs(source: Any, preparation: Preparation, encoding: str | None = None) -> NewRows:
    """Rows from a file, an embedded name, an array or a data frame, in the form that was trained on.

    >>> from fourfold.data import read
    >>> data = read("iris")
    >>> preparation = Preparation.fit(data, range(100))
    >>> read_inputs(np.array([[5.1, 3.5, 1.4, 0.2]]), preparation).inputs["sepal length (cm)"].tolist()
    [5.1]

    Errors: one ``DataError`` that lists every column that is missing or of another type, or says which
    shape of row was wanted.
    """
    with of_new_rows(), as_folder(source) as found:
        found = found if preparation.windows is None else with_index(found)
        return _new_rows(open_source(found, _reading(preparation, encoding)), preparation)


def parts_of_inputs(source: Any, preparation: Preparation, encoding: str | None = None) -> Iterator[NewRows]:
    """The same, part after part where the form of the file allows it, so that it may be larger than memory; of a table
    a header alone will do."""
    piped = isinstance(source, str) and source == STANDARD_INPUT
    with of_new_rows(), standard_input() if piped else nullcontext(), as_folder(source) as found:
        try:
            yield from _parts_of_inputs(found, preparation, encoding)
        except DataError as error:
            if error.slug not in ("header-only", "no-rows"):
                raise
            with closing(parts_of(found, _reading(preparation, encoding))) as parts:
                header = next(parts)
            if row_count(header.inputs) or not isinstance(header.inputs, Table) or not len(header.inputs):
                raise
            yield _without_rows(header, preparation)


def _parts_of_inputs(source: Any, preparation: Preparation, encoding: str | None) -> Iterator[NewRows]:
    if preparation.windows is not None:
        yield _history(source, preparation, _reading(preparation, encoding))
        return
    # steps of a series may lie anywhere, and series whose steps are predicted are numbered through
    if preparation.task.stepwise or (of_series(preparation) and preparation.columns):
        yield read_inputs(source, preparation, encoding)
        return
    reading = _reading(preparation, encoding)
    others: tuple[str, ...] | None = None
    parts = parts_of(source, reading)
    for found in parts:
        if isinstance(found.inputs, Table) and in_another_form(found, preparation):  # its rows may be steps
            parts.close()
            yield read_inputs(source, preparation, encoding)
            return
        rows = row_count(found.inputs)
        table = isinstance(found.inputs, Table) and not found.pictures
        step = reading.at_once(len(found.inputs) if table else math.prod(preparation.row_shape))
        for start in range(0, max(rows, 1), step):
            part = found if rows <= step else found.take(np.arange(start, min(start + step, rows)))
            if table and found.inputs and not rows and preparation.columns and not of_series(preparation):
                part = part.noting(_no_rows(found))
                new = _new_rows(part, preparation, fewest=0)
            else:
                new = _new_rows(part, preparation, alone=rows == found.among <= step)
            others = new.others.names if others is None else others
            if new.others.names != others:
                raise DataError(
                    "columns-beside",
                    f"{found.name} has other columns beside those of the model than the file before it",
                    got=listed(new.others.names),
                    wanted=listed(others),
                    do="predict each file by itself, or write the same columns in all",
                )
            yield replace(new, among=found.among)


def _no_rows(found: Source) -> Note:
    return Note(f"no rows: {found.name}", "it has a header alone")


def _without_rows(header: Source, preparation: Preparation) -> NewRows:
    """What a header alone tells of series, of a history or of pictures: which columns stand beside what is predicted.

    Errors: ``DataError`` for columns that the model needs and are not there.
    """
    found, windows = _by_name(header, preparation), preparation.windows
    table, channels = found.inputs, {column.name for column in preparation.columns}
    assert isinstance(table, Table)
    noticed = Noticed((*found.notes, _no_rows(found)))
    none, words = np.zeros(0, np.int64), np.zeros(0, dtype=object)
    if windows is not None:
        used_of(found, windows, preparation.columns)
        others = ids_apart(table, windows.id, words) if windows.id else Table({})
        past, following = np.zeros((0, windows.window, 1)), np.zeros((0, windows.horizon), dtype=object)
        return NewRows(past, noticed, others, following)
    if of_series(preparation) and not preparation.task.stepwise and time_of(preparation) is not None:
        id = preparation.source_columns[0]
        return NewRows(np.zeros((0, *preparation.row_shape)), noticed, ids_apart(table, id, words))
    others = Table({name: values for name, values in table.items() if name not in channels})
    inputs = np.zeros((0, *preparation.row_shape))
    if not preparation.task.stepwise:
        return NewRows(inputs, noticed, others)
    return NewRows(inputs, noticed, others, placed=Placed(none, none), pieces=Pieces(inputs, none, none))


def _history(source: Any, preparation: Preparation, reading: Reading) -> NewRows:
    """What a forecast starts from: the last rows of each series, read part after part, or all of them."""
    assert preparation.windows is not None
    source, wanted, time = with_index(source), names_wanted(preparation), time_of(preparation)
    windows = preparation.windows
    if isinstance(source, (str, os.PathLike)) and windows.id != ROW:  # rows are numbered through
        try:
            with closing(parts_of(source, reading)) as read:  # temporary copies go at once, whatever is refused
                parts = (with_learnt_steps(part, preparation) for part in read if row_count(part.inputs))
                parts = (unpivoted_as(part, windows) for part in parts)
                parts = (with_series(named_alike(with_time(part, time), wanted, ()), preparation) for part in parts)
                found = latest_of(parts, windows)
            if found is not None:
                return _new_rows(found, preparation)
        except DataError as error:
            if error.slug not in ("another-step", "new-series"):  # both are told from all rows
                raise
    return _new_rows(open_source(source, reading), preparation)


def _reading(preparation: Preparation, encoding: str | None) -> Reading:
    """All rows; only what was a plain number in training is read as one, so that all other words are kept. The names
    that are wanted tell the sheet of a workbook, as that of a target does where a model is trained."""
    plain = {
        column.name
        for column in preparation.columns
        if column.kind in ("number", "boolean") and not column.written
    }
    check_encoding(encoding)
    names = [column.name for column in preparation.columns]
    wanted = [name for name in names_wanted(preparation) if name]
    return Reading(
        layout=preparation.layout,
        numbers=frozenset(plain),
        lists=frozenset(plain) | holders_of(names) | columns_of_words(preparation),
        all=True,
        encoding=encoding,
        column=wanted[0] if len(wanted) == 1 else "",
        targets=frozenset(wanted),
        channels=channels_of(preparation),
        file_names=FILE in wanted,
        by_line=preparation.layout == "text" and preparation.target_name == FILE,
    )


def _new_rows(found: Source, preparation: Preparation, fewest: int = 1, alone: bool = True) -> NewRows:
    """``alone``: whether these are all rows of the data."""
    if row_count(found.inputs) < fewest:
        raise DataError(
            "no-rows",
            f"{found.name} has no rows to predict",
            got="0 rows",
            wanted="at least one row",
            do="add a row for each example to predict",
        )
    found = _by_name(found, preparation)
    if preparation.windows is not None:
        found, bare = in_units(found, preparation.columns)
        history = history_of(found, preparation.windows, preparation.columns)
        assert isinstance(found.inputs, Table)
        id = preparation.windows.id
        known = {*names_wanted(preparation), *preparation.source_columns, *parts_of_id(found.inputs, id)}
        notes = history.notes
        if extra := [name for name in found.inputs if name not in known]:
            notes += (Note(f"ignored: {listed(extra)}", "the training data had no such column"),)
        named = ids_apart(found.inputs, id, history.labels) if id else Table({})
        zones = of_history(found, preparation.windows)
        noticed = Noticed(notes, rows=row_count(found.inputs), bare=bare, zones=zones)
        return NewRows(history.windows, noticed, named, history.following, tested=history.tested)
    new = _prepared(found, preparation, alone)
    return new if new.known is not None else replace(new, known=known_of(found, new.others, preparation, new.placed))


def _prepared(found: Source, preparation: Preparation, alone: bool) -> NewRows:
    if preparation.task.stepwise:
        return _steps(found, preparation)
    if of_series(preparation) and preparation.columns:
        return _series(found, preparation)
    if found.pictures and preparation.layout == "image":
        return _pictures(found, preparation)
    if preparation.columns:
        return _table(found, preparation, alone)
    return _array(found, preparation, "id", found.beside)


def _by_name(found: Source, preparation: Preparation) -> Source:
    """The source with its columns called as in training, and those that come of others."""
    wanted, columns = names_wanted(preparation), [column.name for column in preparation.columns]
    found = without_index(found, NO_ROLES, [*preparation.source_columns, *wanted])
    found = found if preparation.windows is None else unpivoted_as(found, preparation.windows)
    found = with_time(found, time_of(preparation))
    found = as_words(found, alike(found.lists, columns_of_words(preparation)))
    known = {*preparation.source_columns, preparation.target_name, *preparation.task.names}
    found = named_alike(found, wanted, known)
    if preparation.windows is None and preparation.layout in ("sequence", "flat"):
        truths = [column.name for column in preparation.columns if column.kind == "boolean"]
        found = as_learnt_series(with_indicators(found, columns, truths), preparation)
    return with_series(as_learnt_history(found, preparation), preparation)


def _pictures(found: Source, preparation: Preparation) -> NewRows:
    named = {} if found.ids is None else {found.pictures: found.ids}
    others = Table({**named, **_beside(found)})
    found = developed(found, shape=preparation.row_shape)
    pixels = shaped(found, preparation)
    return NewRows(pixels, Noticed(found.notes + on_another_scale(pixels, preparation)), others)


def _table(found: Source, preparation: Preparation, alone: bool) -> NewRows:
    """Rows of columns: a table, or an array whose columns are known by their place."""
    beside, found = dict(found.beside), with_ends(found, preparation)
    if isinstance(found.inputs, Table):
        found = renamed(found, preparation)
        found = as_joined(found, preparation) if preparation.characters else found
    else:
        found = by_place(found, preparation)
    assert isinstance(found.inputs, Table)
    table, noticed = checked(found, preparation, alone=alone)
    others = Table(beside | {name: values for name, values in found.inputs.items() if name not in table})
    if found.ids is not None:
        others = Table({"file": found.ids, **others})
    if preparation.layout == "flat" or preparation.characters:
        return NewRows(table, noticed, others)
    names = [column.name for column in preparation.columns]
    stacked = np.stack([table[name] for name in names], axis=1)
    if preparation.tokens:
        stacked, padded = token_numbers(stacked, found.name)
        noticed = replace(noticed, notes=noticed.notes + padded)
    named = steps_of(names)
    if preparation.layout == "sequence" and named is not None:
        stacked = stacked.reshape(len(stacked), *named[0].shape)
    rows = laid_out(stacked, preparation.layout)
    return NewRows(rows, replace(noticed, holes=holes_in(rows, preparation)), others)


def _array(
    found: Source, preparation: Preparation, named: str, beside: Mapping[str, np.ndarray]
) -> NewRows:
    """Rows of one shape; their ids, if they have any, are ``named`` so, and else it is known what stands ``beside``."""
    if isinstance(found.inputs, Table):
        raise _another_table(found, preparation)
    notes, others = found.notes, Table(dict(beside) if found.ids is None else {named: found.ids})
    if preparation.masked and np.ndim(found.inputs) == 3:
        found, cut = fitted(found, preparation)
        notes += cut
    elif preparation.layout == "sequence" and np.ndim(found.inputs) == 3:
        steps = np.shape(found.inputs)[1]
        notes += filled_up(lengths(np.asarray(found.inputs)), steps)
    rows = shaped(found, preparation)
    notes += of_other_axes(found, preparation)
    noticed = Noticed(notes + on_another_scale(rows, preparation), holes=holes_in(rows, preparation))
    return NewRows(rows, noticed, others)


def _another_table(found: Source, preparation: Preparation) -> DataError:
    return another_shape(found, preparation, f"a table of {len(found.inputs)} columns")


def _series(found: Source, preparation: Preparation) -> NewRows:
    """Series of named channels: lists, an array, or a table in long form."""
    names = [*found.lists] or [*(found.inputs if isinstance(found.inputs, Table) else ())]
    found, beside = _from_lists(found, preparation)
    found = found.noting(*further_channels(names, preparation))
    if not isinstance(found.inputs, Table):
        return _array(found, preparation, "id", beside)
    if len(preparation.source_columns) == len(preparation.columns):  # in training there was no table in long form
        lists = f"lists of numbers in {listed(list(found.lists))} alone" if found.lists else "no lists of numbers"
        raise another_shape(found, preparation, lists)
    id, time, *channels = preparation.source_columns
    built, placed = series_of(found, id, time, channels)
    rows = _array(built.noting(*of_other_steps(preparation.interval, built.interval)), preparation, id, beside)
    rows = replace(rows, known=known_of(found, of_each_series(found.inputs, placed, preparation), preparation))
    return rows if built.ids is None else replace(rows, others=ids_apart(found.inputs, id, built.ids))


def _from_lists(found: Source, preparation: Preparation) -> tuple[Source, Mapping[str, np.ndarray]]:
    """Series that are lists in columns called as the channels, as an array, and what stands beside; else the source."""
    channels = [column.name for column in preparation.columns]
    if channels and {*channels} <= {*found.lists}:
        return series_of_lists(found, channels), beside_lists(found)
    return found, found.beside


def _steps(found: Source, preparation: Preparation) -> NewRows:
    """Series whose steps are predicted."""
    found, beside = _from_lists(found, preparation)
    if not isinstance(found.inputs, Table):
        return _steps_of_array(found, preparation, beside)
    if not preparation.columns:
        raise _another_table(found, preparation)
    return _steps_of_table(found, preparation)


def _beside(found: Source) -> dict[str, np.ndarray]:
    """The columns beside the paths of pictures."""
    assert isinstance(found.inputs, Table)
    return {name: values for name, values in found.inputs.items() if name != found.pictures}


def _steps_of_table(found: Source, preparation: Preparation) -> NewRows:
    """The series of a table in long form, a row of which is a step; all columns but the channels stay beside."""
    table = found.inputs
    assert isinstance(table, Table)
    channels = [column.name for column in preparation.columns]
    whole = len(preparation.source_columns) == len(channels)  # rows in their order, without id and time
    id, time = ("", "") if whole else preparation.source_columns[:2]
    parts = parts_of_id(table, id)
    beside = [name for name in table if name not in (*channels, *parts, *([id] if parts else ()))]
    others = Table({name: table[name] for name in (*parts, *beside)})
    built, placed = series_of(found, id, time, channels)
    built = built.noting(*of_other_steps(preparation.interval, built.interval))
    return _in_pieces(built, preparation, others, placed)


def _steps_of_array(found: Source, preparation: Preparation, beside: Mapping[str, np.ndarray]) -> NewRows:
    """The steps of series in an array, one after the other, by the numbers of series and step, and what stands
    ``beside`` each series."""
    array = np.asarray(found.inputs)
    one = array.ndim == len(preparation.row_shape) == 2 and array.shape[1] == preparation.row_shape[1] > 1
    array = settle_array(array[None] if one else array, "sequence")[0]
    placed = Placed.of(array)
    named = {} if found.ids is None else {"id": found.ids[placed.series]}
    named |= {name: values[placed.series] for name, values in beside.items()}
    others = Table({"series": placed.series, "step": placed.step} | named)
    return _in_pieces(replace(found, inputs=array), preparation, others, placed)


def _in_pieces(found: Source, preparation: Preparation, others: Table, placed: Placed) -> NewRows:
    """Series (N, T', C) in consecutive pieces (P, T, C) of as many steps as were trained on."""
    array, steps = np.asarray(found.inputs), preparation.row_shape[0]
    if array.ndim != 3 or array.shape[2:] != row_shapes(preparation)[-1][1:]:
        raise another_shape(found, preparation, f"rows of shape {array.shape[1:]}")
    pieces = in_pieces(array, placed.series, placed.step, steps)
    longest = np.bincount(placed.series, minlength=len(array))
    notes = []
    if longer := int((longest > steps).sum()):
        because = "as many as were trained on; the last piece reaches back into the one before"
        notes.append(Note(f"read in pieces of {steps} steps: {longer} series", because))
    notes += [] if preparation.masked else filled_up(longest, steps)
    noticed = Noticed((*found.notes, *notes), holes=holes_in(array, preparation))
    return NewRows(pieces.array, noticed, others, placed=placed, steps=array.shape[1], pieces=pieces)
