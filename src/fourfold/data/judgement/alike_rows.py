"""Rows that are likely the steps of a series, as those that stand side by side are alike, where no column says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.series.order import direction

from .case import Case
from .in_time import what_to_do

__all__ = ["judge"]

FEWEST = 50
"""Pairs of rows from which on it is no chance that all columns correlate with themselves from row to row."""

ALIKE, HELD = 0.9, 0.5
"""The correlation of a column with itself one row before, and the share of rows with the value of the one before from
which on it is what a run is set to, which other findings tell."""

CYCLES, ENDS = 2, 0.25
"""How often a cycle begins anew at least, and which share of its values is its start and its end: days of the week in
which some are missing."""

NAMED = 3
"""Up to how many columns in cycles are named."""


def judge(case: Case) -> Iterator[Finding]:
    """All numbers of a table, two and more, the target among them, change slowly from row to row, and none rises or
    falls throughout, as where rows are sorted by it.

    Rows are often sorted by their classes: of these it counts how the numbers change within each. Minutes that begin
    anew with each hour, or a column of two values, tell no order, but may tell the numbers: what they leave counts.
    """
    data, task = case.dataset, case.task
    if data.layout != "flat" or task.several or data.time_ordered or data.groups is not None:
        return
    target = np.asarray(case.codes)
    classes = np.zeros(len(target), dtype=int) if task.kind == "regression" else target
    columns = list(case.columns())
    inputs = {name: values for name, kind, values in columns if kind == "number"}
    cycles = {name: values for name, values in inputs.items() if in_cycles(values)}
    numbers = [values for name, values in inputs.items() if name not in cycles]
    numbers += [target.astype(np.float64)] * (task.kind == "regression")
    if len(numbers) < 2 or any(kind == "date" for _, kind, _ in columns):
        return
    found = []
    for values in numbers:
        found.append(_from_row_to_row(values, classes, cycles.values()))
        if found[-1] < ALIKE:
            return
    middle = float(np.median(found))
    others = ", ".join(map(repr, cycles)) if len(cycles) <= NAMED else f"{len(cycles)} in cycles"
    which = f"{len(found)} columns of numbers" + f" beside {others}" * bool(cycles)
    yield Finding(
        "alike-rows",
        f"rows that stand side by side are alike, as the steps of a series are: all {which} correlate "
        f"with themselves in the row before, by {middle:.2f}, and random splits let a model learn from the rows beside "
        "those that are tested",
        "correlation",
        middle,
        f"if the rows are in order of time, {what_to_do(case)}; if they belong together otherwise, --group COLUMN",
        important=True,
    )


def in_cycles(values: np.ndarray) -> bool:
    """Whether numbers rise, or fall, and begin anew again and again with the same: minutes, months, days of the week;
    of two values any.

    >>> in_cycles(np.arange(50) % 12), in_cycles(-(np.arange(50) % 12)), in_cycles(np.arange(50) // 4 % 6)
    (True, True, True)
    >>> in_cycles(np.arange(50)), in_cycles(np.arange(50) % 30), in_cycles(np.arange(50) * 7 % 12)
    (False, False, False)
    """
    known = values[~np.isnan(values)]
    if len(np.unique(known)) * CYCLES >= len(known):
        return False
    low, high = np.quantile([known.min(), known.max()], (ENDS, 1 - ENDS))
    return any(_begins_anew(turned, *ends) for turned, ends in ((known, (low, high)), (-known, (-high, -low))))


def _begins_anew(values: np.ndarray, low: float, high: float) -> bool:
    """Whether values fall from above ``high`` to below ``low`` alone, twice and more."""
    falls = values[1:] < values[:-1]
    return bool(falls.sum() >= CYCLES and (values[:-1][falls] >= high).all() and (values[1:][falls] <= low).all())


def _less_means(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Numbers (N,) less the mean of those of the same class, 0 and more, ``of`` each."""
    known = ~np.isnan(values)
    sums, counts = (np.bincount(of[known], weights, of.max() + 1) for weights in (values[known], None))
    return values - (sums / np.maximum(counts, 1))[of]


def _from_row_to_row(values: np.ndarray, classes: np.ndarray, cycles: Iterable[np.ndarray]) -> float:
    """The correlation of numbers (N,) with those of the row before, of the same class and less its mean, and less that
    of each place in cycles; 0 of few, and of such that are sorted or held."""
    before, now = values[:-1], values[1:]
    pairs = (classes[1:] == classes[:-1]) & ~np.isnan(before) & ~np.isnan(now)
    if pairs.sum() < FEWEST or direction(values) or (before == now)[pairs].mean() >= HELD:
        return 0.0
    rest = _less_means(values, classes)
    for cycle in cycles:
        rest = _less_means(rest, np.unique(cycle, return_inverse=True)[1])
    before, now = rest[:-1][pairs], rest[1:][pairs]
    size = np.sqrt((before**2).sum() * (now**2).sum())
    return float((before * now).sum() / size) if size > 0 else 0.0
