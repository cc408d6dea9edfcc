"""Series of unequal lengths as one array (N, T, C): the shorter ones are followed by missing steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fourfold.errors import DataError

from .dataset import Note
from .memory import check_memory
from .messages import counted

__all__ = ["as_long", "lengths_note", "stacked", "unequal"]


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


def unequal(x: Any, name: str) -> np.ndarray | None:
    """A list of arrays (T_n,) or (T_n, C), or of lists of steps, of different lengths as one array; None for anything
    else.

    >>> unequal([np.ones(2), np.ones(3)], "x").shape, unequal([np.ones(2), np.ones(2)], "x")
    ((2, 3, 1), None)
    >>> unequal([[[1, 2]], [[3, 4], [5, 6]]], "x").shape, unequal([[1, 2], [3]], "x")
    ((2, 2, 2), None)

    Errors: ``DataError`` for series without steps, or with another number of channels than the first.
    """
    objects = isinstance(x, np.ndarray) and x.dtype == object and x.ndim == 1
    if not (objects or isinstance(x, (list, tuple))) or not len(x):
        return None
    if not all(_are_steps(one) or (hasattr(one, "__array__") and np.ndim(one) in (1, 2)) for one in x):
        return None
    series = [np.asarray(one) for one in x]
    if len({one.shape for one in series}) == 1 or not all(one.dtype.kind in "biuf" for one in series):
        return None
    if objects and not all(map(len, series)):  # a column of lists, which may be empty
        return None
    series = [one[:, None] if one.ndim == 1 else one for one in series]
    _check_fitting(series)
    return stacked([one.astype(np.float64) for one in series], name)


def _are_steps(one: Any) -> bool:
    """Whether this is a list of steps, each a list of as many numbers."""
    steps = isinstance(one, list) and len(one) > 0 and all(isinstance(step, list) for step in one)
    return steps and len({len(step) for step in one}) == 1 and np.ndim(one) == 2


def _check_fitting(series: Sequence[np.ndarray]) -> None:
    """Refuse series (T_n, C_n) one of which has no steps, or another number of channels than the first."""
    channels = series[0].shape[1]
    for number, one in enumerate(series, start=1):
        if not len(one):
            raise DataError(
                "series-without-steps",
                f"series {number} has no steps",
                got="an array of length 0",
                wanted="at least one step in each series",
                do="leave it out, in x and in y",
            )
        if one.shape[1] != channels:
            raise DataError(
                "series-channels",
                f"series {number} has {counted(one.shape[1], 'channel')}, the first has {channels}",
                got=f"arrays of shape {one.shape} and {series[0].shape}",
                wanted="arrays (steps, channels) with the same channels in all series",
                do="turn each of them (array.T), if they are (channels, steps); else give all the same channels",
            )


def lengths_note(lengths: np.ndarray) -> Note:
    """What is said about series of unequal lengths.

    >>> print(lengths_note(np.array([7, 29])))
    lengths: 7 to 29 steps (what follows the end of a series is masked; the dense family sees zeros there)
    """
    return Note(
        f"lengths: {lengths.min()} to {lengths.max()} steps",
        "what follows the end of a series is masked; the dense family sees zeros there",
    )
