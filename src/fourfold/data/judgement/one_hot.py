"""One class in several columns, of ones and zeros, each 1 in the rows of its class."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import listed

from .case import Case

__all__ = ["judge", "side_by_side"]

LAST_PART = re.compile(r"[_ .:=-][^_ .:=-]*$|\d+$")
"""The last part of a name, with the mark before it, or its number."""

FEWEST, MOST = 2, 64
"""Columns beside the target, and those side by side that are looked at, the last of more."""


def judge(case: Case) -> Iterator[Finding]:
    """A target that is what other columns leave of a class in one-hot form: those that are called as it is, or stand
    side by side."""
    if case.task.several or case.task.classes not in (("0", "1"), ("false", "true")):
        return
    found = {name: values for name, kind, values in case.columns() if kind in ("number", "boolean")}
    binary = {name: values for name, values in found.items() if {*np.unique(values)} == {0, 1}}
    others = _called_alike(case, binary) or _beside_each_other(case, binary)
    if others:
        together = [*others, case.dataset.target_name]
        yield Finding(
            "one-hot-rest",
            f"the target is 1 where {listed(others)} are all 0: one class in {len(together)} columns",
            "columns",
            len(others),
            f"one column of classes, in pandas table[{together!r}].idxmax(axis=1)",
            important=True,
            columns=tuple(others),
        )


def _called_alike(case: Case, binary: dict[str, np.ndarray]) -> list[str]:
    group = LAST_PART.sub("", case.dataset.target_name)
    alike = [name for name in binary if group and LAST_PART.sub("", name) == group]
    rest = sum((binary[name] for name in alike), case.codes.astype(np.float64))
    return alike if len(alike) >= FEWEST and bool((rest == 1).all()) else []


def _beside_each_other(case: Case, binary: dict[str, np.ndarray]) -> list[str]:
    used = [column.name for column in case.dataset.columns]
    for are_binary, run in itertools.groupby(used, binary.__contains__):
        names = [*run][-MOST:]
        place = side_by_side([binary[name] for name in names], 1 - case.codes) if are_binary else None
        if place is not None:
            return names[place]
    return []


def side_by_side(columns: Sequence[np.ndarray], wanted: np.ndarray | float = 1.0) -> slice | None:
    """The place of the fewest columns (N,) side by side, two and more, whose sum is as ``wanted`` in all rows; of ones
    and zeros with the sum 1 they hold a class in one-hot form. None if there are no such columns.

    >>> side_by_side([np.array([1, 0, 1]), np.array([0, 1, 0]), np.array([1, 0, 0])])
    slice(0, 2, None)
    """
    sums = np.concatenate([np.zeros((1, len(columns[0]))), np.cumsum(columns, axis=0)])
    for length in range(FEWEST, len(columns) + 1):
        right = np.flatnonzero(((sums[length:] - sums[:-length]) == wanted).all(axis=1))
        if len(right):
            return slice(int(right[0]), int(right[0]) + length)
    return None
