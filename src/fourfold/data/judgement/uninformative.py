"""Columns that tell nothing of the rows: constant ones, and those that say where a row stands, in a file or in time."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fourfold.data.columns.left_out import LeftOut
from fourfold.data.dataset import Finding
from fourfold.data.messages import CONSTANT, MOST_NAMED, counted, listed, to_drop
from fourfold.data.series.order import SELDOM, direction, times_back
from fourfold.data.values.called import is_time
from fourfold.preprocessing.table import missing

from .case import Case
from .in_time import FEWEST, FORECAST, counts_rows, parts_in_order, rises, times_in_order, what_to_do

NEARLY_CONSTANT, LIKELY = 0.99, 0.9
"""The share of one value, of all rows, and of a sample without which all rows are not looked at."""
MOST_PAIRS = 100
"""Pairs of columns at most that are tried whether they name the series."""

FEWEST_ALIKE = 3
"""Columns from which on those that number the rows are said to at once: one of two may be their id."""


def judge(case: Case) -> Iterator[Finding]:
    """Constant and nearly constant columns, and numbers that count the rows."""
    constant = sum(note.because == CONSTANT for note in case.dataset.notes)
    if constant:
        names = [
            note.what.removeprefix("left out: ") for note in case.dataset.notes if note.because == CONSTANT
        ]
        yield Finding("constant-columns", f"columns that never vary: {', '.join(names)}", "notes", constant)
    nearly, counters, dates, times = [], {}, {}, times_in_order(case)
    parts = [] if times else parts_in_order(case)
    for name, kind, values in case.columns():
        likely = _usual_share(values[case.sample]) >= LIKELY
        if likely and case.dataset.rows >= 100 and _usual_share(values) >= NEARLY_CONSTANT:
            nearly.append(name)
        counts = kind == "number" and counts_rows(values)
        trend = bool(times or parts) and not is_time(name)  # what grows with a time is none
        if counts and not trend:
            counters[name] = values
        if kind == "date" and direction(values):
            dates[name] = _begins_anew(values)
        if kind == "number" and not (counts or trend or case.dataset.time_ordered) and rises(values):
            yield Finding(
                "rises-throughout",
                f"column {name!r} rises from row to row: {_if_time(name)}random splits let models learn from the "
                "future",
                "rows",
                len(values),
                f"{_if_time(name)}{what_to_do(case)}",
                important=True,
                columns=(name,),
            )
    yield from _dated(case, dates)
    yield from _counting(case, counters)
    for name, back, on in _dates_left_out(case):
        if back != on and min(back, on) * SELDOM <= case.dataset.rows:
            yield from _sorted_by(case, _dates([name]), name)
    if parts:
        yield from _sorted_by(case, f"date {listed(parts)}", *parts)
    if case.dataset.time_ordered:
        yield from _out_of_order(case)
    if nearly:
        yield Finding(
            "nearly-constant",
            f"columns with one value in 99 % of the rows: {listed(nearly)}",
            "columns",
            len(nearly),
            f"{to_drop(nearly)}, if the rest does not matter" * (len(nearly) <= MOST_NAMED),  # more do no harm
            columns=tuple(nearly),
        )


def _counting(case: Case, counters: dict[str, np.ndarray]) -> Iterator[Finding]:
    """Columns that number the rows: one by one, but those in order at once, where they are many and called no times."""
    ordered = [name for name, values in counters.items() if not is_time(name) and _are_in_order(values)]
    many = ordered if len(ordered) >= FEWEST_ALIKE else []
    of_many = f"{to_drop(many)}, if the order of the rows tells nothing of the target"
    for names in [*([many] if many else []), *([name] for name in counters if name not in many)]:
        name, values = names[0], counters[names[0]]
        yield Finding(
            "counts-rows",
            f"column {name!r} {_how_counted(values)}" + f"; likewise {listed(names[1:])}" * (len(names) > 1),
            "different values",
            len(values),
            of_many if names is many else _of_counter(case, name, values),
            important=True,
            columns=tuple(names),
        )


def _if_time(name: str) -> str:
    return "" if is_time(name) else "if it is time, "


def _of_counter(case: Case, name: str, values: np.ndarray) -> str:
    """What to do with numbers that count the rows: those that are called a time are first of all one, and those in no
    order may be ranks."""
    quoted = shlex.quote(name)
    if not _are_in_order(values):
        return f"--drop {quoted}, if it is not a ranking"
    drop = f"--id {quoted}, or --drop {quoted}"
    if case.dataset.time_ordered:
        return drop
    in_time = f"{_if_time(name)}{what_to_do(case)}"
    return f"{in_time}; else --drop {quoted}" if is_time(name) else f"{drop}; {in_time}"


def _how_counted(values: np.ndarray) -> str:
    """
    >>> _how_counted(np.array([3.0, 4.0, 9.0]))
    'numbers the rows: its values are all different and in order'
    >>> _how_counted(np.array([2.0, 1.0, 3.0]))
    'may number the rows: its values are the whole numbers 1 to 3, each of them once'
    """
    if _are_in_order(values):
        return "numbers the rows: its values are all different and in order"
    span = f"{values.min():.0f} to {values.max():.0f}"
    return f"may number the rows: its values are the whole numbers {span}, each of them once"


def _are_in_order(values: np.ndarray) -> bool:
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def _dated(case: Case, dates: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    """Rows that are sorted by dates, or in runs in which they begin anew, in the rows (M,) that are given of each."""
    if ordered := [name for name, starts in dates.items() if not len(starts)]:
        yield from _sorted_by(case, _dates(ordered), *ordered)
    runs: dict[bytes, list[str]] = {}
    for name, starts in dates.items():
        runs.setdefault(starts.tobytes(), []).append(name)
    if not case.dataset.time_ordered and case.dataset.groups is None:
        for names in runs.values():
            if len(starts := dates[names[0]]):
                yield from _in_runs(case, names, starts)


def _in_runs(case: Case, names: list[str], starts: np.ndarray) -> Iterator[Finding]:
    """Rows in runs in each of which dates begin anew; runs of a unit are told as such."""
    told = _told_by(case, starts)
    future, time = "random splits let a model learn from the future of each", shlex.quote(names[0])
    anew = f"the {_dates(names)} begin{'s' * (len(names) == 1)} anew {counted(len(starts), 'time')}"
    if told is None:
        yield Finding(
            "dates-begin-anew",
            f"{anew}: the rows may be {len(starts) + 1} series, one below the other, and {future}",
            "times",
            len(starts),
            "if they are, name the column that tells them apart, or add one that numbers them: --group COLUMN, or "
            f"--id COLUMN --time {time}",
            important=True,
            columns=tuple(names),
        )
    elif len(told) > 1:
        series = shlex.quote(",".join(told))
        steps = f"--id {series} --time {time}"
        yield Finding(
            "dates-of-named-series",
            f"{anew}, where {listed(told)} change: the rows are {len(starts) + 1} series, one below the other, and "
            f"{future}",
            "times",
            len(starts),
            f"--group {series}, or {steps} if its rows are the steps of a series"
            + f"; {steps} {FORECAST}".rstrip(", ") * (case.task.kind == "regression"),
            important=True,
            columns=tuple(names),
        )


def _begins_anew(values: np.ndarray) -> np.ndarray:
    """The rows in which dates that rise (or fall) otherwise go back over more than half of their span, if all that go
    back do, and what is between these rows is of the same time, as files in the order of their names are not.

    >>> [_begins_anew(days).tolist() for days in (np.tile(np.arange(30), 3), np.r_[0:20, 15:40], np.r_[30:60, 0:30])]
    [[30, 60], [], []]
    """
    present = np.flatnonzero(~missing(values))
    numbers = values[present].astype(np.float64) * direction(values)
    back = np.flatnonzero(np.diff(numbers) < 0)
    if not len(back):
        return back
    far = (numbers[back] - numbers[back + 1]) > np.ptp(numbers) / 2
    run = np.searchsorted(back, np.arange(len(numbers)))
    changes = int((np.diff(run[np.argsort(numbers, kind="stable")]) != 0).sum())
    return present[back + 1] if far.all() and changes > 2 * (len(back) + 1) else back[:0]


def _told_by(case: Case, starts: np.ndarray) -> list[str] | None:
    """The columns that tell runs of rows apart, as they keep their values within these: one, two, or all that do,
    where no two runs have the same of them; [] where some have, and None where they don't."""
    begins = np.zeros(case.dataset.rows - 1, dtype=bool)
    begins[starts - 1] = True
    columns = {name: values for name, _, values in case.columns() if not missing(values).any()}
    changes = {name: values[1:] != values[:-1] for name, values in columns.items()}
    kept = [name for name, change in changes.items() if change.any() and not (change & ~begins).any()]
    if not kept or not (np.any([changes[name] for name in kept], axis=0) == begins).all():
        return None
    pairs = itertools.islice(itertools.combinations(kept, 2), MOST_PAIRS)
    for names in [*([name] for name in kept), *map(list, pairs), kept]:
        firsts = np.stack([columns[name][[0, *starts]] for name in names], axis=1)
        if len(np.unique(firsts, axis=0)) == len(firsts):
            return names
    return []


def _sorted_by(case: Case, by: str, *names: str) -> Iterator[Finding]:
    """Rows that are sorted ``by`` dates, or the parts of one, where no order of time was asked for."""
    if not case.dataset.time_ordered and case.dataset.rows >= FEWEST:
        yield Finding(
            "in-order-of-time",
            f"the rows are sorted by the {by}: random splits let a model learn from the future",
            "rows",
            case.dataset.rows,
            f"if what will be predicted lies in the future, {what_to_do(case)}",
            important=True,
            columns=names,
        )


def _dates(names: Sequence[str]) -> str:
    """Dates in a sentence."""
    return f"date{'s' * (len(names) > 1)} {listed(names)}"


def _dates_left_out(case: Case) -> list[tuple[str, int, int]]:
    """Dates beside texts, with how many times each goes back from row to row, and on."""
    return [date for note in case.dataset.notes if isinstance(note, LeftOut) for date in note.dates]


def _usual_share(values: np.ndarray) -> float:
    return float(np.unique(values, return_counts=True)[1].max() / len(values))


def _out_of_order(case: Case) -> Iterator[Finding]:
    """Dates of rows that are to stand in order of time, if none of them shows one."""
    dates = {name: values for name, kind, values in case.columns() if kind == "date"}
    own = case.dataset.test_rows
    if own is not None:
        for name, values in dates.items():
            learnt, tested = np.delete(values, own), values[own]
            if direction(learnt) and np.nanmedian(tested) < np.nanmedian(learnt):
                yield Finding(
                    "tests-in-the-past",
                    f"the test rows are earlier than those that are learnt from, by {name!r}: these are their future",
                    "rows",
                    len(own),
                    "test on the later rows, or leave out --time-ordered",
                    important=True,
                    columns=(name,),
                )
    back = {name: times_back(values if own is None else np.delete(values, own)) for name, values in dates.items()}
    back |= {name: times for name, times, _ in _dates_left_out(case)} if own is None else {}
    if not back or case.dataset.order is not None:
        return
    name = min(back, key=lambda column: back[column])
    if back[name]:
        yield Finding(
            "not-in-order-of-time",
            f"the rows are not in order of time: {name!r} goes back {back[name]:,} times",
            "times",
            back[name],
            f"sort the rows by {name}, the oldest first, or leave out --time-ordered",
            important=True,
            columns=tuple(back),
        )
