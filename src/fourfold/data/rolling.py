"""Which windows of series train, validate and test: by time, so that nothing is learnt from what is tested.

    places    ........ training ........|.. validation ..|.. test ..|
    a window    inputs ]target[                                        its target lies inside one part
    another                     inputs ]target[                        inputs may reach back

The target of a window that would lie in two parts lies in none: it is purged. So no step of a tested target is an
input or a target of training or validation. Inputs of tested windows reach back into what was learnt from, as they
do when the model is used.

Source: Tashman 2000, "Out-of-sample tests of forecasting accuracy: an analysis and review" (rolling origin);
Lopez de Prado 2018, chapter 7 (purging).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fourfold.errors import DataError

from .dataset import Forecast
from .split import HOLD_OUT_FROM, SHARE, Split

MOST_TESTED = 0.5
"""The most of the places that may be targets which are tested."""

FOLDS, WINDOWS_OF_A_FOLD = 5, 4
"""The most test parts, and the fewest origins of each: between origins lies what an interval is made of."""

FEWEST_ORIGINS = 5
"""Below so many origins of tested windows, series are taken to be independent, instead of origins."""

FEWEST_TRAINING = 10
"""The fewest windows to train with."""


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


def plan_windows(forecast: Forecast, rows: int) -> list[Split]:
    """The splits of a forecast. Tested windows follow each other without overlap: each place is tested once.

    Errors: ``DataError`` where a split has too few windows to train, or none to validate.
    """
    origin, horizon = forecast.origin, forecast.windows.horizon
    rolling = Rolling.of(int(origin.min()), len(forecast.stamps), horizon, rows)
    splits = []
    for fold in range(rolling.folds):
        first = rolling.first(fold)
        inside = (origin >= first) & (origin < first + rolling.origins * horizon)
        test = np.flatnonzero(inside & ((origin - first) % horizon == 0))
        train, validation = _learnt_from(origin, horizon, first)
        if len(train) < FEWEST_TRAINING or not len(validation) or not len(test):
            raise too_short(forecast, len(train))
        splits.append(Split(train, validation, test, fold))
    return splits


def plan_windows_without_test(forecast: Forecast) -> Split:
    """All of time to learn from: training windows, and the last 20 % of the places for validation."""
    end = len(forecast.stamps)
    train, validation = _learnt_from(forecast.origin, forecast.windows.horizon, end)
    if len(train) < FEWEST_TRAINING or not len(validation):
        raise too_short(forecast, len(train))
    return Split(train, validation, train[:0])


def _learnt_from(origin: np.ndarray, horizon: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation windows whose targets end before a place.

    Validation has the last 20 % of the places, and two horizons at least, so that it is more than one target; or one
    horizon, where that leaves too few windows to train with.
    """
    ends = origin + horizon
    share = round(SHARE * (end - int(origin.min())))
    for places in (max(2 * horizon, share), horizon):
        border = end - places
        train = np.flatnonzero(ends <= border)
        if len(train) >= FEWEST_TRAINING:
            break
    return train, np.flatnonzero((origin >= border) & (ends <= end))


def groups_of(forecast: Forecast, rows: int) -> np.ndarray:
    """Which windows are taken to depend on each other (N,): those of one origin; of one series where these are few.

    What happens at one time happens to all series. With fewer than five origins that can't be told from chance,
    and series stand for what is independent.
    """
    rolling = Rolling.of(int(forecast.origin.min()), len(forecast.stamps), forecast.windows.horizon, rows)
    if len(forecast.labels) == 1 or rolling.tested >= FEWEST_ORIGINS:
        return forecast.origin
    return forecast.series


def too_short(forecast: Forecast, windows: int) -> DataError:
    parts = forecast.windows
    return DataError(
        "series-too-short",
        "the series are too short to train, validate and test",
        got=f"{max(windows, 0)} training windows of {parts.window} steps with {parts.horizon} to forecast, "
        f"{len(forecast.stamps)} steps in all",
        wanted=f"at least {FEWEST_TRAINING} training windows",
        do=f"--window {max(parts.season, 2, parts.window // 2)}, or a smaller --forecast",
    )
