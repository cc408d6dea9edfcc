"""The hours that local clocks show twice in autumn, and skip in spring."""

from __future__ import annotations

import numpy as np

from .clock import shown

__all__ = ["doubled_hours", "skipped_hours", "the_hours"]

AUTUMN = (3, 4, 10, 11)
"""The months in which clocks are set back, in the south in March or April."""

SPRING = (3, 4, 8, 9, 10, 11)
"""The months in which clocks are set forward, in the south in August to November."""

HOUR = np.timedelta64(1, "h")
NIGHT = 4
"""Clocks are set forward before this hour."""


def doubled_hours(times: np.ndarray, series: np.ndarray) -> list[np.datetime64]:
    """The hours that local clocks show twice, if all stamps (N,) that a series has twice lie in such: an hour of a
    Sunday in autumn, of either half of the earth; else []."""
    order = np.lexsort((times, series))
    same = (np.diff(series[order]) == 0) & (np.diff(times[order]).astype(np.int64) == 0)
    if times.dtype.kind != "M" or not same.any() or (same[1:] & same[:-1]).any():
        return []
    hours = np.unique(times[order][1:][same].astype("datetime64[h]"))
    plausible = _on_sundays(hours, AUTUMN).all() and len(np.unique(hours.astype("datetime64[D]"))) == len(hours)
    return list(hours.astype("datetime64[us]")) if plausible else []


def skipped_hours(times: np.ndarray) -> list[np.datetime64]:
    """The hours that local clocks skip: those of the gaps between stamps (N,) of all series, an hour long, that are of
    a Sunday's night in spring, where the usual step is an hour or less.

    >>> hours = np.arange("2024-03-30", "2024-04-02", dtype="datetime64[h]").astype("datetime64[us]")
    >>> [str(hour) for hour in skipped_hours(np.delete(hours, 26))], skipped_hours(np.delete(hours, 30))
    (['2024-03-31T02:00:00.000000'], [])
    """
    if times.dtype.kind != "M" or len(times) < 2:
        return []
    stamps = np.unique(times.astype("datetime64[us]"))
    steps = np.diff(stamps)
    if not len(steps) or (step := np.median(steps.astype(np.int64)).astype("timedelta64[us]")) > HOUR:
        return []
    first = stamps[:-1][steps == step + HOUR] + step
    night = (first - first.astype("datetime64[D]")) < NIGHT * HOUR
    return list(first[night & _on_sundays(first, SPRING)])


def the_hours(hours: list[np.datetime64]) -> str:
    """The first of some hours, and how many more there are.

    >>> the_hours([np.datetime64("2024-03-31T02:00"), np.datetime64("2025-03-30T02:00")])
    'the hour from 2024-03-31 02:00:00, and 1 more'
    """
    return f"the hour from {shown(hours[0])}" + f", and {len(hours) - 1} more" * (len(hours) > 1)


def _on_sundays(moments: np.ndarray, months: tuple[int, ...]) -> np.ndarray:
    """Which moments (N,) are of Sundays in some months."""
    sunday = (moments.astype("datetime64[D]").astype(np.int64) + 4) % 7 == 0  # 1970-01-01 was a Thursday
    return sunday & np.isin(moments.astype("datetime64[M]").astype(np.int64) % 12 + 1, months)
