"""A table with a row for each series and time step, as series on one grid of time."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import NO_COLUMN, counted, listed
from fourfold.data.reading import FILE
from fourfold.data.source import Source
from fourfold.data.values.word_channels import channels_of
from fourfold.errors import DataError
from fourfold.preprocessing.dates import calendar
from fourfold.preprocessing.table import missing

from .apart import repeated, telling_apart
from .clock import DAY, Clock, check_one_step, filling, shown
from .daylight_saving import doubled_hours, skipped_hours, the_hours
from .long_columns import labels_of, one_column, table_of, times_and_said, valued
from .panel_channels import channels_of_columns

__all__ = ["Panel", "panel_of"]

FEWEST_FILLED = 0.5
"""The least share of the steps of irregular series that has to hold a row, if their order is to be used."""

PHASES = {"year": slice(1, 3), "week": slice(3, 5), "day": slice(5, 7)}
"""Where `calendar` has sin and cos of a phase."""


@dataclass(frozen=True, eq=False)
class Panel:
    """S series on the grid of a clock; series s has T_s steps, the first of them at place ``start[s]``.

    - ``values``: for each series (T_s, C), the targets first; NaN where a step is absent.
    - ``columns``: the table's columns that are used, targets first; ``levels`` those of its columns of words.
    - ``phases``: the calendar's channels, the last of all; ``zoned``: whether all times have a zone, or none has.
    """

    labels: tuple[str, ...]
    clock: Clock
    start: np.ndarray
    values: tuple[np.ndarray, ...]
    columns: tuple[Column, ...]
    levels: tuple[tuple[str, ...], ...]
    phases: tuple[str, ...]
    notes: tuple[Note, ...]
    zoned: bool | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        return channels_of(self.columns, self.levels, self.phases)

    def filled(self, number: int) -> np.ndarray:
        """A series without gaps: what is absent is as it was last; NaN only before the first value."""
        values = self.values[number]
        known = np.where(np.isnan(values), 0, np.arange(len(values))[:, None])
        return np.take_along_axis(values, np.maximum.accumulate(known, axis=0), axis=0)


def panel_of(
    source: Source,
    *,
    time: str | None,
    id: str | None,
    targets: Sequence[str],
    known: Mapping[str, tuple[str, ...]] | None = None,
    phases: Sequence[str] | None = None,
    step: str = "",
    written: Mapping[str, str] | None = None,
) -> Panel:
    """The series of a table. ``known``, ``phases`` and ``step``: levels, calendar and grid as they were learnt, None
    or "" to choose them; ``written``: how the words of columns were, that are numbers.

    Where stamps of several series fit no grid, all that lies in one step of a coarser one counts as its mean. What
    stands behind the last value of a series' targets is left out: it is what is forecast.

    Errors: a column that does not exist, a missing id or time, two rows of a series at one time, a target that is
    no number.
    """
    table = table_of(source, [name for name in (time, id, *targets) if name is not None])
    series, labels = _series(source, table, id)
    stamps, read = (None, ()) if time is None else times_and_said(source, table, time)
    times, zoned = (None, None) if stamps is None else (stamps.values, stamps.zoned)
    hours = [] if times is None else doubled_hours(times, series)
    if times is not None and not hours and (rows := repeated(times, series)).size:
        of = source, table, rows, times, series, labels
        raise _two_rows(*of, time=time, id=id, targets=targets, learnt=bool(step))
    kept = _upto_values(valued(table, targets), series, times)
    if not kept.all():
        read += _said_of_empty(kept, series, labels, targets, id)
        if later := _known_later(table_of(source, ()), ~kept, [*targets, *filter(None, (time, id))]):
            because = "a forecast knows other columns by their past alone"
            read += (Note(f"not used: {listed(later)} of these steps", because),)
        source, times = source.take(np.flatnonzero(kept)), None if times is None else times[kept]
        left, series = np.unique(series[kept], return_inverse=True)
        labels = [labels[number] for number in left]
    taken = [*targets, *filter(None, (time, id))]
    columns, levels, channels, notes = channels_of_columns(
        source, table_of(source, ()), targets, taken, known, written or {}
    )
    notes += read
    if times is not None and hours:
        stamps, at = np.unique(times, return_inverse=True)
        channels, series, at = _means(channels, series, at)
        times = stamps[at]
        because = "the clock was set back at the end of daylight saving; the mean of both rows"
        notes += (Note(f"doubled: {the_hours(hours)}", because),)
    skipped = [] if times is None else skipped_hours(times)
    if skipped:
        because = "the clock was set forward at the start of daylight saving; with offsets behind times it is no gap"
        notes += (Note(f"skipped: {the_hours(skipped)}", because),)
    clock = _clock_of(times, series, step)
    if times is not None and not clock.means:
        check_one_step(times, series, labels)
    if clock.means:
        channels, series, places = _means(channels, series, clock.places)
        clock = replace(clock, places=places)
    start, end = np.full(len(labels), len(clock.axis)), np.zeros(len(labels), np.int64)
    np.minimum.at(start, series, clock.places)
    np.maximum.at(end, series, clock.places + 1)
    chosen = tuple(_phases(clock) if phases is None else phases)
    phased = np.concatenate([np.empty((len(clock.axis), 0)), *_waves(clock, chosen)], axis=1)
    values = []
    of_each = np.split(np.argsort(series, kind="stable"), np.cumsum(np.bincount(series))[:-1])
    for rows, first, last in zip(of_each, start, end):
        one = np.full((last - first, channels.shape[1]), np.nan)
        one[clock.places[rows] - first] = channels[rows]
        values.append(np.concatenate([one, phased[first:last]], axis=1))
    notes = (*_said(clock, time, series, labels, id, [len(one) for one in values], learnt=bool(step)), *notes)
    return Panel(tuple(labels), clock, start, tuple(values), columns, levels, chosen, notes, zoned)


def _upto_values(known: np.ndarray, series: np.ndarray, times: np.ndarray | None) -> np.ndarray:
    """The rows (N,) up to the last of each series whose target is known (N,); all, where none is."""
    if not known.any():
        return np.ones(len(known), bool)
    order = np.argsort(series, kind="stable") if times is None else np.lexsort((times, series))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    last = np.full(series.max() + 1, -1)
    np.maximum.at(last, series[known], place[known])
    return place <= last[series]


def _known_later(table: Table, rows: np.ndarray, taken: Sequence[str]) -> list[str]:
    """The columns that have values in rows (N,) which have no target, as those have that are known in the future."""
    return [name for name in table if name not in taken and not missing(table[name][rows]).all()]


def _said_of_empty(
    kept: np.ndarray, series: np.ndarray, labels: list[str], targets: Sequence[str], id: str | None
) -> tuple[Note, ...]:
    """What is said of rows that are left out: the ends of series, and series as a whole."""
    value = f"without a value of {' or '.join(targets)}"
    some = np.isin(series, series[kept])
    empty = [labels[number] for number in np.unique(series[~some])]
    ends = np.unique(series[some & ~kept])
    notes = []
    if len(ends):
        what = f"left out: {counted(int((some & ~kept).sum()), 'step')} at the end"
        each = f" of {counted(len(ends), 'series')}," if id else ""
        notes.append(Note(f"{what}{each} {value}", "a forecast begins right behind the last value"))
    if empty:
        notes.append(Note(f"left out: {listed(empty)}", value))
    return tuple(notes)


def _clock_of(times: np.ndarray | None, series: np.ndarray, step: str) -> Clock:
    """The grid of the stamps; of several series one of means, where each would have most of its steps empty."""
    if times is not None and step.endswith("means"):
        return Clock.of_means(times, series, step)
    clock = Clock.of(times, series, step)
    if times is None or clock.regular or filling(clock.places, series)[1] >= FEWEST_FILLED:
        return clock
    return Clock.of_means(times, series)


def _means(
    channels: np.ndarray, series: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows (N, C) of one series and place as their mean, what is missing left out: values, series, places (n,)."""
    (kept, at), row = np.unique(np.stack([series, places]), axis=1, return_inverse=True)
    total, present = np.zeros((len(kept), channels.shape[1])), np.zeros((len(kept), channels.shape[1]))
    np.add.at(total, row.ravel(), np.nan_to_num(channels))
    np.add.at(present, row.ravel(), ~np.isnan(channels))
    return np.where(present > 0, total / np.maximum(present, 1), np.nan), kept, at


def _series(source: Source, table: Table, id: str | None) -> tuple[np.ndarray, list[str]]:
    """The number of each row's series (N,), in the order in which they first occur, and their names."""
    if id is None:
        return np.zeros(table.rows, np.int64), [""]
    names: dict[str, int] = {}
    series = [names.setdefault(label, len(names)) for label in labels_of(source, table, id).tolist()]
    return np.array(series), list(names)


def _two_rows(
    source: Source,
    table: Table,
    rows: np.ndarray,
    times: np.ndarray,
    series: np.ndarray,
    labels: list[str],
    *,
    time: str | None,
    id: str | None,
    targets: Sequence[str],
    learnt: bool,
) -> DataError:
    """What is said of ``rows`` that are not the first of their series and time: copies, or rows that a column tells
    apart, in which case it belongs to the id, or a clock to the time. ``learnt``: they are to be forecast from."""
    others = [name for name in table if name not in (time, id, *targets)]
    beside, _ = next(telling_apart(source, others, times, series), ((), series))
    of_files = id is None and any(note.because.endswith(NO_COLUMN) for note in source.notes)
    which = [*filter(None, (id,)), *(beside or (FILE,) * of_files)]
    different = {*zip(*(map(str, values.tolist()) for values in table.values()))}
    clock = "--time DAY,CLOCK, if the clock is in another column; " * (times.dtype.kind == "M") + "else join these rows"
    if len(different) == table.rows - len(rows):
        do = "remove the copies, as frame.drop_duplicates() of pandas does"
    elif learnt:
        do = "join these rows" if id else "join these rows, or keep those of one series, if they are of several"
    elif len(which) > (id is not None):
        do = f"{one_column(which) if len(which) > 1 else f'--id {shlex.quote(which[0])}'}; {clock}"
    else:
        do = "join these rows" if id else f"--id COLUMN, if the rows are of several series; {clock}"
    of = f" of {labels[series[rows[0]]]!r}" if id else ""
    return DataError(
        "two-rows-at-one-time",
        "two rows of one series have the same time",
        got=f"{time} {shown(times[rows[0]])}{of} in row {rows[0] + 1}, {counted(len(rows), 'such row')} in all",
        wanted="one row for each series and time",
        do=do,
    )


def _phases(clock: Clock) -> list[str]:
    """The phases of the calendar that turn at least twice in the history, slower than the stamps."""
    if clock.axis.dtype.kind != "M" or len(clock.axis) < 2:
        return []
    span = float((clock.axis[-1] - clock.axis[0]).astype(np.int64)) / DAY
    step = span / (len(clock.axis) - 1)
    return [
        name for name, days in (("year", 365.25), ("week", 7.0), ("day", 1.0)) if 2 * step <= days <= span / 2
    ]


def _waves(clock: Clock, phases: Sequence[str]) -> list[np.ndarray]:
    if not phases:
        return []
    if clock.axis.dtype.kind != "M":
        raise DataError(
            "dates-expected",
            "the model was trained on dates",
            got=f"time stamps that are numbers, such as {shown(clock.axis[0])}",
            wanted="dates such as 2020-01-31",
            do="write the date of each row in place of its number; or train again on numbers",
        )
    known = calendar(clock.axis, clock=True)
    return [known[:, PHASES[phase]] for phase in phases]


def _said(
    clock: Clock,
    time: str | None,
    series: np.ndarray,
    labels: list[str],
    id: str | None,
    lengths: Sequence[int],
    *,
    learnt: bool,
) -> tuple[Note, ...]:
    """What is said about the grid: series, step, gaps, order. ``learnt``: it is that of a model, to forecast from."""
    notes = []
    if id is not None:
        span = f"{min(lengths)} to {max(lengths)}" if min(lengths) < max(lengths) else str(lengths[0])
        notes.append(Note(f"series: {counted(len(labels), 'value')} of {id}, {span} steps each"))
    gaps = int(sum(lengths) - len(series))
    span = "" if time is None else f"{shown(clock.axis[0])} to {shown(clock.axis[-1])}"
    if clock.means:
        why = "the shortest round step, from the median distance on, of which nine in ten hold a row"
        notes.append(Note(f"steps: irregular, so rows are averaged in {clock.steps}, {span}", why))
    elif not clock.regular:
        each = "; a stamp of one series is a step of all" if len(labels) > 1 else ""
        notes.append(Note("steps: irregular", f"the order of the stamps is used, their distances are not{each}"))
    elif time is None:
        because = "as in training" if learnt else "no column of dates"
        because += "; step n of all series is taken for the same time" * bool(id and not learnt)
        notes.append(Note("time: the order of the rows", because, "--time COLUMN"))
    else:
        notes.append(Note(f"steps: {clock.steps}, {span}"))
    if gaps:
        why = "a window sees there what was last known" + ", and none whose target has a gap is used" * (not learnt)
        where = "without a row" if clock.regular else "at stamps of other series alone"
        notes.append(Note(f"gaps: {counted(gaps, 'step')} {where}", why))
    if not _sorted(clock.places, series):
        notes.append(Note("order: the rows are sorted by time", f"they were not in order of {time}"))
    return tuple(notes)


def _sorted(places: np.ndarray, series: np.ndarray) -> bool:
    """Whether the rows of each series stand in order."""
    order = np.argsort(series, kind="stable")
    return not ((np.diff(places[order]) < 0) & (np.diff(series[order]) == 0)).any()
