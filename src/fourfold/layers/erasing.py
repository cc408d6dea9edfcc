"""Images in which parts or colours are missing each time that one trains on them, some images at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.errors import OptionError, ShapeError
from fourfold.layers.augmentation import Augmentation, Factor, between, uniform
from fourfold.ops.functions import rgb_to_grayscale


class RandomErasing(Augmentation):
    """A rectangle of each image filled, with a probability that is drawn from ``factor`` for each.

    Its sides are shares of the image's, each the root of a number from ``scale``. It is filled with ``fill_value``, a
    number or one for each channel, or with normal noise of deviation ``value_range[1]`` where that is None; both cut
    at ``value_range``. A single ``factor`` stands for (0, factor), as in Keras 3.

    Shapes: x (N, H, W, C) or (H, W, C), y as x. Errors: `OptionError` for a factor or a scale outside of 0 to 1.

    >>> import numpy as np
    >>> RandomErasing((1.0, 1.0), scale=(1.0, 1.0), fill_value=7.0)(np.ones((1, 2, 2, 1))).ravel().tolist()
    [7.0, 7.0, 7.0, 7.0]

    Source: Zhong et al., "Random erasing data augmentation" (AAAI 2020).
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = (0.02, 0.33),
        fill_value: float | Sequence[float] | None = None,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.factor, self.scale = between("factor", factor, 0.0, 1.0), between("scale", scale, 0.0, 1.0)
        self.fill_value, self.value_range = fill_value, tuple(value_range)

    def changed(self, x, key):
        rows, columns, erased, noise = jax.random.split(key, 4)
        inside = _stretch(rows, x, 1, self.scale) & _stretch(columns, x, 2, self.scale)
        if self.fill_value is None:
            fill = jax.random.normal(noise, x.shape) * self.value_range[1]
        else:
            fill = jnp.broadcast_to(jnp.asarray(self.fill_value, x.dtype), x.shape[-1:])[None, None, None]
        fill = jnp.clip(fill, *self.value_range)
        return jnp.where(inside & _some(erased, len(x), self.factor), fill, x)


class RandomInvert(Augmentation):
    """``value_range[1]`` - x in the place of an image, with a probability that is drawn from ``factor`` for each.

    A single ``factor`` stands for (0, factor), as in Keras 3. Shapes: x (N, H, W, C) or (H, W, C), y as x. Errors:
    `OptionError` for a factor outside of 0 to 1.

    >>> import numpy as np
    >>> RandomInvert((1.0, 1.0), value_range=(0, 1))(np.array([[[0.25, 1.0]]])).ravel().tolist()
    [0.75, 0.0]
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.factor, self.value_range = between("factor", factor, 0.0, 1.0), tuple(value_range)

    def changed(self, x, key):
        return jnp.where(_some(key, len(x), self.factor), self.value_range[1] - x, x)


class RandomGrayscale(Augmentation):
    """An image without its colours, 0.2989 red + 0.587 green + 0.114 blue in each channel, with probability ``factor``.

    Shapes: x (N, H, W, 3) or (H, W, 3), y as x. Errors: `OptionError` for a factor outside of 0 to 1; `ShapeError` for
    other channels.

    >>> import numpy as np
    >>> (100 * RandomGrayscale(1.0)(np.array([[[1.0, 0.0, 0.0]]])).ravel()).round().tolist()
    [30.0, 30.0, 30.0]
    """

    def __init__(
        self, factor: float = 0.5, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        if not isinstance(factor, (int, float)) or not 0 <= factor <= 1:
            raise OptionError(
                "grayscale-factor", "factor is no probability", got=f"factor={factor!r}", wanted="a number from 0 to 1"
            )
        self.factor = float(factor)

    def changed(self, x, key):
        if x.shape[-1] != 3:
            raise ShapeError(
                "grayscale-channels",
                f"{self.name} takes colours",
                got=f"{x.shape[-1]} channels",
                wanted="3, red, green and blue",
                do="leave it out: images of one channel are gray",
            )
        return jnp.where(_some(key, len(x), (self.factor, self.factor)), rgb_to_grayscale(x), x)


def _some(key: Array, n: int, probability: tuple[float, float]) -> Array:
    """Which images are changed, (N, 1, 1, 1), each with a probability between the two numbers."""
    own, drawn = jax.random.split(key)
    return (jax.random.uniform(own, (n,)) < uniform(drawn, n, probability))[:, None, None, None]


def _stretch(key: Array, x: Array, axis: int, scale: tuple[float, float]) -> Array:
    """Which places of an axis lie in a stretch whose length, as a share, is the root of a number from the scale."""
    where, size = jax.random.split(key)
    length = jnp.sqrt(uniform(size, len(x), scale)) * x.shape[axis]
    begin = jax.random.uniform(where, (len(x),)) * (x.shape[axis] - length)
    places = jnp.arange(x.shape[axis], dtype=x.dtype)[None]
    inside = (places >= begin[:, None]) & (places < (begin + length)[:, None])
    return jnp.expand_dims(inside, [2 if axis == 1 else 1, 3])
