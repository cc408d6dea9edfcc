"""The fast attention equals the textbook's, in outputs and gradients; masks merge as they should."""

from functools import partial
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import Mesh, PartitionSpec

from fourfold.ops import attention


@pytest.fixture(autouse=True)
def strict_ranks():
    with jax.numpy_rank_promotion("raise"):
        yield


def normal(rng, *shape):
    return jnp.asarray(rng.normal(size=shape), jnp.float32)


def value_and_gradients(attend, arrays, **options):
    def total(arrays):
        y = attend(*arrays, **options)
        return (y * jnp.cos(jnp.arange(y.size) * 1.0).reshape(y.shape)).sum(), y

    return jax.jit(jax.value_and_grad(total, has_aux=True))(arrays)


def assert_close(got, wanted, tolerance=5e-5):
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1, np.abs(b).max(initial=0)))


@settings(max_examples=16)
@given(data=st.data())
def test_fast_equals_reference(data):
    n, h, k, v = (data.draw(st.integers(1, 4), label=axis) for axis in "NHKV")
    t, s = (data.draw(st.sampled_from([1, 2, 3, 4, 17, 20]), label=axis) for axis in "TS")
    rng = np.random.default_rng(0)
    arrays = normal(rng, n, h, t, k), normal(rng, n, h, s, k), normal(rng, n, h, s, v)
    options: dict = {"zero_empty": data.draw(st.booleans(), label="zero_empty")}
    masked = data.draw(st.sampled_from([None, (n, 1, t, s), (1, 1, t, s), (n, h, t, s)]), label="mask")
    if masked is not None:
        options["mask"] = jnp.asarray(rng.random(masked) < 0.6)
    if data.draw(st.booleans(), label="dropout"):
        options["dropout"] = jnp.asarray((rng.random((n, h, t, s)) < 0.5) * 2, jnp.float32)
    if data.draw(st.booleans(), label="scale"):
        options["scale"] = 0.3

    def reference(*arrays, **options):
        return attention.attend_reference(*arrays, **options)[0]

    wanted = value_and_gradients(reference, arrays, **options)
    assert_close(value_and_gradients(attention.attend, arrays, **options), wanted)
    piece = data.draw(st.integers(1, n * h * t * s), label="piece")
    with patch.multiple(attention, WHOLE=0, PIECE=piece):
        assert_close(value_and_gradients(attention.attend, arrays, **options), wanted)
    largest = data.draw(st.integers(1, n * h * t * s), label="largest")
    assert_close(value_and_gradients(partial(attention.attend, largest=largest), arrays, **options), wanted)


def test_no_rows_give_no_rows():
    q, k, v = (jnp.zeros((0, 2, 20, 4)) for _ in range(3))
    y, gradients = value_and_gradients(attention.attend, (q, k, v))
    assert y[1].shape == (0, 2, 20, 4) and all(g.shape == (0, 2, 20, 4) for g in gradients)


def test_memory_by_blocks_grows_with_the_steps():
    def held(steps):
        x = jax.ShapeDtypeStruct((1, 2, steps, 8), jnp.float32)

        def loss(q, k, v):
            return attention.attend(q, k, v, mask=partial(rows_before, steps), largest=2**16).sum()

        return (
            jax.jit(jax.grad(loss, (0, 1, 2))).lower(x, x, x).compile().memory_analysis().temp_size_in_bytes
        )

    assert held(4096) < 2.5 * held(2048) and held(4096) < 4 * 2 * 4096**2 / 10


def test_memory_of_heads_is_that_of_one_piece():
    def held(examples, mask=None):
        x = jax.ShapeDtypeStruct((examples, 4, 512, 8), jnp.float32)

        def loss(q, k, v):
            return attention.attend(q, k, v, mask=mask).sum()

        traced = jax.jit(jax.grad(loss, (0, 1, 2))).trace(x, x, x)
        assert "remat" not in str(traced.jaxpr)  # by blocks of queries, everything is computed twice
        return traced.lower().compile().memory_analysis().temp_size_in_bytes

    weights = 32 * 4 * 512 * 512 * 4
    assert held(32) < weights / 3 and held(32, attention.causal_mask(512, 512)[None, None]) < weights / 3
    own_mask = jnp.ones((32, 1, 512, 512), bool)  # a byte for each weight
    assert held(32, own_mask) < weights * 2 / 3


def rows_before(steps, rows):
    return attention.causal_mask(rows, steps)[None, None]


def test_gradient_equals_finite_differences():
    with jax.enable_x64(True):
        rng = np.random.default_rng(1)
        arrays = tuple(jnp.asarray(rng.normal(size=shape)) for shape in [(2, 3, 4), (2, 5, 4), (2, 5, 2)])
        options = {"mask": attention.causal_mask(3, 5)[None], "dropout": jnp.asarray(rng.random((2, 3, 5)))}
        directions = tuple(jnp.asarray(rng.normal(size=array.shape)) for array in arrays)

        def total(step):
            moved = [array + step * direction for array, direction in zip(arrays, directions)]
            return (attention.attend(*moved, **options) ** 3).sum()

        slope = jax.grad(total)(jnp.float64(0.0))
        np.testing.assert_allclose(slope, (total(1e-5) - total(-1e-5)) / 2e-5, rtol=1e-6)


def test_weights_do_not_overflow_and_masked_keys_do_not_leak():
    query, key = jnp.full((1, 2, 1), 1e3), jnp.asarray([[[1e3], [-1e3], [1e3]]])
    value = jnp.asarray([[[1.0], [2.0], [jnp.inf]]])
    mask = jnp.asarray([[[True, True, False], [False, True, False]]])
    finite = jnp.where(jnp.isinf(value), 1e30, value)
    y = attention.attend(query, key, finite, mask=mask)
    np.testing.assert_array_equal(y[0, :, 0], [1.0, 2.0])


def test_a_query_without_keys_reads_the_mean_or_nothing():
    rng = np.random.default_rng(2)
    arrays = normal(rng, 1, 2, 3), normal(rng, 1, 4, 3), normal(rng, 1, 4, 5)
    mask = jnp.asarray([[[False] * 4, [True] * 4]])
    mean = attention.attend(*arrays, mask=mask)
    np.testing.assert_allclose(mean[0, 0], arrays[2][0].mean(axis=0), rtol=1e-6)
    nothing = attention.attend(*arrays, mask=mask, zero_empty=True)
    np.testing.assert_array_equal(nothing[0, 0], np.zeros(5))
    np.testing.assert_array_equal(nothing[0, 1], mean[0, 1])


def test_masks_merge():
    query_mask = jnp.asarray([[True, True, False], [True, True, True]])
    value_mask = jnp.asarray([[True, False, True, True], [True, True, True, True]])
    key_mask = jnp.asarray([[True, True, True, False], [True, True, True, True]])
    given_mask = jnp.asarray(np.arange(24).reshape(2, 3, 4) != 12)
    masks = {"query_mask": query_mask, "value_mask": value_mask, "key_mask": key_mask}
    merged = np.asarray(attention.merge_masks(3, 4, **masks, attention_mask=given_mask, causal=True))
    for n, t, s in np.ndindex(2, 3, 4):
        alone = query_mask[n, t] and value_mask[n, s] and key_mask[n, s] and given_mask[n, t, s]
        assert merged[n, t, s] == bool(alone and s <= t)
    heads = jnp.stack([given_mask, ~given_mask], axis=1)
    with_heads = attention.merge_masks(3, 4, **masks, attention_mask=heads, causal=True)
    np.testing.assert_array_equal(with_heads[:, 0], merged)
    assert attention.merge_masks(3, 4) is None
    assert attention.merge_masks(3, 4, causal=True).shape == (1, 3, 4)
    assert attention.merge_masks(3, 4, attention_mask=given_mask[0]).shape == (1, 3, 4)


def test_heads_split_and_join_as_einsum_says():
    rng = np.random.default_rng(3)
    x, kernel, bias = rng.normal(size=(2, 5, 3)), rng.normal(size=(3, 4, 6)), rng.normal(size=(4, 6))
    heads = np.einsum("ntd,dhk->nhtk", x, kernel) + bias[:, None]
    single = (jnp.asarray(array, jnp.float32) for array in (x, kernel, bias))
    assert_close(attention.split_heads(*single), heads)
    out, out_bias = rng.normal(size=(4, 6, 2, 7)), rng.normal(size=(2, 7))
    single = (jnp.asarray(array, jnp.float32) for array in (heads, out, out_bias))
    assert_close(attention.join_heads(*single), np.einsum("nhtv,hvab->ntab", heads, out) + out_bias)


@pytest.mark.parametrize("with_bias", [True, False])
def test_heads_split_together_as_one_by_one(with_bias):
    rng = np.random.default_rng(4)
    x, sizes = normal(rng, 2, 5, 6), (4, 4, 3)
    kernels = [normal(rng, 6, 2, size) for size in sizes]
    biases = [normal(rng, 2, size) if with_bias else None for size in sizes]

    def one_by_one(x, kernels, biases):
        return [attention.split_heads(x, kernel, bias) for kernel, bias in zip(kernels, biases)]

    together, alone = (
        jax.vjp(function, x, kernels, biases) for function in (attention.split_heads_together, one_by_one)
    )
    given = [jnp.cos(y) for y in alone[0]]
    jax.tree.map(assert_close, together[0], alone[0])
    jax.tree.map(assert_close, together[1](given), alone[1](given))


def test_under_every_transformation():
    """Training in `lax.scan`, replicas under `vmap` and `shard_map`, a batch that is split: one answer."""
    rng = np.random.default_rng(4)
    x = normal(rng, 4, 5, 6)
    kernels = tuple(normal(rng, 6, 2, 3) for _ in range(3))
    mask = jnp.asarray(rng.random((4, 1, 1, 5)) < 0.7)

    def gradients(kernels, x, mask):
        def total(kernels):
            return (attention.attend(*(attention.split_heads(x, w) for w in kernels), mask=mask) ** 2).sum()

        return jax.grad(total)(kernels)

    def train(kernels, x, mask):
        def step(kernels, _):
            return jax.tree.map(lambda w, g: w - 0.01 * g, kernels, gradients(kernels, x, mask)), None

        return lax.scan(step, kernels, length=3)[0]

    wanted = kernels
    for _ in range(3):
        wanted = jax.tree.map(lambda w, g: w - 0.01 * g, wanted, gradients(wanted, x, mask))
    assert_close(jax.jit(train)(kernels, x, mask), wanted)

    stacked = jax.tree.map(lambda leaf: jnp.stack([leaf, 2 * leaf]), kernels)
    replicas = jax.jit(jax.vmap(train, in_axes=(0, None, None)))(stacked, x, mask)
    assert_close(jax.tree.map(lambda leaf: leaf[0], replicas), wanted)

    mesh = Mesh(np.array(jax.devices()[:1]), ("cores",))
    split, whole = PartitionSpec("cores"), PartitionSpec()

    def replica(stacked, x, mask):
        return lax.map(lambda kernels: train(kernels, x, mask), stacked)

    mapped = jax.shard_map(replica, mesh=mesh, in_specs=(split, whole, whole), out_specs=split)
    assert_close(jax.jit(mapped)(stacked, x, mask), replicas)
    batch_split = jax.shard_map(gradients, mesh=mesh, in_specs=(whole, split, split), out_specs=whole)
    assert_close(jax.jit(batch_split)(kernels, x, mask), gradients(kernels, x, mask))
