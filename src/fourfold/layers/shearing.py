"""Images that are slanted a little each time that one trains on them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from fourfold.layers.augmentation import Factor, Moving, affine_maps, between, uniform


class RandomShear(Moving):
    """Each image slanted: rows moved by up to ``x_factor`` for each row, columns by up to ``y_factor`` for each column.

    Two numbers bound how far; to which side is drawn for each image, as the same for both. Shapes: x (N, H, W, C) or
    (H, W, C), y as x. ``fill_mode`` says what is seen where there was nothing. Errors: `OptionError` for a factor
    outside of 0 to 1.

    >>> import numpy as np
    >>> RandomShear(0.1)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        x_factor: Factor = 0.0,
        y_factor: Factor = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.x_factor, self.y_factor = _either("x_factor", x_factor), _either("y_factor", y_factor)

    def maps(self, n, height, width, key):
        side, first, second = jax.random.split(key, 3)
        sign = jnp.where(jax.random.bernoulli(side, 0.5, (n,)), 1.0, -1.0)
        x, y = sign * uniform(first, n, self.x_factor), sign * uniform(second, n, self.y_factor)
        one, zero = jnp.ones(n), jnp.zeros(n)
        return affine_maps([one, x, zero, y, one, zero])


def _either(name: str, value: Factor) -> tuple[float, float]:
    """Two numbers; a single one stands for itself and its opposite."""
    low, high = between(name, value, 0.0, 1.0)
    return (low, high) if isinstance(value, (tuple, list)) else (-high, high)
