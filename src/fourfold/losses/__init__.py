"""Losses: values a sample, weighted, masked and reduced to the number that training minimises.

Keras's names and numbers; pure functions of arrays, also under ``jit``. Shapes: targets and predictions are
(N, ...) with N the batch; a loss averages or sums over the last axis and keeps the others, so that sequences
(N, T, C) have a value a time step, (N, T). A target (N,) fits predictions (N, 1) and the other way round;
shapes that don't fit are refused, never broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.catalog import Catalog, Configured, snake_case
from fourfold.errors import OptionError, no_such_name
from fourfold.losses.functions import (
    binary_crossentropy,
    categorical_crossentropy,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from fourfold.losses.reduction import REDUCTIONS, fit, fit_weights, reduce


class Loss(Configured):
    """The base: a subclass writes ``call(y_true, y_pred)``, which gives a value a sample (and a time step).

    Calling the loss weights, masks and reduces these values to a scalar (see ``losses.reduction.reduce``).
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        if reduction not in REDUCTIONS:
            raise OptionError(
                "reduction", "unknown reduction", got=repr(reduction), wanted=f"one of {REDUCTIONS}"
            )
        self.name, self.reduction, self.dtype = name or snake_case(type(self).__name__), reduction, dtype

    def call(self, y_true: Any, y_pred: Any) -> Array:
        raise NotImplementedError

    def mask(self, y_true: Any) -> Array | None:
        """Which targets count, where the loss itself knows."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Array:
        if self.dtype is not None:
            y_pred = jnp.asarray(y_pred).astype(self.dtype)
        values, own = self.call(y_true, y_pred), self.mask(y_true)
        if own is not None:
            own = own.reshape(values.shape)
            mask = own if mask is None else own & (fit_weights(mask, values) > 0)
        return reduce(values, sample_weight, mask, self.reduction)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("dtype", None)
        return config


class FunctionLoss(Loss):
    """A user's function ``(y_true, y_pred) -> values`` as a loss."""

    def __init__(self, function: Callable[[Array, Array], Array], name: str | None = None) -> None:
        super().__init__(name or getattr(function, "__name__", type(function).__name__))
        self.function = function

    def call(self, y_true, y_pred):
        return jnp.asarray(self.function(*fit(y_true, y_pred)))


class MeanSquaredError(Loss):
    """``mean (y - ŷ)²``; see ``mean_squared_error``.

    >>> float(MeanSquaredError()([[0.0], [1.0]], [[1.0], [3.0]]))
    2.5
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="mean_squared_error", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true, y_pred):
        return mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(Loss):
    """``mean |y - ŷ|``; see ``mean_absolute_error``."""

    def __init__(
        self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true, y_pred):
        return mean_absolute_error(y_true, y_pred)


class Huber(Loss):
    """Quadratic within ``delta``, linear beyond; see ``huber``."""

    def __init__(
        self,
        delta: float = 1.0,
        reduction="sum_over_batch_size",
        name="huber_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = delta

    def call(self, y_true, y_pred):
        return huber(y_true, y_pred, self.delta)


class LogCosh(Loss):
    """``mean log cosh(ŷ - y)``; see ``log_cosh``."""

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype: str | None = None) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true, y_pred):
        return log_cosh(y_true, y_pred)


class BinaryCrossentropy(Loss):
    """Cross entropy of independent yes/no targets; see ``binary_crossentropy``."""

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true, y_pred):
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class CategoricalCrossentropy(Loss):
    """Cross entropy of one-hot (or soft) classes; see ``categorical_crossentropy``."""

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true, y_pred):
        return categorical_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class SparseCategoricalCrossentropy(Loss):
    """Cross entropy of integer classes; see ``sparse_categorical_crossentropy``.

    Targets equal to ``ignore_class`` count as masked.
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction="sum_over_batch_size",
        axis: int = -1,
        name="sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def call(self, y_true, y_pred):
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, self.ignore_class, self.axis)

    def mask(self, y_true):
        return None if self.ignore_class is None else jnp.asarray(y_true) != self.ignore_class


_CLASSES = [
    *(MeanSquaredError, MeanAbsoluteError, Huber, LogCosh),
    *(BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy),
]
_ALIASES: dict[str, type[Loss]] = {
    **dict.fromkeys(("mse", "MSE"), MeanSquaredError),
    **dict.fromkeys(("mae", "MAE"), MeanAbsoluteError),
    **dict.fromkeys(("bce", "BCE"), BinaryCrossentropy),
    "logcosh": LogCosh,
}
_CATALOG = Catalog("loss", "keras.losses", _CLASSES, _ALIASES)
serialize, deserialize = _CATALOG.serialize, _CATALOG.deserialize


def get(identifier: Any) -> Loss | None:
    """The loss of a name, a config, a class, or a function ``(y_true, y_pred) -> values``.

    >>> get("mse"), get({"class_name": "Huber", "config": {"delta": 2.0}})
    (MeanSquaredError(), Huber(delta=2.0))
    """
    loss = _CATALOG.get(identifier)
    return loss if loss is None or isinstance(loss, Loss) else FunctionLoss(loss)


def crossentropy_kind(y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]) -> str:
    """``binary``, ``sparse_categorical`` or ``categorical``: what the shapes of target and output say.

    >>> crossentropy_kind((None,), (None, 1)), crossentropy_kind((None, 1), (None, 10))
    ('binary', 'sparse_categorical')
    """
    if y_pred_shape[-1] == 1:
        return "binary"
    sparse = len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1
    return "sparse_categorical" if sparse else "categorical"


def resolve(
    identifier: Any, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
) -> Loss | None:
    """``get``, where ``"crossentropy"`` and ``"ce"`` mean the one that fits the shapes."""
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        identifier = crossentropy_kind(y_true_shape, y_pred_shape) + "_crossentropy"
    return get(identifier)


def __getattr__(name: str) -> Any:
    raise no_such_name(
        "losses", name, globals(), {name: "a function (y_true, y_pred) -> values is a loss, too"}
    )
