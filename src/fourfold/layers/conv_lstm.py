"""ConvLSTM1D, ConvLSTM2D and ConvLSTM3D: LSTMs over lines, pictures and volumes whose products are convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.layers import arguments
from fourfold.layers.convolution import take_window
from fourfold.layers.recurrent import Recurrent, forget_at_one
from fourfold.ops import activations
from fourfold.ops.conv_lstm import conv_lstm
from fourfold.ops.windows import Windows


class ConvLSTM(Recurrent):
    """What the three share; each says its spatial axes."""

    axes = ""
    gates = 4
    state_count = 2
    width = "filters"
    drops_apart = True

    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    padding: str
    data_format: str

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = self.units
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = bool(unit_forget_bias)
        take_window(self, len(self.axes))

    def check(self, sequences: TensorSpec | Array) -> None:
        axes = f"{self.axes}C" if self.data_format == "channels_last" else f"C{self.axes}"
        arguments.check_axes(self, sequences, f"NT{axes}")

    def kernel_shapes(self, sequences):
        channels = arguments.known(self, sequences, -1 if self.data_format == "channels_last" else 2)
        columns = self.gates * self.filters
        return (*self.kernel_size, channels, columns), (*self.kernel_size, self.filters, columns)

    def state_shape(self, sequences):
        last = self.data_format == "channels_last"
        first = 2 if last else 3
        spatial = [arguments.known(self, sequences, first + i) for i in range(len(self.axes))]  # type: ignore[arg-type]
        lengths = Windows.over(spatial, self.kernel_size, self.strides, self.padding, self.dilation_rate).counts
        return (*lengths, self.filters) if last else (self.filters, *lengths)

    def weight_specs(self, sequences, initial_state=None, **_) -> dict[str, WeightSpec]:
        specs = super().weight_specs(sequences, initial_state)
        if self.use_bias and self.unit_forget_bias:
            specs["bias"] = forget_at_one(specs["bias"], self.filters)
        return specs

    def operate(self, x: Any, *arrays: Any, **options: Any):
        options |= {"recurrent_activation": self.recurrent_activation}
        window = {"strides": self.strides, "padding": self.padding, "dilation": self.dilation_rate}
        if self.data_format == "channels_last":
            return conv_lstm(x, *arrays, **window, **options)
        for name, axis in {"initial_state": 1, "input_dropout": 2, "recurrent_dropout": 2}.items():
            options[name] = _moved(options[name], axis, -1)
        outputs, states = conv_lstm(_moved(x, 2, -1), *arrays, **window, **options)
        return _moved(outputs, -1, 2), _moved(states, -1, 1)


def _moved(x: Any, axis: int, to: int) -> Any:
    """Arrays, one, several or none, with an axis elsewhere."""
    if x is None or isinstance(x, tuple):
        return x and tuple(jnp.moveaxis(one, axis, to) for one in x)
    return jnp.moveaxis(x, axis, to)


class ConvLSTM1D(ConvLSTM):
    """An `LSTM` over steps that are lines of W places: its products with the kernels are convolutions along them.

        c_t = f c_{t-1} + i g,    h_t = o activation(c_t),    i, f, g, o from x_t * K + h_{t-1} * R + b

    Input (N, T, W, C), or (N, T, C, W) for ``channels_first``; output (N, W', filters), the last h, or (N, T, W',
    filters) with ``return_sequences``; with ``return_state`` (output, h, c). W' is that of `Conv1D` with the same
    kernel_size, strides, padding and dilation_rate; * R always has padding ``same`` and strides of 1. Weights, their
    columns in the order i f g o: kernel K (kernel_size, C, 4 filters) ``glorot_uniform``, recurrent_kernel R
    (kernel_size, filters, 4 filters) ``orthogonal``, bias b (4 filters,) ``zeros`` but for f, which starts at 1 with
    ``unit_forget_bias``. Masked steps leave the states as they are. Errors: `ShapeError` for an input of other axes, or
    states that don't fit; `OptionError` for strides and dilation at once.

    >>> import numpy as np
    >>> ConvLSTM1D(8, 3, padding="same", return_sequences=True)(np.ones((2, 5, 16, 3), "float32")).shape
    (2, 5, 16, 8)

    Source: Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation nowcasting", 2015.
    Good for lines of sensors over time; poor where a step has no neighbours: then `LSTM`.
    """

    axes = "W"


class ConvLSTM2D(ConvLSTM):
    """The same as `ConvLSTM1D` over steps that are pictures: input (N, T, H, W, C), output (N, H', W', filters).

    With ``return_sequences`` (N, T, H', W', filters), with ``return_state`` (output, h, c); channels at axis 2 for
    ``channels_first``. Weights: kernel (*kernel_size, C, 4 filters), recurrent_kernel (*kernel_size, filters, 4
    filters), bias (4 filters,). The rest is as in `ConvLSTM1D`.

    >>> import numpy as np
    >>> ConvLSTM2D(8, (3, 3), padding="same")(np.ones((2, 5, 8, 9, 3), "float32")).shape
    (2, 8, 9, 8)

    Source: Shi et al. (2015). Good for radar pictures and other short videos, of which the next picture is asked for;
    poor where long videos must be read fast: then `Conv3D`, or `TimeDistributed` around `Conv2D`.
    """

    axes = "HW"


class ConvLSTM3D(ConvLSTM):
    """The same as `ConvLSTM1D` over steps that are volumes: input (N, T, D, H, W, C), output (N, D', H', W', filters).

    With ``return_sequences`` (N, T, D', H', W', filters), with ``return_state`` (output, h, c); channels at axis 2 for
    ``channels_first``. The rest is as in `ConvLSTM1D`.

    >>> import numpy as np
    >>> ConvLSTM3D(2, 2)(np.ones((1, 3, 4, 5, 6, 1), "float32")).shape
    (1, 3, 4, 5, 2)

    Source: Shi et al. (2015). Good for short sequences of scans; poor where memory or time is short.
    """

    axes = "DHW"
