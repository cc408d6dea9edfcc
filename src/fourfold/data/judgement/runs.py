"""Rows that are the steps of series which no column names alone: recordings of what several subjects do."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator, Sequence

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import listed
from fourfold.data.series.counters import COUNTERS, is_called
from fourfold.data.values.called import ID, PARTS_OF_TIME, UNITS, is_time

from .case import Case
from .dependent import counts_anew, is_known, may_name_units
from .in_time import parts_in_order, times_in_order

FEWEST_STEPS = 20
"""Rows of a run, on average, from which on a number counts time in it whatever it is called: settings that are tried in
turn are fewer."""

MOST = 8
"""Columns at most that may name the series, two together: of more, any rows stand in some runs."""

NUMBERED = "table['run'] = table[{0!r}].ne(table[{0!r}].shift()).any(axis=1).cumsum()"
"""How runs get a column that numbers them."""


def judge(case: Case) -> Iterator[Finding]:
    """Two columns in whose runs, rows with one value of each, a number counts anew, as in those of one it does not."""
    dataset = case.dataset
    if dataset.layout != "flat" or dataset.time_ordered or case.task.several:
        return
    columns = [(name, kind, values) for name, kind, values in case.columns() if not np.isnan(values).any()]
    units = [(name, kind, values) for name, kind, values in columns if may_name_units(kind, values) and _runs(values)]
    target = (dataset.target_name, "category", np.asarray(case.codes))
    units += [target] if case.task.kind == "classification" and _runs(target[2]) else []
    pairs = itertools.combinations(units, 2) if len(units) <= MOST else ()
    sorted_by = times_in_order(case) or parts_in_order(case)
    numbers = {name: values for name, kind, values in columns if kind == "number" and not _is_of_day(name, sorted_by)}
    for pair in pairs:
        names, parts = [name for name, *_ in pair], [values for *_, values in pair]
        starts = _runs(*parts)
        if not starts or any(is_known(case, values) for values in parts):
            continue
        times = (name for name, values in numbers.items() if name not in names and _are_steps(name, values, starts))
        time = next((name for name in times if not any(counts_anew(numbers[name], one) for _, _, one in units)), None)
        if time is not None:
            yield Finding(
                "steps-of-runs",
                f"{time!r} begins anew where {listed(names)} change, in {len(starts):,} runs of rows: these are the "
                "steps of series, and not independent",
                "runs",
                len(starts),
                _what_to_do(case, pair, time),
                important=True,
                columns=tuple(names),
            )
            return


def _runs(*columns: np.ndarray) -> list[int]:
    """Where runs of equal rows of columns (N,) begin; [] where they are shorter than two rows on average, or one."""
    new = np.any([np.diff(values) != 0 for values in columns], axis=0)
    starts = [0, *(np.flatnonzero(new) + 1).tolist()]
    return starts if 1 < len(starts) <= len(columns[0]) / 2 else []


def _are_steps(time: str, moments: np.ndarray, starts: Sequence[int]) -> bool:
    """Whether numbers (N,) count anew from each of the starts, and are called a time, or the runs are long."""
    called = is_time(time) or any(is_called(time, words) for words in COUNTERS)
    number = np.zeros(len(moments))
    number[starts[1:]] = 1
    return (called or len(moments) >= FEWEST_STEPS * len(starts)) and counts_anew(moments, np.cumsum(number))


def _what_to_do(case: Case, pair: Sequence[tuple[str, str, np.ndarray]], time: str) -> str:
    """Which columns name the series, where the words of one of these may be the target, and where not."""
    names = [name for name, *_ in pair]
    target, quoted = case.dataset.target_name, shlex.quote(time)
    words = [name for name, kind, _ in pair if kind == "category" and not _names_a_unit(name)]
    likely = target if target in names else words[-1] if words else ""
    series = f"--id {shlex.quote(','.join(names))} --time {quoted}"
    if not likely:
        return series
    unit = next(name for name in names if name != likely)
    roles = f"--id run --time {quoted} --target {shlex.quote(likely)} --group {shlex.quote(unit)}"
    recipe = f"in pandas {NUMBERED.format(names)}; then {roles}"
    return recipe if target == likely else f"{recipe}, if {likely!r} is the target; {series}, if {target!r} is"


def _is_of_day(name: str, sorted_by: Sequence[str]) -> bool:
    """Whether a number is a part of the time in whose order all rows stand, those of one series."""
    return bool(sorted_by) and any(name.casefold() in words.split() for words in PARTS_OF_TIME)


def _names_a_unit(name: str) -> bool:
    return ID.search(name) is not None or name.casefold() in UNITS
