"""Rows of one series and time, and the columns that tell them apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from fourfold.data.source import Source

from .long_columns import codes_of

FEW_CODES = 8
"""Columns of the fewest different values, of which two are tried together to tell rows apart."""


def repeated(times: np.ndarray, series: np.ndarray) -> np.ndarray:
    """The rows whose time another row of their series has, but for the first of each time."""
    order = np.lexsort((times, series))
    same = (np.diff(series[order]) == 0) & (times[order][1:] == times[order][:-1])
    return order[1:][same]


def telling_apart(
    source: Source, names: Sequence[str], times: np.ndarray, series: np.ndarray
) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """The columns, and then the pairs of columns, by which all rows of one series and time differ, each with the number
    of the series (N,) that it makes."""
    at = _numbered(times)
    most = int(np.unique(_numbered(series) * (at.max() + 1) + at, return_counts=True)[1].max())
    codes = {name: found for name in names if (found := codes_of(source, name)) is not None}
    few = sorted(codes, key=lambda name: int(codes[name].max()))
    for some in (*itertools.combinations(few, 1), *itertools.combinations(few[:FEW_CODES], 2)):
        if np.prod([codes[name].max() + 1.0 for name in some]) < most:
            continue
        parts = series
        for name in some:
            parts = _numbered(parts * (codes[name].max() + 1) + codes[name])
        if 2 * (parts.max() + 1) <= len(parts) and not repeated(times, parts).size:
            yield tuple(name for name in names if name in some), parts


def _numbered(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1].ravel()
