"""Tables in long form, a row for each step of a series, as series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fourfold.data.columns.roles import Roles
from fourfold.data.columns.targets import together
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import close, counted, listed, quoted
from fourfold.data.source import Source
from fourfold.data.values.dates import of_several_zones, without_zone
from fourfold.data.values.stamps import (
    FEWEST_TIMES,
    compact_dates,
    dates_since_1970,
    irregular,
    said_of_compact,
)
from fourfold.data.values.words import STANDS_FOR_NONE, Understood, as_objects, reworded, spelled, understood
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import missing

from .steps import Placed

__all__ = [
    "assembled", "check_id", "codes_of", "dates_of", "labels_of", "nearly_dates_of", "one_column", "seconds_of",
    "series_of", "table_of", "times_of", "valued",
]  # fmt: skip

FEW_STRANGE = 0.1
"""The largest share of words that are no dates among those of a time."""


MOST_FILLED = 0.1
"""The largest share of the rows in which a value of their series may be missing."""


def assembled(
    source: Source, roles: Roles, targets: Sequence[str], per: str | None = None, one: bool = False
) -> tuple[Source, Roles]:
    """The series of a long table, their targets, one column or several, and the roles that are left to set.

    The rows of one id are one series, sorted by time; series stand in the order in which their ids first occur.
    Weight and group have to be the same in all rows of a series, and so has the target, unless it is one column that
    changes, or ``per`` is "step": it then has a value for each step (S, T). All other columns are channels. With
    ``one`` there may be no id, and all rows are one series; nor a time, and they stand in their order.

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
    channels = [name for name in table if name not in (id, time, *own)]
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

    said: list[Note] = []
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
    left = Roles(weight=constant(roles.weight), group=constant(roles.group), time_ordered=roles.time_ordered)
    return aimed.noting(*said), left


def series_of(source: Source, id: str, time: str, channels: Sequence[str]) -> tuple[Source, Placed]:
    """The source's series (S, T, C), and where each row of the table stands in them.

    Without an ``id`` all rows are one series, without a ``time`` they stand in their order.
    """
    table = table_of(source, [*filter(None, (id, time)), *channels])
    labels = labels_of(source, table, id) if id else as_objects([""] * table.rows)
    moments, read = _moments(source, table, time) if time else (np.arange(table.rows, dtype=np.float64), ())
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
        row = order[same[0]]
        raise DataError(
            "repeated-time",
            "two rows of one series have the same time",
            got=f"{table[time][row]!s:.40}{f' of {labels[row]!r}' if id else ''}, row {row + 1}",
            wanted="one row for each series and time",
            do="remove one of them, or choose another --id"
            if id
            else "--id COLUMN, if there are several series",
        )
    check_memory(source.name, 8 * len(counts) * int(counts.max()) * len(channels))
    array = np.full((len(counts), counts.max(), len(channels)), np.nan)
    columns, worded = _channels(source, table, channels)
    array[number, step] = np.stack(columns, axis=1)
    ordered = f"steps in order of {time}" if time else "steps in the order of the rows"
    which = f"{counted(len(counts), 'id')} of {id}, {ordered}" if id else f"all rows are one, {ordered}"
    notes = [Note(f"series: {which}", "long form", "" if id else "--id COLUMN")]
    if time:
        uneven = sum(irregular(times) for times in np.split(moments[order], np.cumsum(counts)[:-1]))
        even = "their order is used, their distances are not" if uneven else "steps are evenly spaced"
        notes.append(Note(f"time stamps: irregular in {uneven} of {len(counts)} series", even))
    built = replace(
        source,
        inputs=array,
        columns=tuple(Column(name, "number") for name in channels),
        layout="sequence",
        notes=(*source.notes, *notes, *read, *worded),
        test_rows=len({n for (test, _), n in numbers.items() if test}),
        ids=as_objects(labels[first].tolist()) if id else None,
        all_columns=(id, time, *channels) if id or time else tuple(channels),
    )
    return built, Placed(number, step)


def table_of(source: Source, names: Iterable[str]) -> Table:
    """The source's table, which has all these columns."""
    table = source.inputs
    known = table.names if isinstance(table, Table) else ()
    absent = next((name for name in names if name not in known), None)
    if absent is not None or not isinstance(table, Table):
        raise OptionError(
            "no-such-series-column",
            "a column of the long form does not exist",
            got=repr((absent or "")[:60]),
            wanted=f"one of {listed(known)}" if known else "a table, whose columns have names",
            do=f"use {quoted(meant)}" if (meant := close(absent or "", known)) else "",
        )
    return table


def check_id(source: Source, id: str | None) -> None:
    """Refuse an id that is no column."""
    table_of(source, [id] if id is not None else ())


def one_column(names: Sequence[str]) -> str:
    """What to do with several columns that name a series together."""
    if any("," in name for name in names):
        return f"make one column of {listed(names[:-1])} and {names[-1]!r}, without commas in its name"
    return f"--id {quoted(','.join(names))}"


def present(name: str, values: np.ndarray) -> np.ndarray:
    if missing(values).any():
        raise DataError(
            "missing-time",
            f"{name!r} is missing in some rows",
            got=f"{missing(values).sum()} rows, the first is row {np.argmax(missing(values)) + 1}",
            wanted="an id and a time in each row",
        )
    return values


def valued(table: Table, targets: Sequence[str]) -> np.ndarray:
    """Which rows (N,) have a value of a target, be it one that can't be read; all, where there is no such column."""
    known = [_known(table[name]) for name in targets if name in table]
    return np.any(known, axis=0) if known else np.ones(table.rows, bool)


def _known(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        return np.isfinite(values)
    known = ~missing(values)
    if values.dtype.kind == "O":
        known[known] = [
            any(map(str.isalnum, word)) and word.strip().casefold() not in STANDS_FOR_NONE
            for word in values[known].tolist()
        ]
    return known


def labels_of(source: Source, table: Table, id: str) -> np.ndarray:
    """The ids (N,) as words."""
    values = present(id, table[id])
    words = spelled(values, source.kind(id))
    return as_objects([str(value) for value in (values if words is None else words).tolist()])


def _moments(source: Source, table: Table, time: str) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Times as numbers (N,), dates in microseconds; and how words were read."""
    values, notes = times_and_said(source, table, time)
    return values.astype(np.int64).astype(np.float64) if values.dtype.kind == "M" else values, notes


def times_of(source: Source, table: Table, time: str) -> np.ndarray:
    """The times (N,), numbers or dates, none missing."""
    return times_and_said(source, table, time)[0]


def times_and_said(source: Source, table: Table, time: str) -> tuple[np.ndarray, tuple[Note, ...]]:
    """The times (N,), numbers or dates, none missing, and how words were read. Of dates whose day or month may stand
    first it is that by which their steps are of fewer lengths."""
    values, kind = present(time, table[time]), source.kind(time)
    found = Understood(values, kind)
    zone = ""
    if kind == "category":
        values, zone = _local(values)
        first = understood(values, strict=True, day_first=source.comma or None)
        other = understood(values, strict=True, day_first=not first.written.startswith("day"))
        turned = other.written != first.written and _lengths(other.values) < _lengths(first.values)
        found = other if turned else first
    if found.kind == "number" and (dates := compact_dates(found.values, FEWEST_TIMES)) is not None:
        found = Understood(dates, "date", said_of_compact(found.values))
    elif found.kind == "number" and (since := dates_since_1970(time, found.values)) is not None:
        found = Understood(since[0], "date", f"{since[1]} since 1970")
    if found.kind not in ("number", "date"):
        raise _no_time(source, time, values, found.kind)
    if zone:
        said = "; ".join(filter(None, (found.said, f"{zone} left out, the clocks count as they stand")))
        found = found._replace(said=said)
    return present(time, found.values), said_of(time, found)


def _local(values: np.ndarray) -> tuple[np.ndarray, str]:
    """Words (N,) without the name of a zone that stands behind all of them, and this name, or ""."""
    bare, zone = without_zone(values.tolist())
    if zone in ("", "UTC", "GMT"):
        return values, ""
    return as_objects([None if word is None else bare[word] for word in values.tolist()]), zone


def _no_time(source: Source, time: str, values: np.ndarray, kind: str) -> DataError:
    """What is said of a column that is no time: the first of few words that are no dates or numbers among such."""
    nearly, strange = _nearly(source, values) if kind == "category" else ("", np.zeros(0, bool))
    if zones := of_several_zones(values.tolist()) if kind == "category" else []:
        return DataError(
            "time-zones",
            f"the times {time!r} are in several zones, by their names",
            got=listed(zones[:2]),
            wanted="one name in all rows, or offsets",
            do="write offsets, such as +01:00, in place of the names",
        )
    if not nearly:
        words = f"words such as {values[0]!s:.30}" if kind == "category" else kind
        return DataError("time-type", f"the times {time!r} have no order", got=words, wanted="numbers or dates")
    row = int(np.argmax(strange))
    return DataError(
        "time-type",
        f"{values[row].strip()[:60]!r} in row {row + 1} is no {nearly}",
        got=f"{counted(int(strange.sum()), 'such row')} of {len(values):,}",
        wanted=f"a {nearly} as {time!r} in each row",
        do="correct or remove this row" if strange.sum() == 1 else "correct or remove these rows",
    )


def _nearly(source: Source, values: np.ndarray) -> tuple[str, np.ndarray]:
    """What nine in ten of these words (N,) are, a date or a number, or "" for neither; and which are none."""
    found = understood(values, comma=source.comma)
    strange = missing(found.values)
    if found.kind not in ("number", "date") or strange.mean() > FEW_STRANGE:
        return "", strange
    compact = found.kind == "number" and compact_dates(found.values, FEWEST_TIMES) is not None
    return "date" if compact else found.kind, strange


def _lengths(times: np.ndarray) -> int:
    """Of how many lengths the steps between different times are."""
    return len(np.unique(np.diff(np.unique(times))))


def meant(source: Source, table: Table, name: str) -> Understood:
    """A column as what its words mean."""
    values, kind = table[name], source.kind(name)
    return understood(values, comma=source.comma) if kind == "category" else Understood(values, kind)


def codes_of(source: Source, name: str) -> np.ndarray | None:
    """The numbers (N,) of a column's different values, words or whole numbers, that may say of what rows are; each of
    them stands for two rows and more on average. None of others."""
    table = table_of(source, [name])
    values, kind, _, written = meant(source, table, name)
    if missing(values).any() or written or kind not in ("category", "number"):
        return None  # written: a clock
    if kind == "number" and (values != np.floor(values)).any():
        return None
    codes = np.unique([str(value) for value in values.tolist()], return_inverse=True)[1]
    return codes if 2 * (codes.max() + 1) <= len(codes) else None


def said_of(name: str, found: Understood) -> tuple[Note, ...]:
    """What was done with the words of a column."""
    return (Note(f"column {name}: {found.kind}", found.said),) if found.said and found.kind != "category" else ()


def nearly_dates_of(source: Source, names: Iterable[str]) -> list[str]:
    """Which of some columns hold dates and, in one of ten rows at most, words that are none, or several zones."""
    table = table_of(source, ())
    words = {name: table[name] for name in names if source.kind(name) == "category"}
    return [name for name, own in words.items() if _nearly(source, own)[0] == "date" or of_several_zones(own.tolist())]


def dates_of(source: Source, names: Iterable[str]) -> list[str]:
    """Which of some columns hold dates, also those written as words."""
    table = table_of(source, ())
    kinds = {name: source.kind(name) for name in names}
    return [
        name
        for name, kind in kinds.items()
        if kind == "date"
        or (kind == "category" and reworded(_local(table[name])[0], strict=True)[1] == "date")
        or (kind == "number" and compact_dates(table[name]) is not None)
    ]


def seconds_of(source: Source, names: Iterable[str]) -> list[str]:
    """Which of some columns count seconds since 1970, or parts of these."""
    table = table_of(source, ())
    return [
        name for name in names if source.kind(name) == "number" and dates_since_1970(name, table[name]) is not None
    ]


def _channels(
    source: Source, table: Table, channels: Sequence[str]
) -> tuple[list[np.ndarray], tuple[Note, ...]]:
    """Columns of numbers, and how their words were read."""
    found = {name: meant(source, table, name) for name in channels}
    strange = [name for name, one in found.items() if one.kind not in ("number", "boolean")]
    if strange or not found:
        raise DataError(
            "channel-type",
            "channels of series are numbers",
            got=f"{listed(strange)}" if strange else "no column beside id, time and target",
            wanted="numbers in all columns but id, time and target",
            do="--target COLUMN, or leave these columns out" if strange else "",
        )
    notes = [note for name, one in found.items() for note in said_of(name, one)]
    return [one.values for one in found.values()], tuple(notes)
