"""Columns of a table that are likely steps of a series, or pixels of a picture, and are read one by one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding

from .case import Case

__all__ = ["judge"]

PIXEL = re.compile(r"(?:pixel|px|pix)[ _.-]?\d+", re.IGNORECASE)
FEWEST_PIXELS = 64
"""What the pixels of a picture are called, and the fewest that make one."""

FEWEST_STEPS, FEWEST_ROWS = 12, 30
"""Columns and rows from which on it is no chance that neighbours are alike."""

NEARLY_ALL, MORE = 0.9, 0.1
"""The share of neighbouring columns that correlate more than any two columns do, and by how much more."""


def judge(case: Case) -> Iterator[Finding]:
    """What a table says of the order of its columns where nobody asked for this layout."""
    guessed = any(note.what.startswith("layout: flat") and note.option for note in case.dataset.notes)
    names = [name for name in case.dataset.source_columns if PIXEL.fullmatch(name)]
    if guessed and len(names) >= FEWEST_PIXELS and math.isqrt(len(names)) ** 2 == len(names):
        yield _pixels(names)
    elif guessed and (found := _alike(case)) is not None:
        yield _steps(*found)


def _pixels(names: list[str]) -> Finding:
    return Finding(
        "pixels",
        f"{len(names):,} columns are called pixels, {names[0]!r} to {names[-1]!r}, and are read one by one",
        "columns",
        len(names),
        "--layout image",
        important=True,
    )


def _steps(count: int, neighbours: float, any_two: float) -> Finding:
    square = math.isqrt(count) ** 2 == count >= FEWEST_PIXELS
    return Finding(
        "alike-neighbours",
        f"columns that stand side by side are alike, as the steps of a series are: they correlate by {neighbours:.2f}, "
        f"any two of the {count} by {any_two:.2f}",
        "correlation",
        neighbours,
        "--layout sequence, if their order means something" + "; --layout image, if they are pixels" * square,
        important=True,
    )


def _alike(case: Case) -> tuple[int, float, float] | None:
    """How many columns there are, and the medians of the correlations, without sign, of neighbours and of any two.

    None if not all are numbers, or nine in ten neighbours do not correlate by a tenth more than any two.
    """
    columns = list(case.columns(case.sample))
    if len(columns) < FEWEST_STEPS or len(case.sample) < FEWEST_ROWS or {kind for _, kind, _ in columns} != {"number"}:
        return None
    centred = np.stack([np.nan_to_num(values - np.nanmean(values)) for _, _, values in columns])
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = centred / np.where(length > 0, length, 1.0)
    correlations = np.abs(unit @ unit.T)
    neighbours, any_two = np.diag(correlations, 1), np.median(correlations[np.triu_indices(len(unit), 1)])
    if np.quantile(neighbours, 1 - NEARLY_ALL) <= any_two + MORE:
        return None
    return len(unit), float(np.median(neighbours)), float(any_two)
