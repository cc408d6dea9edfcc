"""The affine map and the activations, against their formulas in float64 and under strict promotion."""

import math

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from fourfold.errors import OptionError
from fourfold.ops import activations, dense

X = np.linspace(-9, 9, 73)


def softplus(x):
    return np.log1p(np.exp(x))


FORMULAS = {
    "celu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "exponential": np.exp,
    "gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))) / 2,
    "hard_shrink": lambda x: np.where(abs(x) > 0.5, x, 0),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "linear": lambda x: x,
    "log_sigmoid": lambda x: -softplus(-x),
    "mish": lambda x: x * np.tanh(softplus(x)),
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "tanh": np.tanh,
    "tanh_shrink": lambda x: x - np.tanh(x),
}
ALONG_AN_AXIS = {"glu", "log_softmax", "softmax", "sparsemax"}


def test_every_activation_is_checked():
    assert FORMULAS.keys() | ALONG_AN_AXIS | {"threshold"} == activations.ACTIVATIONS.keys()


@pytest.mark.parametrize("axis", [-1, 1])
def test_sparsemax_is_the_nearest_distribution(axis):
    """Keras 3.15 takes another sum where more than one number is left, so that its outputs don't sum to 1."""
    x = np.random.default_rng(0).normal(0, 1, (3, 4, 6)).astype(np.float32)
    with jax.numpy_rank_promotion("raise"):
        p = jax.jit(activations.sparsemax, static_argnums=1)(x, axis)
        slope = jax.grad(lambda x: jnp.sum(activations.sparsemax(x, axis) ** 2))(x)
    np.testing.assert_allclose(np.sum(p, axis), 1, rtol=1e-5)
    left = np.float32(p > 0)
    mean = np.sum(2 * p * left, axis, keepdims=True) / np.sum(left, axis, keepdims=True)
    np.testing.assert_allclose(slope, left * (2 * p - mean), rtol=1e-4, atol=1e-5)
    cut = np.where(p > 0, x - p, -np.inf).max(axis, keepdims=True)  # the same wherever something is left
    np.testing.assert_allclose(np.where(p > 0, x - p, cut), np.broadcast_to(cut, x.shape), atol=1e-6)
    assert (x[p == 0] <= np.broadcast_to(cut, x.shape)[p == 0] + 1e-6).all()


def test_threshold():
    got = activations.threshold(jnp.asarray(X), 0.5, -7.0)
    np.testing.assert_array_equal(got, keras.activations.threshold(X, 0.5, -7.0))


def test_all_activations_of_keras_are_here():
    from fourfold import activations as public

    assert {name for name in dir(keras.activations) if not name.startswith("_")} <= set(dir(public))
    assert public.deserialize("silu") is public.silu


@pytest.mark.parametrize("name", FORMULAS)
def test_elementwise_activation_is_its_formula(name):
    with jax.numpy_rank_promotion("raise"):
        got = jax.jit(activations.get(name))(jnp.asarray(X, jnp.float32))
        slope = jax.vmap(jax.grad(activations.get(name)))(jnp.asarray(X + 1e-3, jnp.float32))
    assert got.dtype == jnp.float32
    np.testing.assert_allclose(got, FORMULAS[name](X), rtol=2e-5, atol=1e-6)
    numeric = (FORMULAS[name](X + 1e-3 + 1e-6) - FORMULAS[name](X + 1e-3 - 1e-6)) / 2e-6
    np.testing.assert_allclose(slope, numeric, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("axis", [-1, 1])
def test_softmax_and_its_relatives(axis):
    x = np.random.default_rng(0).normal(0, 5, (3, 4, 6))
    e = np.exp(x - x.max(axis, keepdims=True))
    p = e / e.sum(axis, keepdims=True)
    with jax.numpy_rank_promotion("raise"):
        soft, log_soft = (
            jax.jit(activations.get(name), static_argnums=1)(jnp.asarray(x, jnp.float32), axis)
            for name in ("softmax", "log_softmax")
        )
        slope = jax.grad(lambda v: jnp.sum(activations.softmax(v, axis) ** 2))(jnp.asarray(x, jnp.float32))
    np.testing.assert_allclose(soft, p, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(log_soft, np.log(p), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(slope, 2 * p * (p - np.sum(p * p, axis, keepdims=True)), rtol=1e-4, atol=1e-6)


def test_softmax_over_two_axes_is_the_flat_one():
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 3, 4)), jnp.float32)
    flat = activations.softmax(x.reshape(2, 12)).reshape(2, 3, 4)
    np.testing.assert_allclose(activations.softmax(x, axis=(1, 2)), flat, rtol=1e-6)


@pytest.mark.parametrize("arguments", [{"threshold": 1.0}, {"negative_slope": 0.1, "threshold": 1.0},
                                       {"max_value": 2.0, "negative_slope": 0.3}])  # fmt: skip
def test_relu_with_arguments(arguments):
    slope, top, at = (
        arguments.get(n, d) for n, d in (("negative_slope", 0), ("max_value", 9), ("threshold", 0))
    )
    expected = np.where(at < X, np.minimum(X, top), slope * (X - at))
    np.testing.assert_allclose(activations.relu(jnp.asarray(X), **arguments), expected, rtol=1e-6, atol=1e-6)


def test_names_resolve_both_ways_and_an_unknown_one_is_told_with_a_close_name():
    for name, function in activations.ACTIVATIONS.items():
        assert activations.get(name) is function and activations.serialize(function) == name
    with pytest.raises(OptionError, match=r"got 'rellu', wanted one of .*Do this: activation=\"relu\""):
        activations.get("rellu")
    with pytest.raises(OptionError, match="can be written to a configuration"):
        activations.serialize(lambda x: x)


@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 3, 5), (0, 5), (2, 3, 4, 5)])
def test_linear_acts_on_the_last_axis_of_any_shape(shape):
    rng = np.random.default_rng(1)
    x, w, b = rng.normal(size=shape), rng.normal(size=(5, 7)), rng.normal(size=7)
    with jax.numpy_rank_promotion("raise"):
        y = jax.jit(dense.linear)(*(jnp.asarray(v, jnp.float32) for v in (x, w, b)))
    assert y.dtype == jnp.float32
    np.testing.assert_allclose(y, x @ w + b, rtol=1e-5, atol=1e-5)
