"""Images that differ a little each time that one trains on them: flipped, turned, moved, cropped, brighter or darker.

Each image of a batch is changed on its own. In `evaluate` and `predict`, and with ``training=False``, nothing changes;
called alone these layers act, as in Keras.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.layers.sizing import Sized
from fourfold.ops import images

Factor = float | Sequence[float]


class Augmentation(Layer):
    """What these layers share. A subclass writes ``changed``, from images (N, H, W, C) and a key."""

    alone = True

    def __init__(self, seed: int | None = None, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed, self.data_format = seed, arguments.data_format(data_format)

    @property
    def rows_apart(self) -> bool:
        return False  # each image draws its own numbers, by its place in the batch

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        if inputs.ndim != 3:
            arguments.check_layout(self, inputs, "HW", self.data_format)
        return {}

    def call(self, weights: Any, inputs: Array, *, training: bool = False, key: Array | None = None) -> Array:
        x = inputs.astype(jnp.float32)
        if not training or key is None:
            return x
        batch = arguments.channels_last(x if x.ndim == 4 else x[None], self.data_format)
        key = jax.random.fold_in(jax.random.wrap_key_data(key), self.seed or 0)
        y = arguments.as_given(self.changed(batch, key), self.data_format)
        return y if x.ndim == 4 else y[0]

    def changed(self, x: Array, key: Array) -> Array:
        raise NotImplementedError


class RandomFlip(Augmentation):
    """Each image as it is or flipped, with probability 1/2: left to right, top to bottom, or both at once by ``mode``.

    Shapes: x (N, H, W, C) or (H, W, C), y as x. Errors: `OptionError` for an unknown mode.

    >>> import numpy as np
    >>> x = np.array([[[[1.0], [2.0]]]])
    >>> RandomFlip("horizontal")(x, training=False).ravel().tolist()
    [1.0, 2.0]
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.mode = arguments.choice("mode", mode, ["horizontal", "vertical", "horizontal_and_vertical"])

    def changed(self, x, key):
        axes = [axis for axis, name in ((1, "vertical"), (2, "horizontal")) if name in self.mode]
        flips = jax.random.bernoulli(key, 0.5, (len(x), 1, 1, 1))
        return jnp.where(flips, jnp.flip(x, axes), x)


class Moving(Augmentation):
    """What layers share that move pixels by an affine map of places. A subclass writes ``maps`` (N, 2, 3)."""

    def __init__(
        self,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.fill_mode = arguments.choice("fill_mode", fill_mode, list(images.FILLS))
        self.interpolation = arguments.choice("interpolation", interpolation, list(images.ORDERS))
        self.fill_value = float(fill_value)

    def changed(self, x, key):
        n, height, width, _ = x.shape
        maps = self.maps(n, height, width, key)
        return images.moved(x, maps, self.interpolation, self.fill_mode, self.fill_value)

    def maps(self, n: int, height: int, width: int, key: Array) -> Array:
        raise NotImplementedError


class RandomRotation(Moving):
    """Each image turned by an angle between -``factor`` and ``factor``, or two numbers, as shares of a full turn.

    Shapes: x (N, H, W, C) or (H, W, C), y as x. ``fill_mode`` says what is seen where there was nothing. Errors:
    `OptionError` for a factor outside of -1 to 1.

    >>> import numpy as np
    >>> RandomRotation(0.1)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = between("factor", factor, -1.0, 1.0)

    def maps(self, n, height, width, key):
        angle = 2 * math.pi * uniform(key, n, self.factor)
        cos, sin, x, y = jnp.cos(angle), jnp.sin(angle), (width - 1) / 2, (height - 1) / 2
        return affine_maps([cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos])


class RandomZoom(Moving):
    """Each image out (factors above 0) or in by up to ``height_factor`` and ``width_factor``, by default the same.

    Shapes: x (N, H, W, C) or (H, W, C), y as x. ``fill_mode`` says what is seen where there was nothing. Errors:
    `OptionError` for a factor outside of -1 to 1.

    >>> import numpy as np
    >>> RandomZoom(0.1)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor = between("height_factor", height_factor, -1.0, 1.0)
        self.width_factor = None if width_factor is None else between("width_factor", width_factor, -1.0, 1.0)

    def maps(self, n, height, width, key):
        first, second = jax.random.split(key)
        rows = 1 + uniform(first, n, self.height_factor)
        columns = rows if self.width_factor is None else 1 + uniform(second, n, self.width_factor)
        x, y, zero = (width - 1) / 2, (height - 1) / 2, jnp.zeros(n)
        return affine_maps([columns, zero, x * (1 - columns), zero, rows, y * (1 - rows)])


class RandomTranslation(Moving):
    """Each image down and right by up to shares of its height and width, or up and left.

    Shapes: x (N, H, W, C) or (H, W, C), y as x. ``fill_mode`` says what is seen where there was nothing. Errors:
    `OptionError` for a factor outside of -1 to 1.

    >>> import numpy as np
    >>> RandomTranslation(0.1, 0.2)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor = between("height_factor", height_factor, -1.0, 1.0)
        self.width_factor = between("width_factor", width_factor, -1.0, 1.0)

    def maps(self, n, height, width, key):
        first, second = jax.random.split(key)
        down, right = height * uniform(first, n, self.height_factor), width * uniform(second, n, self.width_factor)
        one, zero = jnp.ones(n), jnp.zeros(n)
        return affine_maps([one, zero, -right, zero, one, -down])


class RandomCrop(Sized):
    """A part of each batch, ``height`` times ``width``, at a place that is drawn; in prediction the middle.

    Shapes: x (N, H, W, C) or (H, W, C), y with the new height and width. Smaller images are resized, cropped to keep
    their ratio. Errors: `ShapeError` for other axes.

    >>> import numpy as np
    >>> RandomCrop(4, 6)(np.ones((2, 8, 8, 3))).shape
    (2, 4, 6, 3)
    """

    alone = True

    def __init__(
        self, height: int, width: int, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(height, width, data_format, **kwargs)
        self.seed = seed

    @property
    def rows_apart(self) -> bool:
        return False  # the rows of a batch share the place

    def call(self, weights: Any, inputs: Array, *, training: bool = False, key: Array | None = None) -> Array:
        def cropped(batch: Array) -> Array:
            n, height, width, channels = batch.shape
            if not training or key is None or height <= self.height or width <= self.width:
                return images.resize(batch, (self.height, self.width), crop_to_aspect_ratio=True)
            own = jax.random.split(jax.random.fold_in(jax.random.wrap_key_data(key), self.seed or 0))
            top = jax.random.randint(own[0], (), 0, height - self.height + 1)
            left = jax.random.randint(own[1], (), 0, width - self.width + 1)
            return jax.lax.dynamic_slice(batch, (0, top, left, 0), (n, self.height, self.width, channels))

        return self.on_batches(cropped, inputs)


class RandomContrast(Augmentation):
    """Each image's distance from its channels' means times a number from 1 - factor[0] to 1 + factor[1].

    A single ``factor`` stands for (0, factor), as in Keras 3.

    Shapes: x (N, H, W, C) or (H, W, C), y as x, cut at ``value_range``. Errors: `OptionError` for a factor outside of
    0 to 1.

    >>> import numpy as np
    >>> RandomContrast(0.2)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.factor, self.value_range = between("factor", factor, 0.0, 1.0), tuple(value_range)

    def changed(self, x, key):
        by = uniform(key, len(x), (1 - self.factor[0], 1 + self.factor[1]))[:, None, None, None]
        mean = jnp.mean(x, (1, 2), keepdims=True)
        return jnp.clip((x - mean) * by + mean, *self.value_range)


class RandomBrightness(Augmentation):
    """Each image brighter or darker, by up to ``factor`` of ``value_range``, at which it is cut.

    Shapes: x (N, H, W, C) or (H, W, C), y as x. Errors: `OptionError` for a factor outside of -1 to 1.

    >>> import numpy as np
    >>> RandomBrightness(0.2)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.factor, self.value_range = between("factor", factor, -1.0, 1.0), tuple(sorted(value_range))

    def changed(self, x, key):
        low, high = self.value_range
        by = uniform(key, len(x), self.factor)[:, None, None, None]
        return jnp.clip(x + by * (high - low), low, high)


def between(name: str, value: Factor, least: float, most: float) -> tuple[float, float]:
    """Two numbers; a single one stands for itself and its opposite, as far as that is allowed."""
    given = [*value] if isinstance(value, (tuple, list)) else [-abs(value), abs(value)]  # type: ignore[operator]
    numbers = given[1:] if given and not isinstance(value, (tuple, list)) else given
    if len(given) != 2 or not all(isinstance(n, (int, float)) and least <= n <= most for n in numbers):
        raise OptionError(
            "augmentation-factor",
            f"{name} is no share",
            got=f"{name}={value!r}",
            wanted=f"a number from {least:g} to {most:g}, or two of them",
        )
    low, high = sorted(float(number) for number in given)
    return max(low, least), high


def uniform(key: Array, n: int, between: tuple[float, float]) -> Array:
    low, high = between
    return jnp.full(n, low) if low == high else jax.random.uniform(key, (n,), minval=low, maxval=high)


def affine_maps(entries: list[Array]) -> Array:
    return jnp.stack(entries, axis=1).reshape(-1, 2, 3)
