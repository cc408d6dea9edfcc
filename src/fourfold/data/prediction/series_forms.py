"""New series in another form than those that a model was trained on: with a row for each step, a column for each step
of each channel, or lists of numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.columns.lists import beside_lists, series_of_lists
from fourfold.data.columns.wide import beside_steps, channels_by_step
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import listed
from fourfold.data.series.apart import repeated
from fourfold.data.series.long_columns import codes_of, meant
from fourfold.data.series.long_form import series_of
from fourfold.data.source import Source
from fourfold.data.values.called import is_time
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.table import missing

__all__ = ["as_learnt_series", "in_another_form"]

NAMELESS = re.compile(r"|.+\.\d{1,9}")
"""What channels without a name are called: those of arrays, and of lists within lists."""


@dataclass(frozen=True, eq=False)
class Series:
    """Series (N, T, C), the names of their channels, what stands beside each of them (N,), and how they were given."""

    values: np.ndarray
    channels: tuple[str, ...]
    beside: Mapping[str, np.ndarray]
    said: str
    notes: tuple[Note, ...] = ()


def as_learnt_series(found: Source, preparation: Preparation) -> Source:
    """The new rows, or where they are series in another form than those of training, these as an array (N, T, C); of a
    model of columns that are steps as such a table.

    Channels are known by their names; where one side has none, or each has one channel, by their order.
    """
    if not in_another_form(found, preparation):
        return found
    places, channels = _learnt(preparation)
    given = _given(found, preparation)
    order = None if given is None else _order(given.channels, channels)
    if given is None or order is None:
        return found
    because = "the model was trained on series in another form"
    notes = (Note(f"series: {given.said}", because), *_taken(given.channels, channels), *given.notes)
    array = replace(
        found,
        inputs=given.values[:, :, order],
        columns=(),
        lists=(),
        uneven=(),
        nested=(),
        beside=given.beside,
        notes=(*found.notes, *notes),
    )
    return array if places is None else _as_columns(array, places, preparation)


def in_another_form(found: Source, preparation: Preparation) -> bool:
    """Whether new rows have nothing of the form that a model of series was trained on."""
    columns, table = {column.name for column in preparation.columns}, found.inputs
    if preparation.windows is not None or preparation.layout not in ("sequence", "flat"):
        return False
    if isinstance(table, Table):
        of_lists = preparation.row_shape and len(preparation.source_columns) == len(columns) > 0
        return not columns & ({*found.lists} if of_lists else {*table, *found.lists}) and bool(_learnt(preparation)[1])
    if preparation.row_shape or np.ndim(table) != 3:
        return False
    places, channels = _learnt(preparation)
    return places is not None and (len(channels) > 1 or preparation.layout == "flat")


def _learnt(preparation: Preparation) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The channels of a model of series, "" without a name, () of others; and where it was trained on columns that are
    their steps, the places (T, C) of these."""
    names, shape = [column.name for column in preparation.columns], preparation.row_shape
    if preparation.layout == "sequence" and shape:
        return None, tuple(names) or ("",) * (shape[1] if len(shape) == 2 else 1)
    others = {*beside_steps(names)}
    steps = np.array([place for place, name in enumerate(names) if name not in others], np.int64)
    if (told := channels_by_step([names[place] for place in steps])) is not None:
        return steps[told[0]], told[1]
    return (steps[:, None], ("",)) if preparation.layout == "sequence" else (None, ())


def _given(found: Source, preparation: Preparation) -> Series | None:
    """The series of a source in whatever form they are; None if that can't be told, or if it is that of training, with
    columns of other names."""
    places, channels = _learnt(preparation)
    if not isinstance(found.inputs, Table):
        array = np.asarray(found.inputs)
        return Series(array, ("",) * array.shape[2], found.beside, "an array")
    if found.lists:
        return _of_lists(found)
    numbers = _numbers(found, preparation)
    by_step = _of_columns(found, preparation, numbers, channels) if places is None else None
    return by_step or _of_rows(found, preparation, numbers, channels)


def _of_lists(found: Source) -> Series:
    """Series each channel of which is a list of numbers."""
    built = series_of_lists(found, found.lists)
    return Series(np.asarray(built.inputs), found.lists, beside_lists(found), f"the lists of {listed(found.lists)}")


def _of_columns(
    found: Source, preparation: Preparation, numbers: Mapping[str, np.ndarray], channels: Sequence[str]
) -> Series | None:
    """Series a row of which is one, with a column for each step, or for each channel at each step."""
    others = {*beside_steps([*numbers])}
    names = [name for name in numbers if name not in others]
    told = channels_by_step(names)
    if told is None and len(channels) == 1 and len(numbers) == _steps(preparation):
        told, names = (np.arange(len(numbers))[:, None], ("",)), [*numbers]
    if told is None or len(told[0]) < 2:
        return None
    places, named = told
    values = np.stack([numbers[name] for name in names], axis=1)[:, places]
    assert isinstance(found.inputs, Table)
    taken = {*names}
    beside = {name: cells for name, cells in found.inputs.items() if name not in taken}
    first, last = names[places[0, 0]], names[places[-1, -1]]
    return Series(values, named, beside, f"the columns {first!r} to {last!r} of each row")


def _of_rows(
    found: Source, preparation: Preparation, numbers: Mapping[str, np.ndarray], channels: Sequence[str]
) -> Series | None:
    """Series a row of which is a step, if one column can name the series, one can order it, and the others are the
    channels."""
    by_name = {*channels} <= {*numbers}
    table = found.inputs
    assert isinstance(table, Table)
    others = [name for name in table if name != preparation.target_name and not (by_name and name in channels)]
    codes = {name: of for name in others if (of := codes_of(found, name)) is not None}
    for id in _ids(codes, numbers):
        time = _time(found, [name for name in others if name != id], codes[id])
        own = [*channels] if by_name else [name for name in numbers if name not in (id, time)]
        if time is not None and len(own) == len(channels):
            built = series_of(replace(found, notes=(), test_rows=0), id, time, own)[0]
            assert built.ids is not None
            said = f"the rows of each {id}" + f" in order of {time}" * bool(time)
            return Series(np.asarray(built.inputs), tuple(own), {id: built.ids}, said, built.notes[1:])
    return None


def _ids(codes: Mapping[str, np.ndarray], numbers: Collection[str]) -> list[str]:
    """The columns that may name series, by their ``codes`` (N,): of words, or where there are none of numbers, those
    first that stay the same for the most rows."""
    words = [name for name in codes if name not in numbers]
    return sorted(words or codes, key=lambda name: np.count_nonzero(np.diff(codes[name])))


def _time(found: Source, names: Sequence[str], series: np.ndarray) -> str | None:
    """The column that orders the rows of each of the ``series`` (N,): it rises there, or it is the only one of
    different dates or whole numbers; "" where none is, None where it can't be told."""
    table = found.inputs
    assert isinstance(table, Table)
    read = {name: meant(found, table, name) for name in names}
    values = {name: one.values for name, one in read.items() if one.kind in ("number", "date")}
    apart = {name: own for name, own in values.items() if not missing(own).any() and not repeated(own, series).size}
    order = np.argsort(series, kind="stable")
    ends = np.diff(series[order]) > 0
    rising = [name for name, own in apart.items() if ((own[order][1:] > own[order][:-1]) | ends).all()]
    dates = [name for name, own in apart.items() if own.dtype.kind == "M"]
    whole = [name for name, own in apart.items() if name not in dates and (own % 1 == 0).all()]
    for some in (rising, dates, whole):
        if some:
            called = [name for name in some if is_time(name)]
            return some[0] if len(some) == 1 else called[0] if len(called) == 1 else None
    return ""


def _numbers(found: Source, preparation: Preparation) -> dict[str, np.ndarray]:
    """The columns of numbers (N,), but for the target."""
    table = found.inputs
    assert isinstance(table, Table)
    read = {name: meant(found, table, name) for name in table if name != preparation.target_name}
    return {name: one.values for name, one in read.items() if one.kind in ("number", "boolean")}


def _steps(preparation: Preparation) -> int:
    return preparation.row_shape[0] if preparation.row_shape else len(preparation.columns)


def _order(given: Sequence[str], wanted: Sequence[str]) -> list[int] | None:
    """The places of the wanted channels among those given; None if they are others."""
    if sorted(given) == sorted({*wanted}):
        return [given.index(name) for name in wanted]
    nameless = any(all(map(NAMELESS.fullmatch, names)) for names in (given, wanted))
    return [*range(len(wanted))] if len(given) == len(wanted) and (nameless or len(wanted) == 1) else None


def _taken(given: Sequence[str], wanted: Sequence[str]) -> tuple[Note, ...]:
    """What is said of channels that are called otherwise than in training."""
    named = [names for names in (wanted, given) if not all(map(NAMELESS.fullmatch, names))]
    if {*given} == {*wanted} or not named:
        return ()
    if len(wanted) > 1:
        return (Note(f"channels taken in their order: {listed(named[0])}", "one side has no names"),)
    return (Note(f"channel {given[0]!r} taken for {wanted[0]!r}", "it is the only one"),) if named[1:] else ()


def _as_columns(found: Source, places: np.ndarray, preparation: Preparation) -> Source:
    """Series (N, T', C) as the table of columns that was trained on, empty behind their end if series of training
    were of several lengths; as they are, if they have more steps, or fewer where all had as many."""
    values, names = np.asarray(found.inputs), [column.name for column in preparation.columns]
    steps = len(places)
    if values.shape[1] > steps or (values.shape[1] < steps and not preparation.masked):
        return found
    filled = np.full((len(values), steps, places.shape[1]), np.nan)
    filled[:, : values.shape[1]] = values
    columns = {names[place]: filled[:, step, channel] for (step, channel), place in np.ndenumerate(places)}
    described = [Column(name, "number") for name in columns]
    return replace(found, inputs=Table({**columns, **found.beside}), columns=tuple(described), beside={})
