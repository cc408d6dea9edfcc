"""What every loss is: values a sample, weighted, masked and reduced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.core.calls import carried_mask
from fourfold.core.catalog import Configured, snake_case
from fourfold.errors import OptionError
from fourfold.losses.reduction import REDUCTIONS, fit, fit_weights, reduce
from fourfold.ops.independence import apart

EPSILON = 1e-7
"""Keras's: probabilities lie in [EPSILON, 1 - EPSILON] before their logarithm is taken, divisors are larger."""


class Loss(Configured):
    """The base: a subclass writes ``call(y_true, y_pred)``, which gives a value a sample (and a time step).

    Calling the loss weights, masks and reduces these values to a scalar (see ``losses.reduction.reduce``).
    """

    _travelling: Any = None
    """The mask of the batch that a user's ``__call__`` is asked about."""

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

    def mask(self, y_true: Any, values: Any) -> Array | None:
        """Which targets count, of these values, where the loss itself knows."""
        return None

    def mean_of_parts(self, y_true: Any, y_pred: Any) -> bool:
        """Whether the loss of a batch, of these shapes and without masks, is the mean of its equal parts' losses."""
        plain = type(self).__call__ is Loss.__call__ and self.mask(y_true, None) is None
        if not plain or self.reduction not in ("sum_over_batch_size", "mean"):
            return False
        shapes = [jax.typeof(y).shape[1:] for y in (y_true, y_pred)]
        types = [jax.typeof(y).dtype for y in (y_true, y_pred)]

        def some(rows: int) -> list[jax.ShapeDtypeStruct]:
            return [jax.ShapeDtypeStruct((rows, *shape), dtype) for shape, dtype in zip(shapes, types)]

        return apart(lambda both, _: (self.call(*both), ()), some, None)

    def of_batch(self, y_true: Any, y_pred: Any, sample_weight: Any, mask: Any) -> Array:
        """What is minimised of a batch; a user's ``__call__`` is told of the mask where it comes back to this one."""
        if type(self).__call__ is Loss.__call__:
            return self(y_true, y_pred, sample_weight, mask)
        self._travelling = mask
        try:
            return self(y_true, y_pred, sample_weight)
        finally:
            self._travelling = None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Array:
        mask = self._travelling if mask is None else mask
        mask = carried_mask(y_pred) if mask is None else mask
        if self.dtype is not None:
            y_pred = jnp.asarray(y_pred).astype(self.dtype)
        values = self.call(y_true, y_pred)
        own = self.mask(y_true, values)
        if own is not None:
            own = own.reshape(values.shape)
            mask = own if mask is None else own & (fit_weights(mask, values) > 0)
        return reduce(values, sample_weight, mask, self.reduction)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("dtype", None)
        return config


class PlainLoss(Loss):
    """A loss without options of its own: a subclass names its ``function`` of targets and predictions."""

    function: Callable[[Any, Any], Array]

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true, y_pred):
        return type(self).function(y_true, y_pred)


class FunctionLoss(Loss):
    """A user's function ``(y_true, y_pred) -> values`` as a loss."""

    def __init__(self, function: Callable[[Array, Array], Array], name: str | None = None) -> None:
        super().__init__(name or getattr(function, "__name__", type(function).__name__))
        self.function = function

    def call(self, y_true, y_pred):
        return jnp.asarray(self.function(*fit(y_true, y_pred)))
