"""Depthwise and separable convolutions: a kernel for each channel alone, and then, or not, mixtures of channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.layers import arguments
from fourfold.layers.convolution import Windowed
from fourfold.ops.depthwise import depthwise


class ByChannel(Windowed):
    """What all of them share: ``depth_multiplier`` kernels a channel."""

    kernels = ("depthwise",)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.depth_multiplier = arguments.whole("depth_multiplier", self._arguments["depth_multiplier"])

    def _depthwise_kernel(self, channels: int) -> WeightSpec:
        return arguments.weight(self, "depthwise", (*self.kernel_size, channels, self.depth_multiplier))

    def _by_channel(self, kernel: Array, inputs: Array) -> Array:
        return depthwise(arguments.channels_last(inputs, self.data_format), kernel, **self._window())


class Depthwise(ByChannel):
    """What DepthwiseConv1D and DepthwiseConv2D share."""

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        channels = self._channels(inputs)
        return self._with_bias(
            {"kernel": self._depthwise_kernel(channels)}, channels * self.depth_multiplier
        )

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        return self._finished(self._by_channel(weights["kernel"], inputs), weights)


class Separable(ByChannel):
    """What SeparableConv1D and SeparableConv2D share."""

    kernels = ("depthwise", "pointwise")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = arguments.whole("filters", self._arguments["filters"])

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        channels, one = self._channels(inputs), (1,) * len(self.axes)
        mixture = (*one, channels * self.depth_multiplier, self.filters)
        kernels = {
            "depthwise_kernel": self._depthwise_kernel(channels),
            "pointwise_kernel": arguments.weight(self, "pointwise", mixture),
        }
        return self._with_bias(kernels, self.filters)

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        by_channel = self._by_channel(weights["depthwise_kernel"], inputs)
        mixture = weights["pointwise_kernel"]
        return self._finished(by_channel @ mixture.reshape(mixture.shape[-2:]), weights)


class DepthwiseConv1D(Depthwise):
    """y[n, t, (c, m)] = activation(sum_{k} x[n, t s + k d - p, c] W[k, c, m] + b[(c, m)])

    Shapes: x (N, T, C), y (N, T', C M) with M = ``depth_multiplier``; channels at axis 1 for ``channels_first``.
    Padding ``valid`` or ``same``, with the lengths of Conv1D. Weights: kernel W (*kernel_size, C, M)
    ``glorot_uniform``, bias b (C M,) ``zeros``. A mask ends here. Errors: `OptionError` for strides and dilation at
    once; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 10, 4), "float32")).shape
    (2, 8, 8)

    Source: Sifre, "Rigid-motion scattering for image classification", 2014. Good where each channel is a measurement
    of its own; poor where only several channels together say something.
    """

    axes = "T"

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class SeparableConv1D(Separable):
    """y = activation(D P + b), D[n, t, (c, m)] = sum_{k} x[n, t s + k d - p, c] W[k, c, m]

    Shapes: x (N, T, C), y (N, T', filters); channels at axis 1 for ``channels_first``. Padding ``valid`` or ``same``,
    with the lengths of Conv1D. Weights: depthwise_kernel W (*kernel_size, C, depth_multiplier), pointwise_kernel P
    (1, C depth_multiplier, filters), both ``glorot_uniform``, bias b (filters,) ``zeros``. A mask ends here. Errors:
    `OptionError` for strides and dilation at once; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> SeparableConv1D(8, 3)(np.ones((2, 10, 4), "float32")).shape
    (2, 8, 8)

    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", 2017. Good for fewer weights
    than Conv1D at the same width; poor where the weights are few anyway.
    """

    axes = "T"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class DepthwiseConv2D(Depthwise):
    """y[n, h, w, (c, m)] = activation(sum_{i, j} x[n, h s + i d - p, w s + j d - p, c] W[i, j, c, m] + b[(c, m)])

    Shapes: x (N, H, W, C), y (N, H', W', C M) with M = ``depth_multiplier``; channels at axis 1 for
    ``channels_first``. Padding and lengths are those of Conv2D. Weights: kernel W (*kernel_size, C, M)
    ``glorot_uniform``, bias b (C M,) ``zeros``. A mask ends here. Errors: `OptionError` for strides and dilation at
    once; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> DepthwiseConv2D(3, depth_multiplier=2)(np.ones((2, 10, 9, 4), "float32")).shape
    (2, 8, 7, 8)

    Source: Sifre, "Rigid-motion scattering for image classification", 2014. Good where each channel is a measurement
    of its own; poor where only several channels together say something.
    """

    axes = "HW"

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class SeparableConv2D(Separable):
    """y = activation(D P + b), D[n, h, w, (c, m)] = sum_{i, j} x[n, h s + i d - p, w s + j d - p, c] W[i, j, c, m]

    Shapes: x (N, H, W, C), y (N, H', W', filters); channels at axis 1 for ``channels_first``. Padding and lengths are
    those of Conv2D. Weights: depthwise_kernel W (*kernel_size, C, depth_multiplier), pointwise_kernel P (1, 1, C
    depth_multiplier, filters), both ``glorot_uniform``, bias b (filters,) ``zeros``. A mask ends here. Errors:
    `OptionError` for strides and dilation at once; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> SeparableConv2D(8, 3)(np.ones((2, 10, 9, 4), "float32")).shape
    (2, 8, 7, 8)

    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", 2017. Good for fewer weights
    than Conv2D at the same width; poor where the weights are few anyway.
    """

    axes = "HW"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
