"""A table of series as windows of the past, with the steps that follow them as the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.task import Task, regression_of
from fourfold.preprocessing.windows import SEASONAL_NAIVE, Windows

from .clock import shown
from .content import check_memory
from .dataset import Dataset, Forecast, Note, Table
from .long_form import check_id, dates_of, nearly_dates_of, table_of, times_of
from .messages import counted, listed
from .panel import Panel, panel_of
from .roles import Roles
from .rolling import Timeline, few_windows, groups_of, largest, plan_windows, too_few
from .sample import fitting
from .source import Source
from .time_columns import time_among, with_clock, with_parts

__all__ = ["Ahead", "check_last", "settle_forecast", "time_and_names", "timed", "with_index"]

FEWEST_STEPS = 8
"""The shortest window that is chosen: networks read series, not pairs of numbers."""

SHARE_OF_SEASON, SHARE_OF_WINDOW = 1 / 3, 1 / 4
"""The longest season and window that are chosen, as parts of the longest series."""

MOST_CELLS, FEWEST_CELLS, BYTES_OF_A_CELL = 40_000_000, 1_000_000, 40
"""The most numbers in all windows, fewer where memory is short, but the fewest; beyond them not every origin is used.
And what such a number takes, with its copies, until it is prepared."""

PEAK = 0.3
"""The autocorrelation of differences from which on its peak is a season."""

LONGEST_SEASON = 400
"""The longest season that is searched for."""


STEPS_TRIED, FEWEST_TRIALS, STEPS_OF_A_SERIES = 20_000_000, 10, 1000
"""How many windows and horizons are tried, to tell for which series are long enough: by the steps of all of them, and
the fewest; and as how many steps a series counts."""


@dataclass(frozen=True)
class Ahead:
    """What is asked of a forecast: how many steps, from how many, with which season; None where it is inferred.

    Errors: ``OptionError`` for numbers below 1.
    """

    horizon: int
    window: int | None = None
    season: int | None = None

    def __post_init__(self) -> None:
        for option, number, least in (
            ("forecast", self.horizon, 1),
            ("window", self.window, 2),
            ("season", self.season, 1),
        ):
            if number is not None and (not isinstance(number, int) or number < least):
                raise OptionError(
                    option,
                    f"a {'horizon' if option == 'forecast' else option} is a number of steps",
                    got=f"--{option} {number}",
                    wanted=f"{least} or more",
                )


def with_index(x: Any) -> Any:
    """A data frame of pandas with its index among the columns, if that has names or holds dates, as that of a series
    does, or of several; anything else as it is."""
    index = getattr(x, "index", None)
    if index is None or not hasattr(x, "reset_index"):
        return x
    named = [name for name in index.names if name is not None]
    dates = any(mark in str(getattr(index, "dtype", "")) for mark in ("datetime", "period"))
    if not (named or dates) or set(named) & set(getattr(x, "columns", ())):
        return x
    return x.reset_index()


def time_and_names(source: Source, roles: Roles) -> tuple[Source, Roles, Table]:
    """The roles with the column of time, if there is one, and the columns that may be targets.

    Errors: ``OptionError`` for arrays, and for roles that rows of a forecast can't have; ``DataError`` for several
    columns of dates none of which is plainly the time, dates with a few words among them, and the last rows of a table
    that is not in order of time.
    """
    table = source.inputs
    if not isinstance(table, Table) or source.target is not None or source.test_rows:
        raise OptionError(
            "forecast-of-arrays",
            "a forecast needs one table with a row for each time step, and no rows of test beside it",
            got=source.name,
            wanted="a file or a data frame with named columns",
            do="leave out --forecast, --y and --test, or name such a table",
        )
    for option in ("weight", "group", "time_ordered"):
        if getattr(roles, option) not in (None, False):
            raise OptionError(
                "forecast-roles",
                "the windows of a forecast are split by time, and count alike",
                got=f"--{option.replace('_', '-')}",
                do=f"leave out --{option.replace('_', '-')}",
            )
    check_id(source, roles.series or None)
    if roles.time is None:
        source, roles = timed(source, table, roles)
    if roles.time is None:
        _check_dates(source, [name for name in table if name != roles.id])
    table = table_of(source, ())
    if roles.time is not None:
        check_last(source, table, roles.time)
    names = {name: values for name, values in table.items() if name not in (roles.id, roles.time)}
    if not names:
        raise DataError(
            "nothing-to-forecast",
            "there is no column to forecast",
            got=listed(table.names),
            wanted="one more",
        )
    return source, roles, Table(names)


def timed(source: Source, table: Table, roles: Roles) -> tuple[Source, Roles]:
    """The roles with the only column of dates as the time, or with the one of several that is plainly it, of days with
    the clock beside them; without dates with the columns that are called a year, a month and what follows."""
    names = [name for name in table if name != roles.id]
    dates = dates_of(source, names)
    if not dates:
        return with_parts(source, roles, names)
    time, because = time_among(source, roles, dates) if dates[1:] else (dates[0], "the only column of dates")
    if not time:
        return source, roles
    of_dates = replace(roles, time=time)
    both, of_both = with_clock(source, of_dates)
    if of_both.time != time:
        return both, of_both
    return source.noting(Note(f"time: {time}", because, "--time COLUMN")), of_dates


def _check_dates(source: Source, names: Sequence[str]) -> None:
    """Refuse to use the order of the rows where a column holds dates: several do, or one that has a few words, too."""
    dates = dates_of(source, names)
    if dates:
        raise DataError(
            "several-dates",
            "several columns hold dates, and it can't be told which is the time",
            got=listed(dates),
            wanted="the one whose next steps are forecast",
            do=" or ".join(f"--time {name}" for name in dates[:3]),
        )
    for name in nearly_dates_of(source, names):
        times_of(source, table_of(source, ()), name)  # says what is no date


def check_last(source: Source, table: Table, time: str) -> None:
    """Refuse the last rows of a series that are not in order of time, or before which there are later ones."""
    if source.earlier is None:
        return
    times = times_of(source, table, time)
    earlier = times_of(source.earlier, table_of(source.earlier, [time]), time)
    alike = times.dtype.kind == earlier.dtype.kind
    if not alike or (times[1:] < times[:-1]).any() or earlier.max() > times[0]:
        raise DataError(
            "sampled-forecast",
            f"{source.name} is too large to be read whole, and its last rows are not the latest",
            got=f"{len(times):,} of {source.total:,} rows, not in order of {time}",
            wanted="rows in order of time, or whole series to sample",
            do=f"sort the rows by {time}; --id COLUMN, if there are several series; or --rows {source.total}",
        )


def settle_forecast(
    source: Source, ahead: Ahead, *, targets: Sequence[str], time: str | None, id: str | None
) -> Dataset:
    """The data set whose rows are windows (N, T, C) and whose target (N, H K) is what follows them.

    All windows of all series are rows, in order of time within a series. What is absent in a window is as it was
    last; a window is left out if a step of its target is absent.

    Errors: those of `panel_of`; ``DataError`` for series that are too short, or do not vary where they train.
    """
    panel = panel_of(source, time=time, id=id, targets=targets)
    season, season_note = _season(panel, ahead, len(targets))
    window, window_note = _window(panel, ahead, season)
    windows = Windows(
        ahead.horizon,
        window,
        season,
        tuple(targets),
        time or "",
        id or "",
        str(panel.clock),
        panel.levels,
        panel.phases,
    )
    placed = _placed(panel, windows)
    _check_room(panel, ahead, windows, placed)
    inputs, target, forecast, notes = _cut(panel, windows, placed)
    values = panel.columns[0].name if len(targets) == 1 else f"{len(targets)} columns"
    notes = (
        *panel.notes,
        Note(f"forecast: the next {ahead.horizon} steps of {values}, from the {window} before"),
        window_note,
        season_note,
        *notes,
        _split_note(forecast),
        Note(
            "score: MASE",
            "absolute error over that of the last season repeated, in training data; lower is better",
        ),
    )
    names = [
        name if len(targets) == 1 else f"{target_name} {name}"
        for name in (f"+{step + 1}" for step in range(ahead.horizon))
        for target_name in targets
    ]
    task: Task = replace(regression_of(names, one_unit=True), loss="mean absolute error", score="mase")
    return Dataset(
        name=source.name,
        layout="sequence",
        inputs=inputs,
        target=target,
        task=task,
        notes=source.notes + notes,
        columns=panel.columns,
        source_columns=tuple(source.inputs),  # pyright: ignore[reportArgumentType]
        target_name=", ".join(targets),
        row_shape=inputs.shape[1:],
        groups=groups_of(forecast),
        forecast=forecast,
    )


@dataclass(frozen=True, eq=False)
class _Placed:
    """Where windows can be cut: for each series the places of their first targets, one every ``stride`` ``since`` one.

    And how many have a step of the target that is absent, and how many series are too short, or end too early.
    """

    origins: list[np.ndarray]
    stride: int
    since: int
    absent: int
    short: int
    early: int

    def timeline(self, panel: Panel, horizon: int) -> Timeline | None:
        origins = np.concatenate(self.origins)
        return Timeline(origins, horizon, len(panel.clock.axis)) if len(origins) else None


def _placed(panel: Panel, windows: Windows) -> _Placed:
    T, H, K = windows.window, windows.horizon, len(windows.targets)
    end = len(panel.clock.axis)
    cells = T * panel.values[0].shape[1]
    stride, since = _origins(panel, T, H, fitting(MOST_CELLS, FEWEST_CELLS, BYTES_OF_A_CELL) // cells)
    origins, absent, short, early = [], 0, 0, 0
    for start, values in zip(panel.start.tolist(), panel.values):
        origin = np.arange(max(start + T, since), start + len(values) - H + 1)
        origin = origin[(end - H - origin) % stride == 0]
        short += len(values) < T + H
        early += len(values) >= T + H and not len(origin)
        whole = _whole(values[:, :K], origin - start, T, H)
        absent += int((~whole).sum())
        origins.append(origin[whole])
    return _Placed(origins, stride, since, absent, short, early)


def _whole(targets: np.ndarray, origin: np.ndarray, window: int, horizon: int) -> np.ndarray:
    """Which windows have no step ahead that is absent, and begin when all of a series' targets (T, K) are known."""
    absent = np.isnan(targets)
    before = np.concatenate([[0], np.cumsum(absent.any(axis=1))])
    since = np.where(absent.all(axis=0), len(targets), absent.argmin(axis=0)).max()
    return (before[origin + horizon] == before[origin]) & (origin - window >= since)


def _check_room(panel: Panel, ahead: Ahead, windows: Windows, placed: _Placed) -> None:
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
        raise few_windows(len(short.train), T, H, len(panel.clock.axis), do)


def _with_room(panel: Panel, ahead: Ahead, windows: Windows) -> str:
    """The longest window and the longest horizon for which the series are long enough, as what to do."""

    def fits(horizon: int, window: int) -> bool:
        timeline = _placed(panel, replace(windows, horizon=horizon, window=window)).timeline(panel, horizon)
        return timeline is not None and too_few(timeline.splits()) is None

    def usual(horizon: int) -> int:
        return _window(panel, replace(ahead, horizon=horizon), windows.season)[0]

    steps = sum(map(len, panel.values)) + STEPS_OF_A_SERIES * len(panel.values)
    trials = max(STEPS_TRIED // steps, FEWEST_TRIALS)
    shortest = max(windows.season, 2)
    window = largest(lambda window: fits(windows.horizon, window), shortest, windows.window, trials)
    horizon = largest(lambda horizon: fits(horizon, usual(horizon)), 1, windows.horizon, trials)
    if window:
        return f"--window {window}" + f", or --forecast {horizon}" * bool(horizon)
    most = largest(lambda horizon: fits(horizon, shortest), 1, windows.horizon, trials)
    if not most:
        return "add steps: these are too few for any forecast"
    if not horizon:
        return f"--forecast {most} --window {shortest}, the most that these data allow"
    longer = f", or {most} with --window {shortest}" if most > horizon else ""
    return f"--forecast {horizon}{longer}, the most that these data allow"


def _cut(
    panel: Panel, windows: Windows, placed: _Placed
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
    cells, earliest = np.concatenate(inputs), plan_windows(forecast)[0]
    forecast = replace(forecast, windows=windows.with_usual(cells[earliest.train]))
    notes = []
    if placed.short:
        notes.append(Note(f"left out: {placed.short} series", f"shorter than {T + H} steps"))
    if placed.absent:
        notes.append(Note(f"left out: {counted(placed.absent, 'window')}", "a step of the target is absent"))
    if placed.early:
        notes.append(Note(f"left out: {placed.early} series", "they end before the windows that are used"))
    if placed.stride > 1 or placed.since:
        every = f"one every {placed.stride} steps" if placed.stride > 1 else "all"
        last = f" of the last {end - int(forecast.origin.min()) + T:,} of {end:,} steps" if placed.since else ""
        notes.append(Note(f"windows: {every}{last}", "more would be too many numbers", "--window N"))
    return cells, np.concatenate(targets), forecast, tuple(notes)


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
    scale = np.full((len(panel.values), K), np.nan)
    for number, values in enumerate(panel.values):
        known = values[: max(first_test - int(panel.start[number]), 0), :K]
        errors = np.abs(known[m:] - known[:-m])
        if len(errors) and not np.isnan(errors).all(axis=0).any():
            scale[number] = np.nanmean(errors, axis=0)
    scale[~(scale > 0)] = np.nan
    if np.isnan(scale).all(axis=0).any():
        raise DataError(
            "nothing-to-improve",
            f"the {SEASONAL_NAIVE} forecast makes no error before the tests begin, so there is nothing to improve",
            got="values that repeat exactly" if m > 1 else "values that don't change",
            wanted="a target that varies",
        )
    return np.where(np.isnan(scale), np.nanmean(scale, axis=0), scale)


def _season(panel: Panel, ahead: Ahead, targets: int) -> tuple[int, Note]:
    """The season, and what is said about it: as asked, of the clock, of the autocorrelation, or none."""
    if ahead.season is not None:
        return ahead.season, Note(f"season: {ahead.season}", "as asked")
    longest = int(SHARE_OF_SEASON * max(len(values) for values in panel.values))
    season, because = panel.clock.season, f"the steps are of {panel.clock}"
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


def _window(panel: Panel, ahead: Ahead, season: int) -> tuple[int, Note]:
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


def _split_note(forecast: Forecast) -> Note:
    rolling = Timeline.of(forecast).rolling
    parts = counted(rolling.folds, "part")
    first = shown(forecast.stamps[rolling.first()])
    return Note(
        f"tests: {parts} of {counted(rolling.origins, 'horizon')} at the end, from {first} on",
        "each is trained on what lies before it; no tested step is an input or a target of training",
    )
