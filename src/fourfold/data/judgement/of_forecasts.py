"""What can be said against the windows of a forecast before anything is trained on them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding, Forecast
from fourfold.data.messages import counted, listed
from fourfold.data.values.called import ID, UNITS
from fourfold.data.values.word_channels import column_of, levels_among

from .case import Case

__all__ = ["judge"]

FEW_LOST = 0.05
"""The share of the series up to which it matters little that some have no window."""

FEWEST = 10
"""Fewer windows don't tell whether a column counts them."""


def judge(case: Case) -> Iterator[Finding]:
    forecast = case.dataset.forecast
    assert forecast is not None
    yield from _without_windows(forecast)
    if len(forecast.labels) == 1:
        yield from _ids_as_channels(forecast)
    if not forecast.windows.time:
        yield from _in_no_order(forecast, np.asarray(case.dataset.inputs))


def _without_windows(forecast: Forecast) -> Iterator[Finding]:
    """Series of which nothing is learnt or tested."""
    lost = np.setdiff1d(np.arange(len(forecast.labels)), forecast.series)
    if len(lost):
        yield Finding(
            "series-without-windows",
            f"{counted(len(lost), 'series')} of {len(forecast.labels):,} without a window that can be used: "
            f"{listed([forecast.labels[number] for number in lost])}; what is found holds for the others alone",
            "series",
            len(lost),
            "compare them apart, or with a shorter --window, or leave them out",
            important=len(lost) > FEW_LOST * len(forecast.labels),
        )


def _ids_as_channels(forecast: Forecast) -> Iterator[Finding]:
    """Columns that are called ids and whose words take turns in what is read as one series."""
    names = dict.fromkeys(map(column_of, forecast.channels))
    for name in names:
        if name not in forecast.channels and (ID.search(name) or name.casefold() in UNITS):
            yield Finding(
                "ids-as-channels",
                f"column {name!r} is called an id, and is read as something that changes within one series",
                "series",
                len(levels_among(name, forecast.channels)),
                f"--id {shlex.quote(name)}, if each of its values is a series",
                important=True,
                columns=(name,),
            )


def _in_no_order(forecast: Forecast, windows: np.ndarray) -> Iterator[Finding]:
    """Columns of windows (N, T, C) that count the rows of the table, which stand in another order."""
    for channel in range(len(forecast.windows.targets), windows.shape[2]):
        last = windows[:, -1, channel]
        order = np.lexsort((last, forecast.series))
        same = np.diff(forecast.series[order]) == 0
        steps, rows = np.diff(last[order])[same], np.diff(last)[np.diff(forecast.series) == 0]
        if len(steps) >= FEWEST and _counts(steps) and (rows < 0).any():
            name = forecast.channels[channel]
            how = "falls" if (rows < 0).all() else "jumps up and down"
            yield Finding(
                "rows-in-no-order",
                f"the table is forecast from top to bottom, but {name!r}, which counts in equal steps, {how} in it",
                "rows",
                len(steps) + 1,
                f"--time {shlex.quote(name)}, if it is the time; else leave it out",
                important=True,
            )


def _counts(steps: np.ndarray) -> bool:
    """Whether these are the steps of numbers that count, some of which are left out: multiples of the shortest, and at
    most twice as long on average."""
    if steps.min() <= 0:
        return False
    multiples = steps / steps.min()
    return bool(np.allclose(multiples, np.rint(multiples)) and multiples.mean() <= 2)
