"""What can be said against series before anything is trained on them: channels without news, one that is far longer,
steps that are likely padding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, listed
from fourfold.preprocessing.table import Table

from .case import Case

__all__ = ["constant_channels", "far_longer", "padding"]

MOST_AS_LONG, TIMES_AS_LONG = 0.95, 4
"""The share of the series whose longest the others are compared with, and how many times as long those are that are
told."""

LEAST_PADDED, FEWEST_LENGTHS, MOST_WITHIN = 0.2, 3, 0.01
"""The share of the series that end, or begin, with two zeros and more, the different numbers of these, and the share of
zeros among the other steps, up to which those are likely padding."""


def constant_channels(case: Case) -> Iterator[Finding]:
    """Channels that have one value in all steps of all series."""
    names = [name for name, values in case.channels() if len(values) > 1 and _never_varies(values)]
    if names:
        what = f"channels that never vary: {listed(names)}"
        yield Finding("constant-channels", what, "channels", len(names), columns=tuple(names))


def _never_varies(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return not len(known) or bool(known.min() == known.max())


def far_longer(case: Case) -> Iterator[Finding]:
    """Few series that are far longer than all others, which are filled up to their length."""
    steps = case.dataset.lengths
    if steps is None or not len(steps):
        return
    usual = int(np.sort(steps)[max(int(MOST_AS_LONG * len(steps)) - 1, 0)])
    longer = int((steps > TIMES_AS_LONG * usual).sum())
    if longer:
        yield Finding(
            "far-longer-series",
            f"{counted(longer, 'series')} of {len(steps):,} {'is' if longer == 1 else 'are'} far longer than the "
            f"others: up to {steps.max():,} steps, where {round(100 * MOST_AS_LONG)} % have at most {usual:,}; all are "
            "filled up to the longest, which takes time and makes the input of the dense family mostly empty",
            "steps",
            int(steps.max()),
            "cut these into several series, or leave out what of them is not needed",
            important=True,
        )


def padding(case: Case) -> Iterator[Finding]:
    """Zeros in all channels at the ends of series, or at their beginnings, some more than others, and hardly elsewhere:
    series of unequal lengths that were filled up. Those are read as measured."""
    inputs = case.dataset.inputs
    if case.dataset.layout != "sequence" or isinstance(inputs, Table) or case.dataset.cut is not None:
        return
    zero = (inputs == 0).all(axis=-1)
    zero[zero.all(axis=1)] = False
    runs = {"end": zero[:, ::-1].argmin(axis=1), "begin": zero.argmin(axis=1)}
    filled = sum(runs.values())
    if (zero.sum(axis=1) - filled).sum() > MOST_WITHIN * (zero.shape[1] - filled).sum():
        return
    for where, steps in runs.items():
        padded = steps >= 2
        if padded.mean() < LEAST_PADDED or len({*steps.tolist()}) < FEWEST_LENGTHS:
            continue
        yield Finding(
            "padded-series",
            f"{int(padded.sum()):,} of {len(steps):,} series {where} with steps of zeros alone, up to {steps.max():,}, "
            "and hardly any of the other steps are such: likely padding, which is read as if it were measured",
            "series",
            int(padded.sum()),
            "if it is, leave these steps out, or write NaN behind the end of each series (lengths beside x in .npz)",
            important=where == "end",
        )
