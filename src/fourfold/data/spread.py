"""Targets so unevenly spread that a few rows decide their score."""

from __future__ import annotations

import numpy as np

from .case import Case
from .dataset import Finding
from .messages import counted, percent

__all__ = ["as_normal", "uneven"]

FEWEST, UNEVEN = 50, 0.5
"""Rows from which on a target is looked at, and the share of its variance that the farthest one in a hundred hold at
least; of normal values they hold 8 %, of the exponential of normal ones 40."""


def uneven(case: Case) -> Finding | None:
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


def as_normal(values: np.ndarray) -> float:
    """How many times as uncertain a mean of squares of such values is as one of normal values: √((kurtosis − 1) / 2).

    >>> round(as_normal(np.random.default_rng(0).normal(size=100_000)), 1)
    1.0
    """
    standard = (values - values.mean()) / values.std()
    return float(np.sqrt(((standard**4).mean() - 1) / 2))
