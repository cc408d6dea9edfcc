"""Conv1D, Conv2D and Conv3D: the same small kernel at each position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import activations, convolution, dense


class Windowed(Layer):
    """What all convolutions share: a window over the spatial axes ``axes``, a bias and an activation."""

    axes = ""
    kernels: tuple[str, ...] = ("kernel",)
    paddings: tuple[str, ...] = ("valid", "same")
    refused: tuple[str, ...] = ()

    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    padding: str
    data_format: str

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, activity_regularizer=self._arguments["activity_regularizer"])
        given = self._arguments
        arguments.refuse(self, **{name: given[name] for name in self.refused})
        take_window(self, len(self.axes), self.paddings)
        self.activation = activations.get(given["activation"])
        self.use_bias = bool(given["use_bias"])
        arguments.take_terms(self, *self.kernels, "bias")

    def _channels(self, inputs: TensorSpec) -> int:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        return arguments.known(self, inputs, -1 if self.data_format == "channels_last" else 1)

    def _with_bias(self, kernels: dict[str, WeightSpec], units: int) -> dict[str, WeightSpec]:
        return kernels | ({"bias": arguments.weight(self, "bias", (units,))} if self.use_bias else {})

    def _window(self) -> dict[str, Any]:
        """The window, as the operations take it."""
        return {"strides": self.strides, "padding": self.padding, "dilation": self.dilation_rate}

    def _finished(self, outputs: Array, weights: Mapping[str, Array]) -> Array:
        """activation(outputs + b), with the channels where they were given."""
        if self.use_bias:
            outputs = dense.add_bias(outputs, weights["bias"])
        return arguments.activated(self, arguments.as_given(outputs, self.data_format))


def take_window(layer: Any, rank: int, paddings: Sequence[str] = ("valid", "same")) -> None:
    """Sets ``kernel_size``, ``strides``, ``dilation_rate``, ``padding`` and ``data_format`` from the arguments."""
    given = layer._arguments
    for name in ("kernel_size", "strides", "dilation_rate"):
        setattr(layer, name, arguments.per_axis(name, given[name], rank))
    layer.padding = arguments.choice("padding", given["padding"], paddings)
    layer.data_format = arguments.data_format(given["data_format"])
    if max(layer.strides) > 1 and max(layer.dilation_rate) > 1:
        raise OptionError(
            "stride-and-dilation",
            "a convolution can't have strides and dilation at once",
            got=f"strides={layer.strides}, dilation_rate={layer.dilation_rate}",
            wanted="one of them 1",
            do="dilation_rate=1, or strides=1 and a layer that pools or repeats beside it",
        )


class Convolution(Windowed):
    """What Conv1D, Conv2D and Conv3D share; each says how many spatial axes it has."""

    refused = ("lora_rank", "lora_alpha")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = arguments.whole("filters", self._arguments["filters"])
        self.groups = arguments.whole("groups", self._arguments["groups"])
        if self.filters % self.groups:
            raise OptionError(
                "groups-of-filters",
                "the filters can't be divided into that many groups",
                got=f"filters={self.filters}, groups={self.groups}",
                wanted="filters that are a multiple of groups",
            )

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        channels = self._channels(inputs)
        if channels % self.groups:
            raise ShapeError(
                "groups-of-channels",
                f"the channels of the input of {self.name} can't be divided into its groups",
                got=f"{channels} channels, groups={self.groups}",
                wanted="channels that are a multiple of groups",
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        return self._with_bias({"kernel": arguments.weight(self, "kernel", shape)}, self.filters)

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        x = arguments.channels_last(inputs, self.data_format)
        outputs = convolution.convolution(x, weights["kernel"], **self._window(), groups=self.groups)
        return self._finished(outputs, weights)


class Conv1D(Convolution):
    """y[n, t, f] = activation(sum_{k, c} x[n, t s + k d - p, c] W[k, c, f] + b[f])

    Shapes: x (N, T, C), y (N, T', filters), or with the channels at axis 1 for ``channels_first``. Padding:
    ``valid`` none, ``same`` so that T' = ceil(T / s), ``causal`` only before the first step, so that no
    output sees a later input. Weights: kernel W (kernel_size, C / groups, filters) ``glorot_uniform``, bias b
    (filters,) ``zeros``. A mask ends here. Errors: `OptionError` for strides and dilation at once, or filters
    that don't divide into the groups; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> Conv1D(8, 3, padding="same")(np.ones((2, 10, 4), "float32")).shape
    (2, 10, 8)

    Source: Waibel et al., "Phoneme recognition using time-delay neural networks", 1989. Good for motifs that
    may stand anywhere; poor where steps far apart decide together.
    """

    axes = "T"
    paddings = ("valid", "same", "causal")

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class Conv2D(Convolution):
    """y[n, h, w, f] = activation(sum_{i, j, c} x[n, h s + i d - p, w s + j d - p, c] W[i, j, c, f] + b[f])

    Shapes: x (N, H, W, C), y (N, H', W', filters), or with the channels at axis 1 for ``channels_first``.
    Padding: ``valid`` none, ``same`` so that H' = ceil(H / s) and likewise W'. Weights: kernel W
    (*kernel_size, C / groups, filters) ``glorot_uniform``, bias b (filters,) ``zeros``. A mask ends here.
    Errors: `OptionError` for strides and dilation at once, or filters that don't divide into the groups;
    `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> Conv2D(8, 3)(np.ones((2, 28, 28, 1), "float32")).shape
    (2, 26, 26, 8)

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998. Good for images,
    where what matters is local and may stand anywhere; poor on features whose order means nothing.
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
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class Conv3D(Convolution):
    """The same as `Conv2D` over one axis more: y[n, d, h, w, f] sums over windows of kernel_size[0] slices.

    Shapes: x (N, D, H, W, C), y (N, D', H', W', filters), or with the channels at axis 1 for ``channels_first``; D axes
    of slices of a volume, or frames of a video. Padding: ``valid`` none, ``same`` so that D' = ceil(D / s) and likewise
    H' and W'. Weights: kernel W (*kernel_size, C / groups, filters) ``glorot_uniform``, bias b (filters,) ``zeros``. A
    mask ends here. Errors: those of `Conv2D`.

    >>> import numpy as np
    >>> Conv3D(8, 3)(np.ones((2, 6, 16, 16, 1), "float32")).shape
    (2, 4, 14, 14, 8)

    Source: Ji et al., "3D convolutional neural networks for human action recognition", 2013. Good for scans and short
    videos, where what matters is local along all three axes; poor where memory or time is short.
    """

    axes = "DHW"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
