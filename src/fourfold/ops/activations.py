"""Activations by Keras's names, and the table from names to functions.

All are elementwise but `softmax`, `log_softmax` and `sparsemax`, which normalise along an axis, and `glu`, which
halves one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax, nn

from fourfold.core import registered
from fourfold.errors import OptionError, nearest
from fourfold.ops.formulation import whole
from fourfold.ops.recording import recording

Array = jax.Array
Activation = Callable[..., Array]


def linear(x: Array) -> Array:
    """x"""
    return x


@recording
def relu(
    x: Array, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Array:
    """x above the threshold, at most ``max_value``; negative_slope (x - threshold) below.

    >>> relu(jnp.array([-2.0, 0.5, 9.0]), negative_slope=0.5, max_value=6.0).tolist()
    [-1.0, 0.5, 6.0]
    """
    positive = nn.relu(x) if threshold == 0 else jnp.where(x > threshold, x, 0.0)
    if max_value is not None:
        positive = jnp.minimum(positive, max_value)
    return positive if negative_slope == 0 else positive - negative_slope * nn.relu(threshold - x)


@recording
def leaky_relu(x: Array, negative_slope: float = 0.2) -> Array:
    """max(x, negative_slope x)"""
    return nn.leaky_relu(x, negative_slope)


@recording
def relu6(x: Array) -> Array:
    """min(max(x, 0), 6)"""
    return nn.relu6(x)


@recording
def elu(x: Array, alpha: float = 1.0) -> Array:
    """x, or alpha (exp(x) - 1) below 0 (Clevert et al., 2016)."""
    return nn.elu(x, alpha)


@recording
def selu(x: Array) -> Array:
    """1.0507 elu(x, 1.6733) (Klambauer et al., 2017)."""
    return nn.selu(x)


@recording
def celu(x: Array, alpha: float = 1.0) -> Array:
    """x, or alpha (exp(x / alpha) - 1) below 0 (Barron, 2017)."""
    return nn.celu(x, alpha)


def gelu(x: Array, approximate: bool = False) -> Array:
    """x P(X <= x) for a standard normal X (Hendrycks and Gimpel, 2016); or its tanh approximation."""
    return _gelu(x, approximate)  # the operation says which, as the default of ``ops.gelu`` is the other


@partial(recording, name="gelu")
def _gelu(x: Array, approximate: bool) -> Array:
    if approximate:
        return nn.gelu(x, approximate=True)
    return 0.5 * x * (1.0 + lax.erf(x * math.sqrt(0.5)))


@recording
def silu(x: Array) -> Array:
    """x sigmoid(x), also named swish (Ramachandran et al., 2017)."""
    return nn.silu(x)


@recording
def mish(x: Array) -> Array:
    """x tanh(softplus(x)) (Misra, 2019)."""
    return nn.mish(x)


@recording
def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))"""
    return nn.sigmoid(x)


@recording
def log_sigmoid(x: Array) -> Array:
    """log(1 / (1 + exp(-x)))"""
    return nn.log_sigmoid(x)


@recording
def hard_sigmoid(x: Array) -> Array:
    """min(max(x / 6 + 1/2, 0), 1)"""
    return nn.hard_sigmoid(x)


@recording
def hard_silu(x: Array) -> Array:
    """x hard_sigmoid(x), also named hard_swish (Howard et al., 2019)."""
    return nn.hard_silu(x)


@recording
def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return jnp.tanh(x)


@recording
def hard_tanh(x: Array) -> Array:
    """min(max(x, -1), 1)"""
    return nn.hard_tanh(x)


@recording
def tanh_shrink(x: Array) -> Array:
    """x - tanh(x)"""
    return x - jnp.tanh(x)


@recording
def soft_shrink(x: Array, threshold: float = 0.5) -> Array:
    """sign(x) max(|x| - threshold, 0)"""
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0.0))


@recording
def hard_shrink(x: Array, threshold: float = 0.5) -> Array:
    """x where |x| > threshold, else 0."""
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@recording
def softplus(x: Array) -> Array:
    """log(1 + exp(x))"""
    return nn.softplus(x)


@recording
def squareplus(x: Array, b: float = 4.0) -> Array:
    """(x + sqrt(x^2 + b)) / 2 (Barron, 2021)."""
    return nn.squareplus(x, b)


@recording
def softsign(x: Array) -> Array:
    """x / (1 + |x|)"""
    return nn.soft_sign(x)


@partial(recording, name="exp")
def exponential(x: Array) -> Array:
    """exp(x)"""
    return jnp.exp(x)


@recording
def sparse_plus(x: Array) -> Array:
    """0 below -1, (x + 1)^2 / 4 up to 1, x above."""
    return nn.sparse_plus(x)


@recording
def sparse_sigmoid(x: Array) -> Array:
    """min(max((x + 1) / 2, 0), 1)"""
    return nn.sparse_sigmoid(x)


@recording
def glu(x: Array, axis: int = -1) -> Array:
    """a sigmoid(b), a and b the halves of x along the axis (Dauphin et al., 2017)."""
    return nn.glu(x, axis)


@recording
@whole
def softmax(x: Array, axis: int | tuple[int, ...] = -1) -> Array:
    """exp(x) / sum exp(x) along the axis.

    >>> softmax(jnp.array([[0.0, 0.0], [1e4, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    exponentials = jnp.exp(x - lax.stop_gradient(jnp.max(x, axis=axis, keepdims=True)))
    return exponentials / jnp.sum(exponentials, axis=axis, keepdims=True)


@recording
def log_softmax(x: Array, axis: int | tuple[int, ...] = -1) -> Array:
    """x - log sum exp(x) along the axis."""
    return nn.log_softmax(x, axis=axis)


@recording
def sparsemax(x: Array, axis: int = -1) -> Array:
    """max(x - t, 0) with the t at which the sum along the axis is 1: most of it is 0 (Martins and Astudillo, 2016).

    >>> sparsemax(jnp.array([1.0, 0.5, -1.0])).tolist()
    [0.75, 0.25, 0.0]
    """
    x = jnp.moveaxis(x, axis, -1)
    largest = jnp.flip(jnp.sort(x, axis=-1), axis=-1)
    places = jnp.arange(1, x.shape[-1] + 1, dtype=x.dtype).reshape((1,) * (x.ndim - 1) + (-1,))
    excess = (jnp.cumsum(largest, axis=-1) - 1) / places
    count = jnp.sum(largest > excess, axis=-1, keepdims=True)
    cut = jnp.take_along_axis(excess, count - 1, axis=-1)
    return jnp.moveaxis(jnp.maximum(x - cut, 0.0), -1, axis)


@recording
def threshold(x: Array, threshold: float, default_value: float) -> Array:
    """x above the threshold, else the default value."""
    return jnp.where(x > threshold, x, default_value)


ACTIVATIONS: dict[str, Activation] = {
    function.__name__: function
    for function in (
        celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu,
        linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softmax,
        softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus, tanh, tanh_shrink, threshold,
    )
}  # fmt: skip
ALIASES: dict[str, Activation] = {"swish": silu, "hard_swish": hard_silu}


def get(identifier: str | Mapping[str, Any] | Activation | None) -> Activation:
    """The activation of a name or a config (``None`` is ``linear``); a callable is given back.

    Names are those of this table, and of what `register_keras_serializable` and `custom_object_scope` know.

    Errors: `OptionError` for an unknown name, with the closest one.

    >>> get("relu") is relu, get(None) is linear, get("swish") is silu
    (True, True, True)
    """
    if identifier is None:
        return linear
    if callable(identifier):
        return identifier
    if isinstance(identifier, Mapping) and identifier.get("class_name") == "function":
        return get(identifier.get("config"))
    known = ACTIVATIONS | ALIASES
    table = {**registered.known(), **known}
    if isinstance(identifier, str) and identifier in table:
        return table[identifier]
    close = nearest(identifier, known)
    raise OptionError(
        "unknown-activation",
        "this activation is not known",
        got=repr(identifier),
        wanted=f"one of {', '.join(sorted(known))}, or a function of an array",
        do=f'activation="{close[0]}"' if close else "pass the function itself",
    )


def serialize(activation: Activation) -> str:
    """The name of an activation of this table: ``get(serialize(f)) is f``.

    >>> serialize(get("swish"))
    'silu'
    """
    name: Any = getattr(activation, "__name__", None)
    if ACTIVATIONS.get(name) is not activation:
        raise OptionError(
            "activation-without-name",
            "only an activation that has a name here can be written to a configuration",
            got=repr(name or activation),
            wanted=f"one of {', '.join(sorted(ACTIVATIONS))}",
            do="use a named activation, or rebuild the model in code and load its weights",
        )
    return name
