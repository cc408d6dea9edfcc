"""Errors of numbers, and how far predictions go along with targets."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.errors import OptionError, ShapeError
from fourfold.losses import (
    cosine_similarity,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from fourfold.losses.base import EPSILON
from fourfold.losses.reduction import divide_no_nan, fit, fit_equal, fit_weights
from fourfold.metrics.base import Metric, State
from fourfold.metrics.mean import MeanMetric


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """``cov(y, ŷ) / (sd(y) sd(ŷ))`` along ``axis``; not a number where one of them is constant.

    >>> print(pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]]).round(4))
    [1.]
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    true, pred = (_centred(values, axis) for values in (y_true, y_pred))
    return jnp.mean(true * pred, axis) / (jnp.std(true, axis) * jnp.std(pred, axis))


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """``2 cov(y, ŷ) / (var(y) + var(ŷ) + (mean(y) - mean(ŷ))²)`` along ``axis``: 1 where ŷ = y alone.

    Lin, Biometrics 1989.
    """
    y_true, y_pred = fit_equal(y_true, y_pred)
    true, pred = (_centred(values, axis) for values in (y_true, y_pred))
    apart = jnp.square(jnp.mean(y_true, axis) - jnp.mean(y_pred, axis))
    spread = jnp.mean(jnp.square(true), axis) + jnp.mean(jnp.square(pred), axis) + apart
    return 2 * jnp.mean(true * pred, axis) / (spread + EPSILON)


def _centred(values: Array, axis: int) -> Array:
    return values - jnp.mean(values, axis, keepdims=True)


class MeanSquaredError(MeanMetric):
    """``mean (y - ŷ)²``."""

    direction = "down"
    function = staticmethod(mean_squared_error)


class RootMeanSquaredError(MeanMetric):
    """``sqrt(mean (y - ŷ)²)``, the root taken once, over all batches. A mask counts (Keras's drops it).

    >>> float(RootMeanSquaredError()([[0.0], [0.0]], [[1.0], [7.0]]))
    5.0
    """

    direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def values(self, y_true, y_pred):
        y_true, y_pred = fit_equal(y_true, y_pred)
        return jnp.square(y_pred - y_true)

    def compute(self, state):
        return jnp.sqrt(super().compute(state))


class MeanAbsoluteError(MeanMetric):
    """``mean |y - ŷ|``."""

    direction = "down"
    function = staticmethod(mean_absolute_error)


class MeanAbsolutePercentageError(MeanMetric):
    """``100 mean |y - ŷ| / |y|``; see ``losses.mean_absolute_percentage_error``."""

    direction = "down"
    function = staticmethod(mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(MeanMetric):
    """``mean (log(1 + y) - log(1 + ŷ))²``; see ``losses.mean_squared_logarithmic_error``."""

    direction = "down"
    function = staticmethod(mean_squared_logarithmic_error)


class LogCoshError(MeanMetric):
    """``mean log cosh(ŷ - y)``."""

    direction = "down"
    default_name = "logcosh"
    function = staticmethod(log_cosh)


class CosineSimilarity(MeanMetric):
    """``y · ŷ / (|y| |ŷ|)`` along ``axis``: 1 where both point the same way (the loss has the other sign).

    >>> float(CosineSimilarity()([[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [1.0, 0.0]]))
    0.5
    """

    direction = "up"

    def __init__(self, name: str = "cosine_similarity", dtype: str | None = None, axis: int = -1) -> None:
        super().__init__(name=name, dtype=dtype)
        self.axis = axis

    def values(self, y_true, y_pred):
        return -cosine_similarity(y_true, y_pred, self.axis)


class PearsonCorrelation(MeanMetric):
    """The mean over samples of ``pearson_correlation`` along ``axis``."""

    direction = "up"

    def __init__(self, name: str = "pearson_correlation", dtype: str | None = None, axis: int = -1) -> None:
        super().__init__(name=name, dtype=dtype)
        self.axis = axis

    def values(self, y_true, y_pred):
        return pearson_correlation(y_true, y_pred, self.axis)


class ConcordanceCorrelation(MeanMetric):
    """The mean over samples of ``concordance_correlation`` along ``axis``."""

    direction = "up"

    def __init__(
        self, name: str = "concordance_correlation", dtype: str | None = None, axis: int = -1
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.axis = axis

    def values(self, y_true, y_pred):
        return concordance_correlation(y_true, y_pred, self.axis)


class R2Score(Metric):
    """``1 - sum (y - ŷ)² / sum (y - mean y)²``: the share of the target's variance that is told, for each column.

    ``class_aggregation``: ``"uniform_average"`` of the columns' scores, ``"variance_weighted_average"``, or None for
    a score a column. ``num_regressors`` p makes it the adjusted score, ``1 - (1 - R²) (n - 1) / (n - p - 1)`` for n
    numbers. Targets and predictions are (N, F).

    >>> float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]]))
    0.5714285373687744
    """

    direction = "up"
    known_as = {"total_mse": "residual"}

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        known = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in known:
            raise OptionError(
                "r2-aggregation",
                "unknown class_aggregation",
                got=repr(class_aggregation),
                wanted=f"one of {known}",
            )
        if num_regressors < 0:
            raise OptionError(
                "r2-regressors",
                "num_regressors is negative",
                got=str(num_regressors),
                wanted="the number of inputs, or 0 for the plain score",
            )
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self._columns = 1

    def fit_to(self, y_true_shape, y_pred_shape):
        self._columns = columns_of(self, y_pred_shape)

    def init(self) -> State:
        names = ("squared_sum", "sum", "residual", "count")
        return {name: jnp.zeros(self._columns) for name in names} | {"num_samples": jnp.zeros(())}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        y_true, y_pred = matrices(self, y_true, y_pred)
        weights = jnp.ones((1, 1))
        for given in (mask, sample_weight):
            weights = weights if given is None else weights * fit_weights(given, y_pred)
        weights = jnp.broadcast_to(weights, y_pred.shape)
        added = {
            "squared_sum": jnp.sum(jnp.square(y_true) * weights, axis=0),
            "sum": jnp.sum(y_true * weights, axis=0),
            "residual": jnp.sum(jnp.square(y_true - y_pred) * weights, axis=0),
            "count": jnp.sum(weights, axis=0),
            "num_samples": float(y_true.size),
        }
        return {name: state[name] + value for name, value in added.items()}

    def compute(self, state: State) -> Array:
        total = state["squared_sum"] - state["sum"] * (state["sum"] / state["count"])
        scores = 1 - state["residual"] / total
        scores = jnp.where(jnp.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = jnp.sum(total * scores) / jnp.sum(total)
        if self.num_regressors:
            free = state["num_samples"] - self.num_regressors - 1
            adjusted = 1 - divide_no_nan((1 - scores) * (state["num_samples"] - 1), free)
            scores = jnp.where(free > 0, adjusted, scores)
        return scores


def matrices(metric: Metric, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Targets and predictions (N, F), of one shape."""
    y_true, y_pred = fit_equal(*fit(y_true, y_pred))
    columns_of(metric, y_pred.shape)
    return (y_true, y_pred) if y_pred.ndim == 2 else (y_true[:, None], y_pred[:, None])


def columns_of(metric: Metric, shape: Any) -> int:
    """F of predictions (N, F)."""
    if len(shape) > 2:
        raise ShapeError(
            "metric-of-matrices",
            f"{type(metric).__name__} has a number for each column of a matrix",
            got=f"an output of shape {tuple(shape)}",
            wanted="(N, F)",
        )
    return 1 if len(shape) < 2 else shape[-1]
