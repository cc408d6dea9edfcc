"""Columns of a table that are likely steps of a series, pixels of a picture or places of a text, and are read one by
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from fourfold.data.columns.joined_texts import places_of
from fourfold.data.columns.pixels import are_numbered, called_pixels, hold_bytes, make_a_square
from fourfold.data.columns.wide import are_dates_in_order
from fourfold.data.dataset import Finding, Table
from fourfold.data.messages import listed

from .case import Case

__all__ = ["judge"]

STEP = re.compile(
    r"(?:t|time|step|sec|second|min|minute|h|hr|hour|day|week|month|year)[_ .-]?(?P<number>\d{1,9})", re.IGNORECASE
)
CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::00)?")
"""What the steps of a series are called."""

FEWEST_STEPS, FEWEST_ROWS = 12, 30
"""Columns and rows from which on it is no chance that neighbours are alike."""

FEWEST_WORDS = 3
"""Words from which on columns that hold the same may be more than answers of yes and no."""

NEARLY_ALL, MORE = 0.9, 0.1
"""The share of neighbouring columns that correlate more than any two columns do, and by how much more."""


def judge(case: Case) -> Iterator[Finding]:
    """What a table says of the order of its columns where nobody asked for this layout."""
    guessed = any(note.what.startswith("layout: flat") and note.option for note in case.dataset.notes)
    if guessed and (names := called_pixels(case.dataset.source_columns)):
        yield _pixels(len(names), f"are called pixels, {names[0]!r} to {names[-1]!r}", "")
    elif guessed and _are_bytes(case):
        yield _pixels(len(case.dataset.source_columns), "hold whole numbers of 0 to 255", ", if they are pixels")
    elif guessed and (found := _alike(case)) is not None:
        yield _steps(*found)
    elif guessed and len(named := _called_steps(case)) >= FEWEST_STEPS:
        yield Finding(
            "called-steps",
            f"{len(named)} columns are called as steps of a series, {named[0]!r} to {named[-1]!r}, and read one by one",
            "columns",
            len(named),
            "--layout sequence, if that is what they are",
            important=True,
        )
    elif guessed and (words := _in_common(case)):
        count = len(case.dataset.columns)
        yield Finding(
            "words-in-common",
            f"all {count} columns hold the same words, {listed(words)}, as places of a text do, and are read apart",
            "columns",
            count,
            "--layout text, if their order means something",
        )


def _in_common(case: Case) -> list[str]:
    """The words that all columns hold, where these are twelve and more, of three words and more each; else []."""
    table, names = case.dataset.inputs, [column.name for column in case.dataset.columns]
    words = {column.kind for column in case.dataset.columns} == {"category"}
    if not isinstance(table, Table) or not words or len(names) < FEWEST_STEPS or len(case.sample) < FEWEST_ROWS:
        return []
    places, common = places_of(table.take(case.sample), names)
    return common if len(places) == len(names) and len(common) >= FEWEST_WORDS else []


def _called_steps(case: Case) -> list[str]:
    """The columns, if all of them are numbers and called by steps, clocks or dates in their order; else []. Bare
    numbers, and such as x0, x1, ..., may name anything.
    """
    names = [column.name for column in case.dataset.columns]
    if {column.kind for column in case.dataset.columns} != {"number"}:
        return []
    rises = np.diff([place for place in map(_place, names) if place is not None])
    words = {re.sub(r"\d+", "", name) for name in names}
    evenly = len(rises) == len(names) - 1 > 0 and len(words) == 1 and rises.min() == rises.max() > 0
    return names if evenly or are_dates_in_order(names) else []


def _place(name: str) -> int | None:
    """The number of a step, or the minutes of a clock, that a column is called; None of other names."""
    step, clock = STEP.fullmatch(name), CLOCK.fullmatch(name)
    return int(step["number"]) if step else 60 * int(clock["hour"]) + int(clock["minute"]) if clock else None


def _are_bytes(case: Case) -> bool:
    """Whether all columns are numbered, as many as a square picture has pixels, and hold bytes."""
    names, numbers = case.dataset.source_columns, {column.kind for column in case.dataset.columns} == {"number"}
    square = make_a_square(len(names)) and are_numbered(names)
    return square and numbers and hold_bytes(values for _, _, values in case.columns(case.sample))


def _pixels(count: int, what: str, condition: str) -> Finding:
    return Finding(
        "pixels",
        f"{count:,} columns {what}, and are read one by one",
        "columns",
        count,
        f"--layout image{condition}",
        important=True,
    )


def _steps(count: int, neighbours: float, any_two: float) -> Finding:
    pixels = "; --layout image, if they are pixels" * make_a_square(count)
    return Finding(
        "alike-neighbours",
        f"columns that stand side by side are alike, as the steps of a series are: they correlate by {neighbours:.2f}, "
        f"any two of the {count} by {any_two:.2f}",
        "correlation",
        neighbours,
        f"--layout sequence, if their order means something{pixels}",
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
