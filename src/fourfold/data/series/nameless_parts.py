"""Which columns of a table without names are years and months, by their values."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from fourfold.data.values.called import YEARS

__all__ = ["called_by_values"]

BEHIND = (("day", 31), ("hour", 23))
"""What may stand behind months, and the highest of it."""


def called_by_values(whole: Mapping[str, np.ndarray]) -> dict[str, str]:
    """What columns of whole numbers would be called: years, one by one as the rows stand or the other way
    round, and behind them the months, days and hours that each of them has.

    >>> years, months = np.repeat([1959.0, 1960.0], 12), np.tile(np.arange(1.0, 13.0), 2)
    >>> called_by_values({"x0": years, "x1": months, "x2": years + months})
    {'x0': 'year', 'x1': 'month'}
    >>> called_by_values({"x0": months, "x1": years})
    {}
    """
    names = list(whole)
    for place, (name, behind) in enumerate(itertools.pairwise(names)):
        years = whole[name]
        within = YEARS[0] <= years.min() and years.max() <= YEARS[1]
        if within and {*np.diff(years)} in ({0, 1}, {0, -1}) and {*whole[behind]} == {*range(1, 13)}:
            called = {name: "year", behind: "month"}
            for other, (part, most) in zip(names[place + 2 :], BEHIND):
                if whole[other].min() not in (0, 1) or whole[other].max() != most:
                    break
                called[other] = part
            return called
    return {}
