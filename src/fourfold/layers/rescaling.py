"""Rescaling: the affine map of inputs to a range that trains well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold.layers.base import Layer
from fourfold.ops.dense import add_bias


class Rescaling(Layer):
    """y = scale x + offset, numbers or one for each channel; whole numbers become float32.

    Shapes: y as x (N, ..., C). No weights.

    >>> import numpy as np
    >>> Rescaling(1 / 255)(np.array([[0, 255]], "uint8")).tolist()
    [[0.0, 1.0]]
    """

    supports_masking = True

    def __init__(
        self, scale: float | Sequence[float], offset: float | Sequence[float] = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, weights: Any, inputs: Array) -> Array:
        scale, offset = (jnp.asarray(np.asarray(value, np.float32)) for value in (self.scale, self.offset))
        x = jnp.asarray(inputs).astype(jnp.float32)
        return add_bias(x * scale.reshape((1,) * (x.ndim - scale.ndim) + scale.shape), offset)
