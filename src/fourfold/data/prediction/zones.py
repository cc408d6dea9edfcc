"""Dates with a zone where those that were learnt had none, and the reverse: their clocks may be hours apart."""

from __future__ import annotations

import numpy as np

from fourfold.data.dataset import Column, Table
from fourfold.data.source import Source
from fourfold.data.values.dates import LONGEST, has_zone
from fourfold.data.values.in_words import WORDS
from fourfold.preprocessing.table import missing
from fourfold.preprocessing.windows import Windows

__all__ = ["SAID", "of_history", "of_other_zones"]

SAID = {
    True: ("without a zone", "taken for Greenwich time", "learnt from dates with zones; write the zone behind each"),
    False: ("with a zone", "turned to Greenwich time", "learnt from dates without zones; write them as in training"),
}
"""What new dates are, where those that were learnt had zones (True) or none; what was done with them, and why."""


def of_other_zones(learnt: Column, found: Column, cells: np.ndarray, read: np.ndarray) -> tuple[int, str, bool] | None:
    """How many of the dates in cells (N,), as ``read``, have a zone where none was learnt, or have none; one of them,
    and whether zones were learnt. None of other columns, and where it is not known; numbers tell of no zone."""
    if learnt.kind != "date" or learnt.zoned is None or found.kind not in ("date", *WORDS):
        return None
    if found.kind == "date":
        others = ~missing(cells) if found.zoned is (not learnt.zoned) else np.zeros(len(cells), dtype=bool)
    else:
        zoned = {word: has_zone(word) for word in dict.fromkeys(cells.tolist()) if word is not None}
        others = np.array([word is not None and zoned[word] != learnt.zoned for word in cells.tolist()], dtype=bool)
        others &= ~missing(read)
    if not others.any():
        return None
    example = cells[others.argmax()]
    example = str(example.astype("M8[s]")) if found.kind == "date" else example.strip()[:LONGEST]
    return int(others.sum()), example, learnt.zoned


def of_history(found: Source, windows: Windows) -> dict[str, tuple[int, str, bool]]:
    """The same of the times of a history, by the name of their column."""
    if not windows.time or not isinstance(found.inputs, Table):
        return {}
    learnt, times = Column(windows.time, "date", zoned=windows.zoned), found.inputs[windows.time]
    other = of_other_zones(learnt, found.column(windows.time), times, times)
    return {windows.time: other} if other else {}
