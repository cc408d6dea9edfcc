"""Windows of a forecast, as plain data for a report: how they end, what followed, and what was predicted.

Of several targets the first is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from fourfold.data.dataset import Forecast
from fourfold.data.series.clock import shown
from fourfold.preprocessing.windows import Windows
from fourfold.study.step_examples import MOST_STEPS, number

FEWEST_PAST, HORIZONS, SEASONS = 24, 3, 2
"""Steps of a window that are drawn where no map lies along it: at least so many, horizons and seasons."""


def about(forecast: Forecast) -> str:
    """What is drawn, and how windows are named."""
    first = f" of {forecast.windows.targets[0]}, the first target" if len(forecast.windows.targets) > 1 else ""
    counted = "" if forecast.windows.time else f" Steps are counted from {shown(forecast.stamps[0])}."
    return f"Drawn are the steps of a window and, shaded, what followed and what was predicted{first}.{counted}"


def title(forecast: Forecast, row: int) -> str:
    """A window's series, and where the forecast begins."""
    label, start = forecast.labels[forecast.series[row]], shown(forecast.stamps[forecast.origin[row]])
    return f"{label}, from {start} on" if label else f"from {start} on"


def beside_naive(
    windows: Windows, window: np.ndarray, true: np.ndarray, said: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """The last steps of a window (T, C), with what followed, the naive forecast from which departures are learnt, and
    what each of the families predicted (H K)."""
    past = max(FEWEST_PAST, HORIZONS * windows.horizon, SEASONS * windows.season)
    past = min(past, max(MOST_STEPS - windows.horizon, 1))
    naive = {windows.base: windows.level(window[None])[0]}
    return _drawn(windows, window[-past:], true, {**naive, **said}, families=said)


def with_map(
    windows: Windows, window: np.ndarray, true: np.ndarray, family: str, said: np.ndarray, found: np.ndarray
) -> tuple[dict[str, Any], np.ndarray]:
    """A whole window (T, C) with what followed and what a family predicted (H K); and a map (T,) along the window."""
    every = -(-(len(window) + windows.horizon) // MOST_STEPS)
    start = len(window) % every  # so that the forecast begins where a bin does
    bins = found[start:].reshape(-1, every).sum(axis=1)
    return _drawn(windows, window[start:], true, {family: said}, families=(family,), every=every), bins


def summary(windows: Windows, true: np.ndarray) -> str:
    """The range of what followed (H K)."""
    first = _first(windows, true)
    name = f"{windows.targets[0]} " if len(windows.targets) > 1 else ""
    return f"{name}{number(first.min())} to {number(first.max())}"


def how_well(windows: Windows, true: np.ndarray, said: np.ndarray) -> str:
    """The mean absolute error of a forecast (H K)."""
    error = np.abs(_first(windows, said) - _first(windows, true)).mean()
    return f"off by {number(error)}" + " on average" * (windows.horizon > 1)


def _first(windows: Windows, values: np.ndarray) -> np.ndarray:
    """The steps (H,) of the first target."""
    return values[:: len(windows.targets)]


def _drawn(
    windows: Windows,
    past: np.ndarray,
    true: np.ndarray,
    said: Mapping[str, np.ndarray],
    families: Collection[str],
    every: int = 1,
) -> dict[str, Any]:
    """Lines over the past and the horizon, those of forecasts over the horizon alone."""
    before = past[::every, 0]
    ahead = [_first(windows, steps)[::every] for steps in (true, *said.values())]
    unknown = np.full(len(before), np.nan)
    lines = [np.concatenate([begin, end]) for begin, end in zip([before, *[unknown] * len(said)], ahead)]
    return {
        "kind": "series",
        "channels": [windows.targets[0], *said],
        "values": [[float(f"{v:.4g}") if np.isfinite(v) else None for v in line.tolist()] for line in lines],
        "families": [None, *(name if name in families else None for name in said)],
        "ahead": len(ahead[0]),
        "every": every,
    }
