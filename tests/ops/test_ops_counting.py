"""FLOPs and spans of small programs, counted by hand."""

import jax
import jax.numpy as jnp
import pytest
from jax import lax

from fourfold.ops.counting import Count, count


def shape(*axes):
    return jax.ShapeDtypeStruct(axes, "float32")


X, W = shape(1, 3), shape(3, 5)
STEPS = shape(7, 3)


def recurrent(w, u, x):
    """Seven steps of h = tanh(x w + h u) with u halved before the first."""
    halved = u * 0.5
    return lax.scan(lambda h, x_t: (jnp.tanh(x_t @ w + h @ halved), None), jnp.zeros(5), x)[0]


@pytest.mark.parametrize(
    ("function", "arguments", "flops", "span"),
    [
        (lambda w, x: x @ w, (W, X), 2 * 3 * 5, 1),
        (lambda w, x: x @ (2.0 * w + jnp.ones((3, 1))), (W, X), 2 * 3 * 5, 1),  # the weights' own work is free
        (lambda w, x: jnp.sum(x @ w, axis=1), (W, X), 30 + 5, 2),
        (lambda w, x: jnp.exp(w), (W, X), 0, 0),  # reads no example
        (lambda w, x: x * 3.0 + jnp.arange(3.0), (W, X), 3 + 3, 0),
        (recurrent, (W, shape(5, 5), STEPS), 7 * (30 + 50 + 5 + 5), 7),
    ],
    ids=["product", "scaled weights", "reduction", "weights only", "constants", "scan"],
)  # fmt: skip
def test_counted_by_hand(function, arguments, flops, span):
    assert count(function, *arguments, fixed=len(arguments) - 1) == Count(flops, span)


def test_without_fixed_arguments_all_work_counts():
    assert count(lambda w, x: x @ (2.0 * w), W, X) == Count(15 + 30, 1)


def test_what_no_output_needs_is_free():
    def body(carry, at):
        slopes = jnp.exp(at) * 3.0  # a gradient's
        return carry + at, jnp.tanh(slopes)

    sums = lambda x: lax.scan(body, jnp.zeros(4), x)[0]  # noqa: E731
    alone = lambda x: lax.scan(lambda carry, at: (carry + at, None), jnp.zeros(4), x)[0]  # noqa: E731
    x = jax.ShapeDtypeStruct((5, 4), "float32")
    assert count(sums, x) == count(alone, x)
