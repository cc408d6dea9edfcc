"""Convolution and pooling equal XLA's own, values and gradients, over shapes and options."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import AxisType, PartitionSpec

from fourfold.errors import ShapeError
from fourfold.ops import convolution as conv
from fourfold.ops import pooling
from fourfold.ops.windows import Windows


def normal(seed, *shape):
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), jnp.float32)


def agree(got, expected, *arguments):
    """Equal values, and equal gradients of all arguments, under strict promotion."""
    weight = normal(99, *jax.eval_shape(expected, *arguments).shape)
    values = []
    for function in (got, expected):
        with jax.numpy_rank_promotion("raise"):
            y, pull = jax.vjp(jax.jit(function), *arguments)
            values.append([y, *pull(weight)])
    for a, b in zip(*values):
        assert a.dtype == jnp.float32 and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


@st.composite
def convolutions(draw):
    rank = draw(st.integers(1, 2))
    per_axis = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(rank))  # noqa: E731
    sizes = per_axis(1, 4)
    strides, dilation = per_axis(1, 3), per_axis(1, 3)
    if draw(st.booleans()):
        strides = (1,) * rank
    else:
        dilation = (1,) * rank
    padding = draw(st.sampled_from(["valid", "same"] + ["causal"] * (rank == 1)))
    smallest = 1 if padding != "valid" else max(d * (k - 1) + 1 for d, k in zip(dilation, sizes))
    lengths = per_axis(smallest, smallest + 6)
    groups, inputs = draw(st.integers(1, 3)), draw(st.sampled_from([1, 2, 3, 4, 5, 24]))
    outputs = draw(
        st.sampled_from([1, 3, 5, 16, 24, 48])
    )  # each formulation has its numbers of channels and examples
    x = normal(draw(st.integers(0, 9)), draw(st.sampled_from([1, 4, 8, 16])), *lengths, groups * inputs)
    kernel = normal(7, *sizes, inputs, groups * outputs)
    return x, kernel, {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}


@settings(max_examples=40, deadline=None)
@given(convolutions())
def test_convolution_equals_the_reference(case):
    x, kernel, options = case
    agree(partial(conv.convolution, **options), partial(conv.convolution_reference, **options), x, kernel)


@pytest.mark.parametrize(("batch", "patches", "examples"), [(12, 4, 1), (7, 7, 1), (32, 16, 4), (24, 8, 3)])
def test_the_pieces_of_a_batch_change_nothing(batch, patches, examples, monkeypatch):
    x, kernel = normal(1, batch, 8, 8, 3), normal(2, 3, 3, 3, 5)
    options = {"strides": (1, 1), "padding": "same"}
    windows = Windows.over((8, 8), (3, 3), (1, 1), "same")
    monkeypatch.setattr(conv, "PATCH_BYTES", 4 * 8 * 8 * 27 * 3)
    monkeypatch.setattr(conv, "PIECE_BYTES", 4 * 8 * 8 * (3 + 5) * 8)
    assert conv._pieces_of_patches(windows, x) == patches
    assert conv._pieces_of_examples(x, normal(3, batch, 8, 8, 5)) == examples
    agree(partial(conv.convolution, **options), partial(conv.convolution_reference, **options), x, kernel)


@pytest.mark.parametrize("batch", [1, 4, 7, 32])
@pytest.mark.parametrize(
    ("lengths", "sizes", "options"),
    [
        ((9, 8), (3, 3), {"strides": (1, 1), "padding": "same"}),
        ((9, 8), (3, 2), {"strides": (2, 1), "padding": "valid"}),
        ((11,), (5,), {"strides": (1,), "padding": "causal", "dilation": (2,)}),
    ],
)
def test_a_convolution_of_few_products_is_written_out(batch, lengths, sizes, options, monkeypatch):
    x, kernel, written = normal(1, batch, *lengths, 2), normal(2, *sizes, 2, 16), []
    write = conv._written_out
    monkeypatch.setattr(conv, "_written_out", lambda *given: written.append(given) or write(*given))
    agree(partial(conv.convolution, **options), partial(conv.convolution_reference, **options), x, kernel)
    assert written


@st.composite
def poolings(draw):
    rank = draw(st.integers(1, 2))
    per_axis = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(rank))  # noqa: E731
    size, padding = per_axis(1, 4), draw(st.sampled_from(["valid", "same"]))
    strides = size if draw(st.booleans()) else per_axis(1, 4)
    smallest = max(size) if padding == "valid" else 1
    lengths = per_axis(smallest, smallest + 7)
    # Small integers, so that windows hold ties.
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    x = jnp.asarray(rng.integers(-2, 3, (draw(st.integers(1, 3)), *lengths, 2)), jnp.float32)
    return x, {"size": size, "strides": strides, "padding": padding}


@settings(max_examples=25, deadline=None)
@given(poolings())
def test_pooling_equals_the_reference_and_a_tie_goes_to_the_first(case):
    x, options = case
    for kind in ("max_pool", "average_pool"):
        got, expected = (partial(getattr(pooling, kind + end), **options) for end in ("", "_reference"))
        agree(got, expected, x)


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize(
    ("shape", "axes"), [((4, 7, 3), (1,)), ((4, 3, 7), (2,)), ((2, 5, 4, 3), (1, 2)), ((2, 3, 5, 4), (2, 3))]
)
def test_global_max_pooling_shares_its_gradient_among_the_largest(shape, axes, keepdims):
    x = jnp.maximum(normal(1, *shape), 0.0)  # many ties at 0 where windows are short
    x = x.at[0].set(0.0)
    agree(
        lambda x: pooling.global_max_pool(x, axes, keepdims), lambda x: jnp.max(x, axes, keepdims=keepdims), x
    )


def test_on_a_gpu_a_maximum_that_no_element_equals_gives_its_gradient_to_the_largest(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    x = normal(2, 3, 2, 4, 5)
    y = jnp.max(x, (1, 2), keepdims=True)
    dy = normal(3, 3, 5)
    (exact,) = pooling._global_backward((1, 2), False, (x, y), dy)
    (rounded,) = pooling._global_backward((1, 2), False, (x, y * 1.0000002), dy)
    np.testing.assert_array_equal(rounded, exact)


def test_on_a_cpu_elements_are_compared_with_the_maximum_of_the_same_numbers():
    """What is pooled is computed once, so an element equals the maximum, however products and sums are rounded."""
    x, gain, bias = normal(2, 3, 50, 7), normal(3, 7), normal(4, 7)

    @jax.jit
    def shares(x, gain, bias):
        scaled = x * gain + bias * x + bias
        y, residuals = pooling._global_forward((1,), False, scaled)
        (found,) = pooling._global_backward((1,), False, residuals, jnp.ones_like(y))
        return found.sum(1)

    np.testing.assert_array_equal(shares(x, gain, bias), np.ones((3, 7), np.float32))
    assert " call(" in shares.lower(x, gain, bias).compile().as_text()


def test_nan_passes_through_max_pooling_wherever_it_stands():
    for position in range(4):
        x = jnp.zeros((1, 4, 1)).at[0, position, 0].set(jnp.nan)
        assert jnp.isnan(pooling.max_pool(x, size=(4,), strides=(4,))).all()


def test_a_window_longer_than_the_input_is_told_with_what_to_do():
    with pytest.raises(ShapeError, match=r"spans 5 x 5 over an input of 4 x 6.*Do this: padding=\"same\""):
        conv.convolution(normal(0, 1, 4, 6, 1), normal(1, 3, 3, 1, 1), strides=(1, 1), dilation=(2, 2))


def small_net(kernel, x):
    y = conv.convolution(x, kernel, strides=(1, 1), padding="same")
    return jnp.sum(jnp.sin(pooling.max_pool(y, size=(2, 2), strides=(2, 2))))


def test_the_same_inside_scan_and_vmap_as_in_single_calls():
    xs, kernels = normal(1, 4, 3, 6, 6, 2), normal(2, 4, 3, 3, 2, 3)
    slope = jax.value_and_grad(small_net)
    single = [slope(k, x) for k, x in zip(kernels, xs)]
    expected = jax.tree.map(lambda *leaves: jnp.stack(leaves), *single)
    mapped = jax.vmap(slope)(kernels, xs)
    scanned = lax.scan(lambda carry, pair: (carry, slope(*pair)), 0, (kernels, xs))[1]
    for got in (mapped, scanned):
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4), got, expected)


@pytest.mark.parametrize("check", [True, False])
def test_the_same_on_a_mesh_with_the_batch_split_over_it(check):
    mesh = jax.make_mesh((1,), ("batch",), axis_types=(AxisType.Auto,))
    x, kernel = normal(1, 4, 6, 6, 2), normal(2, 3, 3, 2, 3)

    def step(kernel, x):
        value, slope = jax.value_and_grad(small_net)(kernel, x)
        return lax.psum(value, "batch"), slope if check else lax.psum(slope, "batch")

    replicated, split = PartitionSpec(), PartitionSpec("batch")
    mapped = jax.shard_map(
        step, mesh=mesh, in_specs=(replicated, split), out_specs=replicated, check_vma=check
    )
    got, expected = jax.jit(mapped)(kernel, x), jax.value_and_grad(small_net)(kernel, x)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4), got, expected)


def test_the_inputs_gradient_is_not_computed_where_nobody_asks_for_it():
    x, kernel = normal(1, 4, 6, 6, 2), normal(2, 3, 3, 2, 3)

    def products(*argnums):
        program = str(jax.make_jaxpr(jax.grad(small_net, argnums))(kernel, x))
        return program.count("dot_general") + program.count("conv_general_dilated[")

    assert products(0, 1) == products(0) + 1
