"""What `fit` and its kin check before anything runs: counts, and class numbers against the outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from fourfold.errors import DataError, OptionError
from fourfold.losses import SparseCategoricalCrossentropy
from fourfold.models.arrays import parts
from fourfold.training.objective import Batch, Objective


def check_counts(batch_size: Any, epochs: Any) -> None:
    """A batch has at least one row; epochs are counted from 0 on."""
    for name, value, least in (("batch_size", batch_size, 1), ("epochs", epochs, 0)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not (whole and value >= least):
            raise OptionError(
                "fit-count",
                f"{name} is not a whole number of at least {least}",
                got=f"{name}={value!r}",
                do=f"{name}=32, say",
            )


def check_classes(objective: Objective, data: Batch, widths: list[int | None]) -> None:
    """Class numbers lie among the outputs: compiled code would take another class's probability unseen."""
    for loss, target, width in zip(objective.losses, data.targets, widths):
        if not isinstance(loss, SparseCategoricalCrossentropy) or target is None or width is None:
            continue
        for labels in parts(target):
            labels = labels if loss.ignore_class is None else labels[labels != loss.ignore_class]
            wrong = labels[~((labels >= 0) & (labels < width))]
            if wrong.size == 0:
                continue
            raise DataError(
                "class-numbers",
                "a class number lies outside the outputs",
                got=f"{wrong.flat[0]:g}",
                wanted=f"0 to {width - 1}, as the model has {width} outputs",
                do=f"number the classes from 0, or give the last layer {int(labels.max()) + 1} units"
                if labels.max() >= width
                else "number the classes from 0",
            )
