"""New values on another scale than those that were learnt from: pixels from 0 to 1 in the place of 0 to 255, and
fractions in the place of percent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fourfold.data.dataset import Column, Note, OfColumns
from fourfold.data.values.durations import Angles, Halves, duration_by
from fourfold.data.values.percent import AS_FRACTIONS, AS_PERCENT, as_fractions, as_percent, is_percent
from fourfold.data.values.words import understood
from fourfold.preprocessing import Preparation

SMALL, LARGE = 1.5, 8.0
"""Pixels of at most SMALL were divided by 255, say; those above LARGE were not."""


def on_another_scale(pixels: np.ndarray, preparation: Preparation) -> tuple[Note, ...]:
    """What is said of pictures (N, H, W, C) that have to be multiplied or divided first, as it seems."""
    channels = preparation.channels
    if preparation.layout != "image" or channels is None or not pixels.size:
        return ()
    center, scale = float(np.mean(channels.center)), float(np.mean(channels.scale))
    usual, largest = abs(center) + 2 * scale, float(np.nanmax(np.abs(pixels)))
    fractions = pixels.dtype.kind == "f" and bool((pixels != np.round(pixels)).any())
    learnt = f"the model has learnt from pixels around {center:.3g}, with a deviation of {scale:.3g}"
    if usual > LARGE and fractions and largest <= SMALL:
        return (Note(f"pixels of at most {SMALL}: another scale", f"{learnt}; multiply these, by 255 say"),)
    if usual <= 2 * SMALL and largest > LARGE:
        return (Note(f"pixels above {LARGE:g}: another scale", f"{learnt}; divide these, by 255 say"),)
    return ()


def of_percent(learnt: Column, found: Column, numbers: np.ndarray) -> tuple[np.ndarray, list[Note]]:
    """Numbers (N,) of a column of which percent were learnt, with a sign behind each, as these: fractions that a
    workbook shows as percent. Of other fractions it is said that they may be such. And words with a sign behind each
    as fractions, where such were learnt from a workbook."""
    if learnt.percent and found.kind == "category":
        meant = understood(numbers)
        if meant.kind == "number" and is_percent(meant.written):
            return as_fractions(meant.values), [OfColumns.of([learnt.name], "number", AS_FRACTIONS)]
    if learnt.kind != "number" or found.kind != "number" or not is_percent(learnt.written):
        return numbers, []
    if found.percent:
        return as_percent(numbers), [OfColumns.of([learnt.name], "number", AS_PERCENT)]
    small = not np.isnan(numbers).all() and 0 < np.nanmax(np.abs(numbers)) <= 1
    because = "learnt from such as 15 %; if these are fractions, such as 0.15, multiply them by 100"
    return numbers, [OfColumns.of([learnt.name], "numbers of at most 1, taken for percent", because)] if small else []


def of_seconds(learnt: Column, found: Column, notes: Sequence[Note]) -> list[Note]:
    """What is said of plain numbers in a column of which clocks or durations were learnt, which are seconds, or angles,
    where the ``notes`` don't say that they are: workbooks that pandas wrote have days."""
    duration = duration_by(learnt.written)
    said = any(isinstance(note, OfColumns) and learnt.name in note.columns for note in notes)
    if learnt.kind != "number" or found.kind != "number" or duration is None or said:
        return []
    if isinstance(duration, Angles | Halves):
        because = f"learnt from such as {learnt.written}"
        return [OfColumns.of([learnt.name], "numbers, taken for degrees", because)]
    because = f"learnt from such as {learnt.written}; multiply minutes by 60, hours by 3,600, and days by 86,400"
    return [OfColumns.of([learnt.name], "numbers, taken for seconds", because)]
