"""Pooling layers: maximum or mean under windows, or over a whole sequence, image or volume."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import pooling


class PoolingLayer(Layer):
    """What pooling to several windows shares; each subclass says its axes, its operation, and the options of that."""

    axes = ""
    data_format: str

    @property
    def options(self) -> dict[str, Any]:
        raise NotImplementedError

    def operate(self, x: Array, **options: Any) -> Array:
        raise NotImplementedError

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        x = arguments.channels_last(inputs, self.data_format)
        return arguments.as_given(self.operate(x, **self.options), self.data_format)


class Pooling(PoolingLayer):
    """What pooling under windows of one size shares."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        given, rank = self._arguments, len(self.axes)
        self.pool_size = arguments.per_axis("pool_size", given["pool_size"], rank)
        strides = given["pool_size"] if given["strides"] is None else given["strides"]
        self.strides = arguments.per_axis("strides", strides, rank)
        self.padding = arguments.choice("padding", given["padding"], ("valid", "same"))
        self.data_format = arguments.data_format(given["data_format"])

    @property
    def options(self):
        return {"size": self.pool_size, "strides": self.strides, "padding": self.padding}


class MaxPooling1D(Pooling):
    """y[n, t, c] = max_k x[n, t s + k, c]

    Shapes: x (N, T, C), y (N, T', C), or with the channels at axis 1 for ``channels_first``; T' =
    floor((T - pool_size) / s) + 1 with ``valid`` padding, ceil(T / s) with ``same``; the strides s are the
    pool size by default. The gradient goes to the first maximum. A mask ends here. Errors: `ShapeError` if x
    has other axes or no window fits.

    >>> import numpy as np
    >>> MaxPooling1D(2)(np.array([[[1.0], [3.0], [2.0], [0.0]]])).ravel().tolist()
    [3.0, 2.0]
    """

    axes = "T"

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)

    def operate(self, x, **options):
        return pooling.max_pool(x, **options)


class MaxPooling2D(Pooling):
    """y[n, h, w, c] = max_{i, j} x[n, h s + i, w s + j, c]

    Shapes: x (N, H, W, C), y (N, H', W', C); the rest is as in `MaxPooling1D`.

    >>> import numpy as np
    >>> MaxPooling2D()(np.ones((1, 5, 4, 3), "float32")).shape
    (1, 2, 2, 3)
    """

    axes = "HW"

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2),
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)

    def operate(self, x, **options):
        return pooling.max_pool(x, **options)


class MaxPooling3D(Pooling):
    """y[n, d, h, w, c] = max_{i, j, k} x[n, d s + i, h s + j, w s + k, c]

    Shapes: x (N, D, H, W, C), y (N, D', H', W', C); the rest is as in `MaxPooling1D`.

    >>> import numpy as np
    >>> MaxPooling3D()(np.ones((1, 5, 4, 6, 3), "float32")).shape
    (1, 2, 2, 3, 3)
    """

    axes = "DHW"

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2, 2),
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)

    def operate(self, x, **options):
        return pooling.max_pool(x, **options)


class AveragePooling1D(Pooling):
    """y[n, t, c] = mean_k x[n, t s + k, c], over the elements that lie inside the input.

    Shapes, arguments and errors are those of `MaxPooling1D`, but ``pool_size`` has no default.

    >>> import numpy as np
    >>> AveragePooling1D(2, padding="same")(np.array([[[1.0], [3.0], [2.0]]])).ravel().tolist()
    [2.0, 2.0]
    """

    axes = "T"

    def __init__(
        self,
        pool_size: int | Sequence[int],
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)

    def operate(self, x, **options):
        return pooling.average_pool(x, **options)


class AveragePooling2D(Pooling):
    """y[n, h, w, c] = mean_{i, j} x[n, h s + i, w s + j, c], over the elements that lie inside the input.

    Shapes, arguments and errors are those of `MaxPooling2D`, but ``pool_size`` has no default.

    >>> import numpy as np
    >>> AveragePooling2D((2, 1))(np.ones((1, 4, 4, 3), "float32")).shape
    (1, 2, 4, 3)
    """

    axes = "HW"

    def __init__(
        self,
        pool_size: int | Sequence[int],
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)

    def operate(self, x, **options):
        return pooling.average_pool(x, **options)


class AveragePooling3D(Pooling):
    """y[n, d, h, w, c] = mean_{i, j, k} x[n, d s + i, h s + j, w s + k, c], over the elements inside the input.

    Shapes, arguments and errors are those of `MaxPooling3D`, but ``pool_size`` has no default.

    >>> import numpy as np
    >>> AveragePooling3D((2, 1, 2))(np.ones((1, 4, 4, 6, 3), "float32")).shape
    (1, 2, 4, 3, 3)
    """

    axes = "DHW"

    def __init__(
        self,
        pool_size: int | Sequence[int],
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)

    def operate(self, x, **options):
        return pooling.average_pool(x, **options)


class GlobalPooling(Layer):
    """What pooling over all positions shares; each subclass says its axes and its operation."""

    axes = ""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = arguments.data_format(data_format)
        self.keepdims = bool(keepdims)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        return {}

    def over(self, x: Array) -> tuple[int, ...]:
        """The spatial axes of x."""
        arguments.check_layout(self, x, self.axes, self.data_format)
        return tuple(range(1, x.ndim - 1) if self.data_format == "channels_last" else range(2, x.ndim))


class GlobalMaxPooling1D(GlobalPooling):
    """y[n, c] = max_t x[n, t, c]

    Shapes: x (N, T, C), y (N, C), or (N, 1, C) with ``keepdims``. A mask is not used and ends here, as in
    Keras, with a `MaskWarning`. Errors: `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> GlobalMaxPooling1D()(np.array([[[1.0], [3.0], [2.0]]])).tolist()
    [[3.0]]
    """

    axes = "T"
    joins_steps = True

    def call(self, weights: Any, inputs: Array) -> Array:
        return pooling.global_max_pool(inputs, self.over(inputs), self.keepdims)


class GlobalMaxPooling2D(GlobalMaxPooling1D):
    """y[n, c] = max_{h, w} x[n, h, w, c]

    Shapes: x (N, H, W, C), y (N, C), or (N, 1, 1, C) with ``keepdims``. Errors: `ShapeError` for other axes.

    >>> import numpy as np
    >>> GlobalMaxPooling2D()(np.ones((2, 5, 4, 3), "float32")).shape
    (2, 3)
    """

    axes = "HW"


class GlobalMaxPooling3D(GlobalMaxPooling1D):
    """y[n, c] = max_{d, h, w} x[n, d, h, w, c]

    Shapes: x (N, D, H, W, C), y (N, C), or (N, 1, 1, 1, C) with ``keepdims``. Errors: `ShapeError` for other axes.

    >>> import numpy as np
    >>> GlobalMaxPooling3D()(np.ones((2, 5, 4, 6, 3), "float32")).shape
    (2, 3)
    """

    axes = "DHW"


class GlobalAveragePooling1D(GlobalPooling):
    """y[n, c] = sum_t m[n, t] x[n, t, c] / sum_t m[n, t], m the mask, or 1 without one.

    Shapes: x (N, T, C), y (N, C), or (N, 1, C) with ``keepdims``. The mask is used up. Where it holds no step
    the mean of nothing is NaN, as in Keras. Errors: `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> GlobalAveragePooling1D()(np.array([[[1.0], [3.0], [8.0]]]), mask=np.array([[1, 1, 0]])).tolist()
    [[2.0]]
    """

    axes = "T"

    def call(self, weights: Any, inputs: Array, *, mask: Array | None = None) -> Array:
        axis = self.over(inputs)
        if mask is None:
            return jnp.mean(inputs, axis=axis, keepdims=self.keepdims)
        valid = jnp.expand_dims(jnp.asarray(mask).astype(bool), 3 - axis[0])
        total = jnp.sum(jnp.where(valid, inputs, 0.0), axis=axis, keepdims=self.keepdims)
        return total / jnp.sum(valid, axis=axis, keepdims=self.keepdims, dtype=inputs.dtype)


class GlobalAveragePooling2D(GlobalPooling):
    """y[n, c] = mean_{h, w} x[n, h, w, c]

    Shapes: x (N, H, W, C), y (N, C), or (N, 1, 1, C) with ``keepdims``. Errors: `ShapeError` for other axes.

    >>> import numpy as np
    >>> GlobalAveragePooling2D(keepdims=True)(np.ones((2, 5, 4, 3), "float32")).shape
    (2, 1, 1, 3)

    Source: Lin, Chen and Yan, "Network in network", 2014.
    """

    axes = "HW"

    def call(self, weights: Any, inputs: Array) -> Array:
        return jnp.mean(inputs, axis=self.over(inputs), keepdims=self.keepdims)


class GlobalAveragePooling3D(GlobalAveragePooling2D):
    """y[n, c] = mean_{d, h, w} x[n, d, h, w, c]

    Shapes: x (N, D, H, W, C), y (N, C), or (N, 1, 1, 1, C) with ``keepdims``. Errors: `ShapeError` for other axes.

    >>> import numpy as np
    >>> GlobalAveragePooling3D()(np.ones((2, 5, 4, 6, 3), "float32")).shape
    (2, 3)
    """

    axes = "DHW"


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
