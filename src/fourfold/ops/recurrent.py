"""Recurrent networks: h_t = cell(x_t, h_{t-1}), over time.

What does not depend on the state is done for all steps at once: X K is one matrix product before the scan.
With tanh and sigmoid, the usual activations, the scan and its gradient are those of `fast_scan`; any other
activation, a reset gate before the product and dropout in the recurrence take the cell as the textbook writes
it, in a scan that JAX differentiates. The `*_reference` functions are the textbook's formulation in full:
tests hold the two equal.

Shapes: N batch, T time, F features in, U units, G gates (1, 3 or 4).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold.ops.activations import sigmoid, tanh
from fourfold.ops.formulation import whole
from fourfold.ops.recurrent_scan import (
    GRU,
    LSTM,
    SIMPLE,
    Run,
    States,
    add,
    fast_scan,
    plain_scan,
    rows,
    time_major,
)

Activation = Callable[[Array], Array]


@whole
def simple_rnn(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None = None,
    *,
    initial_state: States | None = None,
    mask: Array | None = None,
    reverse: bool = False,
    return_sequences: bool = True,
    activation: Activation = tanh,
    input_dropout: Array | None = None,
    recurrent_dropout: Array | None = None,
    unroll: bool = False,
) -> tuple[Array | None, States]:
    """h_t = activation(x_t K + h_{t-1} R + b).

    Shapes: x (N, T, F), K (F, U), R (U, U), b (U,), initial_state ((N, U),), mask (N, T) of booleans;
    input_dropout (N, 1, F) and recurrent_dropout (N, 1, U) are factors, 0 or 1 / (1 - rate), the same at each
    step. Returns (outputs (N, T, U), (h (N, U),)), each output at its own time, also when ``reverse`` runs
    from the last step to the first; outputs are None without ``return_sequences``. A masked step leaves the
    state as it is, and its output is that state.

    Source: Elman, "Finding structure in time", Cognitive Science 14 (1990).

    >>> import jax.numpy as jnp
    >>> outputs, (h,) = simple_rnn(jnp.ones((1, 2, 1)), jnp.ones((1, 1)), jnp.zeros((1, 1)))
    >>> [round(float(value), 4) for value in outputs[0, :, 0]]
    [0.7616, 0.7616]
    """
    inputs = _project(x, kernel, input_dropout)
    states = _initial(initial_state, x, recurrent_kernel, 1)
    run = Run(reverse, return_sequences, unroll)
    if activation is tanh and recurrent_dropout is None:
        return fast_scan(SIMPLE, run, inputs, recurrent_kernel, (bias, None), states, mask)
    cell = partial(_simple_cell, recurrent_kernel, activation, recurrent_dropout)
    return plain_scan(lambda a, before: cell(add(a, bias), before), run, inputs, states, mask)


@whole
def lstm(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None = None,
    *,
    initial_state: States | None = None,
    mask: Array | None = None,
    reverse: bool = False,
    return_sequences: bool = True,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
    input_dropout: Array | None = None,
    recurrent_dropout: Array | None = None,
    unroll: bool = False,
) -> tuple[Array | None, States]:
    """Long short-term memory: gates i, f, o and candidate g from a = x_t K + h_{t-1} R + b, as i f g o.

        c_t = f c_{t-1} + i g,    h_t = o activation(c_t)

    Shapes: x (N, T, F), K (F, 4U), R (U, 4U), b (4U,), initial_state ((N, U), (N, U)) for h and c, mask
    (N, T); input_dropout (N, 1, F), or (N, 4, F) with factors of its own a gate, recurrent_dropout (N, 4, U).
    Returns (outputs (N, T, U), (h, c)); the rest is as in `simple_rnn`.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9 (1997), with the forget
    gate of Gers, Schmidhuber and Cummins (2000).

    >>> import jax.numpy as jnp
    >>> outputs, (h, c) = lstm(jnp.ones((1, 3, 2)), jnp.zeros((2, 4)), jnp.zeros((1, 4)), jnp.ones(4))
    >>> outputs.shape, round(float(c[0, 0]), 4)
    ((1, 3, 1), 1.2614)
    """
    states = _initial(initial_state, x, recurrent_kernel, 2)
    run = Run(reverse, return_sequences, unroll)
    if activation is tanh and recurrent_activation is sigmoid and recurrent_dropout is None:
        half = _halve(recurrent_kernel.shape[0], sigmoids=(True, True, False, True))
        inputs = _project(x, half(kernel), input_dropout)
        return fast_scan(LSTM, run, inputs, half(recurrent_kernel), (half(bias), None), states, mask)
    inputs = _project(x, kernel, input_dropout)
    cell = partial(_lstm_cell, recurrent_kernel, activation, recurrent_activation, recurrent_dropout)
    return plain_scan(lambda a, before: cell(add(a, bias), before), run, inputs, states, mask)


@whole
def gru(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None = None,
    *,
    reset_after: bool = True,
    initial_state: States | None = None,
    mask: Array | None = None,
    reverse: bool = False,
    return_sequences: bool = True,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
    input_dropout: Array | None = None,
    recurrent_dropout: Array | None = None,
    unroll: bool = False,
) -> tuple[Array | None, States]:
    """Gated recurrent unit: gates z, r and candidate g, in the order z r g.

        g = activation(x_t K_g + b_g + r (h_{t-1} R_g + b'_g))    with ``reset_after``
        g = activation(x_t K_g + b_g + (r h_{t-1}) R_g)           without
        h_t = z h_{t-1} + (1 - z) g

    Shapes: x (N, T, F), K (F, 3U), R (U, 3U), bias (2, 3U) for b and b' with ``reset_after``, (3U,) without,
    initial_state ((N, U),), mask (N, T); input_dropout (N, 1, F) or (N, 3, F), recurrent_dropout (N, 3, U).
    Returns (outputs (N, T, U), (h,)); the rest is as in `simple_rnn`.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder" (EMNLP 2014).

    >>> import jax.numpy as jnp
    >>> outputs, (h,) = gru(jnp.ones((1, 2, 2)), jnp.ones((2, 3)), jnp.zeros((1, 3)))
    >>> [round(float(value), 4) for value in outputs[0, :, 0]]
    [0.1149, 0.2161]
    """
    states = _initial(initial_state, x, recurrent_kernel, 1)
    run = Run(reverse, return_sequences, unroll)
    input_bias, recurrent_bias = (None, None) if bias is None else bias if reset_after else (bias, None)
    usual = activation is tanh and recurrent_activation is sigmoid
    if usual and reset_after and recurrent_dropout is None:
        half = _halve(recurrent_kernel.shape[0], sigmoids=(True, True, False))
        biases = half(input_bias), half(recurrent_bias)
        inputs = _project(x, half(kernel), input_dropout)
        return fast_scan(GRU, run, inputs, half(recurrent_kernel), biases, states, mask)
    inputs = _project(x, kernel, input_dropout)
    cell = partial(_gru_cell, recurrent_kernel, recurrent_bias, activation, recurrent_activation, reset_after)
    cell = partial(cell, recurrent_dropout)
    return plain_scan(lambda a, before: cell(add(a, input_bias), before), run, inputs, states, mask)


# The cells, as the textbook writes them: from the inputs' part of the gates' arguments and the states before.


def _simple_cell(recurrent_kernel, activation, dropout, a, before):
    (h,) = before
    return (activation(a + _recurrent(h, recurrent_kernel, dropout)),)


def _lstm_cell(recurrent_kernel, activation, recurrent_activation, dropout, a, before):
    h, c = before
    i, f, g, o = jnp.split(a + _recurrent(h, recurrent_kernel, dropout), 4, axis=-1)
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(c), c


def _gru_cell(
    recurrent_kernel, recurrent_bias, activation, recurrent_activation, reset_after, dropout, a, before
):
    (h,) = before
    units = h.shape[-1]
    if reset_after:
        b = add(_recurrent(h, recurrent_kernel, dropout), recurrent_bias)
        gates = recurrent_activation(a[:, : 2 * units] + b[:, : 2 * units])
        z, r = jnp.split(gates, 2, axis=-1)
        candidate = r * b[:, 2 * units :]
    else:
        first, last = (None, None) if dropout is None else (dropout[:, :2], dropout[:, 2:])
        b = _recurrent(h, recurrent_kernel[:, : 2 * units], first)
        z, r = jnp.split(recurrent_activation(a[:, : 2 * units] + b), 2, axis=-1)
        candidate = _recurrent(r * h, recurrent_kernel[:, 2 * units :], last)
    return (z * h + (1 - z) * activation(a[:, 2 * units :] + candidate),)


# The reference formulation: everything inside one scan over time.


def simple_rnn_reference(
    x, kernel, recurrent_kernel, bias=None, *, activation=tanh, recurrent_dropout=None, **options
):
    """`simple_rnn`, a scan of the textbook's cell over the inputs themselves."""
    cell = partial(_simple_cell, recurrent_kernel, activation, recurrent_dropout)
    return _reference(cell, 1, x, kernel, recurrent_kernel, bias, **options)


def lstm_reference(
    x,
    kernel,
    recurrent_kernel,
    bias=None,
    *,
    activation=tanh,
    recurrent_activation=sigmoid,
    recurrent_dropout=None,
    **options,
):
    """`lstm`, a scan of the textbook's cell over the inputs themselves."""
    cell = partial(_lstm_cell, recurrent_kernel, activation, recurrent_activation, recurrent_dropout)
    return _reference(cell, 2, x, kernel, recurrent_kernel, bias, **options)


def gru_reference(
    x,
    kernel,
    recurrent_kernel,
    bias=None,
    *,
    reset_after=True,
    activation=tanh,
    recurrent_activation=sigmoid,
    recurrent_dropout=None,
    **options,
):
    """`gru`, a scan of the textbook's cell over the inputs themselves."""
    bias, recurrent_bias = (None, None) if bias is None else bias if reset_after else (bias, None)
    cell = partial(_gru_cell, recurrent_kernel, recurrent_bias, activation, recurrent_activation, reset_after)
    return _reference(partial(cell, recurrent_dropout), 1, x, kernel, recurrent_kernel, bias, **options)


def _reference(
    cell,
    count,
    x,
    kernel,
    recurrent_kernel,
    bias,
    *,
    initial_state=None,
    mask=None,
    reverse=False,
    return_sequences=True,
    input_dropout=None,
    unroll=False,
):
    states = _initial(initial_state, x, recurrent_kernel, count)

    def step(x_t, before):
        return cell(add(_recurrent(x_t, kernel, input_dropout), bias), before)

    return plain_scan(step, Run(reverse, return_sequences, unroll), time_major(x), states, mask)


# Small steps.


def _project(x: Array, kernel: Array, dropout: Array | None) -> Array:
    """X K for all steps at once, time first; dropout (N, 1, F) of the inputs, or (N, G, F) of each gate's."""
    x = time_major(x)
    if dropout is not None and dropout.shape[1] > 1:
        return jax.vmap(_recurrent, in_axes=(0, None, None))(x, kernel, dropout)
    x = x if dropout is None else x * time_major(dropout)
    return (rows(x) @ kernel).reshape(*x.shape[:2], kernel.shape[1])


def _recurrent(h: Array, kernel: Array, dropout: Array | None) -> Array:
    """h R of one step, (N, U) by (U, G V), with dropout (N, G, U) of what each gate sees of h."""
    if dropout is None:
        return h @ kernel
    if dropout.shape[1] == 1:
        return (h * dropout[:, 0]) @ kernel
    by_gate = kernel.reshape(kernel.shape[0], dropout.shape[1], -1)
    return jnp.einsum("ngu,ugv->ngv", h[:, None, :] * dropout, by_gate).reshape(h.shape[0], -1)


def _halve(units: int, sigmoids: tuple[bool, ...]) -> Callable:
    """Halves the gates that are sigmoids on the last axis; None stays None."""
    factors = np.repeat(np.where(sigmoids, 0.5, 1.0), units).astype("float32")
    return lambda value: None if value is None else value * factors.reshape((1,) * (value.ndim - 1) + (-1,))


def _initial(initial_state, x, recurrent_kernel, count) -> States:
    if initial_state is not None:
        return tuple(initial_state)
    return (jnp.zeros((x.shape[0], recurrent_kernel.shape[0]), x.dtype),) * count
