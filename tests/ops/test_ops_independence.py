"""What is said to treat rows apart does: a part of a batch gives that part of the whole batch's outputs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fourfold import ops
from fourfold.ops.independence import apart

KERNEL, WIDE = np.ones((3, 5, 32), "float32"), np.ones((3, 1, 5, 32), "float32")
W = np.random.default_rng(1).normal(size=(5, 4)).astype("float32")


def loop(x):
    """A recurrence along time, time first, from zeros."""
    step = lambda state, now: ((state := jnp.tanh(state + now)), state)  # noqa: E731
    return jnp.swapaxes(jax.lax.scan(step, jnp.zeros_like(x[:, 0]), jnp.swapaxes(x, 0, 1))[1], 0, 1)


APART = {
    "elementwise": lambda x: jnp.where(x > 0, x, 0.0) * jax.nn.gelu(x) + 1,
    "weights": lambda x: x @ W,
    "weights from the left": lambda x: jnp.einsum("df,ntd->nft", W, x),
    "steps as rows of one product": lambda x: (x.reshape(-1, 5) @ W).reshape(-1, 6, 4),
    "steps first": lambda x: jnp.swapaxes((jnp.swapaxes(x, 0, 1).reshape(-1, 5) @ W).reshape(6, -1, 4), 0, 1),
    "attention": lambda x: jnp.einsum("nts,nsd->ntd", jax.nn.softmax(jnp.einsum("ntd,nsd->nts", x, x)), x),
    "moments of a row": lambda x: (x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True),
    "one step": lambda x: x[:, -1],
    "reversed steps": lambda x: x[:, ::-1],
    "rolled steps": lambda x: jnp.roll(x, 1, axis=1),
    "a first step for all": lambda x: jnp.concatenate(
        [jnp.broadcast_to(W[:, :1].T, (len(x), 1, 5)), x], axis=1
    ),
    "cumulative": lambda x: jnp.cumsum(x, axis=1),
    "padded, stacked, sorted": lambda x: jnp.sort(
        jnp.stack([jnp.pad(x, ((0, 0), (1, 0), (0, 0)))] * 2, 1), axis=2
    ),
    "a look-up": lambda x: jnp.take(W, (jnp.abs(x[..., 0]) * 2).astype(int) % 5, axis=0),
    "chosen columns": lambda x: jnp.take(x, np.array([2, 0]), axis=2),
    "a convolution": lambda x: jax.lax.conv_general_dilated(
        x, jnp.ones((3, 5, 2)), (1,), "SAME", dimension_numbers=("NWC", "WIO", "NWC")
    ),
    "the operation convolution": lambda x: ops.conv(x, KERNEL, 1, "same"),
    "the same of wide windows": lambda x: ops.conv(x[:, :, None], WIDE, 2, "same"),
    "the operation attention": lambda x: ops.dot_product_attention(*[x[:, :, None]] * 3, is_causal=True),
    "pooling": lambda x: jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 1), (1, 2, 1), "VALID"),
    "a loop": loop,
    "a derivative of ours": lambda x: jax.nn.relu(jax.checkpoint(jnp.sin)(x)),
    "a choice of all": lambda x: jax.lax.cond(W[0, 0] > 0, jnp.sin, jnp.cos, x),
}
MIXED = {
    "the operation convolution, of all rows": lambda x: ops.conv(x - x.mean(0), KERNEL, 1, "same"),
    "a kernel of the rows": lambda x: ops.conv(x, KERNEL * x.mean(), 1, "same"),
    "attention to the first row": lambda x: ops.dot_product_attention(
        x[:, :, None], (x[:1] + 0 * x)[:, :, None], x[:, :, None]
    ),
    "moments of a batch": lambda x: x - x.mean(0),
    "rolled rows": lambda x: jnp.roll(x, 1, axis=0),
    "reversed rows": lambda x: x[::-1],
    "cumulative over rows": lambda x: jnp.cumsum(x, axis=0),
    "sorted over rows": lambda x: jnp.sort(x, axis=0),
    "the first row for all": lambda x: x + x[:1],
    "rows against rows": lambda x: jnp.einsum("ntd,msd->nts", x, x),
    "products over rows": lambda x: (
        jnp.einsum("ntd,nte->de", x, x) + x[..., :1, :].sum(-2, keepdims=True) * 0
    ),
    "steps taken for rows": lambda x: jnp.swapaxes(x.reshape(6, -1, 5), 0, 1),
    "rows by their place": lambda x: x + jnp.arange(len(x))[:, None, None],
    "a constant for each row": lambda x: x * np.linspace(0, 1, len(x))[:, None, None],
    "the number of rows": lambda x: x / len(x),
    "the number of rows, counted": lambda x: x / jnp.ones((len(x), 1, 1)).sum(),
    "places, counted": lambda x: x + jnp.cumsum(jnp.ones((len(x), 1, 1)), axis=0),
    "random numbers for each row": lambda x: x + jax.random.normal(jax.random.PRNGKey(0), x.shape),
    "a part of the rows": lambda x: x[1:],
    "rows one after the other": lambda x: jax.lax.scan(lambda s, row: (s + row, s), jnp.zeros_like(x[0]), x)[
        1
    ],
    "a choice by the rows": lambda x: jax.lax.cond(x.sum() > 0, jnp.sin, jnp.cos, x),
    "convolved over rows": lambda x: jax.lax.conv_general_dilated(
        x, jnp.ones((3, 6, 6)), (1,), "SAME", dimension_numbers=("WCN", "WIO", "WCN")
    ),
}
X = np.random.default_rng(0).normal(size=(8, 6, 5)).astype("float32")


def found(function) -> bool:
    shape = lambda rows: jax.ShapeDtypeStruct((rows, 6, 5), "float32")  # noqa: E731
    return apart(lambda x, fixed: (function(x), ()), shape, None)


@pytest.mark.parametrize("name", APART)
def test_rows_apart(name):
    assert found(APART[name])
    whole = np.asarray(APART[name](X))
    parts = np.concatenate([np.asarray(APART[name](part)) for part in (X[:3], X[3:])])
    np.testing.assert_allclose(whole, parts, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MIXED)
def test_mixed_rows(name):
    assert not found(MIXED[name])


def test_what_no_row_may_change():
    shape = lambda rows: jax.ShapeDtypeStruct((rows, 3), "float32")  # noqa: E731
    assert apart(lambda x, count: (x, count + 1), shape, jax.ShapeDtypeStruct((), "float32"))
    assert not apart(lambda x, count: (x, count + x.sum()), shape, jax.ShapeDtypeStruct((), "float32"))
    assert not apart(lambda x, table: (table, ()), shape, jax.ShapeDtypeStruct((1009, 3), "float32"))
