"""What can be said against series before anything is trained on them: channels without news, one that is far longer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, listed

from .case import Case

__all__ = ["constant_channels", "far_longer"]

MOST_AS_LONG, TIMES_AS_LONG = 0.95, 4
"""The share of the series whose longest the others are compared with, and how many times as long those are that are
told."""


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
