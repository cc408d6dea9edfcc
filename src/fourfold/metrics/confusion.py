"""Metrics of yes/no predictions: of what was called positive, and of what is, at one threshold or over all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.errors import OptionError
from fourfold.losses.reduction import divide_no_nan, fit_equal, fit_weights
from fourfold.metrics.base import Metric, State


class _AtThresholds(Metric):
    """Counts at thresholds: the weight of the true positives, and of ``others``, which a subclass names."""

    direction = "up"

    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, dtype)
        if top_k is not None:
            raise OptionError(
                "metric-top-k",
                f"{type(self).__name__} counts at thresholds",
                got=f"top_k={top_k}",
                wanted="None",
                do="a metric of your own, with fourfold.ops.top_k",
            )
        self.thresholds, self.top_k, self.class_id = thresholds, top_k, class_id

    def others(self, positive: Array, called: Array) -> Array:
        """What is counted beside the true positives."""
        raise NotImplementedError

    def init(self) -> State:
        count = len(self._limits())
        return {"true_positives": jnp.zeros(count), "others": jnp.zeros(count)}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        positive, pred, weights = _flat(y_true, y_pred, sample_weight, mask, self.class_id)
        called = pred > jnp.asarray(self._limits())[:, None]
        hits, others = positive & called, self.others(positive, called)
        return {
            "true_positives": state["true_positives"] + jnp.sum(hits * weights, axis=1),
            "others": state["others"] + jnp.sum(others * weights, axis=1),
        }

    def compute(self, state: State) -> Array:
        share = divide_no_nan(state["true_positives"], state["true_positives"] + state["others"])
        return share if isinstance(self.thresholds, Sequence) else share[0]

    def _limits(self) -> list[float]:
        given = 0.5 if self.thresholds is None else self.thresholds
        return [float(limit) for limit in (given if isinstance(given, Sequence) else [given])]


class Precision(_AtThresholds):
    """``TP / (TP + FP)``: how much of what was called positive (``ŷ > threshold``) is.

    >>> float(Precision()([0, 1, 1, 1], [0.9, 0.8, 0.7, 0.1]))
    0.6666666865348816
    """

    def others(self, positive, called):
        return ~positive & called


class Recall(_AtThresholds):
    """``TP / (TP + FN)``: how much of what is positive was called so (``ŷ > threshold``).

    >>> float(Recall()([0, 1, 1, 1], [0.9, 0.8, 0.7, 0.1]))
    0.6666666865348816
    """

    def others(self, positive, called):
        return positive & ~called


class AUC(Metric):
    """The area under the curve of true over false positive rates ("ROC"), or of precision over recall ("PR").

    Counted at ``num_thresholds`` even thresholds; between them straight lines, for "PR" the interpolation of Davis and
    Goadrich (ICML 2006).

    >>> float(AUC()([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    0.75
    """

    direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name or "auc", dtype)
        if num_thresholds < 2:
            raise OptionError(
                "auc-thresholds", "a curve has two points", got=str(num_thresholds), wanted="2 or more"
            )
        for what, value, known in (
            ("curve", curve, ("ROC", "PR")),
            ("summation_method", summation_method, ("interpolation", "minoring", "majoring")),
        ):
            if value not in known:
                raise OptionError("auc-option", f"unknown {what}", got=repr(value), wanted=f"one of {known}")
        self.num_thresholds, self.curve, self.from_logits = num_thresholds, curve, from_logits
        self.summation_method = summation_method

    def init(self) -> State:
        return {name: jnp.zeros(self.num_thresholds) for name in ("positives", "negatives")}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        positive, pred, weights = _flat(y_true, y_pred, sample_weight, mask)
        pred = jax.nn.sigmoid(pred) if self.from_logits else jnp.clip(pred, 0, 1)
        place = jnp.maximum(jnp.ceil(pred * (self.num_thresholds - 1)).astype(jnp.int32) - 1, 0)
        return {
            "positives": state["positives"].at[place].add(weights * positive),
            "negatives": state["negatives"].at[place].add(weights * ~positive),
        }

    def compute(self, state: State) -> Array:
        tp, fp = (jnp.cumsum(state[name][::-1])[::-1] for name in ("positives", "negatives"))
        positives, negatives = jnp.sum(state["positives"]), jnp.sum(state["negatives"])
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _area_between_precisions(tp, fp, positives)
        recall = divide_no_nan(tp, positives)
        x, y = (
            (divide_no_nan(fp, negatives), recall)
            if self.curve == "ROC"
            else (recall, divide_no_nan(tp, tp + fp))
        )
        heights = {
            "interpolation": (y[:-1] + y[1:]) / 2,
            "minoring": jnp.minimum(y[:-1], y[1:]),
            "majoring": jnp.maximum(y[:-1], y[1:]),
        }
        return jnp.sum((x[:-1] - x[1:]) * heights[self.summation_method])


def _area_between_precisions(tp: Array, fp: Array, positives: Array) -> Array:
    """Between two thresholds true positives grow in proportion to what is called positive."""
    p = tp + fp
    gained, more = tp[:-1] - tp[1:], jnp.maximum(p[:-1] - p[1:], 0)
    slope = divide_no_nan(gained, more)
    intercept = tp[1:] - slope * p[1:]
    both = (p[:-1] > 0) & (p[1:] > 0)
    ratio = jnp.where(both, divide_no_nan(p[:-1], p[1:]), 1.0)
    return jnp.sum(divide_no_nan(slope * (gained + intercept * jnp.log(ratio)), positives))


def _flat(
    y_true: Any, y_pred: Any, sample_weight: Any, mask: Any, class_id: int | None = None
) -> tuple[Array, Array, Array]:
    """Whether each is positive, its prediction, its weight; (N, ...) -> (all of them,)."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    weights = jnp.ones((1,) * y_pred.ndim)
    for given in (mask, sample_weight):
        weights = weights if given is None else weights * fit_weights(given, y_pred)
    parts = (y_true.astype(bool), y_pred, jnp.broadcast_to(weights, y_pred.shape))
    if class_id is not None:
        parts = tuple(part[..., class_id] for part in parts)
    return parts[0].ravel(), parts[1].ravel(), parts[2].ravel()
