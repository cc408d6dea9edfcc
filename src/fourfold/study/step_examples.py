"""Series whose steps have targets, as plain data for a report: what each step is, and what it is told to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fourfold.evidence.sentences import FULL
from fourfold.preprocessing.task import Task
from fourfold.study.stepwise import counted
from fourfold.study.tested import told_class

MOST_STEPS, MOST_CLASSES = 512, 6
BAND = 0.7
"""The height of a line of classes, where the next line is 1 above."""

ABOUT = (
    "The worst mistakes are the test rows with the largest mean loss of all families, whose networks were not "
    "trained on them. Lines are what each step is, and what it is told to be; those of classes stand above each other, "
    "the higher in its band the later the class as they are named."
)


def told(task: Task, true: np.ndarray, said: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """What the steps (T,) are, and what they are told to be (T, K), as lines; thinned out where there are many.

    Lines of classes stand above each other, the true ones on top, each as high in its band as its class in their order.
    """
    there = counted(true)
    step = -(-len(true) // MOST_STEPS)

    def line(values: np.ndarray) -> list[float | None]:
        seen = there & np.isfinite(values)
        return [float(f"{v:.4g}") if real else None for v, real in zip(values[::step].tolist(), seen[::step])]

    if task.kind == "regression":
        lines = [true, *(value[:, 0] for value in said.values())]
    else:
        classes = [true, *(told_class(task, value) for value in said.values())]
        drawn = [np.where(one < 0, np.nan, BAND * one / (len(task.classes) - 1)) for one in classes]
        lines = [len(said) - band + line for band, line in enumerate(drawn)]
    return {
        "kind": "series",
        **({} if task.kind == "regression" else {"bands": True}),
        "channels": ["true", *said],
        "values": [line(values) for values in lines],
        "families": [None, *said],
        "every": step,
    }


def number(value: float | np.ndarray) -> str:
    """Four digits.

    >>> number(0.123456), number(-55763.2), number(5_996_123), number(2.5e10)
    ('0.1235', '-55,760', '5,996,000', '2.5e+10')
    """
    rounded = float(f"{float(value):.4g}")
    return f"{rounded:,.0f}" if 1e6 <= abs(rounded) < FULL else f"{rounded:,g}"


def summary(task: Task, true: np.ndarray) -> str:
    """The classes of the steps (T,) from low to high, with their counts, or the range of their numbers.

    >>> task = Task("classification", ("0", "1", "2"), "softmax", "", "accuracy", stepwise=True)
    >>> summary(task, np.array([0, 1, 2, 1, -1])), summary(task, np.array([0, 0, 2, 2]))
    ('0 at 1 step, 1 at 2, 2 at 1', '0 at 2 steps, 2 at 2')
    """
    there = true[counted(true)]
    if task.kind == "regression":
        return f"{number(there.min())} to {number(there.max())}"
    counts = [(label, int((there == k).sum())) for k, label in enumerate(task.classes)]
    parts = [f"{label} at {count}" for label, count in counts if count]
    parts[:1] = [f"{first} step{'' if first.endswith(' at 1') else 's'}" for first in parts[:1]]
    more = len(parts) - MOST_CLASSES
    return ", ".join(parts[:MOST_CLASSES]) + (f" and {more} more" if more > 0 else "")


def how_well(task: Task, true: np.ndarray, told: np.ndarray) -> str:
    """How many steps are told right, or the root mean squared error."""
    there = counted(true)
    if task.kind == "regression":
        return f"error {number(np.sqrt(np.mean((told[there, 0] - true[there]) ** 2)))}"
    right = int((told_class(task, told) == true)[there].sum())
    return f"{right} of {int(there.sum())} steps right"
