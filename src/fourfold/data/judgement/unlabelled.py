"""Rows that were left out since they have no target."""

from __future__ import annotations

from collections.abc import Iterator

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, in_line

from .case import Case

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
        "find it out for more rows, drawn by chance; " * (share > MOST) + "fourfold predict fills it in",
        important=share > MOST,
    )
