"""The hash behind dropout: uniform, independent across keys and indices, equal under all transformations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from fourfold.ops import random

N = 1 << 20


def z(mean, expected, deviation, count):
    return abs(mean - expected) / (deviation / np.sqrt(count))


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**40 + 5])
def test_every_bit_is_fair_and_neighbours_are_independent(seed):
    words = np.asarray(random.bits(random.key(seed), (N,)))
    flags = ((words[:, None] >> np.arange(32, dtype=np.uint32)) & 1).astype(np.float64)
    assert np.all(np.abs(flags.mean(0) - 0.5) < 5 * 0.5 / np.sqrt(N))
    uniform = words / 2.0**32 - 0.5
    for lag in (1, 2, 7, 64, 768, 1024):
        correlation = np.mean(uniform[lag:] * uniform[:-lag]) * 12
        assert abs(correlation) < 5 / np.sqrt(N), lag


def test_uniform_fills_its_interval_evenly():
    u = np.asarray(random.uniform(random.key(5), (N,)))
    counts = np.histogram(u, bins=256, range=(0, 1))[0]
    chi_square = np.sum((counts - N / 256) ** 2) / (N / 256)
    assert 255 - 5 * np.sqrt(510) < chi_square < 255 + 5 * np.sqrt(510)
    assert u.min() >= 0 and u.max() < 1


def test_normal_has_the_moments_of_a_normal_distribution():
    x = np.asarray(random.normal(random.key(5), (N,)), np.float64)
    assert np.isfinite(x).all()
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert z(np.mean(x**power), moment, np.sqrt(variance), N) < 5


def relatives(parent):
    """Keys that come from one another in all the ways the library makes them."""
    folded = [random.fold_in(parent, step) for step in (0, 1, 2, 2**31, 2**32 - 1)]
    children = list(random.split(parent, 5))
    return [parent, *folded, *children, *random.split(folded[0], 2), random.fold_in(children[0], 0)]


def test_related_keys_give_different_and_uncorrelated_numbers():
    keys = [*relatives(random.key(0)), *relatives(random.key(1)), random.key(1 << 32)]
    assert len({tuple(np.asarray(k).tolist()) for k in keys}) == len(keys)
    numbers = np.stack([np.asarray(random.uniform(k, (1 << 17,))) - 0.5 for k in keys]) * np.sqrt(12)
    correlation = numbers @ numbers.T / numbers.shape[1]
    off_diagonal = correlation[~np.eye(len(keys), dtype=bool)]
    assert np.abs(off_diagonal).max() < 5.5 / np.sqrt(numbers.shape[1])


def test_a_key_per_step_makes_each_position_fair_over_the_steps():
    masks = jax.vmap(lambda step: random.keep_mask(random.fold_in(random.key(3), step), 0.3, (256,)))(
        jnp.arange(8192)
    )
    kept = np.asarray(masks, np.float64)
    assert np.abs(kept.mean(0) - 0.7).max() < 5.5 * np.sqrt(0.21 / 8192)
    assert z(np.mean((kept[1:] - 0.7) * (kept[:-1] - 0.7)), 0, 0.21, kept[1:].size) < 5


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_keep_mask_keeps_the_asked_share_also_for_a_traced_rate(rate):
    mask = random.keep_mask(random.key(2), rate, (N,))
    assert z(float(mask.mean()), 1 - rate, max(np.sqrt(rate * (1 - rate)), 1e-9), N) < 5
    traced = jax.jit(lambda r: random.keep_mask(random.key(2), r, (N,)))(rate)
    np.testing.assert_array_equal(mask, traced)


def test_dropout_keeps_the_mean_shares_a_noise_axis_and_passes_the_gradient_of_what_it_kept():
    x = jnp.ones((64, 32, 16))
    y = random.dropout(random.key(1), 0.25, x)
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.75)}
    assert z(float(y.mean()), 1, np.sqrt(0.25 / 0.75), y.size) < 5
    shared = random.dropout(random.key(1), 0.5, x, (64, 1, 16))
    np.testing.assert_array_equal(shared, jnp.broadcast_to(shared[:, :1], x.shape))
    gradient = jax.grad(lambda v: random.dropout(random.key(1), 0.25, v).sum())(x)
    np.testing.assert_allclose(gradient, y)
    assert not random.dropout(random.key(1), 1.0, x).any()


def test_scan_vmap_and_jit_give_the_same_numbers_as_single_calls():
    keys = random.split(random.key(9), 3)
    single = np.stack([random.bits(k, (4, 5)) for k in keys])
    with jax.numpy_rank_promotion("raise"):
        mapped = jax.vmap(lambda k: random.bits(k, (4, 5)))(keys)
        scanned = lax.scan(lambda carry, k: (carry, random.bits(k, (4, 5))), 0, keys)[1]
        compiled = jax.jit(lambda k: random.bits(k, (4, 5)))(keys[0])
    np.testing.assert_array_equal(single, mapped)
    np.testing.assert_array_equal(single, scanned)
    np.testing.assert_array_equal(single[0], compiled)
