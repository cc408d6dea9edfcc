"""The windows of a history whose next steps stand in it, too: what a forecast of them would have been can be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import counted
from fourfold.preprocessing.windows import Windows

from .clock import shown
from .panel import Panel
from .placing import error_of_repeating, whole_windows

__all__ = ["Tested", "tested_of"]

MOST, MOST_CELLS = 1000, 10_000_000
"""The most windows, and the most numbers in them; but one of each series at least."""


@dataclass(frozen=True, eq=False)
class Tested:
    """Windows (N, T, C), and what follows them (N, H K), as they are tested in a comparison: none overlaps with the
    next one.

    ``scale`` (N, H K) is the error that counts as 1, ``series`` (N,) the number of each window's series, ``begins``
    (N,) and ``ends`` (N,) the stamps of the first and the last step that follows; ``several``: whether there may be
    other series. ``learnt``: whether the model may have learnt from these steps, as far as is known.
    """

    windows: np.ndarray
    following: np.ndarray
    scale: np.ndarray
    series: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    several: bool
    learnt: bool


def tested_of(panel: Panel, windows: Windows) -> tuple[Tested | None, tuple[Note, ...]]:
    """The latest windows whose next steps lie behind all that the model was compared on, or are of series that it
    doesn't know; where steps have no stamps, all are taken. And what is said, where there is none.

    Errors count as in the comparison; of a series that was not in it by the error of the last season repeated in the
    steps before the tested ones. Without such an error it is left out.
    """
    T, H, K = windows.window, windows.horizon, len(windows.targets)
    axis, known = panel.clock.axis, {} if windows.seen is None else windows.seen.scales
    end, since = len(axis), _since(axis, windows)
    most = max(min(MOST, MOST_CELLS // (T * panel.values[0].shape[1])) // len(panel.values), 1)
    found = []
    for number, (label, start, values) in enumerate(zip(panel.labels, panel.start.tolist(), panel.values)):
        first = max(start + T, (since or 0) if label in known else 0)
        origin = np.arange(end - H, first - 1, -H)
        origin = origin[origin + H <= start + len(values)] - start
        origin = origin[whole_windows(values[:, :K], origin, T, H)][:most][::-1]
        if not len(origin):
            continue
        scale = np.array(known.get(label, error_of_repeating(values[: origin[0], :K], windows.season)))
        if np.isnan(scale).any():
            continue
        filled = panel.filled(number)
        found += [
            (filled[place - T : place], values[place : place + H, :K].ravel(), np.tile(scale, H), number, start + place)
            for place in origin.tolist()
        ]
    if not found:
        return None, _said(axis, since, windows)
    past, following, scale, series, places = (np.array(part) for part in zip(*found))
    learnt = since is None and any(panel.labels[number] in known for number in {*series.tolist()})
    begins, ends = axis[places], axis[places + H - 1]
    return Tested(past, following, scale, series, begins, ends, bool(windows.id), learnt or not known), ()


def _since(axis: np.ndarray, windows: Windows) -> int | None:
    """The first place behind all that the model was compared on; None where that can't be told."""
    until = "" if windows.seen is None else windows.seen.until
    try:
        last = np.datetime64(until, "us") if axis.dtype.kind == "M" else float(until)
    except ValueError:  # steps without stamps, or with others now
        return None
    return None if last != last else int(np.searchsorted(axis, last, side="right"))


def _said(axis: np.ndarray, since: int | None, windows: Windows) -> tuple[Note, ...]:
    """What is said of steps that are new, but fewer than a forecast has."""
    if not since or not 0 < (new := len(axis) - since) < windows.horizon:
        return ()
    because = f"the model was compared on those up to there, and forecasts {windows.horizon} at once"
    return (Note(f"not scored: {counted(new, 'step')} behind {shown(axis[since - 1])}", because),)
