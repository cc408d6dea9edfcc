"""Where series in an array end, as another array beside it tells: their lengths, or a mask of their steps."""

from __future__ import annotations

import numpy as np

from fourfold.data.dataset import Note
from fourfold.errors import DataError

NAMES = ("lengths", "length", "seqlengths", "seqlens", "seqlen", "mask", "masks")
"""What such arrays are called, in small letters and without ``_``."""


def ended(x: np.ndarray, ends: np.ndarray, name: str) -> tuple[np.ndarray, Note] | None:
    """Series (N, T, C) with missing steps where ``ends`` tells that they have none, and what is said of it.

    Shapes: ``ends`` (N,), whole numbers from 1 to T, or (N, T), ones and zeros; a one is a step, but padding if all
    series begin with zeros; also with an axis more, along which nothing varies. None for all other arrays.

    Errors: ``DataError`` for other values in an array of such a shape.

    >>> series, note = ended(np.ones((2, 3, 1)), np.array([1, 3]), "lengths")
    >>> series[..., 0].tolist()
    [[1.0, nan, nan], [1.0, 1.0, 1.0]]
    >>> print(note)
    ends of series: 'lengths' (2 steps behind them are taken for missing)
    """
    if ends.shape in ((len(x), 1), x.shape, (*x.shape[:2], 1)) and (ends == ends[..., :1]).all():
        ends = ends[..., 0]
    if x.ndim != 3 or x.dtype.kind not in "biuf" or ends.shape not in (x.shape[:1], x.shape[:2]):
        return None
    steps = x.shape[1]
    real = _mask(ends, name) if ends.ndim == 2 else np.arange(steps) < _lengths(ends, steps, name)[:, None]
    absent = int((~real).sum())
    missing = np.where(real[..., None], x, np.nan) if absent else x
    return missing, Note(f"ends of series: {name!r}", f"{absent:,} steps behind them are taken for missing")


def _lengths(ends: np.ndarray, steps: int, name: str) -> np.ndarray:
    numbers = ends.dtype.kind in "biuf"
    wrong = ~((ends >= 1) & (ends <= steps) & (ends == np.round(ends))) if numbers else np.ones(len(ends), bool)
    if wrong.any():
        raise _refused(name, ends, wrong, f"whole numbers from 1 to {steps}, the steps of x")
    return ends


def _mask(ends: np.ndarray, name: str) -> np.ndarray:
    wrong = ~((ends == 0) | (ends == 1)) if ends.dtype.kind in "biuf" else np.ones(ends.shape, bool)
    if wrong.any():
        raise _refused(name, ends, wrong, "1 for each step of a series, 0 behind its end")
    real = ends == 1
    real = real if real[:, 0].any() else ~real
    if not real[:, 0].all():
        raise _refused(name, ends, ~real[:, :1] | np.zeros_like(real), "series that all begin with their first step")
    return real


def _refused(name: str, ends: np.ndarray, wrong: np.ndarray, wanted: str) -> DataError:
    return DataError(
        "series-ends",
        f"{name!r} does not tell where the series of x end",
        got=f"{ends[wrong][0]!s:.40} in row {int(np.argwhere(wrong)[0, 0]) + 1}",
        wanted=wanted,
        do="correct it, or leave it out, with NaN in x behind the end of each series",
    )
