"""The smallest difference between two models that the tested rows can show; and targets so unevenly spread that a few
rows decide their score."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fourfold.preprocessing.table import level_counts

from .case import Case
from .dataset import Finding
from .messages import counted, percent

__all__ = ["judge"]

FEWEST, UNEVEN = 50, 0.5
"""Rows from which on a target is looked at, and the share of its variance that the farthest one in a hundred hold at
least; of normal values they hold 8 %, of the exponential of normal ones 40."""

DISAGREEMENT = 0.1
"""The share of rows on which two good models differ, taken for granted before there are any."""

COARSE_ACCURACY, COARSE_ERROR = 0.05, 0.1
"""The smallest differences that too few rows can show: of accuracy, and relative ones of a squared error's root."""


def judge(case: Case) -> Iterator[Finding]:
    """The smallest difference between two models that the tested rows can show, with a power of 80 %.

    Accuracy: 2.8 sqrt(d / n), where the models differ on a share d = 0.1 of n rows (McNemar 1947); balanced accuracy
    the same with 1 / n = sum_k 1 / (K^2 n_k), where they differ on this share of each class's n_k rows. Of n series
    of T steps each it lies between those of n T rows and of n. Root mean squared error, relative: 1.25 / sqrt(n), for
    normal errors whose squares correlate at 0.8.
    """
    is_tested = np.zeros(case.dataset.rows, dtype=bool)
    for split in case.splits:
        is_tested[split.test] = True
    rows, what = np.flatnonzero(is_tested), "tested rows"
    if case.dataset.forecast is not None or (
        case.dataset.cut is not None and case.dataset.groups is not None
    ):
        rows, what = np.unique(np.asarray(case.dataset.groups)[rows]), "independent tests"
    tested = len(rows)
    if case.task.kind != "regression":
        score, alike = "the Jaccard index" if case.task.several else "accuracy", float(tested)
        if case.task.score == "balanced_accuracy" and not case.task.stepwise:
            counts = level_counts(case.dataset.target[rows])[1]
            score, alike = "balanced accuracy", len(counts) ** 2 / (1 / counts).sum()
        smallest, coarse = 2.8 * np.sqrt(DISAGREEMENT / alike), COARSE_ACCURACY
        said, given = f"{100 * smallest:.1f} points of {score}", f"models differ on {percent(DISAGREEMENT)} of them"
        if case.task.stepwise and case.dataset.cut is None:  # windows of one series depend on each other as they are
            whole = smallest
            smallest = whole / np.sqrt(np.isin(case.dataset.target, case.task.classes).sum(axis=1).mean())
            said = f"{100 * smallest:.1f} points of {score}, if steps are right or wrong each for itself, to "
            said += f"{100 * whole:.1f}, if whole series are"
    else:
        smallest, coarse = 1.25 / np.sqrt(tested), COARSE_ERROR
        if found := _uneven(case):
            smallest *= _as_normal(case.dataset.target)
            yield found
        said, given = f"{percent(smallest, 1)} of the error", "the squared errors of models correlate at 0.8"
    yield Finding(
        "few-rows" if smallest > coarse else "resolution",
        f"{tested:,} {what} can show differences of about {said} (if {given}); smaller ones are easily missed",
        "smallest difference",
        float(smallest),
        "collect more rows, if smaller differences matter" if smallest > coarse else "",
        important=bool(smallest > coarse),
    )


def _uneven(case: Case) -> Finding | None:
    """The rows, one in a hundred, that hold most of a target's variance, if they do."""
    values = case.dataset.target
    if case.task.score != "rmse" or values.ndim > 1 or len(values) < FEWEST:
        return None
    squares = np.sort((values - values.mean()) ** 2)[::-1]
    count = max(1, len(values) // 100)
    share = float(squares[:count].sum() / squares.sum())
    if share <= UNEVEN:
        return None
    low, do = values.min(), "leave these rows out, if they are slips"
    if low >= 0:
        log = "log(y)" if low > 0 else "log(1 + y)"
        do = f"compare {log}, if it matters how many times too large a prediction is, and not by how much"
    return Finding(
        "uneven-target",
        f"{counted(count, 'row')} of {len(values):,} {'holds' if count == 1 else 'hold'} {percent(share, 1)} of the "
        "target's variance, and decide the score",
        "share of the variance",
        share,
        do,
        important=True,
    )


def _as_normal(values: np.ndarray) -> float:
    """How many times as uncertain a mean of squares of such values is as one of normal values: √((kurtosis − 1) / 2).

    >>> round(_as_normal(np.random.default_rng(0).normal(size=100_000)), 1)
    1.0
    """
    standard = (values - values.mean()) / values.std()
    return float(np.sqrt(((standard**4).mean() - 1) / 2))
