"""Where the windows of a forecast can be cut, whether there are enough of them, and the windows themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.dataset import Forecast, Note
from fourfold.data.memory import check_memory
from fourfold.data.messages import counted, listed
from fourfold.data.reading import fitting
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.windows import Seen, Windows

from .ahead import Ahead
from .panel import Panel
from .rolling import Timeline, few_windows, largest, plan_windows, too_few
from .seasons import season_of

__all__ = [
    "Placed",
    "check_room",
    "cut_windows",
    "error_of_repeating",
    "placed_in",
    "season_with_room",
    "whole_windows",
    "window_of",
]

FEWEST_STEPS = 8
"""The shortest window that is chosen: networks read series, not pairs of numbers."""

SHARE_OF_WINDOW = 1 / 4
"""The longest window that is chosen, as a part of the longest series."""

MOST_CELLS, FEWEST_CELLS, BYTES_OF_A_CELL = 40_000_000, 1_000_000, 40
"""The most numbers in all windows, fewer where memory is short, but the fewest; beyond them not every origin is used.
And what such a number takes, with its copies, until it is prepared."""

STEPS_TRIED, FEWEST_TRIALS, STEPS_OF_A_SERIES = 20_000_000, 10, 1000
"""How many windows and horizons are tried, to tell for which series are long enough: by the steps of all of them, and
the fewest; and as how many steps a series counts."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Where windows can be cut: for each series the places of their first targets, one every ``stride`` ``since`` one.

    And how many have a step of the target that is absent, and which series are too short, or end too early.
    """

    origins: list[np.ndarray]
    stride: int
    since: int
    absent: int
    short: tuple[int, ...]
    early: tuple[int, ...]

    def timeline(self, panel: Panel, horizon: int) -> Timeline | None:
        origins = np.concatenate(self.origins)
        return Timeline(origins, horizon, len(panel.clock.axis)) if len(origins) else None


def placed_in(panel: Panel, windows: Windows) -> Placed:
    T, H, K = windows.window, windows.horizon, len(windows.targets)
    end = len(panel.clock.axis)
    cells = T * panel.values[0].shape[1]
    stride, since = _origins(panel, T, H, fitting(MOST_CELLS, FEWEST_CELLS, BYTES_OF_A_CELL) // cells)
    origins, absent, short, early = [], 0, [], []
    for number, (start, values) in enumerate(zip(panel.start.tolist(), panel.values)):
        origin = np.arange(max(start + T, since), start + len(values) - H + 1)
        origin = origin[(end - H - origin) % stride == 0]
        if len(values) < T + H:
            short.append(number)
        elif not len(origin):
            early.append(number)
        whole = whole_windows(values[:, :K], origin - start, T, H)
        absent += int((~whole).sum())
        origins.append(origin[whole])
    return Placed(origins, stride, since, absent, tuple(short), tuple(early))


def whole_windows(targets: np.ndarray, origin: np.ndarray, window: int, horizon: int) -> np.ndarray:
    """Which windows have no step ahead that is absent, and begin when all of a series' targets (T, K) are known."""
    absent = np.isnan(targets)
    before = np.concatenate([[0], np.cumsum(absent.any(axis=1))])
    since = np.where(absent.all(axis=0), len(targets), absent.argmin(axis=0)).max()
    return (before[origin + horizon] == before[origin]) & (origin - window >= since)


def check_room(panel: Panel, ahead: Ahead, windows: Windows, placed: Placed) -> None:
    """Refuse a window and a horizon for which the series are too short, with those for which they are not."""
    T, H = windows.window, windows.horizon
    timeline = placed.timeline(panel, H)
    if timeline is None:
        longest = max(map(len, panel.values))
        raise DataError(
            "no-window",
            "no series is long enough for a window and what follows it",
            got=f"{counted(longest, 'step')}, {placed.absent} windows with gaps",
            wanted=f"at least {T + H}: {T} of the window and {H} to forecast",
            do=_with_room(panel, ahead, windows),
        )
    if (short := too_few(timeline.splits())) is not None:
        _scales(panel, windows, timeline.rolling.first())  # refuses what does not vary, however long it is
        do = _with_room(panel, ahead, windows)
        raise few_windows(short, T, H, len(panel.clock.axis), do, placed.absent)


def _with_room(panel: Panel, ahead: Ahead, windows: Windows) -> str:
    """What to do: leave out a season that is too long, or the longest window and horizon for which series suffice; a
    season that nobody asked for gives way (`season_with_room`)."""
    windows = windows if ahead.season is not None else replace(windows, season=1)

    def fits(horizon: int, window: int) -> bool:
        return _is_enough(panel, replace(windows, horizon=horizon, window=window))

    def usual(horizon: int) -> int:
        return window_of(panel, replace(ahead, horizon=horizon), windows.season)[0]

    asked = ahead.season is not None and ahead.season > (season := season_of(panel, replace(ahead, season=None))[0])
    if asked:
        for options, window in (("--season", ahead.window), ("--season and --window", None)):
            own = window_of(panel, replace(ahead, season=None, window=window), season)[0]
            if _is_enough(panel, replace(windows, season=season, window=own)):
                return f"leave out {options}: the season is {season} then"
    steps = sum(map(len, panel.values)) + STEPS_OF_A_SERIES * len(panel.values)
    trials = max(STEPS_TRIED // steps, FEWEST_TRIALS)
    shortest = max(windows.season, 2)
    window = largest(lambda window: fits(windows.horizon, window), shortest, windows.window, trials)
    horizon = largest(lambda horizon: fits(horizon, usual(horizon)), 1, windows.horizon, trials)
    if window:
        return f"--window {window}" + f", or --forecast {horizon}" * bool(horizon)
    most = largest(lambda horizon: fits(horizon, shortest), 1, windows.horizon, trials)
    if not most:
        if max(map(len, panel.values)) == 1:
            return "name another column with --id, or leave it out: each series has one step alone"
        few = "add steps: these are too few for any forecast"
        if apart := _apart(panel):
            return apart
        return f"leave out --season, or {few} with it" if asked else few
    allowed = "the most that these data allow" + " with this season" * asked
    if not horizon:
        return f"--forecast {most} --window {shortest}, {allowed}"
    longer = f", or {most} with --window {shortest}" if most > horizon else ""
    return f"--forecast {horizon}{longer}, {allowed}"


def _apart(panel: Panel) -> str:
    """What to do with series of which one ends before another begins: at no time can both be tested."""
    ends = panel.start + [len(values) for values in panel.values]
    first, last = int(ends.argmin()), int(panel.start.argmax())
    if ends[first] > panel.start[last]:
        return ""
    return f"forecast each by itself: {panel.labels[first]!r} ends before {panel.labels[last]!r} begins"


def _is_enough(panel: Panel, windows: Windows) -> bool:
    """Whether there are windows to train, validate and test."""
    timeline = placed_in(panel, windows).timeline(panel, windows.horizon)
    return timeline is not None and too_few(timeline.splits()) is None


def cut_windows(
    panel: Panel, windows: Windows, placed: Placed
) -> tuple[np.ndarray, np.ndarray, Forecast, tuple[Note, ...]]:
    """Windows (N, T, C), targets (N, H K), where they lie, and what is said about it."""
    T, H, K = windows.window, windows.horizon, len(windows.targets)
    end = len(panel.clock.axis)
    channels = panel.values[0].shape[1]
    inputs, targets = [], []
    for number, (values, places) in enumerate(zip(panel.values, placed.origins)):
        if not len(places):
            continue
        check_memory("the windows", 8 * len(places) * T * channels)
        origin = places - int(panel.start[number])
        past = np.lib.stride_tricks.sliding_window_view(panel.filled(number), T, axis=0)[origin - T]
        ahead = np.lib.stride_tricks.sliding_window_view(values[:, :K], H, axis=0)[origin]
        inputs.append(past.transpose(0, 2, 1))
        targets.append(ahead.transpose(0, 2, 1).reshape(-1, H * K))
    forecast = Forecast(
        windows=windows,
        labels=panel.labels,
        series=np.repeat(np.arange(len(placed.origins)), [len(places) for places in placed.origins]),
        origin=np.concatenate(placed.origins),
        stamps=panel.clock.axis,
        scale=np.ones((1, K)),
        first_test=0,
        channels=panel.channels,
    )
    first = Timeline.of(forecast).rolling.first()
    forecast = replace(forecast, scale=_scales(panel, windows, first), first_test=first)
    cells, earliest = np.concatenate(inputs), plan_windows(forecast)[0].train
    known = np.concatenate(targets)
    learnt = windows.learnt(cells[earliest], known[earliest], forecast.origin[earliest])
    scales = dict(zip(panel.labels, map(tuple, forecast.scale.tolist())))
    seen = Seen(str(panel.clock.axis[-1]) if windows.time else "", scales)
    forecast = replace(forecast, windows=replace(learnt, seen=seen))
    notes = []
    empty = {number for number, places in enumerate(placed.origins) if not len(places)}
    for which, why in (
        (placed.short, f"shorter than {T + H} steps"),
        (placed.early, "they end before the windows that are used"),
        (sorted(empty.difference(placed.short, placed.early)), "a step of the target is absent in all windows"),
    ):
        if which:
            names = listed([panel.labels[number] for number in which])
            notes.append(Note(f"left out: {counted(len(which), 'series')}, {names}", why))
    if placed.absent:
        notes.append(Note(f"left out: {counted(placed.absent, 'window')}", "a step of the target is absent"))
    if placed.stride > 1 or placed.since:
        every = f"one every {placed.stride} steps" if placed.stride > 1 else "all"
        last = f" of the last {end - int(forecast.origin.min()) + T:,} of {end:,} steps" if placed.since else ""
        notes.append(Note(f"windows: {every}{last}", "more would be too many numbers", "--window N"))
    return cells, known, forecast, tuple(notes)


def _origins(panel: Panel, window: int, horizon: int, most: int) -> tuple[int, int]:
    """Steps from one window to the next, and the place of the first target, so that there are so many at most.

    The steps are the fewest that divide the horizon, so that tested windows are among those that are left; where the
    horizon itself is not enough, the windows are those of the last places. 0 where all places are used.
    """
    end = len(panel.clock.axis)
    begins = np.zeros(
        end + 1, np.int64
    )  # by how many the windows of a place are more than those of the one before
    for start, values in zip(panel.start.tolist(), panel.values):
        if len(values) >= window + horizon:
            begins[start + window] += 1
            begins[start + len(values) - horizon + 1] -= 1
    windows = np.cumsum(begins)
    divisors = [step for step in range(1, horizon + 1) if horizon % step == 0]
    stride = next((step for step in divisors if windows.sum() <= most * step), horizon)
    windows[(end - horizon - np.arange(end + 1)) % stride != 0] = 0
    from_here = np.cumsum(windows[::-1])[::-1]
    return stride, 0 if from_here[0] <= most else int(np.argmax(from_here <= most))


def _scales(panel: Panel, windows: Windows, first_test: int) -> np.ndarray:
    """The mean absolute error (S, K) of the last season repeated, one season ahead, before the tests begin.

        scale = mean over m <= t < first test of |y[t] - y[t - m]|

    A series without two seasons before the tests, or that does not vary there, gets the mean of the others.

    Source: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy".
    """
    m, K = windows.season, len(windows.targets)
    before = [max(first_test - start, 0) for start in panel.start.tolist()]
    scale = np.stack([error_of_repeating(values[:end, :K], m) for values, end in zip(panel.values, before)])
    if np.isnan(scale).all(axis=0).any():
        raise DataError(
            "nothing-to-improve",
            f"the {windows.rules[0]} forecast makes no error before the tests begin, so there is nothing to improve",
            got="values that repeat exactly" if m > 1 else "values that don't change",
            wanted="a target that varies",
            do="--target with another column; else use this rule itself",
        )
    return np.where(np.isnan(scale), np.nanmean(scale, axis=0), scale)


def error_of_repeating(values: np.ndarray, season: int) -> np.ndarray:
    """The mean absolute error (K,) of the last season repeated in (T, K), NaN where it makes none: of all targets where
    one has no two values a season apart."""
    errors = np.abs(values[season:] - values[:-season])
    if not len(errors) or np.isnan(errors).all(axis=0).any():
        return np.full(values.shape[1], np.nan)
    mean = np.nanmean(errors, axis=0)
    return np.where(mean > 0, mean, np.nan)


def season_with_room(panel: Panel, ahead: Ahead, targets: int) -> tuple[int, Note]:
    """The season, and what is said about it; none where one that nobody asked for would leave too few windows, and
    there are enough without."""

    def fits(season: int) -> bool:
        window = max(ahead.window or window_of(panel, ahead, season)[0], season)
        return _is_enough(panel, Windows(ahead.horizon, window, season, ("",) * targets))

    season, note = season_of(panel, ahead)
    if ahead.season is not None or season == 1 or fits(season) or not fits(1):
        return season, note
    because = f"{note.because}, but a season of {season} leaves too few windows to train, validate and test"
    return 1, Note("season: 1 step", because, note.option)


def window_of(panel: Panel, ahead: Ahead, season: int) -> tuple[int, Note]:
    """The length of a window, and what is said about it: two seasons and two horizons, if that leaves room."""
    if ahead.window is not None:
        if ahead.window < season:
            raise OptionError(
                "window-shorter-than-season",
                "a window has to hold a season, which the baseline repeats",
                got=f"--window {ahead.window}, a season of {season}",
                wanted=f"at least {season}",
                do=f"--window {season}, or --season 1",
            )
        return ahead.window, Note(f"window: {ahead.window} steps", "as asked")
    wanted = max(2 * season, 2 * ahead.horizon, FEWEST_STEPS)
    room = int(SHARE_OF_WINDOW * max(len(values) for values in panel.values))
    window = max(min(wanted, room), season, 2)
    because = "two seasons, two horizons, 8 steps: the most of these"
    if window < wanted:
        because = f"{wanted} would be {because}, but a quarter of the longest series is {room}"
    return window, Note(f"window: {window} steps", because, "--window N")
