"""Quantiles of numbers that come batch by batch, kept as few values with weights: a sketch, in Keras's arithmetic.

A sketch is float32 (2, K): values v in ascending order, and how many numbers each stands for, w. With the cumulative
weights F, the quantile of a share p is v interpolated at p F_K.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def sketch(batches: Iterable[np.ndarray], error: float) -> np.ndarray:
    """The sketch of all numbers of some batches, whose quantiles are right to about the share ``error`` of them.

    >>> sketch([np.array([3.0, 1.0]), np.array([2.0])], error=0.01).tolist()
    [[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]
    """
    whole = np.zeros((2, 0), np.float32)
    for numbers in batches:
        both = np.concatenate([_sketched(numbers, error), whole], axis=1)
        whole = _thinned(both[:, np.argsort(both[0])], error)
    return whole


def between(whole: np.ndarray, bins: int) -> list[float]:
    """The numbers between ``bins`` intervals with about as many numbers each; fewer where the sketch has fewer values.

    >>> np.round(between(sketch([np.arange(1000.0), np.arange(1000.0, 2000.0)], error=0.01), bins=4)).tolist()
    [499.0, 999.0, 1499.0]
    """
    return _thinned(whole, 1 / bins)[0, :-1].tolist()


def _sketched(numbers: np.ndarray, error: float) -> np.ndarray:
    """Every step-th of the sorted numbers, each standing for a step of them."""
    ordered = np.sort(np.asarray(numbers, np.float32).reshape(-1))
    step = max(ordered.size / (1 / error), 1)
    values = ordered[int(step - 1) :: int(step)]
    return np.stack([values, np.full_like(values, step)])


def _thinned(whole: np.ndarray, share: float) -> np.ndarray:
    """The quantiles of share, 2 share, ..., 1, where there are more values than that."""
    if whole.shape[1] * share < 1:
        return whole
    values, weights = whole
    cumulative = weights.cumsum()
    shares, known = share + np.arange(0.0, 1.0, share), cumulative / cumulative[-1]
    reached = np.interp(shares, known, cumulative)
    return np.stack([np.interp(shares, known, values), np.diff(reached, prepend=0)]).astype(np.float32)
