"""Rows that belong together: ids that repeat, groups across the test set, windows of few series."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, listed
from fourfold.data.series.cut import FEWEST_SERIES

from .case import Case
from .dependent import time_within


def judge(case: Case) -> Iterator[Finding]:
    ids, groups = case.dataset.ids, case.dataset.groups
    if ids is not None and groups is None:
        repeated = len(ids) - len(set(ids.tolist()))
        if repeated:
            flat = case.dataset.layout == "flat"
            series = flat and _one_target_each(ids, case.dataset.target)
            time = time_within(case, ids) if flat else ""
            options = [f"--time {shlex.quote(time)}"] * bool(time) + ["--target-per series"] * series
            steps = f"; {' '.join(options)}, if those of each id are the steps of one series" * bool(options)
            yield Finding(
                "repeated-ids",
                f"{counted(repeated, 'row')} with the id of an earlier row: rows are not independent",
                "rows",
                repeated,
                f"--group with the same column{steps}",
                important=True,
            )
    tests = case.dataset.test_rows
    if groups is not None and tests is not None:
        tested = set(groups[tests].tolist())
        shared = tested & set(np.delete(groups, tests).tolist())
        if shared:
            yield Finding(
                "groups-in-test-and-training",
                f"{len(shared):,} of {counted(len(tested), 'group')} with test rows have other rows, too, from which "
                "models learn",
                "groups",
                len(shared),
                "choose test rows of other groups",
                important=True,
            )
    if groups is not None and case.task.kind != "regression":
        target = case.dataset.target
        has = {
            label: target[:, place] > 0 if case.task.several else target == label
            for place, label in enumerate(case.task.classes)
        }
        alone = [label for label, rows in has.items() if len(set(groups[rows].tolist())) == 1]
        if alone:
            yield Finding(
                "class-in-one-group",
                f"classes that occur in one group alone: {listed(alone)}; they can't be learnt and tested",
                "classes",
                len(alone),
                "leave out --group, or collect these classes in more groups",
                important=True,
            )


def _one_target_each(ids: np.ndarray, target: np.ndarray) -> bool:
    """Whether all rows of an id have the same target."""
    of_id = dict(zip(ids.tolist(), target.tolist())) if target.ndim == 1 else {}
    return bool(of_id) and all(of_id[id] == value for id, value in zip(ids.tolist(), target.tolist()))


def of_windows(case: Case) -> Iterator[Finding]:
    """Windows of so few series that these can't be divided."""
    cut = case.dataset.cut
    if cut is not None and cut.in_time:
        count = len(cut.labels)
        which, these = ("one series", "this series") if count == 1 else (f"{count} series", "these")
        yield Finding(
            "windows-of-few-series",
            f"windows of {which} depend on each other: intervals may be too short, and what is found holds for {these}",
            "series",
            count,
            f"add series, {FEWEST_SERIES} or more with an --id each, if it is to hold for others",
            important=True,
        )
