"""Percent as numbers with a sign behind each, 15 % as 15, and as fractions that a workbook shows so, 15 % as 0.15."""

from __future__ import annotations

import numpy as np

__all__ = ["AS_FRACTIONS", "AS_PERCENT", "as_fractions", "as_percent", "is_percent"]

AS_PERCENT = "shown as percent in the workbook: 0.15 is 15"
AS_FRACTIONS = "percent as in the workbook: 15 % is 0.15"
"""What is said of fractions that are read as percent, and the reverse."""

DIGITS = 12
"""Digits behind the point that are kept of what is multiplied or divided."""


def is_percent(written: str) -> bool:
    """Whether numbers are written with a percent sign.

    >>> is_percent("1234.5 %"), is_percent("1234.5 kg")
    (True, False)
    """
    return written.endswith("%")


def as_percent(fractions: np.ndarray) -> np.ndarray:
    """Fractions (N,) as percent.

    >>> as_percent(np.array([0.821, 0.07])).tolist()
    [82.1, 7.0]
    """
    return np.round(100 * fractions, DIGITS)


def as_fractions(percent: np.ndarray) -> np.ndarray:
    """Percent (N,) as fractions.

    >>> as_fractions(np.array([82.1, 7.0])).tolist()
    [0.821, 0.07]
    """
    return np.round(percent / 100, DIGITS)
