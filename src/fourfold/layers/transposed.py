"""Conv1DTranspose and Conv2DTranspose: from few positions to many, by the kernels that a convolution would use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import activations, dense, separable


class Transposed(Layer):
    """What both share; each says how many spatial axes it has."""

    axes = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        given, rank = self._arguments, len(self.axes)
        arguments.refuse(
            self, activity_regularizer=given["activity_regularizer"], output_padding=given["output_padding"]
        )
        self.filters = arguments.whole("filters", given["filters"])
        self.kernel_size = arguments.per_axis("kernel_size", given["kernel_size"], rank)
        self.strides = arguments.per_axis("strides", given["strides"], rank)
        self.dilation_rate = arguments.per_axis("dilation_rate", given["dilation_rate"], rank)
        self.padding = arguments.choice("padding", given["padding"], ("valid", "same"))
        self.data_format = arguments.data_format(given["data_format"])
        self.activation = activations.get(given["activation"])
        self.use_bias = bool(given["use_bias"])
        arguments.take_terms(self, "kernel", "bias")
        arguments.strides_or_dilation(self.strides, self.dilation_rate)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        channels = arguments.known(self, inputs, -1 if self.data_format == "channels_last" else 1)
        shape = (*self.kernel_size, self.filters, channels)
        kernel = {"kernel": arguments.weight(self, "kernel", shape)}
        return kernel | ({"bias": arguments.weight(self, "bias", (self.filters,))} if self.use_bias else {})

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        outputs = separable.transposed(
            arguments.channels_last(inputs, self.data_format),
            weights["kernel"],
            strides=self.strides,
            padding=self.padding,
            dilation=self.dilation_rate,
        )
        if self.use_bias:
            outputs = dense.add_bias(outputs, weights["bias"])
        return self.activation(arguments.as_given(outputs, self.data_format))


class Conv1DTranspose(Transposed):
    """y[n, o, f] = activation(sum x[n, t, c] W[k, f, c] + b[f]), over all t, k, c with t s + k d - p = o

    Shapes: x (N, T, C), y (N, T', filters); channels at axis 1 for ``channels_first``. Padding: ``same`` so that T' =
    s T; ``valid`` max(d (kernel_size - 1) + 1 - s, 0) more. Weights: kernel W (*kernel_size, filters, C)
    ``glorot_uniform``, bias b (filters,) ``zeros``. A mask ends here. Errors: `OptionError` for strides and dilation
    at once, or an ``output_padding``; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> Conv1DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 5, 4), "float32")).shape
    (2, 10, 8)

    Source: Zeiler et al., "Deconvolutional networks", 2010. Good to come back to the length that strides took away;
    poor where the kernel is no multiple of the strides, which shows as a pattern.
    """

    axes = "T"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class Conv2DTranspose(Transposed):
    """y[n, o, q, f] = activation(sum x[n, h, w, c] W[i, j, f, c] + b[f])

    The sum is over all h, w, i, j, c with h s + i d - p = o and w s + j d - p = q.

    Shapes: x (N, H, W, C), y (N, H', W', filters); channels at axis 1 for ``channels_first``. Padding: ``same`` so
    that H' = s H and likewise W'; ``valid`` max(d (kernel_size - 1) + 1 - s, 0) more. Weights: kernel W
    (*kernel_size, filters, C) ``glorot_uniform``, bias b (filters,) ``zeros``. A mask ends here. Errors:
    `OptionError` for strides and dilation at once, or an ``output_padding``; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> Conv2DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 5, 4, 4), "float32")).shape
    (2, 10, 8, 8)

    Source: Zeiler et al., "Deconvolutional networks", 2010. Good to come back to the length that strides took away;
    poor where the kernel is no multiple of the strides, which shows as a pattern.
    """

    axes = "HW"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
