"""Which windows of series train, validate and test: by time, so that nothing is learnt from what is tested.

    places    ........ training ........|.. validation ..|.. test ..|
    a window    inputs ]target[                                        its target lies inside one part
    another                     inputs ]target[                        inputs may reach back

The target of a window that would lie in two parts lies in none: it is purged. So no step of a tested target is an
input or a target of training or validation. Inputs of tested windows reach back into what was learnt from, as they
do when the model is used.

Windows into which a long series is cut are split by the same rules, each its own target. Nothing of a tested one may
lie beside what is learnt from: there is a ``gap``, of a window, between training, validation and test.

Source: Tashman 2000, "Out-of-sample tests of forecasting accuracy: an analysis and review" (rolling origin);
Lopez de Prado 2018, chapter 7 (purging).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fourfold.errors import DataError

from .dataset import Cut, Forecast
from .split import HOLD_OUT_FROM, SHARE, Split

MOST_TESTED = 0.5
"""The most of the places that may be targets which are tested."""

FOLDS, WINDOWS_OF_A_FOLD = 5, 4
"""The most test parts, and the fewest origins of each: between origins lies what an interval is made of."""

FEWEST_ORIGINS = 5
"""Below so many origins of tested windows, series are taken to be independent, instead of origins."""

FEWEST_TRAINING = 10
"""The fewest windows to train with."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Windows in time: their targets are the places ``origin`` (N,) to origin + ``horizon`` - 1, before ``end``.

    Between what trains, what validates and what tests ``gap`` places belong to none of them.
    """

    origin: np.ndarray
    horizon: int
    end: int
    gap: int = 0

    @classmethod
    def of(cls, windows: Forecast | Cut) -> Timeline:
        if isinstance(windows, Cut):
            return cls(windows.origin, windows.window, windows.end, windows.window)
        return cls(windows.origin, windows.windows.horizon, len(windows.stamps))

    @property
    def rolling(self) -> Rolling:
        return Rolling.of(int(self.origin.min()), self.end, self.horizon, len(self.origin))

    def tested(self, first: int, last: int) -> np.ndarray:
        """The windows that follow each other without overlap from a place up to another."""
        inside = (self.origin >= first) & (self.origin < last)
        return np.flatnonzero(inside & ((self.origin - first) % self.horizon == 0))

    def learnt_from(self, end: int) -> tuple[np.ndarray, np.ndarray]:
        """Training and validation windows whose targets end before a place.

        Validation has the last 20 % of the places, and two horizons at least, so that it is more than one target; or
        one horizon, where that leaves too few windows to train with.
        """
        ends = self.origin + self.horizon
        share = round(SHARE * (end - int(self.origin.min())))
        for places in (max(2 * self.horizon, share), self.horizon):
            border = end - places
            train = np.flatnonzero(ends <= border - self.gap)
            if len(train) >= FEWEST_TRAINING:
                break
        return train, np.flatnonzero((self.origin >= border) & (ends <= end))


@dataclass(frozen=True)
class Rolling:
    """Test parts at the end of time: ``folds`` of them, each of ``origins`` horizons."""

    folds: int
    origins: int
    horizon: int
    end: int

    @classmethod
    def of(cls, earliest: int, end: int, horizon: int, windows: int) -> Rolling:
        """Targets may lie at the places from ``earliest`` to ``end`` - 1; ``windows`` is how many windows there are.

        - from 5,000 windows on: one test part, the last 20 % of the places;
        - else as many parts as have four origins each, five at most, over the last half of the places;
        - fewer than eight origins in that half: one part, of five origins if there are so many.

        >>> Rolling.of(24, 144, 12, 109), Rolling.of(28, 700, 14, 659)
        (Rolling(folds=1, origins=5, horizon=12, end=144), Rolling(folds=5, origins=4, horizon=14, end=700))
        """
        places = end - earliest
        most = int(MOST_TESTED * places) // horizon
        last = int(SHARE * places) // horizon
        folds = min(FOLDS, most // WINDOWS_OF_A_FOLD)
        if windows >= HOLD_OUT_FROM or folds < 2:
            return cls(1, max(last, min(most, FEWEST_ORIGINS), 1), horizon, end)
        return cls(folds, most // folds, horizon, end)

    def first(self, fold: int = 0) -> int:
        """The place where the tests of a fold begin."""
        return self.end - (self.folds - fold) * self.origins * self.horizon

    @property
    def tested(self) -> int:
        """How many origins are tested in all."""
        return self.folds * self.origins


def plan_windows(windows: Forecast | Cut, test: np.ndarray | None = None) -> list[Split]:
    """The splits of windows. Tested windows follow each other without overlap: each place is tested once.

    ``test`` are the user's own test windows, of series that no other window is of.

    Errors: ``DataError`` where a split has too few windows to train, or none to validate.
    """
    if test is not None:
        split = plan_windows_without_test(windows, test)
        return [replace(split, test=test)]
    timeline = Timeline.of(windows)
    rolling = timeline.rolling
    splits = []
    for fold in range(rolling.folds):
        first = rolling.first(fold)
        tested = timeline.tested(first, first + rolling.origins * timeline.horizon)
        train, validation = timeline.learnt_from(first - timeline.gap)
        if len(train) < FEWEST_TRAINING or not len(validation) or not len(tested):
            raise too_short(windows, len(train))
        splits.append(Split(train, validation, tested, fold))
    return splits


def plan_windows_without_test(windows: Forecast | Cut, but: np.ndarray | None = None) -> Split:
    """All of time to learn from, all windows ``but`` some: training, and the last 20 % of the places for validation."""
    timeline = Timeline.of(windows)
    kept = (
        np.arange(len(timeline.origin)) if but is None else np.setdiff1d(np.arange(len(timeline.origin)), but)
    )
    part = replace(timeline, origin=timeline.origin[kept])
    train, validation = part.learnt_from(part.end)
    if len(train) < FEWEST_TRAINING or not len(validation):
        raise too_short(windows, len(train))
    return Split(kept[train], kept[validation], train[:0])


def groups_of(windows: Forecast | Cut) -> np.ndarray:
    """Which windows are taken to depend on each other (N,): those of one origin; of one series where these are few.

    What happens at one time happens to all series. With fewer than five origins that can't be told from chance,
    and series stand for what is independent.
    """
    timeline = Timeline.of(windows)
    if len(windows.labels) == 1 or timeline.rolling.tested >= FEWEST_ORIGINS:
        return timeline.origin
    return windows.series


def too_short(windows: Forecast | Cut, trained: int) -> DataError:
    if isinstance(windows, Cut):
        return DataError(
            "series-too-short",
            "the series are too short to train, validate and test",
            got=f"{trained} training windows of {windows.window} steps, {windows.end // windows.window} in all",
            wanted=f"at least {FEWEST_TRAINING} training windows before the first test",
            do=f"--window {max(2, windows.window // 2)}",
        )
    parts = windows.windows
    return DataError(
        "series-too-short",
        "the series are too short to train, validate and test",
        got=f"{max(trained, 0)} training windows of {parts.window} steps with {parts.horizon} to forecast, "
        f"{len(windows.stamps)} steps in all",
        wanted=f"at least {FEWEST_TRAINING} training windows",
        do=f"--window {max(parts.season, 2, parts.window // 2)}, or a smaller --forecast",
    )
