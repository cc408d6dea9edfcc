"""After how many steps a series is like itself: as asked, of the clock, or of the series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import counted

from .ahead import Ahead
from .panel import Panel

__all__ = ["autocorrelated", "season_of"]

SHARE_OF_SEASON = 1 / 3
"""The longest season that is chosen, as a part of the longest series."""

PEAK = 0.3
"""The autocorrelation of differences from which on its peak is a season."""

LONGEST_SEASON = 400
"""The longest season that is searched for."""


def season_of(panel: Panel, ahead: Ahead) -> tuple[int, Note]:
    """The season, and what is said about it: as asked, of the clock, of the autocorrelation, or none."""
    if ahead.season is not None:
        return ahead.season, Note(f"season: {ahead.season}", "as asked")
    longest = int(SHARE_OF_SEASON * max(len(values) for values in panel.values))
    season, because = panel.clock.season, f"the steps are of {panel.clock.step}"
    if season is None:
        season = autocorrelated([panel.filled(s)[:, 0] for s in range(len(panel.values))][:100])
        because = "the peak of the autocorrelation" if season > 1 else "the autocorrelation has no peak"
    elif season > max(longest, 1):
        season, because = 1, f"{because}, but a season of {season} is more than a third of the longest series"
    return season, Note(f"season: {counted(season, 'step')}", because, "--season N")


def autocorrelated(series: Sequence[np.ndarray]) -> int:
    """The lag at which the differences of series are most alike, from 2 steps to a third; 1 below a correlation of 0.3.

    Differences, because a trend is like itself at all lags; the mean over the series; of peaks that are as high, the
    first.

    >>> t = np.arange(96)
    >>> autocorrelated([np.sin(2 * np.pi * t / 8) + 0.1 * t]), autocorrelated([0.1 * t**2])
    (8, 1)
    """
    longest = min(max(map(len, series)) // 3, LONGEST_SEASON)
    found = []
    for values in series:
        steps = np.diff(values[~np.isnan(values)])
        steps = steps - steps.mean() if len(steps) else steps
        if len(steps) > longest + 1 and steps.any():
            products = [float((steps[lag:] * steps[: len(steps) - lag]).sum()) for lag in range(longest + 2)]
            found.append(np.array(products) / products[0])
    if not found or longest < 2:
        return 1
    mean = np.mean(found, axis=0)
    peaks = [
        lag
        for lag in range(2, longest + 1)
        if mean[lag] > PEAK and mean[lag - 1] < mean[lag] >= mean[lag + 1]
    ]
    best = max((mean[lag] for lag in peaks), default=0.0)
    return next((lag for lag in peaks if mean[lag] >= 0.9 * best), 1)
