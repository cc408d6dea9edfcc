"""Time stamps: as numbers, and whether they are evenly spaced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .words import as_objects, reworded

__all__ = ["irregular", "moment"]

UNEVEN = 1.25
"""Months are 28 to 31 days, and clocks jitter: only beyond this ratio of the longest step to the shortest
stamps count as irregular."""


def moment(word: str) -> float | None:
    """A number, or the seconds since 1970 of a date; None for anything else.

    >>> moment("12.5"), moment("1970-01-01 00:01:00"), moment("soon")
    (12.5, 60.0, None)
    """
    values, kind, _ = reworded(as_objects([word.strip()]), strict=True)
    if kind == "date":
        return float(values[0].astype("datetime64[us]").astype(np.int64)) / 1e6
    return float(values[0]) if kind == "number" else None


def irregular(times: Sequence[float] | np.ndarray) -> bool:
    """Whether the steps between ordered stamps (T,) differ by more than a quarter.

    >>> irregular([0, 31, 59, 90]), irregular([0, 1, 2, 5])
    (False, True)
    """
    steps = np.diff(np.asarray(times, dtype=np.float64))
    return bool(steps.size) and bool(steps.max() > UNEVEN * max(steps.min(), 0.0))
