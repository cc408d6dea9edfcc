"""A target that piles up at its end: times that a study's end cut off, measurements at a limit of the instrument."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, percent

from .case import Case

__all__ = ["judge"]

FEWEST, SHARE = 10, 0.03
"""How many rows have the value at the end, and which share of all, at least."""

DIFFERENT, TIMES = 20, 5
"""How many different values a target has that is measured, and how many times as often as any between the ends the one
at an end occurs."""

NATURAL = (0, 1, 100)
"""Ends beyond which nothing lies: no rain, no sales; all, as a share."""


def judge(case: Case) -> Iterator[Finding]:
    """The largest value of a number, or the smallest of such as are no counts, is far more frequent than the others."""
    for name, (values, classes) in case.targets.items():
        if classes:
            continue
        known = np.asarray(values, np.float64).ravel()
        different, rows = np.unique(known[np.isfinite(known)], return_counts=True)
        if len(different) < DIFFERENT:
            continue
        counts, most = bool((different % 1 == 0).all()), int(rows[1:-1].max())
        for end, word in ((-1, "largest"), (0, "smallest"))[: 1 if counts else 2]:
            pile, value = int(rows[end]), different[end]
            if pile < max(FEWEST, SHARE * rows.sum(), TIMES * most) or (different[0] >= 0 and value in NATURAL):
                continue
            yield Finding(
                "piled-target",
                f"{counted(pile, 'row')} ({percent(pile / rows.sum())}) have the {word} value of '{name}', "
                f"{value:.9g}, and none between the ends is that of more than {most}: what lay beyond may have been "
                "cut off, as where a study ended or an instrument has a limit",
                "rows",
                pile,
                "read scores and predictions as those of values that were cut off; of times until an event, survival "
                "analysis says more, and whether it came is no input",
                important=True,
            )
