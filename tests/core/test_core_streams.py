"""The streams against numbers that TensorFlow printed: they are the reference, and can't be computed anew."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_iris

from fourfold import random
from fourfold.core import streams
from fourfold.core.streams import Stateless, Stream, philox
from fourfold.errors import OptionError
from fourfold.initializers import GlorotUniform, Orthogonal


def words(*values):
    return np.array(values, np.uint32)


def test_philox_known_answers():
    """The vectors that the generator's authors publish (Random123, kat_vectors)."""
    pi_block = np.array([0x85A308D3243F6A88], np.uint64)
    assert (
        philox((0, 0), (0, 0), np.zeros(1, np.uint64))
        == words(0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    ).all()
    assert (
        philox((0xA4093822, 0x299F31D0), (0x13198A2E, 0x03707344), pi_block)
        == words(0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)
    ).all()


def test_published_normals():
    """``tf.random.set_seed(42); tf.random.normal((2, 2))``, as many a page prints it."""
    expected = [[0.3274685, -0.8426258], [0.3194337, -1.4075519]]
    np.testing.assert_allclose(Stream(42).normal((2, 2)), expected, rtol=2e-7)


def test_published_stateless_uniforms():
    """The documented examples of tf.image's stateless random brightness and contrast, at seed (1, 2)."""
    source = Stateless(1)
    assert source.uniform((), -0.2, 0.2, op_seed=2) == pytest.approx(0.1376241, abs=2e-7)
    factor = source.uniform((), 0.2, 0.5, op_seed=2)  # contrast: (x - mean) * factor + mean
    assert (1 - 5.5) * factor + 5.5 == pytest.approx(3.4605184, abs=1e-6)


def test_published_training_log_from_truncated_normals():
    """A TensorFlow course trains iris from truncated normals of op seed 1 and prints its losses.

    There, the second operation of the same seed goes on where the first ended: twelve values reserve 3072
    blocks, which is twelve groups of four.
    """
    x, y = load_iris(return_X_y=True)
    order = np.random.RandomState(116).permutation(150)
    x, y = x[order][:-30].astype(np.float32), np.eye(3, dtype=np.float32)[y[order]][:-30]
    drawn = Stream(116).truncated_normal((51,), stddev=0.1, op_seed=1)
    w, b = drawn[:12].reshape(4, 3), drawn[48:]
    losses = []
    for _ in range(4):
        batch_losses = []
        for start in range(0, 120, 32):
            xb, yb = x[start : start + 32], y[start : start + 32]
            p = np.exp(xb @ w + b)
            p /= p.sum(axis=1, keepdims=True)
            batch_losses.append(np.mean((p - yb) ** 2))
            g = 2 * (p - yb) / p.size
            g = p * (g - (g * p).sum(axis=1, keepdims=True))
            w, b = w - 0.1 * xb.T @ g, b - 0.1 * g.sum(axis=0)
        losses.append(np.mean(batch_losses))
    published = [0.2821310982108116, 0.25459614023566246, 0.22570249810814857, 0.21028400212526321]
    np.testing.assert_allclose(losses, published, rtol=1e-6)


def post_input(*shape):
    return np.random.RandomState(42).rand(*shape).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, kernel, recurrent, bias):
    """(N, T, F) -> (N, T, units); gates in the order input, forget, candidate, output."""
    h = c = np.zeros((len(x), len(recurrent)), np.float32)
    outputs = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def test_the_posts_dense_block():
    glorot, stream, x = GlorotUniform(), Stream(42), post_input(4, 32, 32, 3)
    hidden = np.maximum(x @ glorot((3, 8), stream), 0).reshape(4, -1)
    printed = [
        [0.23494382, -0.40392348],
        [0.10658629, -0.31808627],
        [0.42371386, -0.46299127],
        [0.34416917, -0.11493915],
    ]
    np.testing.assert_allclose(hidden @ glorot((8192, 2), stream), printed, atol=1e-6)


def test_the_posts_recurrent_blocks():
    glorot, stream = GlorotUniform(), Stream(42)
    kernel, recurrent = glorot((32, 32), stream), Orthogonal()((8, 32), stream)
    bias = np.repeat(np.float32([0, 1, 0, 0]), 8)
    sequences = lstm(post_input(4, 3, 32), kernel, recurrent, bias) @ glorot((8, 2), stream)
    last = [
        [-0.06428523, 0.3131591],
        [-0.04120642, 0.3528567],
        [-0.04273851, 0.37192333],
        [0.03797218, 0.33612275],
    ]
    first_two = [
        [[-0.08234972, 0.12292314], [-0.05217044, 0.19100665]],
        [[0.0381453, 0.26402596], [0.04725918, 0.34620702]],
        [[-0.21114576, 0.08922277], [-0.02972354, 0.24037611]],
        [[-0.06888272, -0.01702049], [0.0117887, 0.10608622]],
    ]
    np.testing.assert_allclose(sequences[:, -1], last, atol=1e-6)
    np.testing.assert_allclose(sequences[:, :2], first_two, atol=1e-6)


@given(
    st.sampled_from(["uniform", "normal", "truncated_normal"]),
    st.integers(0, 2**63),
    st.integers(0, 2**31 - 1),
    st.lists(st.integers(0, 7), max_size=3),
)
def test_values_depend_on_no_shape(distribution, seed, op_seed, shape):
    draw = getattr(Stream(seed), distribution)
    values = draw(shape, op_seed=op_seed)
    assert values.dtype == np.float32 and values.shape == tuple(shape)
    np.testing.assert_array_equal(values.ravel(), draw((400,), op_seed=op_seed)[: values.size])


def test_chunks_join_seamlessly():
    """Beyond 65,536 values a draw is computed in pieces; a block's number alone decides its values."""
    for distribution, blocks_a_group, group in (("uniform", 1, 4), ("truncated_normal", 256, 4)):
        values = getattr(Stream(7), distribution)((70_000,), op_seed=3)
        index = 17_000
        block = np.arange(8, dtype=np.uint64) + np.uint64(index * blocks_a_group)
        direct = streams._unit_uniform if distribution == "uniform" else streams._unit_normal
        expected = direct(philox((7, 0), (3, 0), block)).ravel()
        expected = expected[np.abs(expected) < 2][:group]
        np.testing.assert_array_equal(values[group * index : group * (index + 1)], expected)


def test_moments_and_bounds():
    normal, cut = Stream(1).normal((200_000,)), Stream(2).truncated_normal((200_000,))
    assert abs(normal.mean()) < 0.01 and abs(normal.std() - 1) < 0.01
    assert abs(cut).max() < 2 and abs(cut.mean()) < 0.01 and abs(cut.std() - 0.8796) < 0.01
    uniform = Stream(3).uniform((200_000,), -2, 3)
    assert uniform.min() >= -2 and uniform.max() < 3 and abs(uniform.mean() - 0.5) < 0.02


@pytest.mark.parametrize("distribution", ["uniform", "normal", "truncated_normal"])
def test_a_million_values_are_made_many_at_a_time(distribution):
    """Python takes less than a step for a hundred of them."""
    steps = []
    sys.setprofile(lambda *event: steps.append(event[1]))
    try:
        getattr(Stream(0), distribution)((1_000_000,))
    finally:
        sys.setprofile(None)
    assert len(steps) < 10_000


def test_the_process_wide_sequence():
    random.set_seed(42)
    first, second = streams.current().normal((3,)), streams.current().normal((3,))
    random.set_seed(42)
    with streams.use(Stream(0)) as inner:
        assert streams.current() is inner
        streams.current().normal((3,))
    np.testing.assert_array_equal(streams.current().normal((3,)), first)
    np.testing.assert_array_equal(streams.current().normal((3,)), second)
    assert not np.array_equal(first, second)
    assert Stream().seed != Stream().seed


@pytest.mark.parametrize("seed", ["42", 1.5, None])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(OptionError, match=r"a seed must be an integer: got .* Do this: set_seed\(42\)"):
        random.set_seed(seed)
