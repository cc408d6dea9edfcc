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

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.dataset import Cut, Forecast
from fourfold.data.split import HOLD_OUT_FROM, SHARE, Split
from fourfold.errors import DataError

MOST_TESTED = 0.5
"""The most of the places that may be targets which are tested."""

FOLDS, WINDOWS_OF_A_FOLD = 5, 4
"""The most test parts, and the fewest origins of each: between origins lies what an interval is made of."""

FEWEST_ORIGINS = 5
"""Below so many origins of tested windows, series are taken to be independent, instead of origins."""

FEWEST_TRAINING = 10
"""The fewest windows to train with."""


TRIALS = 1000
"""How many windows are tried to tell the longest for which series are long enough."""


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
        """The windows that follow each other without overlap from a place up to another.

        Those of one origin are tested together. Where gaps leave no window at the place that follows a tested target,
        the next origin that has one is taken.

        >>> origin = np.array([0, 1, 2, 4, 5, 6, 8, 9])
        >>> [found.tolist() for end in (8, 12) for found in [origin[Timeline(origin, 2, 12).tested(0, end)]]]
        [[0, 2, 4, 6], [0, 2, 4, 6, 8]]
        >>> origin = np.array([0, 3, 4, 5, 6, 9])
        >>> origin[Timeline(origin, 2, 12).tested(0, 12)].tolist()
        [0, 3, 5, 9]
        """
        inside = np.flatnonzero((self.origin >= first) & (self.origin <= last - self.horizon))
        places, begin = np.unique(self.origin[inside]), first
        chosen = []
        while (number := int(np.searchsorted(places, begin))) < len(places):
            chosen.append(int(places[number]))
            begin = chosen[-1] + self.horizon
        return inside[np.isin(self.origin[inside], chosen)]

    def splits(self) -> list[Split]:
        """What trains, validates and tests in each part, however few windows these are."""
        rolling, splits = self.rolling, []
        for fold in range(rolling.folds):
            first = rolling.first(fold)
            tested = self.tested(first, first + rolling.origins * self.horizon)
            splits.append(Split(*self.learnt_from(first - self.gap), tested, fold))
        return splits

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
    splits = Timeline.of(windows).splits()
    if (short := too_few(splits)) is not None:
        raise too_short(windows, short)
    return splits


def too_few(splits: Iterable[Split]) -> Split | None:
    """The first split with too few windows to train, or none to validate or to test; None where there is no such."""
    return next(
        (one for one in splits if min(len(one.train) // FEWEST_TRAINING, len(one.validation), len(one.test)) == 0),
        None,
    )


def largest(fits: Callable[[int], bool], low: int, high: int, trials: int) -> int:
    """The largest number from ``low`` on, below ``high``, that fits; 0 if none does. Where so many ``trials`` are too
    few for all numbers, one in several is tried, and those behind the first that fits.

    >>> [largest(lambda number: number < 40, 2, 100, trials) for trials in (5, 1000)]
    [39, 39]
    """
    step = -(-(high - low) // trials)
    for number in (*range(high - 1, low, -step), low) if step else ():
        if fits(number):
            return max(number, largest(fits, number + 1, min(number + step, high), trials))
    return 0


def plan_windows_without_test(windows: Forecast | Cut, but: np.ndarray | None = None) -> Split:
    """All of time to learn from, all windows ``but`` some: training, and the last 20 % of the places for validation."""
    timeline = Timeline.of(windows)
    kept = (
        np.arange(len(timeline.origin)) if but is None else np.setdiff1d(np.arange(len(timeline.origin)), but)
    )
    part = replace(timeline, origin=timeline.origin[kept])
    train, validation = part.learnt_from(part.end)
    if len(train) < FEWEST_TRAINING or not len(validation):
        raise too_short(windows, Split(train, validation, kept))  # of tests nothing is lacking
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


def too_short(windows: Forecast | Cut, short: Split) -> DataError:
    if isinstance(windows, Cut):
        window, number = _longest_window(windows), windows.end // windows.window
        return DataError(
            "series-too-short",
            "the series are too short to train, validate and test",
            got=f"{len(short.train)} training windows of {windows.window} steps, {number} in all",
            wanted=f"at least {FEWEST_TRAINING} training windows before the first test",
            do=f"--window {window}, or a shorter one" if window else "add steps: these are too few for any window",
        )
    parts = windows.windows
    do = "a shorter --window, or a smaller --forecast"
    return few_windows(short, parts.window, parts.horizon, len(windows.stamps), do)


def few_windows(short: Split, window: int, horizon: int, steps: int, do: str, absent: int = 0) -> DataError:
    """What is said of series that are too short for a forecast, or have a step of the target ``absent`` in so many
    windows."""
    trained, validating, tested = len(short.train), len(short.validation), len(short.test)
    lacks = [name for name, number in (("to validate", validating), ("to test", tested)) if not number]
    part = f", none {' and none '.join(lacks)}" if lacks else ""
    wanted = f", and one {' and one '.join(lacks)}" if lacks else ""
    return DataError(
        "series-too-short",
        f"the series are too short{' or have too many gaps' if absent else ''} to train, validate and test",
        got=f"{trained} training windows of {window} steps with {horizon} to forecast{part}, {steps} steps in all"
        + (f"; in {absent:,} windows a step of the target is absent" if absent else ""),
        wanted=f"at least {FEWEST_TRAINING} training windows{wanted}",
        do=do + ("; or fill in the steps of the target that are absent" if absent else ""),
    )


def _longest_window(cut: Cut) -> int:
    """The longest window into which series can be cut so that they train, validate and test; 0 if there is none."""
    ends = np.zeros(len(cut.labels), np.int64)
    np.maximum.at(ends, cut.series, cut.start + cut.window)

    def fits(window: int) -> bool:
        count = ends // window
        left = np.concatenate([np.arange(number) for number in count])  # windows behind each one, of its series
        end = int(count.max()) * window
        return too_few(Timeline(end - (left + 1) * window, window, end, window).splits()) is None

    return largest(fits, 2, cut.window, TRIALS)
