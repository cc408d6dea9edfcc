"""Layers that move entries without changing them: Flatten, Reshape, Permute, Cropping and ZeroPadding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer


class Flatten(Layer):
    """All axes but the batch's joined into one: (N, A, B, ...) to (N, A B ...), and (N,) to (N, 1).

    With ``channels_first`` the axis 1 goes last before. A mask ends here, with a `MaskWarning`.

    >>> import numpy as np
    >>> Flatten()(np.ones((2, 28, 28), "float32")).shape
    (2, 784)
    """

    joins_steps = True

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = arguments.data_format(data_format)

    def call(self, weights: Any, inputs: Array) -> Array:
        if inputs.ndim > 2:
            inputs = arguments.channels_last(inputs, self.data_format)
        return inputs.reshape(inputs.shape[0], math.prod(inputs.shape[1:]))


class Reshape(Layer):
    """The same entries, in the same order, with the axes ``target_shape`` after the batch axis.

    One axis may be -1: as long as it must be. A mask ends here. Errors: `ShapeError` if the entries don't
    fill the axes; `OptionError` for more than one -1.

    >>> import numpy as np
    >>> Reshape((4, -1))(np.ones((2, 12), "float32")).shape
    (2, 4, 3)
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)
        if self.target_shape.count(-1) > 1 or any(axis != -1 and axis < 0 for axis in self.target_shape):
            raise OptionError(
                "reshape-target",
                "Reshape needs the lengths of the axes",
                got=f"target_shape={self.target_shape}",
                wanted="whole numbers, one of them -1 at most",
            )

    def call(self, weights: Any, inputs: Array) -> Array:
        entries = math.prod(inputs.shape[1:])
        fixed = math.prod(axis for axis in self.target_shape if axis != -1)
        fits = fixed and entries % fixed == 0 if -1 in self.target_shape else entries == fixed
        if not fits:
            raise ShapeError(
                "reshape-entries",
                f"the entries of each example don't fill the axes of {self.name}",
                got=f"{entries} entries, of shape {tuple(inputs.shape[1:])}, for {self.target_shape}",
                wanted=f"{'a multiple of ' if -1 in self.target_shape else ''}{fixed}",
            )
        shape = [entries // fixed if axis == -1 else axis for axis in self.target_shape]
        return inputs.reshape(inputs.shape[0], *shape)


class Permute(Layer):
    """The axes in another order: output axis i is input axis ``dims[i - 1]``, the batch axis 0 stays.

    A mask ends here. Errors: `OptionError` if ``dims`` is not an order of 1, 2, ...; `ShapeError` if x has
    another number of axes.

    >>> import numpy as np
    >>> Permute((2, 1))(np.ones((2, 5, 3), "float32")).shape
    (2, 3, 5)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise OptionError(
                "permute-dims",
                "dims is not an order of the axes after the batch's",
                got=f"dims={self.dims}",
                wanted=f"an order of {tuple(range(1, len(self.dims) + 1))}",
                do="start from 1: the batch axis 0 stays where it is",
            )

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "N" + "ABCDEFGH"[: len(self.dims)])
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        return jnp.transpose(inputs, (0, *self.dims))


class Cropping1D(Layer):
    """``cropping`` steps left out at each end, or (before, after): (N, T, C) to (N, T - before - after, C).

    A mask ends here. Errors: `ShapeError` if x has other axes, or no more steps than are left out.

    >>> import numpy as np
    >>> Cropping1D((0, 2))(np.arange(4.0).reshape(1, 4, 1)).ravel().tolist()
    [0.0, 1.0]
    """

    def __init__(self, cropping: int | Sequence[int] = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cropping = arguments.per_axis("cropping", cropping, 2, least=0)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "NTC")
        steps = inputs.shape[1]
        if steps is not None and steps <= sum(self.cropping):
            raise ShapeError(
                "cropping",
                f"{self.name} leaves no step",
                got=f"{steps} steps, cropping={self.cropping}",
                wanted=f"more than {sum(self.cropping)} steps",
            )
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        before, after = self.cropping
        return inputs[:, before : inputs.shape[1] - after]


class Cropping2D(Layer):
    """Pixels left out at the sides: (N, H, W, C) to (N, H - top - bottom, W - left - right, C).

    ``cropping``: one number, (height, width), or ((top, bottom), (left, right)). A mask ends here. Errors:
    `ShapeError` if x has other axes, or no more pixels than are left out.

    >>> import numpy as np
    >>> Cropping2D(((1, 0), (2, 2)))(np.ones((1, 5, 8, 3), "float32")).shape
    (1, 4, 4, 3)
    """

    axes = "HW"

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.cropping = _sides("cropping", cropping, self.axes)
        self.data_format = arguments.data_format(data_format)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        first = 1 if self.data_format == "channels_last" else 2
        for pixels, sides in zip(inputs.shape[first:], self.cropping):
            if pixels is not None and pixels <= sum(sides):
                raise ShapeError(
                    "cropping-pixels",
                    f"{self.name} leaves no pixel",
                    got=f"shape {tuple(inputs.shape)}, cropping={self.cropping}",
                    wanted=f"more than {sum(sides)} pixels",
                )
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        x = arguments.channels_last(inputs, self.data_format)
        inner = [slice(before, length - after) for length, (before, after) in zip(x.shape[1:], self.cropping)]
        return arguments.as_given(x[(slice(None), *inner)], self.data_format)


class Cropping3D(Cropping2D):
    """Voxels left out at the sides: (N, D, H, W, C) to (N, D - front - back, H - top - bottom, W - left - right, C).

    ``cropping``: one number, one for each axis, or a pair for each axis. A mask ends here. Errors: `ShapeError` if x
    has other axes, or no more voxels than are left out.

    >>> import numpy as np
    >>> Cropping3D(((1, 0), (2, 2), (0, 1)))(np.ones((1, 5, 8, 4, 3), "float32")).shape
    (1, 4, 4, 3, 3)
    """

    axes = "DHW"

    def __init__(
        self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)


class ZeroPadding1D(Layer):
    """``padding`` zeros, or (before, after), around the steps: (N, T, C) to (N, before + T + after, C).

    A mask ends here. Errors: `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> ZeroPadding1D((1, 0))(np.ones((1, 2, 1), "float32")).ravel().tolist()
    [0.0, 1.0, 1.0]
    """

    def __init__(
        self, padding: int | Sequence[int] = 1, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.padding = arguments.per_axis("padding", padding, 2, least=0)
        self.data_format = arguments.data_format(data_format)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, "T", self.data_format)
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        return _pad(inputs, [self.padding], self.data_format)


class ZeroPadding2D(Layer):
    """Zeros around an image: (N, H, W, C) to (N, top + H + bottom, left + W + right, C).

    ``padding``: one number, (height, width), or ((top, bottom), (left, right)). A mask ends here. Errors:
    `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> ZeroPadding2D(((1, 0), (2, 2)))(np.ones((1, 4, 4, 3), "float32")).shape
    (1, 5, 8, 3)
    """

    axes = "HW"

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = _sides("padding", padding, self.axes)
        self.data_format = arguments.data_format(data_format)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        return _pad(inputs, self.padding, self.data_format)


class ZeroPadding3D(ZeroPadding2D):
    """Zeros around a volume: (N, D, H, W, C) to (N, front + D + back, top + H + bottom, left + W + right, C).

    ``padding``: one number, one for each axis, or a pair for each axis. A mask ends here. Errors: `ShapeError` if x has
    other axes.

    >>> import numpy as np
    >>> ZeroPadding3D(((1, 0), (2, 2), (0, 1)))(np.ones((1, 4, 4, 3, 3), "float32")).shape
    (1, 5, 8, 4, 3)
    """

    axes = "DHW"

    def __init__(
        self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(padding, data_format, **kwargs)


_FORMS = {
    "HW": ("two", "a number, (height, width), or ((top, bottom), (left, right))"),
    "DHW": ("three", "a number, (depth, height, width), or ((front, back), (top, bottom), (left, right))"),
}


def _sides(name: str, value: Any, axes: str) -> tuple[tuple[int, ...], ...]:
    """(before, after) for each axis, of any form in which they are given."""
    sides = tuple(value) if isinstance(value, (tuple, list)) else (value,) * len(axes)
    if len(sides) != len(axes):
        count, forms = _FORMS[axes]
        raise OptionError(
            "padding-sides", f"{name} doesn't fit {count} axes", got=f"{name}={value!r}", wanted=forms
        )
    return tuple(arguments.per_axis(name, side, 2, least=0) for side in sides)


def _pad(inputs: Array, sides: Sequence[Sequence[int]], layout: str) -> Array:
    none = (0, 0)
    return jnp.pad(inputs, [none, *sides, none] if layout == "channels_last" else [none, none, *sides])
