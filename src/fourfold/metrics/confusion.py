"""Counts of yes/no predictions at thresholds: what was called positive, and what is; and their shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from fourfold.errors import OptionError, ShapeError
from fourfold.losses.reduction import divide_no_nan, fit_equal, fit_weights
from fourfold.metrics.base import Metric, State

_CELLS: dict[str, Callable[[Array, Array], Array]] = {
    "true_positives": lambda positive, called: positive & called,
    "false_positives": lambda positive, called: ~positive & called,
    "true_negatives": lambda positive, called: ~positive & ~called,
    "false_negatives": lambda positive, called: positive & ~called,
}
_LEAST = -1e10
"""The prediction of what is not among the largest, and the threshold that all others pass."""


class AtThresholds(Metric):
    """The weight of each cell that a subclass names in ``counted``, at each threshold (``ŷ > threshold``)."""

    counted: tuple[str, ...]
    given: float | Sequence[float] | None
    """The thresholds that the constructor was given."""
    top_k: int | None = None
    class_id: int | None = None

    def argument(self, name: str) -> Any:
        return self.given if name == "thresholds" else super().argument(name)

    def init(self) -> State:
        return {cell: jnp.zeros(len(self.thresholds)) for cell in self.counted}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        parts = told_apart(y_true, y_pred, sample_weight, mask, self.class_id, self.top_k)
        positive, pred, weights = (part.reshape(1, -1) for part in parts)
        called = pred > jnp.asarray(self.thresholds)[:, None]
        return {
            cell: state[cell] + jnp.sum(_CELLS[cell](positive, called) * weights, axis=1)
            for cell in self.counted
        }

    def of_thresholds(self, numbers: Array) -> Array:
        """A number a threshold; the number, where there is one threshold."""
        return numbers[0] if numbers.shape == (1,) else numbers

    @property
    def thresholds(self) -> list[float]:
        """Each threshold, also where none was given."""
        given = self.given
        if given is None:
            given = 0.5 if self.top_k is None else _LEAST
        return [float(limit) for limit in (given if isinstance(given, Sequence) else [given])]


class _Count(AtThresholds):
    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.given = _checked(thresholds)

    def compute(self, state: State) -> Array:
        return self.of_thresholds(state[self.counted[0]])


class TruePositives(_Count):
    """How many are positive and called so (``ŷ > threshold``); a number a threshold where several are given.

    >>> float(TruePositives()([0, 1, 1, 1], [0.9, 0.8, 0.7, 0.1]))
    2.0
    """

    counted, known_as = ("true_positives",), {"accumulator": "true_positives"}


class FalsePositives(_Count):
    """How many are called positive and are not."""

    counted, known_as = ("false_positives",), {"accumulator": "false_positives"}


class TrueNegatives(_Count):
    """How many are neither positive nor called so."""

    counted, known_as = ("true_negatives",), {"accumulator": "true_negatives"}


class FalseNegatives(_Count):
    """How many are positive and not called so."""

    counted, known_as = ("false_negatives",), {"accumulator": "false_negatives"}


class _Share(AtThresholds):
    direction = "up"

    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.given, self.top_k, self.class_id = _checked(thresholds), top_k, class_id

    def compute(self, state: State) -> Array:
        right, others = (state[cell] for cell in self.counted)
        return self.of_thresholds(divide_no_nan(right, right + others))


class Precision(_Share):
    """``TP / (TP + FP)``: how much of what was called positive (``ŷ > threshold``) is.

    With ``top_k`` a row calls its k largest outputs positive; ``class_id`` looks at one output alone.

    >>> float(Precision()([0, 1, 1, 1], [0.9, 0.8, 0.7, 0.1]))
    0.6666666865348816
    """

    counted = ("true_positives", "false_positives")


class Recall(_Share):
    """``TP / (TP + FN)``: how much of what is positive was called so (``ŷ > threshold``).

    With ``top_k`` a row calls its k largest outputs positive; ``class_id`` looks at one output alone.

    >>> float(Recall()([0, 1, 1, 1], [0.9, 0.8, 0.7, 0.1]))
    0.6666666865348816
    """

    counted = ("true_positives", "false_negatives")


def _checked(thresholds: Any) -> Any:
    for limit in [] if thresholds is None else np.ravel(thresholds):
        if not 0 <= limit <= 1:
            raise OptionError(
                "metric-threshold", "a threshold is no share", got=f"{limit:g}", wanted="numbers from 0 to 1"
            )
    return thresholds


def told_apart(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any = None,
    mask: Any = None,
    class_id: int | None = None,
    top_k: int | None = None,
) -> tuple[Array, Array, Array]:
    """Whether each is positive, its prediction, its weight: (N, ...) each, of one class (N, ..., 1)."""
    y_true, y_pred = fit_equal(y_true, y_pred)
    weights = jnp.ones((1,) * y_pred.ndim)
    for given in (mask, sample_weight):
        weights = weights if given is None else weights * fit_weights(given, y_pred)
    if top_k is not None:
        largest = lax.top_k(y_pred, min(top_k, y_pred.shape[-1]))[1]
        kept = jnp.any(jax.nn.one_hot(largest, y_pred.shape[-1], dtype=bool), axis=-2)
        y_pred = jnp.where(kept, y_pred, _LEAST)
    positive, weights = y_true.astype(bool), jnp.broadcast_to(weights, y_pred.shape)
    if class_id is None:
        return positive, y_pred, weights
    if y_pred.ndim < 2 or class_id >= y_pred.shape[-1]:
        raise ShapeError(
            "metric-class",
            f"there is no class {class_id} in these outputs",
            got=f"outputs of shape {y_pred.shape}",
            wanted=f"a column for each class, more than {class_id}",
        )
    return positive[..., class_id, None], y_pred[..., class_id, None], weights[..., class_id, None]
