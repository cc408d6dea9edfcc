"""Dates with years of two digits, which may stand first: 23-01-02."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["SHORT", "years_lead"]

SHORT = re.compile(r"\s*(\d\d)([-/.])(\d\d)\2(\d\d)(?!\d)", re.ASCII)
"""Three numbers of two digits, the first or the last of which may be a year."""

MOST_YEARS, EARLY, LATE = 10, 5, 27
"""Where the first of these numbers lie this close together, and the last ones below and above these days of a month,
the years are the first."""


def years_lead(words: Sequence[str]) -> bool:
    """Whether of numbers of two digits the first are likelier years than the last: they are few, and these run through
    the days of months. Where all the first are 01, these are firsts of months.

    >>> years_lead(["23-01-02", "23-02-28", "24-03-11"]), years_lead(["02-01-23", "28-02-23"]), years_lead([])
    (True, False, False)
    """
    found = [one.groups() for one in map(SHORT.match, words) if one]
    if not found or len(found) < len(words):
        return False
    first, middle, last = ([int(one[place]) for one in found] for place in (0, 2, 3))
    close = max(first) - min(first) < MOST_YEARS and min(middle) < max(middle) and {*first} != {1}
    return close and min(last) <= EARLY and max(last) >= LATE
