"""Spans of time, of which the first of two dates or clocks counts: 2018-01-01/2018-01-07, 00:00-01:00."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

__all__ = ["halves_of", "or_start"]

BETWEEN = (" - ", " \u2013 ", " \u2014 ", " to ", " bis ", "/", "\u2013", "-")
"""What stands between the first and the last of a span, the surest first."""

SHORTEST = 5
"""Characters of the shortest span, such as 00-01."""


def halves_of(word: str) -> tuple[str, str] | None:
    """The two ends of a span; None where there are not two parts.

    >>> halves_of("01-01-2018 - 07-01-2018"), halves_of("2018-01-01/2018-01-07"), halves_of("2018-01-01")
    (('01-01-2018', '07-01-2018'), ('2018-01-01', '2018-01-07'), None)
    """
    if len(word) < SHORTEST:
        return None
    parts = next((parts for mark in BETWEEN if len(parts := word.split(mark)) == 2), None)
    return None if parts is None else (parts[0].strip(), parts[1].strip())


def or_start(parse: Callable[[str], datetime | None]) -> Callable[[str], datetime | None]:
    """A reader of dates, and of spans between two of them as their starts."""

    def parse_or_start(word: str) -> datetime | None:
        if (found := parse(word)) is not None or (halves := halves_of(word)) is None:
            return found
        start, end = parse(halves[0]), parse(halves[1])
        return start if start is not None and end is not None and start <= end else None

    return parse_or_start
