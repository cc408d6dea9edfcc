"""Targets of steps: which of them count, means over a series, and what goes into a step's output.

    value of a series = mean over its counted steps of the value of each step

A step without a target, as behind the end of a series, is -1 among class numbers and NaN among numbers; it never
counts. Each series counts alike, whatever its length, in training as in the score: it is the independent example.

Shapes: targets (..., N, T), outputs of the network (..., N, T, units).
"""

from __future__ import annotations

from typing import Any

import numpy as np

MOST_INPUTS = 256
RADIUS = 3
"""A baseline reads a step with this many neighbours on each side, as the first filters of a convolution do."""


def counted(targets: Any) -> Any:
    """Which steps count, booleans of the targets' shape, of NumPy or JAX.

    >>> counted(np.array([0, 2, -1])).tolist(), counted(np.array([0.5, np.nan])).tolist()
    ([True, True, False], [True, False])
    """
    return targets >= 0 if targets.dtype.kind in "iu" else targets == targets


def without(targets: np.ndarray) -> Any:
    """What stands in the place of a target that does not count."""
    return -1 if targets.dtype.kind in "iu" else np.nan


def mean(values: Any, targets: Any) -> Any:
    """The mean of values (..., N, T) over the counted steps of each series (..., N).

    >>> mean(np.array([[1.0, 3.0, 9.0]]), np.array([[0, 1, -1]])).tolist()
    [2.0]
    """
    there = counted(targets)
    numbers = there.__array_namespace__()
    return numbers.where(there, values, 0).sum(-1) / numbers.maximum(there.sum(-1), 1)


def shares(targets: np.ndarray, classes: int, weights: np.ndarray | None = None) -> list[float]:
    """The share of each class's steps in a mean series; ``weights`` (N,) are what series count.

    >>> shares(np.array([[0, 0, 0, 1], [0, 1, -1, -1]]), 2)
    [0.625, 0.375]
    """
    return [float(np.average(mean((targets == k).astype(float), targets), weights=weights)) for k in range(classes)]


def costs(targets: np.ndarray, classes: int, weights: np.ndarray) -> np.ndarray:
    """What each step (N, T) costs if it is wrong, so that the mean over series is 1 - the balanced accuracy.

    1 / (K s_k) for a step of class k with the share s_k in these series, K the classes that they have.

    >>> costs(np.array([[0, 0, 0, 1]]), 2, np.ones(1)).round(3).tolist()
    [[0.667, 0.667, 0.667, 2.0]]
    """
    found = np.array(shares(targets, classes, weights))
    return (1 / (np.count_nonzero(found) * np.maximum(found, 1e-300)))[targets]


def even(wrong: np.ndarray, targets: np.ndarray, classes: int, weights: np.ndarray) -> np.ndarray:
    """Errors (S, N, T) of steps less the share of their class (S,) that is wrong, more the mean over the classes.

    Times their costs the mean over series stays. A series with more steps of a class that is told badly is no worse for
    it: a balanced accuracy is a mean of ratios, and this is what a series adds to each (Särndal, Swensson and Wretman
    1992, chapter 5). So a guess of one class is worth the same in all series.

    >>> even(np.array([[[0.0, 1.0, 1.0]]]), np.array([[0, 0, 1]]), 2, np.ones(1)).tolist()
    [[[0.25, 1.25, 0.75]]]
    """
    of_class = np.stack([np.where(targets == k, wrong, 0.0) for k in range(classes)])  # (K, S, N, T)
    found = np.array(shares(targets, classes, weights))
    rates = np.average(mean(of_class, targets), axis=-1, weights=weights) / np.maximum(found, 1e-300)[:, None]  # (K, S)
    level = rates.sum(axis=0) / np.count_nonzero(found)
    own = np.moveaxis(rates[targets], -1, 0)  # (S, N, T)
    return wrong - own + level[:, None, None]


def windows(inputs: np.ndarray, series: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Some steps (n,) of series (N, T, C) as a table (n, (2 r + 1) C): each among its neighbours in their order.

    Outside of the series is 0. The radius r is 3, less where that would be more than 256 numbers a step.

    >>> windows(np.array([[[1.0], [2.0]]]), np.array([0, 0]), np.array([0, 1])).tolist()
    [[0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0]]
    """
    radius = radius_of(inputs.shape[2])
    places = step[:, None] + np.arange(-radius, radius + 1)
    inside = (places >= 0) & (places < inputs.shape[1])
    found = inputs[series[:, None], np.clip(places, 0, inputs.shape[1] - 1)]
    return np.where(inside[..., None], found, np.zeros((), inputs.dtype)).reshape(len(step), -1)


def radius_of(channels: int) -> int:
    """How many neighbours on each side a baseline reads."""
    return next((r for r in range(RADIUS, 0, -1) if (2 * r + 1) * channels <= MOST_INPUTS), 0)
