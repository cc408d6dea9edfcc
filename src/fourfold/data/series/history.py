"""The end of a table of series, from which a trained model forecasts what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fourfold.data.dataset import Column, Note
from fourfold.data.messages import counted, listed
from fourfold.data.source import Source
from fourfold.errors import DataError
from fourfold.preprocessing.windows import Windows

from .clock import IRREGULAR, shown
from .panel import Panel, panel_of
from .tested import Tested, tested_of

__all__ = ["History", "history_of", "used_of"]

WORDS = ("category", "text")


@dataclass(frozen=True, eq=False)
class History:
    """The last windows (S, T, C) of series, their names (S,), and the stamps (S, H) of the steps that follow them; and
    the windows before these that a forecast can be ``tested`` on."""

    windows: np.ndarray
    labels: np.ndarray
    following: np.ndarray
    notes: tuple[Note, ...]
    tested: Tested | None = None


def history_of(source: Source, windows: Windows, columns: Sequence[Column]) -> History:
    """The history in a table like the one that was trained on, whose ``columns`` were used.

    A series that is shorter than a window, or has no value of a target in it, is left out, and that is said.

    Errors: ``DataError`` for columns that are missing or of another type, another step of time, or if no series is
    left; those of `panel_of`.
    """
    levels = dict(zip((column.name for column in columns if column.kind in WORDS), windows.levels))
    panel = panel_of(
        used_of(source, windows, columns),
        time=windows.time or None,
        id=windows.id or None,
        targets=windows.targets,
        known=levels,
        phases=windows.phases,
        step=windows.step,
        written={column.name: column.written for column in columns if column.kind == "number"},
    )
    kinds = {column.name: column.kind in WORDS for column in panel.columns}
    strange = [column.name for column in columns if kinds.get(column.name) != (column.kind in WORDS)]
    if strange:
        raise DataError(
            "history-columns",
            f"the columns of {source.name} are not those that the model was trained on",
            got=f"{listed(strange)} of another type",
            wanted=listed([f"{column.name} ({column.kind})" for column in columns]),
            do=f"write {listed(strange)} as in training",
        )
    if str(panel.clock) != windows.step:
        raise DataError(
            "another-step",
            f"the time stamps of {source.name} have another step than those that were trained on",
            got="irregular ones" if str(panel.clock) == IRREGULAR else str(panel.clock),
            wanted=windows.step,
            do="give a history with the step of training",
        )
    cut, kept, short = [], [], []
    for number, label in enumerate(panel.labels):
        past = panel.filled(number)[-windows.window :]
        if len(past) < windows.window or np.isnan(past[:, : len(windows.targets)]).any():
            short.append(label)
        else:
            cut.append(past)
            kept.append(number)
    if not cut:
        raise DataError(
            "history-too-short",
            f"{source.name} is too short to forecast from",
            got=f"at most {counted(max(map(len, panel.values)), 'step')}",
            wanted=f"{windows.window}, the window, with values of {', '.join(windows.targets)}",
            do="give more of the past",
        )
    ends = [int(panel.start[number]) + len(panel.values[number]) - 1 for number in kept]
    known = [~np.isnan(panel.values[number][:, : len(windows.targets)]).all(axis=1) for number in kept]
    own = [int(panel.start[number]) + np.flatnonzero(rows) for number, rows in zip(kept, known)]
    following = np.stack([panel.clock.following(windows.horizon, *each) for each in zip(ends, own)])
    left_out = Note(f"left out: {listed(short)}", f"shorter than the window of {windows.window} steps")
    tested, untested = tested_of(panel, windows)
    notes = (*source.notes, *panel.notes, *([left_out] if short else []), *_said_of_ends(following, kept, panel))
    return History(np.stack(cut), np.array(panel.labels, dtype=object)[kept], following, notes + untested, tested)


def _said_of_ends(following: np.ndarray, kept: Sequence[int], panel: Panel) -> tuple[Note, ...]:
    """What is said of series whose forecasts (S, H) begin at several times."""
    first = following[:, 0]
    if first.min() == first.max():
        return ()
    early, late = int(first.argmin()), int(first.argmax())
    what = f"forecasts begin at {shown(first[early])} ({panel.labels[kept[early]]}) to {shown(first[late])}"
    return (Note(what, "each series' begins behind its own last value"),)


def used_of(source: Source, windows: Windows, columns: Sequence[Column]) -> Source:
    """The source with the columns of the model alone; what is missing is said by `panel_of`, or here."""
    names = [column.name for column in source.columns]
    wanted = [*filter(None, (windows.time, windows.id)), *(column.name for column in columns)]
    absent = [name for name in wanted if name not in names]
    if absent:
        raise DataError(
            "history-columns",
            f"the columns of {source.name} are not those that the model was trained on",
            got=f"no {listed(absent)}",
            wanted=listed(wanted),
            do=f"add {listed(absent)}, or name columns as in training",
        )
    return source.without(*(name for name in names if name not in wanted))
