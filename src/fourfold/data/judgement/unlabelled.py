"""Rows that were left out since they have no target, and classes that may mean that there is none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, in_line, percent

from .case import Case

NO_LABEL = (-100, -1)
"""What libraries write for the class of what has no label: those of deep learning, and scikit-learn."""

MOST = 0.5
"""The share of rows without a target above which those that have one are likely no fair sample of all."""


def judge(case: Case) -> Iterator[Finding]:
    """How many rows have no target, of several targets not all of them."""
    labelled, target = case.dataset.labelled, case.dataset.target_name
    if labelled is None:
        return
    count, share = int((~labelled).sum()), float((~labelled).mean())
    which = "one of the targets" if case.task.several else f"the target {in_line(target)!r}"
    yield Finding(
        "rows-without-target",
        f"{which} is missing in {count:,} of {counted(len(labelled), 'row')}, and these are left out",
        "share of rows",
        share,
        (share > MOST) * "find it out for more rows, drawn by chance, or write a word into the empty cells, if they "
        "mean something, such as no; " + "fourfold predict fills it in",
        important=share > MOST,
    )


def of_classes(case: Case) -> Iterator[Finding]:
    """A class such as -100 beside others that are numbered from 0 or 1 on without a gap."""
    classes = case.task.classes
    if case.task.kind != "classification" or case.task.label_type != "integer" or len(classes) < 3:
        return
    none, *others = sorted(map(int, classes))
    if none not in NO_LABEL or others[0] not in (0, 1) or others[-1] - others[0] != len(others) - 1:
        return
    target = case.dataset.target
    share = float((target == str(none)).sum() / np.isin(target, classes).sum())
    what = "steps" if case.task.stepwise else "rows"
    signs = others == [0, 1] and none == -1  # may as well be a fall, no change and a rise
    yield Finding(
        "class-for-no-label",
        f"{percent(share, 1)} of the {what} have the class {none}, which often means that there is no label, and here "
        "is learnt and tested as one",
        f"share of {what}",
        share,
        f"leave the target empty there (NaN), if {none} means that: y = numpy.where(y == {none}, numpy.nan, y)",
        important=not signs,
    )
