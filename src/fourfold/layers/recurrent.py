"""Recurrent layers: SimpleRNN, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold import initializers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import ShapeError
from fourfold.layers import arguments
from fourfold.layers.over_steps import OverSteps, Weights
from fourfold.ops import activations, random, recurrent

Ran = tuple[Array | None, tuple[Array, ...]]  # outputs at their own times, or None; last states


class Recurrent(OverSteps):
    """What SimpleRNN, LSTM, GRU and ConvLSTM share; each says how many gates and states it has, and its operation."""

    gates = 1
    state_count = 1
    width = "units"
    drops_apart = False
    former_names = {"implementation": None}

    units: int
    activation: Callable[[Array], Array]
    use_bias: bool
    dropout: float
    recurrent_dropout: float
    seed: int | None

    def __init__(self, **kwargs: Any) -> None:
        given = self._arguments
        super().__init__(**kwargs, activity_regularizer=given["activity_regularizer"])
        self.units = arguments.whole(self.width, given[self.width])
        self.activation = activations.get(given["activation"])
        self.dropout = arguments.rate("dropout", given["dropout"])
        self.recurrent_dropout = arguments.rate("recurrent_dropout", given["recurrent_dropout"])
        flags = ("use_bias", "return_sequences", "return_state", "go_backwards", "stateful", "unroll")
        for name in (*flags, "zero_output_for_mask"):
            setattr(self, name, bool(given[name]))
        self.seed = given["seed"]
        arguments.take_terms(self, "kernel", "recurrent", "bias")
        self.updates_state = self.stateful

    def operate(self, *arrays: Any, **options: Any) -> Ran:
        """The operation of the layer, on x, kernel, recurrent kernel and bias."""
        raise NotImplementedError

    def check(self, sequences: TensorSpec | Array) -> None:
        """The input has the axes that it must have."""
        arguments.check_axes(self, sequences, "NTF")

    def kernel_shapes(self, sequences: TensorSpec) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Of the kernel and the recurrent kernel."""
        columns = self.gates * self.units
        return (arguments.known(self, sequences, -1), columns), (self.units, columns)

    def bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def state_shape(self, sequences: TensorSpec | Array) -> tuple[int, ...]:
        """Of a state of one row."""
        return (self.units,)

    def weight_specs(
        self, sequences: TensorSpec, initial_state: Any = None, **_: Any
    ) -> dict[str, WeightSpec]:
        self.check(sequences)
        kernel, recurrent_kernel = self.kernel_shapes(sequences)
        specs = {
            "kernel": arguments.weight(self, "kernel", kernel),
            "recurrent_kernel": arguments.weight(self, "recurrent", recurrent_kernel),
        }
        if self.use_bias:
            specs["bias"] = arguments.weight(self, "bias", self.bias_shape())
        if self.stateful:
            if sequences.shape[0] is None:
                raise ShapeError(
                    "stateful-batch",
                    f"{self.name} keeps its states between batches, so it must know the batch size",
                    got=f"input of shape {sequences.shape}",
                    wanted="a fixed batch size",
                    do="Input(batch_shape=(32, ...)), or stateful=False",
                )
            shape = (sequences.shape[0], *self.state_shape(sequences))
            state = WeightSpec(shape, initializers.Zeros(), trainable=False)
            specs |= dict.fromkeys(self.state_names(), state)
        return specs

    def state_names(self) -> tuple[str, ...]:
        return tuple(f"state_{i}" for i in range(self.state_count)) if self.stateful else ()

    def run(
        self,
        weights: Weights,
        sequences: Array,
        initial_state: Any = None,
        *,
        mask: Array | None = None,
        training: bool = False,
        key: Array | None = None,
    ) -> Ran:
        how = {"reverse": self.go_backwards, "return_sequences": self.return_sequences, "unroll": self.unroll}
        return self.over(weights, sequences, initial_state, mask=mask, training=training, key=key, **how)

    def over(
        self,
        weights: Weights,
        sequences: Array,
        initial_state: Any,
        *,
        mask: Array | None,
        training: bool,
        key: Array | None,
        **how: bool,
    ) -> Ran:
        """The same in the direction, and with the outputs, that ``how`` says: reverse, return_sequences, unroll."""
        self.check(sequences)
        sequences, initial_state = jax.tree.map(_of_floats, (sequences, initial_state))
        states = self._initial_states(weights, sequences, initial_state)
        input_dropout, recurrent_dropout = self._dropout(sequences, training, key)
        return self.operate(
            sequences,
            weights["kernel"],
            weights["recurrent_kernel"],
            weights.get("bias"),
            initial_state=states,
            mask=mask,
            activation=self.activation,
            input_dropout=input_dropout,
            recurrent_dropout=recurrent_dropout,
            **how,
        )

    def _initial_states(
        self, weights: Weights, sequences: Array, given: Any
    ) -> tuple[Array, ...] | None:
        if given is None and not self.stateful:
            return None
        stored = tuple(weights[name] for name in self.state_names())
        states = stored if given is None else tuple(given) if isinstance(given, (list, tuple)) else (given,)
        batch, shapes = sequences.shape[0], [tuple(state.shape) for state in states]
        wanted = [(batch, *self.state_shape(sequences))] * self.state_count
        if shapes != wanted:
            raise ShapeError(
                "recurrent-state",
                f"the states of {self.name} don't fit its input",
                got=f"states of shapes {shapes}",
                wanted=f"{wanted}, since the batch has {batch} rows",
                do="a stateful layer takes batches of one size; the last one must be full"
                if given is None
                else "",
            )
        return states

    def _dropout(self, x: Array, training: bool, key: Array | None) -> tuple[Array | None, Array | None]:
        """Factors (N, G, F) of the inputs and (N, G, U) of the states, one draw a sample for all steps.

        The gates share the inputs' draw unless there is recurrent dropout, or ``drops_apart``, as in Keras.
        """
        if not training or key is None or (self.dropout == 0 and self.recurrent_dropout == 0):
            return None, None
        keys = random.split(key if self.seed is None else random.fold_in(key, self.seed), 2)
        sharing = self.gates if self.recurrent_dropout or self.drops_apart else 1

        def factors(key, rate, shape):
            return random.dropout(key, rate, jnp.ones(shape, x.dtype)) if rate else None

        inputs = factors(keys[0], self.dropout, (x.shape[0], sharing, *x.shape[2:]))
        states = factors(keys[1], self.recurrent_dropout, (x.shape[0], self.gates, *self.state_shape(x)))
        return inputs, states


class _WithUnits(Recurrent):
    """Layers whose states are as long as they have units."""

    @property
    def state_size(self) -> list[int]:
        """The numbers of each state, for one row."""
        return [self.units] * self.state_count

    def get_initial_state(self, batch_size: int) -> list[Array]:
        """The states (batch_size, units) that a sequence begins with, zeros.

        >>> [state.shape for state in LSTM(3).get_initial_state(batch_size=2)]
        [(2, 3), (2, 3)]
        """
        return [jnp.zeros((batch_size, size), jnp.float32) for size in self.state_size]


class SimpleRNN(_WithUnits):
    """h_t = activation(x_t K + h_{t-1} R + b)

    Input (N, T, F); output (N, U), the last h, or (N, T, U) with ``return_sequences``; with ``return_state``
    (output, h). Weights: kernel K (F, U) ``glorot_uniform``, recurrent_kernel R (U, U) ``orthogonal``, bias b
    (U,) ``zeros``. Masked steps leave the state as it is. Errors: `ShapeError` for an input that is not
    (N, T, F), states of other shapes, or another batch size than a stateful layer's.

    >>> import numpy as np
    >>> SimpleRNN(3)(np.ones((2, 5, 4), "float32")).shape
    (2, 3)

    Source: Elman (1990). Good for short dependencies and few weights; gradients vanish over some ten steps.
    """

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)

    def operate(self, *arrays: Any, **options: Any):
        return recurrent.simple_rnn(*arrays, **options)


def forget_at_one(plain: WeightSpec, units: int) -> WeightSpec:
    """The bias of the gates i f g o that is 1 for f at first."""

    def initial(shape, stream):
        parts = plain.initializer((units,), stream), plain.initializer((2 * units,), stream)
        return np.concatenate([parts[0], np.ones(units, "float32"), parts[1]])

    return WeightSpec(plain.shape, initial, plain.regularizer, plain.constraint)


class LSTM(_WithUnits):
    """Long short-term memory: gates i, f, o and candidate g of x_t K + h_{t-1} R + b.

        c_t = f c_{t-1} + i g,    h_t = o activation(c_t)

    Input (N, T, F); output (N, U), the last h, or (N, T, U) with ``return_sequences``; with ``return_state``
    (output, h, c). Weights, their columns in the order i f g o: kernel K (F, 4U) ``glorot_uniform``,
    recurrent_kernel R (U, 4U) ``orthogonal``, bias b (4U,) ``zeros`` but for f, which starts at 1 with
    ``unit_forget_bias``. Masked steps leave the states as they are. Errors: as in `SimpleRNN`.

    >>> import numpy as np
    >>> y, h, c = LSTM(3, return_sequences=True, return_state=True)(np.ones((2, 5, 4), "float32"))
    >>> y.shape, h.shape, c.shape
    ((2, 5, 3), (2, 3), (2, 3))

    Source: Hochreiter and Schmidhuber (1997); Gers et al. (2000). Good where what matters lies many steps
    back and order counts; poor where steps must be computed in parallel.
    """

    gates = 4
    state_count = 2

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
        use_cudnn: Any = "auto",
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = bool(unit_forget_bias)

    def weight_specs(self, sequences, initial_state=None, **_):
        specs = super().weight_specs(sequences, initial_state)
        if self.use_bias and self.unit_forget_bias:
            specs["bias"] = forget_at_one(specs["bias"], self.units)
        return specs

    def operate(self, *arrays: Any, **options: Any):
        return recurrent.lstm(*arrays, recurrent_activation=self.recurrent_activation, **options)


class GRU(_WithUnits):
    """Gated recurrent unit: gates z and r, candidate g.

        g = activation(x_t K_g + b_g + r (h_{t-1} R_g + b'_g)),    h_t = z h_{t-1} + (1 - z) g

    or, without ``reset_after``, (r h_{t-1}) R_g in the place of r (h_{t-1} R_g + b'_g). Input (N, T, F);
    output (N, U), the last h, or (N, T, U) with ``return_sequences``; with ``return_state`` (output, h).
    Weights, their columns in the order z r g: kernel K (F, 3U) ``glorot_uniform``, recurrent_kernel R (U, 3U)
    ``orthogonal``, bias (2, 3U) for b and b' with ``reset_after``, else (3U,), ``zeros``. Masked steps leave
    the state as it is. Errors: as in `SimpleRNN`.

    >>> import numpy as np
    >>> layer = GRU(3)
    >>> layer(np.ones((2, 5, 4), "float32")).shape, layer.bias.shape
    ((2, 3), (2, 9))

    Source: Cho et al. (2014). Three quarters of an LSTM's weights; for counting an LSTM is better.
    """

    gates = 3

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
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = bool(reset_after)

    def bias_shape(self):
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def operate(self, *arrays: Any, **options: Any):
        options |= {"recurrent_activation": self.recurrent_activation, "reset_after": self.reset_after}
        return recurrent.gru(*arrays, **options)


def _of_floats(x: Array) -> Array:
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(jnp.float32)
