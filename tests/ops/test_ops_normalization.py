"""Moments with and without a mask, and layer normalisation, against float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fourfold.ops import normalization


def array(seed, *shape):
    return np.random.default_rng(seed).normal(3, 2, shape)


@pytest.mark.parametrize("axes", [(0,), (0, 1), (0, 2), (1, 2)])
@pytest.mark.parametrize("mask_axes", [0, 1, 2, 3])
def test_moments_are_those_of_the_valid_entries(axes, mask_axes):
    x = array(0, 6, 5, 4)
    mask = np.random.default_rng(1).random(x.shape[:mask_axes]) < 0.6 if mask_axes else None
    with jax.numpy_rank_promotion("raise"):
        mean, variance = jax.jit(lambda x, m: normalization.moments(x, axes, m))(jnp.float32(x), mask)
    weight = np.ones(x.shape) if mask is None else np.broadcast_to(
        mask.reshape(mask.shape + (1,) * (3 - mask_axes)), x.shape).astype(float)  # fmt: skip
    total = np.maximum(weight.sum(axes, keepdims=True), 1)
    expected = (weight * x).sum(axes, keepdims=True) / total
    np.testing.assert_allclose(mean, expected, rtol=1e-5)
    expected = (weight * (x - expected) ** 2).sum(axes, keepdims=True) / total
    np.testing.assert_allclose(variance, expected, rtol=1e-5, atol=1e-6)


def test_padded_rows_change_nothing_whatever_they_hold():
    x = array(2, 5, 3)
    padded = np.concatenate([x, np.full((3, 3), np.inf)])
    valid = np.arange(8) < 5
    loss = lambda v, m: sum(jnp.sum(jnp.sin(s)) for s in normalization.moments(v, (0,), m))  # noqa: E731
    value, gradient = jax.value_and_grad(loss)(jnp.float32(x), None)
    np.testing.assert_allclose(loss(jnp.float32(padded), valid), value, rtol=1e-6)
    np.testing.assert_allclose(
        jax.grad(loss)(jnp.float32(np.concatenate([x, np.full((3, 3), 9)])), valid)[:5], gradient, rtol=1e-5
    )


@pytest.mark.parametrize("axes", [(-1,), (1,), (1, 2), (-2, -1)])
def test_layer_normalisation_is_its_formula(axes):
    x = array(3, 4, 5, 6)
    lengths = [x.shape[a] for a in sorted(a % 3 for a in axes)]
    gamma, beta = array(4, *lengths), array(5, *lengths)
    with jax.numpy_rank_promotion("raise"):
        y = jax.jit(lambda *a: normalization.layer_normalization(*a, axes, 1e-3))(
            *map(jnp.float32, (x, gamma, beta))
        )
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    place = [n if i in [a % 3 for a in axes] else 1 for i, n in enumerate(x.shape)]
    expected = (x - mean) / np.sqrt(variance + 1e-3) * gamma.reshape(place) + beta.reshape(place)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    plain = normalization.layer_normalization(jnp.float32(x), None, None, axes, 1e-3)
    np.testing.assert_allclose(plain, (x - mean) / np.sqrt(variance + 1e-3), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("axes", [(-1,), (1, 2)])
@pytest.mark.parametrize("weighted", [True, False])
def test_the_gradient_by_hand_of_layer_normalisation_is_that_of_its_formula(axes, weighted):
    x, dy = jnp.float32(array(0, 6, 5, 4)), jnp.float32(array(1, 6, 5, 4))
    gamma, beta = (jnp.float32(array(seed, *x.shape[-len(axes) :])) for seed in (2, 3))
    given = (x, gamma, beta) if weighted else (x, None, None)

    def gradients(function):
        y, backward = jax.vjp(lambda *a: function(*a, axes, 1e-3), *given)
        return y, backward(dy)

    fast = gradients(normalization.layer_normalization)
    reference = gradients(normalization.layer_normalization_reference)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-4), fast, reference)
