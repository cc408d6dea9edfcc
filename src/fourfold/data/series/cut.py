"""Long series whose steps have targets, cut into windows that follow each other; and new ones cut in the same way.

    series    .. | window | window | ... | window      the first steps, fewer than a window, are left out
    new one   | window | window | ... |  window        every step is told; the last window reaches back

Few series can't be divided into those that train and those that test. Their windows can, by time: see `rolling`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.dataset import Cut, Note
from fourfold.data.messages import counted
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.numbers import finite
from fourfold.preprocessing.series import lengths
from fourfold.preprocessing.table import missing

from .rolling import Timeline, groups_of

__all__ = [
    "FEWEST_SERIES",
    "Pieces",
    "as_one_series",
    "check_window",
    "cut_series",
    "in_pieces",
    "tests_note",
]

FEWEST_SERIES = 10
"""Fewer series are not divided into those that train and those that test."""

USUAL, SHORTEST = 64, 8
"""The longest window that is chosen, which every family reads step by step, and the shortest."""

WINDOWS = 40
"""Into how many windows the longest series is cut at least: a part of them tests, and what lies before trains."""


def cut_series(source: Source, window: int | None) -> tuple[Source, Cut | None]:
    """Series (S, T, C) with targets (S, T) as windows (N, W, C) and (N, W), if asked for, or if there are few series.

    Windows without any target, or without any value, are left out. Weights, groups and ids are those of the series.

    Errors: ``DataError`` if no series, or few ones, are long enough for windows.
    """
    x, y = np.asarray(source.inputs), source.target
    assert y is not None
    if window is None and len(x) >= FEWEST_SERIES:
        return source, None
    values = x.reshape(*x.shape[:2], -1)
    sizes = lengths(finite(values) if x.dtype.kind == "f" else values)
    window, said = _window(sizes, window, len(x))
    count = sizes // window
    series = np.repeat(np.arange(len(x)), count)
    number = np.arange(len(series)) - np.repeat(np.cumsum(count) - count, count)  # within its series
    start = sizes[series] % window + number * window
    steps = start[:, None] + np.arange(window)
    inputs, target = values[series[:, None], steps], y[series[:, None], steps]
    use = np.asarray(~missing(target).all(axis=1))
    if inputs.dtype.kind == "f":
        use &= ~np.isnan(inputs).all(axis=(1, 2))
    if not use.any():
        raise DataError(
            "empty-windows",
            "no window has a target and a value",
            got=f"{counted(len(use), 'window')} of {window} steps",
            do=f"--window {max(2, window // 2)}, or data that are labelled",
        )
    end = int(count.max()) * window
    origin = end - (sizes[series] - start)
    names = ["" for _ in x] if source.ids is None else source.ids.tolist()
    labels = tuple(str(name) for name in names)
    in_time = source.groups is None and len(x) < FEWEST_SERIES
    kept = series[use]
    cut = Cut(window, labels, kept, start[use], origin[use], end, in_time)
    own = {
        name: values[kept] for name in ("weights", "groups") if (values := getattr(source, name)) is not None
    }
    if source.groups is None:
        alone = in_time and len(x) == 1
        groups = groups_of(cut) if in_time else kept
        own["groups"] = None if alone else as_objects([str(group) for group in groups.tolist()])
    notes = _left_out(sizes, window, int((~use).sum()))
    tested = int((kept >= len(x) - source.test_rows).sum()) if source.test_rows else 0
    cut_source = replace(
        source, inputs=inputs[use], target=target[use], ids=None, test_rows=tested, layout="sequence", **own
    )
    return cut_source.noting(said, *notes), cut


def _window(sizes: np.ndarray, window: int | None, series: int) -> tuple[int, Note]:
    """The steps of a window, and what is said about it: as asked, or 64, or a fortieth of the longest series."""
    longest = int(sizes.max())
    if window is not None:
        if window > longest:
            raise DataError(
                "window-longer-than-series",
                "no series is as long as a window",
                got=f"--window {window}, and {counted(longest, 'step')}",
                wanted=f"at most {longest // WINDOWS} for {WINDOWS} windows"
                if longest >= 2 * WINDOWS
                else "",
                do=f"--window {max(2, longest // WINDOWS)}",
            )
        return window, Note(f"window: {window} steps that follow each other", "as asked")
    found = min(USUAL, longest // WINDOWS)
    if found < SHORTEST:
        raise DataError(
            "too-few-series",
            "there are too few series to train and to test on different ones, and they are too short to be cut",
            got=f"{series} series of up to {longest:,} steps",
            wanted=f"at least {FEWEST_SERIES} series, or one of {SHORTEST * WINDOWS} steps",
            do="add series, each with an --id of its own, or name in --window into how many steps they are cut",
        )
    because = "the longest that every family reads step by step"
    if found < USUAL:
        because = f"a fortieth of the longest series; {USUAL} would be {because}"
    few = f"{series} series {'is' if series == 1 else 'are'} too few to be divided"
    return found, Note(f"window: {found} steps that follow each other", f"{few}; {because}", "--window N")


def _left_out(sizes: np.ndarray, window: int, empty: int) -> list[Note]:
    short = int((sizes < window).sum())
    over = int((sizes[sizes >= window] % window).sum())
    found = [
        (short, f"{short} series", f"shorter than a window of {window} steps"),
        (over, counted(over, "step"), "at the beginning of the series, fewer than a window"),
        (empty, counted(empty, "window"), "without a target, or without a value"),
    ]
    return [Note(f"left out: {what}", why) for number, what, why in found if number]


def tests_note(cut: Cut, test_rows: int) -> Note:
    """How windows are split, and what is left out between the parts."""
    gap = "a window between training, validation and test is left out"
    if not cut.in_time:
        return Note("splits: windows of one series stay on one side", "series are what is independent")
    if test_rows:
        return Note("splits: the last fifth of the time validates", gap)
    rolling = Timeline.of(cut).rolling
    parts = f"{counted(rolling.folds, 'part')} of {counted(rolling.origins, 'window')}"
    each = "each series" if len(cut.labels) > 1 else "the series"
    return Note(
        f"tests: {parts} at the end of {each}",
        f"trained on what lies before; {gap}",
        "--test FILE",
    )


def as_one_series(source: Source) -> Source:
    """Steps in their order, x (T, C) and y (T,), as one series (1, T, C) and (1, T); else the source as it is."""
    x, y = source.inputs, source.target
    if not isinstance(x, np.ndarray) or x.ndim != 2 or y is None or y.shape != x.shape[:1]:
        return source
    return replace(source, inputs=x[None], target=y[None], layout="sequence")


def check_window(window: int | None) -> None:
    """Refuse a window for data that are not cut."""
    if window is not None:
        raise OptionError(
            "window-without-forecast",
            "--window belongs to a forecast, or to series whose steps have targets",
            got=f"--window {window}",
            do="--forecast HORIZON, --target-per step, or leave out --window",
        )


@dataclass(frozen=True, eq=False)
class Pieces:
    """Series cut in pieces (P, W, C); the step t of a row stands in ``piece`` (R,) at ``place`` (R,)."""

    array: np.ndarray
    piece: np.ndarray
    place: np.ndarray


def in_pieces(array: np.ndarray, series: np.ndarray, step: np.ndarray, window: int) -> Pieces:
    """Series (S, T, C), whose rows stand at ``series`` (R,) and ``step`` (R,), in consecutive pieces of one length.

    The last piece of a series ends with it, and so reaches back into the one before; a series that is shorter than a
    piece is followed by missing steps.

    >>> x = np.arange(5.0).reshape(1, 5, 1)
    >>> found = in_pieces(x, np.zeros(5, int), np.arange(5), 3)
    >>> found.array[..., 0].tolist(), found.piece.tolist(), found.place.tolist()
    ([[0.0, 1.0, 2.0], [2.0, 3.0, 4.0]], [0, 0, 0, 1, 1], [0, 1, 2, 1, 2])
    """
    sizes = np.zeros(len(array), np.int64)
    np.maximum.at(sizes, series, step + 1)
    count = np.maximum(-(-sizes // window), 1)
    first = np.cumsum(count) - count
    owner = np.repeat(np.arange(len(array)), count)
    start = np.minimum((np.arange(len(owner)) - first[owner]) * window, np.maximum(sizes[owner] - window, 0))
    steps = start[:, None] + np.arange(window)
    inside = steps < array.shape[1]
    cut = array[owner[:, None], np.minimum(steps, array.shape[1] - 1)]
    if not inside.all():
        cut = np.where(inside[..., None], cut.astype(np.float64), np.nan)
    piece = first[series] + np.minimum(step // window, count[series] - 1)
    return Pieces(cut, piece, step - start[piece])
