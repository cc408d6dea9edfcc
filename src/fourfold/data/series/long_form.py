"""Tables in long form, a row for each step of a series, as series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fourfold.data.columns.indicators import levels_of, one_hot
from fourfold.data.columns.roles import Roles
from fourfold.data.columns.targets import together
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import counted, listed, quoted
from fourfold.data.source import Source
from fourfold.data.values.word_channels import MOST_LEVELS, channel, said_of_channels
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import missing

from .apart import repeated, telling_apart
from .intervals import intervals_of, said_of_steps, usual
from .long_columns import (
    BESIDE_TIME,
    check_id,
    labels_of,
    meant,
    said_of,
    seconds_of,
    table_of,
    times_and_said,
)
from .steps import Placed

__all__ = ["assembled", "check_steps", "series_of"]

MOST_FILLED = 0.1
"""The largest share of the rows in which a value of their series may be missing."""


def assembled(
    source: Source, roles: Roles, targets: Sequence[str], per: str | None = None, one: bool = False
) -> tuple[Source, Roles]:
    """The series of a long table, their targets, one column or several, and the roles that are left to set.

    The rows of one id are one series, sorted by time; series stand in the order in which their ids first occur.
    Weight and group have to be the same in all rows of a series, and so has the target, unless it is one column that
    changes, or ``per`` is "step": it then has a value for each step (S, T). All other columns are channels; of a column
    of words each different one is (`indicators`). With ``one`` there may be no id, and all rows are one series; nor a
    time, and they stand in their order.

    Errors: ``OptionError`` without ids or for a column that does not exist; ``DataError`` for rows without id or
    time, two rows of one series at the same time, several targets that change within a series, channels that are no
    numbers, a table of which only a sample was read.
    """
    id, time = (name if isinstance(name, str) else "" for name in (roles.id, roles.time))
    if not id and not one:
        raise OptionError(
            "time-without-id",
            "--time needs --id, which says what row belongs to what series",
            got=f"--time {roles.time}",
            do="--id COLUMN; --window STEPS, if all rows are one series each step of which has a target; "
            "--time-ordered, where the rows themselves are in order of time",
        )
    check_id(source, id or None)
    own = [name for name in (*targets, roles.weight, roles.group) if isinstance(name, str)]
    table = table_of(source, [*filter(None, (id, time)), *own])
    others = [name for name in table if name not in (id, time, *own)]
    times = seconds_of(source, others) if time else []
    channels = [name for name in others if name not in times]
    built, placed = series_of(source, id, time, channels)
    first, number = placed.first, placed.series

    def constant(name: Any, do: str = "") -> Any:
        if not isinstance(name, str):
            return name
        values = table[name]
        absent = missing(values)
        known = first.copy()  # of each series the first row that has a value
        known[number[~absent][::-1]] = np.flatnonzero(~absent)[::-1]
        of_series = values[known][number]
        changes, filled = ~absent & (values != of_series), absent & ~missing(of_series)
        if filled.mean() > MOST_FILLED:  # each value may be an event at its step
            changes |= filled
            do = "fill it in, if each series has one value; --target-per step, if it is one of its step"
        if changes.any():
            place = int(np.argmax(changes))
            raise DataError(
                "changing-target",
                f"{name!r} changes within a series",
                got=f"{of_series[place]!s:.40} and {'nothing' if absent[place] else values[place]!s:.40}"
                + ("" if built.ids is None else f" in {built.ids[number[place]]!r}"),
                wanted="one value for each series",
                do=do or "choose another column",
            )
        if filled.any():
            rows = counted(int(filled.sum()), "row")
            said.append(Note(f"{name}: missing in {rows}", "the value of the series' other rows"))
        return values[known]

    said = [Note(f"left out: {name}", BESIDE_TIME) for name in times]
    stepwise = per == "step" or (per is None and len(targets) == 1 and placed.varies(table[targets[0]]))
    if stepwise and len(targets) > 1:
        raise OptionError(
            "several-targets-of-steps",
            "each step has one target",
            got=f"--target-per step and {len(targets)} targets",
            wanted="one column",
            do=f"--target {targets[0]}",
        )
    do = (
        "leave out --target-per series" if per == "series" else "--target with one of them, or another column"
    )
    columns = {name: (table[name] if stepwise else constant(name, do), source.kind(name)) for name in targets}
    values, kind, notes = together(columns, comma=source.comma)
    aimed = built.aimed(targets, placed.grid(values) if stepwise else values, kind, notes)
    left = Roles(weight=roles.weight, group=roles.group, time_ordered=roles.time_ordered)
    named = {name: constant(name) for name in (roles.weight, roles.group) if isinstance(name, str)}
    aimed = replace(aimed, beside={**aimed.beside, **named})
    return aimed.noting(*said), left


def check_steps(source: Source, given: str) -> None:
    """Refuse series of a long table each of which is one row; ``given``: the option that made them series."""
    assert not isinstance(source.inputs, Table)
    if source.ids is not None and source.inputs.shape[1] == 1:
        raise DataError(
            "ids-of-one-row",
            "each id has one row, and a series has at least 2 steps",
            got=f"{counted(len(source.ids), 'id')} in {quoted(source.all_columns[0])}",
            wanted="an id that several rows share",
            do=f"leave out {given}, if each row is an example; else choose another --id",
        )


def series_of(source: Source, id: str, time: str, channels: Sequence[str]) -> tuple[Source, Placed]:
    """The source's series (S, T, C), and where each row of the table stands in them.

    Without an ``id`` all rows are one series, without a ``time`` they stand in their order.
    """
    table = table_of(source, [*filter(None, (id, time)), *channels])
    labels = labels_of(source, table, id) if id else as_objects([""] * table.rows)
    stamps, read = times_and_said(source, table, time) if time else (None, ())
    times = np.arange(table.rows, dtype=np.float64) if stamps is None else stamps.values
    dates = times.dtype.kind == "M"
    moments = times.astype(np.int64).astype(np.float64) if dates else times
    part = np.arange(table.rows) >= table.rows - source.test_rows
    numbers: dict[tuple[bool, str], int] = {}
    number = np.array([numbers.setdefault(key, len(numbers)) for key in zip(part.tolist(), labels.tolist())])
    first = np.unique(number, return_index=True)[1]
    order = np.lexsort((moments, number))
    counts = np.bincount(number)
    step = np.empty(len(order), np.int64)
    step[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    same = np.flatnonzero((np.diff(number[order]) == 0) & (np.diff(moments[order]) == 0))
    if same.size:
        raise _two_rows(source, table, (id, time, channels), moments, number)
    columns, worded = _channels(source, table, channels)
    channels = tuple(columns)
    check_memory(source.name, 8 * len(counts) * int(counts.max()) * len(channels))
    array = np.full((len(counts), counts.max(), len(channels)), np.nan)
    array[number, step] = np.stack([*columns.values()], axis=1)
    ordered = f"steps in order of {time}" if time else "steps in the order of the rows"
    which = f"{counted(len(counts), 'id')} of {id}, {ordered}" if id else f"all rows are one, {ordered}"
    notes = [Note(f"series: {which}", "long form", "" if id else "--id COLUMN")]
    interval = ""
    if time:
        steps, uneven = intervals_of(np.split(moments[order], np.cumsum(counts)[:-1]))
        notes.append(said_of_steps(uneven, len(counts), steps, dates))
        interval = usual(steps, dates)
    built = replace(
        source,
        inputs=array,
        columns=tuple(Column(name, "number") for name in channels),
        layout="sequence",
        notes=(*source.notes, *notes, *read, *worded),
        test_rows=len({n for (test, _), n in numbers.items() if test}),
        ids=as_objects(labels[first].tolist()) if id else None,
        all_columns=(id, time, *channels) if id or time else tuple(channels),
        interval=interval,
    )
    return built, Placed(number, step)


def _channels(
    source: Source, table: Table, channels: Sequence[str]
) -> tuple[dict[str, np.ndarray], tuple[Note, ...]]:
    """Channels of numbers, one for each word of a column of words, and how words were read."""
    found = {name: meant(source, table, name) for name in channels}
    columns: dict[str, np.ndarray] = {}
    notes = [note for name, one in found.items() for note in said_of(name, one)]
    strange = []
    for name, one in found.items():
        levels = levels_of(one.values) if one.kind == "category" else ()
        if one.kind in ("number", "boolean"):
            columns[name] = one.values
        elif 2 <= len(levels) <= MOST_LEVELS:
            indicators = np.nan_to_num(one_hot(one.values, levels))  # NaN at the end of a series is padding
            columns |= {channel(name, level): own for level, own in zip(levels, indicators.T)}
            notes.append(said_of_channels(name, levels))
        elif len(levels) == 1:
            notes.append(Note(f"left out: {name}", "one word in all rows"))
        else:
            strange.append(name)
    if strange or not columns:
        raise DataError(
            "channel-type",
            f"channels of series are numbers, or words of at most {MOST_LEVELS} kinds",
            got=f"{listed(strange)}" if strange else "no column beside id, time and target",
            wanted="such columns beside id, time and target",
            do=f"--drop {quoted(','.join(strange))}; --target COLUMN, if one of them is it" if strange else "",
        )
    return columns, tuple(notes)


def _two_rows(
    source: Source, table: Table, called: tuple[str, str, Sequence[str]], moments: np.ndarray, number: np.ndarray
) -> DataError:
    """What is said of rows of one series (N,) at the same time (N,): what tells them apart, if a column does."""
    id, time, channels = called
    rows = repeated(moments, number)
    beside, _ = next(telling_apart(source, channels, moments, number), ((), number))
    words = [name for name in channels if source.kind(name) == "category"]
    values = [name for name in channels if name not in words]
    row = int(rows[0])
    if not id:
        do = "--id COLUMN, if there are several series"
    elif len(beside) == 1 and list(beside) == words:
        index = f"{[id, time]}" if len(values) == 1 else "[...]"
        do = (
            f"if {words[0]!r} says what each row measures, make a column of each: frame.pivot(index={index}, "
            f"columns={words[0]!r}, values={values[0] if len(values) == 1 else list(values)!r}), the target joined to "
            f"it; --id {quoted(f'{id},{words[0]}')}, if each of them is a series"
        )
    else:
        do = f"--id {quoted(','.join((id, *beside)))}, whose rows differ" if beside else ""
        do = do or "remove one of them (frame.drop_duplicates(), if they are copies), or choose another --id"
        together = np.argsort(number, kind="stable")
        if ((np.diff(moments[together]) >= 0) | (np.diff(number[together]) > 0)).all():
            do += f"; --drop {quoted(time)} and --target-per series or step, if the rows of each stand in their order"
    return DataError(
        "repeated-time",
        "two rows of one series have the same time",
        got=f"{table[time][row]!s:.40}{f' of {labels_of(source, table, id)[row]!r}' if id else ''}, row {row + 1}"
        + (f", and {counted(len(rows) - 1, 'more such row')}" if len(rows) > 1 else ""),
        wanted="one row for each series and time",
        do=do,
    )
