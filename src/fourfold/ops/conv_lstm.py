"""A recurrent network of pictures: an LSTM whose products are convolutions.

What does not depend on the state is done for all steps at once: x * K is one convolution before the scan. Shapes: N
batch, T time, S lengths of the spatial axes in, O out, C channels, F filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import jax.numpy as jnp
from jax import Array

from fourfold.ops.convolution import convolution
from fourfold.ops.recurrent_scan import Run, States, add, plain_scan, time_major

GATES = 4


def conv_lstm(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None = None,
    *,
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
    activation: Callable[[Array], Array],
    recurrent_activation: Callable[[Array], Array],
    initial_state: States | None = None,
    mask: Array | None = None,
    reverse: bool = False,
    return_sequences: bool = True,
    input_dropout: Array | None = None,
    recurrent_dropout: Array | None = None,
    unroll: bool = False,
) -> tuple[Array | None, States]:
    """Gates i, f, o and candidate g from a = x_t * K + h_{t-1} * R + b, as i f g o; * is a convolution.

        c_t = f c_{t-1} + i g,    h_t = o activation(c_t)

    Shapes: x (N, T, *S, C), K (*k, C, 4F), R (*k, F, 4F), b (4F,), initial_state ((N, *O, F), (N, *O, F)) for h and c,
    mask (N, T); input_dropout (N, 4, *S, C) and recurrent_dropout (N, 4, *O, F) are factors, a gate each, the same at
    each step. Returns (outputs (N, T, *O, F), (h, c)), each output at its own time; None without ``return_sequences``.
    A masked step leaves the states as they are.

    >>> x, kernel = jnp.ones((2, 3, 5, 4, 1)), jnp.ones((2, 2, 1, 8))
    >>> window = {"strides": (1, 1), "padding": "same", "dilation": (1, 1)}
    >>> how = window | {"activation": jnp.tanh, "recurrent_activation": jnp.tanh}
    >>> y, _ = conv_lstm(x, kernel, jnp.ones((2, 2, 2, 8)), **how)
    >>> y.shape
    (2, 3, 5, 4, 2)

    Source: Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation nowcasting", 2015.
    """
    window = {"strides": strides, "padding": padding, "dilation": dilation}
    factors = None if input_dropout is None else jnp.repeat(input_dropout, x.shape[1], axis=0)
    inputs = _by_gates(partial(convolution, **window), x.reshape(-1, *x.shape[2:]), kernel, factors)
    inputs = time_major(add(inputs, bias).reshape(*x.shape[:2], *inputs.shape[1:]))
    inside = {"strides": (1,) * len(strides), "padding": "same"}

    def step(a: Array, before: States) -> States:
        h, c = before
        b = _by_gates(partial(convolution, **inside), h, recurrent_kernel, recurrent_dropout)
        i, f, g, o = jnp.split(a + b, GATES, axis=-1)
        c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
        return recurrent_activation(o) * activation(c), c

    zeros = jnp.zeros((*inputs.shape[1:-1], inputs.shape[-1] // GATES), x.dtype)
    states = (zeros, zeros) if initial_state is None else tuple(initial_state)
    return plain_scan(step, Run(reverse, return_sequences, unroll), inputs, states, mask)


def _by_gates(product: Callable[..., Array], x: Array, kernel: Array, factors: Array | None) -> Array:
    """x * K, or of each gate (x times its factors) * its part of K; factors (N, 4, ...)."""
    if factors is None:
        return product(x, kernel)
    parts = jnp.split(kernel, GATES, axis=-1)
    return jnp.concatenate([product(x * factors[:, i], part) for i, part in enumerate(parts)], axis=-1)
