"""Cells: one step of SimpleRNN, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN

Weights = Mapping[str, Array]


class Cell(Layer):
    """What the three cells share: a cell is its layer on a sequence of one step."""

    of: type[Recurrent]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        base = ("name", "trainable", "dtype", "input_shape")
        given = {name: value for name, value in self._arguments.items() if name not in base}
        self.layer = self.of(**given)
        self.units = self.output_size = self.layer.units
        count = self.layer.state_count
        self.state_size: int | list[int] = self.units if count == 1 else [self.units] * count

    def weight_specs(self, inputs: TensorSpec, *states: Any, **_: Any) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "NF")
        return self.layer.weight_specs(TensorSpec((inputs.shape[0], 1, inputs.shape[1]), inputs.dtype))

    def call(
        self,
        weights: Weights,
        inputs: Array,
        states: Any,
        *,
        training: bool = False,
        key: Array | None = None,
    ) -> Any:
        several = isinstance(states, (list, tuple))
        _, after = self.layer.over(
            weights,
            inputs[:, None],
            states,
            mask=None,
            training=training,
            key=key,
            reverse=False,
            return_sequences=False,
            unroll=False,
        )
        return after[0], list(after) if several else after[0]

    def get_initial_state(self, batch_size: int) -> list[Array]:
        """Zeros for a batch: h, and the others of the cell."""
        return [jnp.zeros((batch_size, self.units), jnp.float32)] * self.layer.state_count


class SimpleRNNCell(Cell):
    """h = activation(x K + h' R + b), the step of `SimpleRNN`.

    Call: ``cell(x, states)`` with x (N, F) and states [h'] (N, U); gives (h, [h]). Weights, arguments and errors are
    those of `SimpleRNN`.

    >>> import numpy as np
    >>> output, states = SimpleRNNCell(3)(np.ones((2, 4), "float32"), [np.zeros((2, 3), "float32")])
    >>> output.shape, len(states)
    ((2, 3), 1)

    Source: Elman (1990). Good inside `RNN` and in loops of one's own; `SimpleRNN` is the shorter way to all steps.
    """

    of = SimpleRNN

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class LSTMCell(Cell):
    """The step of `LSTM`: c = f c' + i g, h = o activation(c).

    Call: ``cell(x, states)`` with x (N, F) and states [h', c'], each (N, U); gives (h, [h, c]). Weights, arguments and
    errors are those of `LSTM`.

    >>> import numpy as np
    >>> zeros = np.zeros((2, 3), "float32")
    >>> output, (h, c) = LSTMCell(3)(np.ones((2, 4), "float32"), [zeros, zeros])
    >>> bool((output == h).all()), c.shape
    (True, (2, 3))

    Source: Hochreiter and Schmidhuber (1997); Gers et al. (2000). Good inside `RNN` and in loops of one's own;
    `LSTM` is the shorter way to all steps.
    """

    of = LSTM

    def __init__(
        self,
        units: int,
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
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class GRUCell(Cell):
    """The step of `GRU`: h = z h' + (1 - z) g.

    Call: ``cell(x, states)`` with x (N, F) and states [h'] (N, U); gives (h, [h]). Weights, arguments and errors are
    those of `GRU`.

    >>> import numpy as np
    >>> GRUCell(3)(np.ones((2, 4), "float32"), np.zeros((2, 3), "float32"))[0].shape
    (2, 3)

    Source: Cho et al. (2014). Good inside `RNN` and in loops of one's own; `GRU` is the shorter way to all steps.
    """

    of = GRU

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
