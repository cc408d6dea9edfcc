"""The one mutable thing in the library: the handle that holds a weight's current value."""

from __future__ import annotations

from typing import Any

import numpy as np

from fourfold.core.specs import WeightSpec
from fourfold.errors import ShapeError


class Weight:
    """A named weight of a layer: its spec, its current value, whether it is trained.

    Graphs collect handles by identity, so a layer that two models share stays shared. The value is an array
    of NumPy until a model that runs puts it on a device.

    >>> from fourfold.core.specs import WeightSpec
    >>> weight = Weight("bias", WeightSpec((2,), initializer=None), np.zeros(2, "float32"))
    >>> weight.assign([1.0, 2.0])
    >>> weight.numpy().tolist()
    [1.0, 2.0]
    """

    def __init__(self, name: str, spec: WeightSpec, value: Any) -> None:
        self.name, self.spec, self.value = name, spec, value
        self.path = name
        self.trainable = spec.trainable

    @property
    def shape(self) -> tuple[int, ...]:
        return self.spec.shape

    @property
    def dtype(self) -> str:
        return self.spec.dtype

    @property
    def ndim(self) -> int:
        return len(self.spec.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.spec.shape))

    def assign(self, value: Any) -> None:
        """Replaces the value; the shape must stay."""
        array = np.array(value, dtype=self.spec.dtype)
        if array.shape != self.spec.shape:
            raise ShapeError(
                "weight-shape",
                f"weight {self.path} can't take this value",
                got=f"shape {array.shape}",
                wanted=f"shape {self.spec.shape}",
            )
        self.value = array

    def numpy(self) -> np.ndarray:
        return np.asarray(self.value)

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.array(self.value, dtype=dtype) if copy else np.asarray(self.value, dtype=dtype)

    def __jax_array__(self):
        import jax.numpy as jnp  # lazy: reading a weight's shape needs no JAX

        return jnp.asarray(self.value)

    def __repr__(self) -> str:
        return f"<Weight {self.path}, shape={self.shape}, dtype={self.dtype}, trainable={self.trainable}>"
