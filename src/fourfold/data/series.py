"""Series of unequal lengths as one array (N, T, C): the shorter ones are followed by missing steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .content import check_memory
from .dataset import Note

__all__ = ["as_long", "lengths_note", "stacked"]


def stacked(series: Sequence[np.ndarray], name: str) -> np.ndarray:
    """Series (T_n, C) one above the other (N, T, C), NaN behind the end of the shorter ones.

    >>> stacked([np.ones((1, 2)), np.zeros((3, 2))], "example").shape
    (2, 3, 2)

    Errors: ``MachineError`` if one long series makes the padded array larger than the memory.
    """
    steps, channels = max(len(one) for one in series), series[0].shape[1]
    check_memory(name, 8 * len(series) * steps * channels)
    array = np.full((len(series), steps, channels), np.nan)
    for row, one in zip(array, series):
        row[: len(one)] = one
    return array


def as_long(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of series (N, T, C) and (M, T', C) with as many steps as the longer one."""
    steps = max(first.shape[1], second.shape[1])

    def padded(array: np.ndarray) -> np.ndarray:
        room = ((0, 0), (0, steps - array.shape[1]), (0, 0))
        return array if not room[1][1] else np.pad(array.astype(np.float64), room, constant_values=np.nan)

    return padded(first), padded(second)


def lengths_note(lengths: np.ndarray) -> Note:
    """What is said about series of unequal lengths.

    >>> print(lengths_note(np.array([7, 29])))
    lengths: 7 to 29 steps (what follows the end of a series is masked; the dense family sees zeros there)
    """
    return Note(
        f"lengths: {lengths.min()} to {lengths.max()} steps",
        "what follows the end of a series is masked; the dense family sees zeros there",
    )
