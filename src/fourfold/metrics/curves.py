"""Metrics of yes/no predictions over all thresholds: areas under curves, and one rate where another is reached.

Predictions are counted in bins between even thresholds, so that a state has one size; a threshold's counts are sums
over the bins above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold.errors import OptionError, ShapeError
from fourfold.losses.base import EPSILON
from fourfold.losses.reduction import divide_no_nan
from fourfold.metrics.base import Metric, State
from fourfold.metrics.confusion import told_apart


class _OverThresholds(Metric):
    """The weights of positives and of negatives between the thresholds, and so each cell at each of them."""

    direction = "up"
    below_all: ClassVar[int] = 0
    """How many bins no threshold lies below."""

    def cells(self, state: State) -> dict[str, Array]:
        """The weight of each cell at each threshold."""
        tp, fp = (_above(state[name])[self.below_all :] for name in ("positives", "negatives"))
        positives, negatives = (
            jnp.broadcast_to(jnp.sum(state[name], axis=0), tp.shape) for name in ("positives", "negatives")
        )
        return {
            "true_positives": tp,
            "false_positives": fp,
            "true_negatives": negatives - fp,
            "false_negatives": positives - tp,
        }

    def __getattr__(self, name: str) -> Any:
        """A cell by its name, as it is now; or a part of the state."""
        if name in ("true_positives", "false_positives", "true_negatives", "false_negatives"):
            return self.cells(self._now())[name]
        return super().__getattr__(name)


class AUC(_OverThresholds):
    """The area under the curve of true over false positive rates ("ROC"), or of precision over recall ("PR").

    Between thresholds straight lines, for "PR" the interpolation of Davis and Goadrich (ICML 2006); "PRGAIN" is the
    area under the gains of Flach and Kull (NeurIPS 2015).

    Args:
        num_thresholds: so many even ones.
        curve: "ROC", "PR" or "PRGAIN".
        summation_method: "interpolation", "minoring" (the lower end of each piece) or "majoring".
        thresholds: these, between 0 and 1, beside 0 and 1 themselves.
        multi_label: each column of (N, L) has an area of its own, and the result is their mean.
        num_labels: L, where it is known before the first batch.
        label_weights: L weights: of the columns' areas with ``multi_label``, else of their numbers.
        from_logits: whether predictions are logits.

    >>> float(AUC()([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    0.75
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name or "auc", dtype=dtype)
        curve, summation_method = curve.upper(), summation_method.lower()
        num_thresholds = num_thresholds if thresholds is None else len(thresholds) + 2
        if num_thresholds < 2:
            raise OptionError(
                "auc-thresholds", "a curve has two points", got=str(num_thresholds), wanted="2 or more"
            )
        for what, value, known in (
            ("curve", curve, ("ROC", "PR", "PRGAIN")),
            ("summation_method", summation_method, ("interpolation", "minoring", "majoring")),
        ):
            if value not in known:
                raise OptionError("auc-option", f"unknown {what}", got=repr(value), wanted=f"one of {known}")
        self.num_thresholds, self.curve, self.from_logits = num_thresholds, curve, from_logits
        self._given = None if thresholds is None else sorted(float(limit) for limit in thresholds)
        self.summation_method, self.multi_label, self.num_labels = summation_method, multi_label, num_labels
        self.label_weights = None if label_weights is None else np.float32(label_weights).tolist()
        self._labels = (num_labels,) if multi_label and num_labels else ()

    def fit_to(self, y_true_shape, y_pred_shape):
        if self.multi_label:
            if len(y_pred_shape) != 2:
                raise ShapeError(
                    "auc-labels",
                    "an area for each label needs a matrix",
                    got=f"an output of shape {tuple(y_pred_shape)}",
                    wanted="(N, L)",
                    do="multi_label=False for one area over all",
                )
            self._labels = (y_pred_shape[-1],)

    def init(self) -> State:
        shape = (self.num_thresholds, *self._labels)
        return {name: jnp.zeros(shape) for name in ("positives", "negatives")}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        positive, pred, weights = told_apart(y_true, y_pred, sample_weight, mask)
        pred = jax.nn.sigmoid(pred) if self.from_logits else pred
        if self.label_weights is not None and not self.multi_label:
            weights = weights * jnp.asarray(self.label_weights).reshape((1,) * (pred.ndim - 1) + (-1,))
        if self._labels:
            place = (self._bins(pred), jnp.broadcast_to(jnp.arange(self._labels[0])[None], pred.shape))
        else:
            positive, pred, weights = positive.ravel(), pred.ravel(), weights.ravel()
            place = self._bins(pred)
        return {
            "positives": state["positives"].at[place].add(weights * positive),
            "negatives": state["negatives"].at[place].add(weights * ~positive),
        }

    def compute(self, state: State) -> Array:
        tp, fp, _, missed = self.cells(state).values()
        positives, negatives = jnp.sum(state["positives"], axis=0), jnp.sum(state["negatives"], axis=0)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._of_labels(_between_precisions(tp, fp, positives))
        recall = divide_no_nan(tp, jnp.broadcast_to(positives, tp.shape))
        if self.curve == "ROC":
            x, y = divide_no_nan(fp, jnp.broadcast_to(negatives, fp.shape)), recall
        elif self.curve == "PR":
            x, y = recall, divide_no_nan(tp, tp + fp)
        else:
            ratio = jnp.broadcast_to(divide_no_nan(positives, negatives), tp.shape)
            x = jnp.where(tp == 0, 0.0, jnp.maximum(1 - ratio * divide_no_nan(missed, tp), 0.0))
            y = jnp.where(tp == 0, 1.0, 1 - ratio * divide_no_nan(fp, tp))
        heights = {
            "interpolation": (y[:-1] + y[1:]) / 2,
            "minoring": jnp.minimum(y[:-1], y[1:]),
            "majoring": jnp.maximum(y[:-1], y[1:]),
        }
        return self._of_labels((x[:-1] - x[1:]) * heights[self.summation_method])

    @property
    def thresholds(self) -> list[float]:
        """Each threshold, of which the first lies below all shares and the last above them."""
        inner = np.linspace(0, 1, self.num_thresholds)[1:-1].tolist() if self._given is None else self._given
        return [-EPSILON, *inner, 1 + EPSILON]

    def argument(self, name: str) -> Any:
        return self._given if name == "thresholds" else super().argument(name)

    def get_config(self):
        config = super().get_config()
        return config if self._given is not None else {k: v for k, v in config.items() if k != "thresholds"}

    def _bins(self, pred: Array) -> Array:
        """The number of thresholds below each prediction, but for the first, which lies below all."""
        if self._given is None:
            place = jnp.ceil(jnp.clip(pred, 0, 1) * (self.num_thresholds - 1)).astype(jnp.int32)
            return jnp.maximum(place - 1, 0)
        return jnp.searchsorted(jnp.asarray(self._given), pred, side="left")

    def _of_labels(self, pieces: Array) -> Array:
        areas = jnp.sum(pieces, axis=0)
        if not self.multi_label or self.label_weights is None:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights)
        return divide_no_nan(jnp.sum(areas * weights), jnp.sum(weights))


def _above(bins: Array) -> Array:
    """What lies in a bin or above it."""
    return jnp.cumsum(bins[::-1], axis=0)[::-1]


def _between_precisions(tp: Array, fp: Array, positives: Array) -> Array:
    """The pieces of the area: between two thresholds true positives grow in proportion to what is called positive."""
    p = tp + fp
    gained, more = tp[:-1] - tp[1:], jnp.maximum(p[:-1] - p[1:], 0)
    slope = divide_no_nan(gained, more)
    intercept = tp[1:] - slope * p[1:]
    both = (p[:-1] > 0) & (p[1:] > 0)
    ratio = jnp.where(both, divide_no_nan(p[:-1], p[1:]), 1.0)
    pieces = slope * (gained + intercept * jnp.log(ratio))
    return divide_no_nan(pieces, jnp.broadcast_to(positives, pieces.shape))


class _AtRate(_OverThresholds):
    """The best of one rate over the thresholds at which another reaches a value; 0 where it never does."""

    below_all = 1
    reached: str
    sought: str

    def __init__(
        self,
        value: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if not 0 <= value <= 1:
            raise OptionError(
                "rate", f"{self.reached} is a rate", got=repr(value), wanted="a number from 0 to 1"
            )
        if not num_thresholds > 0:
            raise OptionError(
                "rate-thresholds", "there are no thresholds", got=str(num_thresholds), wanted="1 or more"
            )
        setattr(self, self.reached, value)
        self.num_thresholds, self.class_id = num_thresholds, class_id

    @property
    def thresholds(self) -> list[float]:
        """Each threshold."""
        return [0.5] if self.num_thresholds == 1 else np.linspace(0, 1, self.num_thresholds).tolist()

    def init(self) -> State:
        return {name: jnp.zeros(self.num_thresholds + 1) for name in ("positives", "negatives")}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        parts = told_apart(y_true, y_pred, sample_weight, mask, self.class_id)
        positive, pred, weights = (part.ravel() for part in parts)
        one = self.num_thresholds == 1
        passed = (pred > 0.5) * 1.0 if one else jnp.clip(pred, 0, 1) * (self.num_thresholds - 1)
        passed = jnp.ceil(passed).astype(jnp.int32)  # how many thresholds lie below a prediction
        return {
            "positives": state["positives"].at[passed].add(weights * positive),
            "negatives": state["negatives"].at[passed].add(weights * ~positive),
        }

    def compute(self, state: State) -> Array:
        tp, fp, tn, fn = self.cells(state).values()
        sensitivity = divide_no_nan(tp, tp + fn)
        rates = {
            "sensitivity": sensitivity,
            "recall": sensitivity,
            "specificity": divide_no_nan(tn, tn + fp),
            "precision": divide_no_nan(tp, tp + fp),
        }
        fits = rates[self.reached] >= getattr(self, self.reached)
        return jnp.max(jnp.where(fits, rates[self.sought], 0.0), initial=0.0)


class SensitivityAtSpecificity(_AtRate):
    """The best ``TP / (TP + FN)`` over the thresholds at which ``TN / (TN + FP)`` is at least ``specificity``.

    >>> float(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    reached, sought = "specificity", "sensitivity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_AtRate):
    """The best ``TN / (TN + FP)`` over the thresholds at which ``TP / (TP + FN)`` is at least ``sensitivity``."""

    reached, sought = "sensitivity", "specificity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_AtRate):
    """The best ``TP / (TP + FP)`` over the thresholds at which ``TP / (TP + FN)`` is at least ``recall``."""

    reached, sought = "recall", "precision"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_AtRate):
    """The best ``TP / (TP + FN)`` over the thresholds at which ``TP / (TP + FP)`` is at least ``precision``."""

    reached, sought = "precision", "recall"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
