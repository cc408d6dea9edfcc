"""UpSampling1D, UpSampling2D and UpSampling3D: the same sequence, image or volume with more steps or pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import images


class UpSampling1D(Layer):
    """Each step ``size`` times: y[n, t, c] = x[n, floor(t / size), c].

    Shapes: x (N, T, C), y (N, size T, C). A mask ends here. Errors: `OptionError` if ``size`` is no whole number;
    `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> UpSampling1D(2)(np.array([[[1.0], [2.0]]])).ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = arguments.whole("size", size)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "NTC")
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        return jnp.repeat(inputs, self.size, axis=1)


class UpSampling2D(Layer):
    """An image with ``size`` times as many pixels in height and width, between which ``interpolation`` fills in.

    Shapes: x (N, H, W, C), y (N, size[0] H, size[1] W, C), or with the channels at axis 1 for ``channels_first``.
    ``nearest`` repeats each pixel; ``bilinear``, ``bicubic``, ``lanczos3`` and ``lanczos5`` weigh those around. A mask
    ends here. Errors: `OptionError` for an unknown interpolation; `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> UpSampling2D((1, 2))(np.array([[[[1.0], [2.0]]]]))[0, 0].ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size = arguments.per_axis("size", size, 2)
        self.data_format = arguments.data_format(data_format)
        self.interpolation = arguments.choice("interpolation", interpolation, list(images.METHODS))

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, "HW", self.data_format)
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        x = arguments.channels_last(inputs, self.data_format)
        if self.interpolation == "nearest":
            y = jnp.repeat(jnp.repeat(x, self.size[0], axis=1), self.size[1], axis=2)
        else:
            n, h, w, c = x.shape
            larger = (n, h * self.size[0], w * self.size[1], c)
            y = jax.image.resize(x, larger, images.METHODS[self.interpolation])
        return arguments.as_given(y, self.data_format)


class UpSampling3D(Layer):
    """Each voxel ``size`` times along each axis: y[n, d, h, w, c] = x[n, d // size[0], h // size[1], w // size[2], c].

    Shapes: x (N, D, H, W, C), y (N, size[0] D, size[1] H, size[2] W, C), or with the channels at axis 1 for
    ``channels_first``. A mask ends here. Errors: `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> UpSampling3D((1, 2, 1))(np.ones((1, 2, 3, 4, 1), "float32")).shape
    (1, 2, 6, 4, 1)
    """

    def __init__(
        self, size: int | Sequence[int] = (2, 2, 2), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.size = arguments.per_axis("size", size, 3)
        self.data_format = arguments.data_format(data_format)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, "DHW", self.data_format)
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        first = 1 if self.data_format == "channels_last" else 2
        for axis, times in enumerate(self.size, start=first):
            inputs = jnp.repeat(inputs, times, axis=axis)
        return inputs
