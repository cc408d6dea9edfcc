"""The order in which rows stand in time, as their dates tell it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .dataset import Column, Note, Table

__all__ = ["direction", "order_of_time"]


def direction(values: np.ndarray) -> int:
    """1 if values rise from row to row, -1 if they fall, 0 if they do neither; some may be equal or missing.

    >>> [direction(np.array(values, dtype=float)) for values in ([1, 1, 2], [3, 2], [1, 2, 1], [1, 1])]
    [1, -1, 0, 0]
    """
    known = values[~np.isnan(values)] if values.dtype.kind == "f" else values[~np.isnat(values)]
    before, after = known[:-1], known[1:]
    if not (after != before).any():
        return 0
    return int((after >= before).all()) - int((after <= before).all())


def order_of_time(inputs: np.ndarray | Table, columns: Sequence[Column], test_rows: int) -> tuple[bool, Note]:
    """Whether rows stand newest first (a date falls up to the test rows, and none rises), and what is said of it."""
    dates = [column.name for column in columns if column.kind == "date"] if isinstance(inputs, Table) else []
    learnt = {name: direction(inputs[name][: len(inputs[name]) - test_rows]) for name in dates}
    falling = [name for name, found in learnt.items() if found < 0]
    if falling and 1 not in learnt.values():
        return True, Note("order of time: newest first", f"the date {falling[0]!r} falls; only the past is learnt from")
    return False, Note("order of time: as the rows stand", "only the past is learnt from")
