"""Metrics of classes from counts over all batches: F scores, and the overlap of regions (intersection over union)."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.errors import OptionError, ShapeError
from fourfold.losses.base import EPSILON
from fourfold.losses.reduction import fit, fit_weights
from fourfold.metrics.base import Metric, State
from fourfold.metrics.regression import columns_of, matrices


class FBetaScore(Metric):
    """``(1 + beta²) P R / (beta² P + R)`` of precision P and recall R, for each class; targets and outputs (N, C).

    Args:
        average: None for a score a class; ``"macro"`` for their mean, ``"weighted"`` for their mean weighted by how
            often a class is there, ``"micro"`` for one score of all classes' counts.
        beta: how much more recall counts than precision.
        threshold: outputs above it are called positive; without one, a row's largest.

    >>> print(FBetaScore("micro", beta=2.0, threshold=0.5)([[1, 1, 1]], [[0.2, 0.6, 0.7]]).round(4))
    0.7143
    """

    direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        share = threshold is None or (isinstance(threshold, Real) and 0 < threshold <= 1)
        for what, right, got, wanted in (
            ("average", average in (None, "micro", "macro", "weighted"), average, "None, micro, macro or weighted"),
            ("beta", isinstance(beta, Real) and beta > 0, beta, "a number above 0"),
            ("threshold", share, threshold, "0 < threshold <= 1, or None"),
        ):
            if not right:
                raise OptionError("f-score", f"this {what} does not fit an F score", got=repr(got), wanted=wanted)
        self.average, self.beta, self.threshold = average, beta, threshold
        self._classes = 1

    def fit_to(self, y_true_shape, y_pred_shape):
        self._classes = columns_of(self, y_pred_shape)

    def init(self) -> State:
        names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        return {name: jnp.zeros(() if self.average == "micro" else self._classes) for name in names}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        y_true, y_pred = matrices(self, y_true, y_pred)
        if self.threshold is None:
            called = (y_pred >= jnp.max(y_pred, axis=-1, keepdims=True)) & (jnp.abs(y_pred) > 1e-9)
        else:
            called = y_pred > self.threshold
        called, weights = called.astype(y_true.dtype), jnp.ones((1, 1))
        for given in (mask, sample_weight):
            weights = weights if given is None else weights * fit_weights(given, y_pred)
        axis = None if self.average == "micro" else 0
        added = {
            "true_positives": called * y_true,
            "false_positives": called * (1 - y_true),
            "false_negatives": (1 - called) * y_true,
            "intermediate_weights": y_true,
        }
        return {name: state[name] + jnp.sum(value * weights, axis=axis) for name, value in added.items()}

    def compute(self, state: State) -> Array:
        right = state["true_positives"]
        precision = right / (right + state["false_positives"] + EPSILON)
        recall = right / (right + state["false_negatives"] + EPSILON)
        scores = precision * recall / (self.beta**2 * precision + recall + EPSILON) * (1 + self.beta**2)
        if self.average == "weighted":
            weights = state["intermediate_weights"]
            return jnp.sum(scores * weights / (jnp.sum(weights) + EPSILON))
        return scores if self.average is None else jnp.mean(scores)


class F1Score(FBetaScore):
    """``2 P R / (P + R)``: see ``FBetaScore``.

    >>> print(F1Score(threshold=0.5)([[1, 0], [1, 1]], [[0.9, 0.6], [0.2, 0.7]]).round(4))
    [0.6667 0.6667]
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)


class IoU(Metric):
    """``TP / (TP + FP + FN)`` of each of ``target_class_ids``, and their mean: how well regions overlap.

    Targets and predictions are integer classes (N, ...), or scores with the classes on ``axis`` where ``sparse_y_true``
    or ``sparse_y_pred`` is False. What lies outside of the classes, and targets of ``ignore_class``, do not count, nor
    classes that are nowhere. Weights count as they are (Keras cuts them to integers unless ``dtype`` is a float).

    >>> print(IoU(2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1]).round(4))
    0.3333
    """

    direction = "up"
    known_as = {"total_cm": "total_confusion_matrix"}

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: str | None = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int32")
        if max(target_class_ids, default=0) >= num_classes:
            raise OptionError(
                "iou-classes",
                "a target class is out of range",
                got=f"{max(target_class_ids)} of {num_classes} classes",
                wanted=f"0 to {num_classes - 1}",
            )
        self.num_classes, self.target_class_ids = num_classes, list(target_class_ids)
        self.ignore_class, self.axis = ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred

    def init(self) -> State:
        return {"total_confusion_matrix": jnp.zeros((self.num_classes, self.num_classes))}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        true = self.classes(y_true, self.sparse_y_true)
        pred = self.classes(y_pred, self.sparse_y_pred)
        true, pred = fit(true, pred)
        if true.shape != pred.shape:
            raise ShapeError(
                "iou-shapes",
                "classes of targets and of outputs lie in other places",
                got=f"{true.shape} and {pred.shape}",
                wanted="one shape",
                do="sparse_y_true=False or sparse_y_pred=False for scores of classes",
            )
        weights = jnp.ones(true.shape)
        for given in (mask, sample_weight):
            weights = weights if given is None else weights * fit_weights(given, weights)
        counted = (true >= 0) & (true < self.num_classes) & (pred >= 0) & (pred < self.num_classes)
        if self.ignore_class is not None:
            counted &= true != self.ignore_class
        place = tuple(jnp.where(counted, part, 0).astype(jnp.int32) for part in (true, pred))
        matrix = state["total_confusion_matrix"].at[place].add(jnp.where(counted, weights, 0.0))
        return {"total_confusion_matrix": matrix}

    def classes(self, values: Any, sparse: bool) -> Array:
        """Integer classes."""
        values = jnp.asarray(values)
        return values.astype(jnp.int32) if sparse else jnp.argmax(values, axis=self.axis)

    def compute(self, state: State) -> Array:
        matrix, chosen = state["total_confusion_matrix"], jnp.asarray(self.target_class_ids)
        both = jnp.diag(matrix)
        either = jnp.sum(matrix, axis=0) + jnp.sum(matrix, axis=1) - both
        both, either = both[chosen], either[chosen]
        there = either > 1e-9
        shares = jnp.where(there, both / (either + EPSILON), 0.0)
        return jnp.sum(shares) / (jnp.sum(there) + EPSILON)


class BinaryIoU(IoU):
    """``IoU`` of yes/no predictions: class 1 where ``ŷ >= threshold``, else class 0."""

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update(self, state, y_true, y_pred, sample_weight=None, mask=None):
        return super().update(state, y_true, jnp.asarray(y_pred) >= self.threshold, sample_weight, mask)


class MeanIoU(IoU):
    """``IoU`` of all classes.

    >>> print(MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1]).round(4))
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: str | None = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        ids = range(num_classes)
        super().__init__(num_classes, ids, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


class OneHotIoU(IoU):
    """``IoU`` of one-hot targets (N, ..., C), and of scores unless ``sparse_y_pred``."""

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: str | None = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )


class OneHotMeanIoU(MeanIoU):
    """``MeanIoU`` of one-hot targets (N, ..., C), and of scores unless ``sparse_y_pred``."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: str | None = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
