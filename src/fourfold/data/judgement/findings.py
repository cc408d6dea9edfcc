"""What can be said against a data set before anything is trained on it.

Each judgement is a function from a `Case` to findings; `JUDGES` lists them. All are cheap: the costly ones look at a
sample of at most 5,000 rows and 500 columns, which is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from fourfold.core.naming import STEP, noted
from fourfold.data.dataset import Dataset, Finding
from fourfold.data.joined import joined_findings
from fourfold.data.messages import counted
from fourfold.data.series.steps import as_rows

from . import (
    alike_rows,
    copies,
    dependent,
    elsewhere,
    foretold,
    frequencies,
    groups,
    leaks,
    neighbours,
    next_row,
    oddities,
    of_forecasts,
    of_series,
    one_hot,
    one_of_targets,
    piled,
    resolution,
    runs,
    shift,
    sums,
    targets,
    turned,
    two_units,
    uninformative,
    unlabelled,
)
from .case import Case

TEXTS = ("what", "measure", "do")
"""What of a finding is read: about rows, whatever they are called."""


def judge(dataset: Dataset, seed: int = 0) -> tuple[Finding, ...]:
    """All that was found, the important findings first.

    >>> from fourfold.data import read
    >>> [finding.slug for finding in judge(read("iris"))]
    ['few-rows', 'duplicates']
    """
    case = Case(dataset, seed)
    if dataset.task.stepwise:
        of_steps = Case(as_rows(dataset), seed, each=STEP)
        pairs = [(of_steps, one) for one in STEP_JUDGES] + [(case, one) for one in SERIES_JUDGES]
    else:
        # windows overlap, and the past tells of the future: the other judges would object to that
        judges = JUDGES if dataset.forecast is None else (of_forecasts.judge, oddities.of_channels, resolution.judge)
        pairs = [(case, one) for one in judges]
    found = [noted(finding, about.each, *TEXTS) for about, one in pairs for finding in one(about)]
    return tuple(sorted(joined_findings(found), key=lambda finding: not finding.important))


def as_lines(dataset: Dataset) -> Iterator[str]:
    """What was inferred and what was found, as lines of text."""
    shape = "x".join(map(str, dataset.inputs.shape[1:])) if isinstance(dataset.inputs, np.ndarray) else ""
    each = (
        f"of {shape}"
        if shape and not dataset.columns
        else f"of {counted(len(dataset.columns), 'used column')}"
    )
    yield f"{dataset.name}: {counted(dataset.rows, dataset.each)} {each}"
    yield from map(str, dataset.notes)
    important = sum(finding.important for finding in dataset.findings)
    yield ""
    yield f"findings: {len(dataset.findings)}, {important} of them important"
    for finding in dataset.findings:
        yield f"{'!' if finding.important else '-'} {finding}"


def as_plain(dataset: Dataset) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "data": dataset.name,
        "rows": dataset.rows,
        "layout": dataset.layout,
        "task": dataset.task.to_dict(),
        "target": dataset.target_name,
        "columns": [asdict(column) for column in dataset.columns],
        "notes": [asdict(note) for note in dataset.notes],
        "fingerprint": dataset.fingerprint,
        "findings": [asdict(finding) for finding in dataset.findings],
    }


JUDGES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    leaks.judge,
    next_row.judge,
    alike_rows.judge,
    sums.judge,
    two_units.judge,
    foretold.judge,
    shift.judge,
    unlabelled.judge,
    unlabelled.of_classes,
    oddities.judge,
    one_hot.judge,
    oddities.of_channels,
    dependent.judge,
    runs.judge,
    frequencies.judge,
    frequencies.weights,
    neighbours.judge,
    elsewhere.judge,
    targets.before_an_empty_one,
    targets.among_coordinates,
    targets.called_like_inputs,
    turned.judge,
    targets.of_flags,
    targets.one_of_labels,
    one_of_targets.judge,
    targets.left_out_alike,
    targets.left_out_classes,
    targets.left_out_beside,
    targets.of_folders,
    targets.kind,
    piled.judge,
    copies.judge,
    copies.of_columns,
    groups.judge,
    uninformative.judge,
    of_series.constant_channels,
    of_series.far_longer,
    of_series.padding,
    targets.of_classes,
    targets.of_labels,
    resolution.judge,
)

STEP_JUDGES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    leaks.judge,
    unlabelled.of_classes,
    oddities.judge,
    one_hot.judge,
    dependent.judge,
    targets.kind,
    targets.of_classes,
)
"""What is judged of steps that have targets, each taken for a row."""

SERIES_JUDGES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    groups.of_windows,
    copies.judge,
    of_series.constant_channels,
    of_series.far_longer,
    of_series.padding,
    targets.rare_in_series,
    targets.that_changes,
    resolution.judge,
)
"""What is judged of series whose steps have targets."""
