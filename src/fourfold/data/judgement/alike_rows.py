"""Rows that are likely the steps of a series, as those that stand side by side are alike, where no column says so."""

from __future__ import annotations

from collections.abc import Iterator

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


def judge(case: Case) -> Iterator[Finding]:
    """All numbers of a table, two and more, the target among them, change slowly from row to row, and none rises or
    falls throughout, as where rows are sorted by it.

    Rows are often sorted by their classes: of these it counts how the numbers change within each.
    """
    data, task = case.dataset, case.task
    if data.layout != "flat" or task.several or data.time_ordered or data.groups is not None:
        return
    target = np.asarray(case.codes)
    classes = np.zeros(len(target), dtype=int) if task.kind == "regression" else target
    columns = [(kind, values) for _, kind, values in case.columns()]
    numbers = [values for kind, values in columns if kind == "number"]
    numbers += [target.astype(np.float64)] * (task.kind == "regression")
    if len(numbers) < 2 or any(kind == "date" for kind, _ in columns):
        return
    found = []
    for values in numbers:
        found.append(_from_row_to_row(values, classes))
        if found[-1] < ALIKE:
            return
    middle = float(np.median(found))
    yield Finding(
        "alike-rows",
        f"rows that stand side by side are alike, as the steps of a series are: all {len(found)} columns of numbers "
        f"correlate with themselves in the row before, by {middle:.2f}, and random splits let a model learn from the "
        "rows beside those that are tested",
        "correlation",
        middle,
        f"if the rows are in order of time, {what_to_do(case)}; if they belong together otherwise, --group COLUMN",
        important=True,
    )


def _from_row_to_row(values: np.ndarray, classes: np.ndarray) -> float:
    """The correlation of numbers (N,) with those of the row before, of the same class and less its mean; 0 of few, and
    of such that are sorted or held."""
    before, now = values[:-1], values[1:]
    pairs = (classes[1:] == classes[:-1]) & ~np.isnan(before) & ~np.isnan(now)
    if pairs.sum() < FEWEST or direction(values) or (before == now)[pairs].mean() >= HELD:
        return 0.0
    known = ~np.isnan(values)
    sums = np.bincount(classes[known], values[known], minlength=classes.max() + 1)
    rest = values - (sums / np.maximum(np.bincount(classes[known], minlength=len(sums)), 1))[classes]
    before, now = rest[:-1][pairs], rest[1:][pairs]
    size = np.sqrt((before**2).sum() * (now**2).sum())
    return float((before * now).sum() / size) if size > 0 else 0.0
