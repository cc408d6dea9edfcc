"""A number that is asked for, and stands in a column of the row before or behind: the rows are steps in time."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import percent

from .case import Case

FEWEST, FEWEST_VALUES = 30, 10
"""Rows, and different values of the target, below which nothing is said."""

NEARLY, ITS_OWN = 0.9, 0.5
"""The share of the rows from which on their target is a neighbour's value, of several series, too, each of which has a
row at its end; and that from which on it is their own, which changes slowly, or which another finding says."""

NEIGHBOURS = {1: "next", -1: "previous"}


def judge(case: Case) -> Iterator[Finding]:
    """By the rows in the order in which they stand."""
    data = case.dataset
    if data.layout != "flat" or case.task.kind != "regression" or case.task.several or data.time_ordered:
        return
    target = np.asarray(case.codes, dtype=np.float64)
    if len(target) < FEWEST or len(np.unique(target)) < FEWEST_VALUES:
        return
    for name, kind, values in case.columns():
        if kind != "number" or (values == target).mean() >= ITS_OWN:
            continue
        for step, which in NEIGHBOURS.items():
            share = float((np.roll(values, -step) == target).mean())
            if share >= NEARLY:
                yield Finding(
                    "value-of-a-neighbour",
                    f"the target {data.target_name!r} is {name!r} of the {which} row in {percent(share, 1)} of the "
                    "rows, which stand in order of time: random splits let a model learn from the future",
                    "share of the rows",
                    share,
                    f"--time-ordered; or --target {shlex.quote(name)} --drop {shlex.quote(data.target_name)} "
                    "--forecast HORIZON, which reads the rows before, too",
                    important=True,
                    columns=(name,),
                )
