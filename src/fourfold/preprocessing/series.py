"""Series of unequal lengths in one array: where each of them ends."""

from __future__ import annotations

import numpy as np

__all__ = ["lengths", "real_steps"]


def lengths(array: np.ndarray) -> np.ndarray:
    """The steps of each series (N,): up to the last one that holds a number in any channel, at least 1.

    Shapes: (N, T, C), with NaN behind the end of a series. A step in the middle that is missing in all channels
    belongs to the series.

    >>> nan = np.nan
    >>> lengths(np.array([[[1.0], [2.0], [3.0]], [[1.0], [nan], [nan]], [[nan], [5.0], [nan]]])).tolist()
    [3, 1, 2]
    """
    steps = array.shape[1]
    if array.dtype.kind != "f" or not np.isnan(array[:, -1]).all(axis=-1).any():
        return np.full(len(array), steps)
    holds = np.any(~np.isnan(array), axis=-1)
    last = steps - np.argmax(holds[:, ::-1], axis=1)
    return np.where(np.any(holds, axis=1), last, 1)


def real_steps(array: np.ndarray) -> np.ndarray:
    """True where a step belongs to its series (N, T), False for padding."""
    return np.arange(array.shape[1]) < lengths(array)[:, None]
