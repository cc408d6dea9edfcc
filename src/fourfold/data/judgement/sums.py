"""A target that is made of inputs: the sum, the mean or the difference of some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import listed, to_drop

from .case import Case

FEWEST, MOST_ROWS, MOST_COLUMNS = 20, 500, 64
"""Complete rows below which nothing is said, and the most rows and columns that are looked at."""

ROUNDED = 0.01
"""The part of the target's standard deviation by which its values may differ, as roundings do."""


def judge(case: Case) -> Iterator[Finding]:
    """Totals, margins and balances, which are known where their parts are."""
    if case.dataset.layout != "flat" or case.task.kind != "regression" or case.task.several:
        return
    rows = case.sample[:MOST_ROWS]
    numbers = {name: values for name, kind, values in case.columns(rows) if kind == "number"}
    target = np.asarray(case.codes, dtype=np.float64)[rows]
    if not 2 <= len(numbers) <= MOST_COLUMNS:
        return
    columns = np.stack([*numbers.values()])
    there = ~np.isnan(columns).any(axis=0)
    if there.sum() < max(FEWEST, len(rows) / 2):
        return
    what, places = _made_of(columns[:, there], target[there])
    names = [[*numbers][place] for place in places]
    if what:
        yield Finding(
            "made-of-inputs",
            f"the target {case.dataset.target_name!r} is the {what} of {listed(names)}",
            "columns",
            len(names),
            f"{to_drop(names)}, if they are not known before the target is; else compute it",
            important=True,
            columns=tuple(names),
        )


def _made_of(columns: np.ndarray, target: np.ndarray) -> tuple[str, Sequence[int]]:
    """What numbers (K, N) make a target (N,), and which of them: as few as possible that stand side by side, or the
    first of two without the second; "" where none do.

    >>> parts = np.random.default_rng(0).normal(size=(4, 30))
    >>> _made_of(parts, parts[1:].sum(axis=0)), _made_of(parts, parts[:2].mean(axis=0))
    (('sum', range(1, 4)), ('mean', range(0, 2)))
    >>> _made_of(parts, parts[3] - parts[1]), _made_of(parts, parts[0] * parts[1])
    (('difference', (3, 1)), ('', ()))
    """
    tolerance = ROUNDED * target.std()
    sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    for length in range(2, len(columns) + 1):
        runs = sums[length:] - sums[:-length]
        for what, made in (("sum", runs), ("mean", runs / length)):
            found = np.flatnonzero((np.abs(made - target) <= tolerance).all(axis=1))
            if found.size:
                return what, range(int(found[0]), int(found[0]) + length)
    for second, values in enumerate(columns):
        found = np.flatnonzero((np.abs(columns - values - target) <= tolerance).all(axis=1))
        if found.size and found[0] != second:
            return "difference", (int(found[0]), second)
    return "", ()
