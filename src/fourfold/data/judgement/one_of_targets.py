"""A target that may be one of several: the columns before it are called as it is, and other inputs are not."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator

from fourfold.data.dataset import Finding
from fourfold.data.messages import listed, to_drop
from fourfold.data.places import are_places
from fourfold.data.series.along_rows import are_counted

from .case import Case
from .guessed import was_guessed

FEWEST_OTHERS = 2
"""Inputs that are called otherwise, at least; so many more there have to be than columns that are called alike."""


def judge(case: Case) -> Iterator[Finding]:
    """Where a number was guessed, behind others with its word and the numbers before its own (Y1 before Y2)."""
    dataset, target = case.dataset, case.dataset.target_name
    names = dataset.source_columns
    if dataset.layout != "flat" or not was_guessed(case) or case.task.kind != "regression":
        return
    numbers = {column.name for column in dataset.columns if column.kind == "number"}
    run = [*reversed([*itertools.takewhile(numbers.__contains__, reversed(names))])]
    alike = next((run[place:] for place in range(len(run)) if are_counted([*run[place:], target])), [])
    others = len(names) - len(alike)
    if alike and not are_places((*names, target)) and others >= max(FEWEST_OTHERS, len(alike) + 1):
        yield Finding(
            "one-of-targets",
            f"the target {target!r} is called as {listed(alike)} before it, and other inputs are not: these may be "
            "targets, too",
            "columns",
            len(alike) + 1,
            f"{to_drop(alike)}, if {'they are' if len(alike) > 1 else 'it is'} not known before the target is; "
            f"--target {shlex.quote(','.join([*alike, target]))}, if all are asked for",
            important=True,
            columns=tuple(alike),
        )
