"""What `fit` and its kin check: before anything runs counts, and class numbers against the outputs; then the loss."""

from __future__ import annotations

import math
import warnings
from typing import Any

import jax
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


def warn_of_loss(loss: float, epoch: int, data: Batch, *, whole: bool) -> bool:
    """Whether an epoch's loss is no finite number; said, with the first row of the data that has none either.

    ``whole``: the data are all that there are, and not the first of batches that are made one by one.
    """
    if math.isfinite(loss):
        return False
    which = "" if whole else " of the first batch"
    cause, do = f"all of x and y{which} are finite numbers", "a smaller learning rate, or clipnorm=1.0 in the optimizer"
    do += "" if whole else ", if those of the others are, too"
    for name, arrays in (("x", data.inputs), ("y", data.targets), ("sample_weight", data.weights)):
        row = _first_invalid_row(arrays)
        if row is not None:
            cause = f"{name} is not finite in row {row}{which}"
            do = f"np.isfinite({name}) finds such rows; fill or drop them"
            break
    warnings.warn(f"the loss is {loss} in epoch {epoch + 1}: {cause}. Do this: {do}", stacklevel=4)
    return True


def _first_invalid_row(arrays: Any) -> int | None:
    """The first row that holds NaN or an infinity in one of several arrays."""
    for array in jax.tree.leaves(arrays):
        start = 0
        for part in parts(array):
            wrong = np.flatnonzero(~np.isfinite(part).reshape(len(part), -1).all(axis=1))
            if wrong.size:
                return start + int(wrong[0])
            start += len(part)
    return None
