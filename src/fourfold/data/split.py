"""A split of the rows, and the shares that all plans of splits keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HOLD_OUT_FROM = 5_000
"""From this number of rows on one hold-out decides; below it every row is a test row once."""

FEW_GROUPS = 125
"""Below so many groups, where rows are in groups, a fifth of them (25) is too few to tell what groups differ by."""

FOLDS_OF_GROUPS_BELOW = 20_000
"""Below so many rows in few groups each group is tested once, too; each fold takes memory for all rows."""

SHARE = 0.2
"""The part of the rows that is held out, for test and for validation."""


@dataclass(frozen=True, eq=False)
class Split:
    """Three disjoint, sorted sets of row numbers.

    Splits of one ``fold`` and one ``repeat`` have their test rows in common: they choose settings together.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    fold: int = 0
    repeat: int = 0
