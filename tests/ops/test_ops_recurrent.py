"""The fast recurrent formulations equal the textbook's, in outputs and gradients, wherever they run."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import Mesh, PartitionSpec

from fourfold.ops import activations, recurrent

OPERATIONS = {
    "simple_rnn": (recurrent.simple_rnn, recurrent.simple_rnn_reference, 1, 1, {}),
    "lstm": (recurrent.lstm, recurrent.lstm_reference, 4, 2, {}),
    "gru": (recurrent.gru, recurrent.gru_reference, 3, 1, {}),
    "gru, reset before": (recurrent.gru, recurrent.gru_reference, 3, 1, {"reset_after": False}),
}


@pytest.fixture(autouse=True)
def strict_ranks():
    with jax.numpy_rank_promotion("raise"):
        yield


def arrays(operation, n, t, f, u, seed=0, bias=True):
    """x, kernel, recurrent kernel and bias of an operation, and states."""
    gates, count = OPERATIONS[operation][2:4]
    rng = np.random.default_rng(seed)

    def normal(*shape):
        return jnp.asarray(rng.normal(size=shape) * 0.7, jnp.float32)

    shape = (2, gates * u) if operation == "gru" else (gates * u,)
    weights = normal(n, t, f), normal(f, gates * u), normal(u, gates * u), normal(*shape) if bias else None
    return weights, tuple(normal(n, u) for _ in range(count)), rng


def value_and_gradients(function, weights, states, **options):
    """A weighted sum of all that an operation returns, those outputs, and the gradients of all arrays."""

    def total(weights, states):
        outputs, last = function(*weights, initial_state=states, **options)
        leaves = [leaf for leaf in (outputs, *last) if leaf is not None]
        weighted = [
            (leaf * jnp.cos(jnp.arange(leaf.size) * 1.0).reshape(leaf.shape)).sum() for leaf in leaves
        ]
        return sum(weighted), leaves

    return jax.jit(jax.value_and_grad(total, argnums=(0, 1), has_aux=True))(weights, states)


def assert_close(got, wanted, tolerance=2e-5):
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1, np.abs(b).max(initial=0)))


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=6)
@given(data=st.data())
def test_fast_equals_reference(operation, data):
    n, t, f, u = (data.draw(st.integers(1, 4), label=axis) for axis in "NTFU")
    weights, states, rng = arrays(operation, n, t, f, u, bias=data.draw(st.booleans(), label="bias"))
    fast, reference, gates, _, fixed = OPERATIONS[operation]
    options = dict(fixed)
    options["reverse"] = data.draw(st.booleans(), label="reverse")
    options["return_sequences"] = data.draw(st.booleans(), label="return_sequences")
    options["unroll"] = data.draw(st.booleans(), label="unroll")
    if data.draw(st.booleans(), label="mask"):
        options["mask"] = jnp.asarray(rng.random((n, t)) < 0.6)
    dropout = data.draw(st.sampled_from(["none", "inputs", "all"]), label="dropout")
    if dropout != "none":
        sharing = 1 if dropout == "inputs" else gates
        options["input_dropout"] = jnp.asarray((rng.random((n, sharing, f)) < 0.5) * 2, jnp.float32)
    if dropout == "all":
        options["recurrent_dropout"] = jnp.asarray((rng.random((n, gates, u)) < 0.5) * 2, jnp.float32)
    if data.draw(st.booleans(), label="unusual activation"):
        options["activation"] = activations.softsign
    got = value_and_gradients(fast, weights, states, **options)
    assert_close(got, value_and_gradients(reference, weights, states, **options))


@pytest.mark.parametrize("operation", ["simple_rnn", "lstm", "gru"])
def test_gradient_equals_finite_differences(operation):
    """In float64, so that the difference quotient is good to six digits."""
    with jax.enable_x64(True):
        weights, states, rng = arrays(operation, 2, 4, 3, 3)
        weights, states = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), (weights, states))
        mask = jnp.asarray([[True, True, False, True], [False, True, True, False]])
        fast = OPERATIONS[operation][0]

        def total(weights, states):
            outputs, last = fast(*weights, initial_state=states, mask=mask)
            return (outputs**2).sum() + sum((state**3).sum() for state in last)

        directions = jax.tree.map(lambda leaf: jnp.asarray(rng.normal(size=leaf.shape)), (weights, states))
        gradients = jax.grad(total, argnums=(0, 1))(weights, states)
        slope = sum(jax.tree.leaves(jax.tree.map(lambda g, d: (g * d).sum(), gradients, directions)))
        step = 1e-5

        def moved(sign):
            return total(*jax.tree.map(lambda w, d: w + sign * step * d, (weights, states), directions))

        np.testing.assert_allclose(slope, (moved(1) - moved(-1)) / (2 * step), rtol=1e-6)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_masked_steps_change_nothing(operation):
    """Masked steps may hold anything: dropping them from the sequence gives the same states and gradients."""
    weights, states, _ = arrays(operation, 1, 6, 3, 4)
    keep = np.array([False, True, True, False, True, False])
    fast, fixed = OPERATIONS[operation][0], OPERATIONS[operation][4]
    short = (weights[0][:, keep], *weights[1:])
    masked, (d_masked, _) = value_and_gradients(
        fast, weights, states, mask=jnp.asarray(keep[None]), return_sequences=False, **fixed
    )
    plain, (d_plain, _) = value_and_gradients(fast, short, states, return_sequences=False, **fixed)
    assert_close((masked, d_masked[1:]), (plain, d_plain[1:]), 1e-6)
    assert not np.asarray(d_masked[0])[:, ~keep].any()
    outputs, _ = fast(*weights, initial_state=states, mask=jnp.asarray(keep[None]), **fixed)
    np.testing.assert_array_equal(outputs[0, 0], states[0][0])  # before the first step: the initial state
    np.testing.assert_array_equal(outputs[0, 3], outputs[0, 2])
    np.testing.assert_array_equal(outputs[0, 5], outputs[0, 4])


@pytest.mark.parametrize("operation", ["lstm", "gru"])
def test_under_every_transformation(operation):
    """Training in `lax.scan`, replicas under `vmap` and `shard_map`, a batch that is split: one answer."""
    fast = OPERATIONS[operation][0]
    (x, *parameters), _, rng = arrays(operation, 4, 5, 3, 4)
    parameters = tuple(parameters)
    mask = jnp.asarray(rng.random((4, 5)) < 0.7)

    def gradients(parameters, x, mask):
        return jax.grad(lambda p: (fast(x, *p, mask=mask)[1][0] ** 2).sum())(parameters)

    def train(parameters, x, mask):
        def step(parameters, _):
            changed = jax.tree.map(lambda p, g: p - 0.1 * g, parameters, gradients(parameters, x, mask))
            return changed, None

        return lax.scan(step, parameters, length=3)[0]

    wanted = parameters
    for _ in range(3):
        wanted = jax.tree.map(lambda p, g: p - 0.1 * g, wanted, gradients(wanted, x, mask))
    assert_close(jax.jit(train)(parameters, x, mask), wanted)

    stacked = jax.tree.map(lambda leaf: jnp.stack([leaf, 2 * leaf]), parameters)
    replicas = jax.jit(jax.vmap(train, in_axes=(0, None, None)))(stacked, x, mask)
    assert_close(jax.tree.map(lambda leaf: leaf[0], replicas), wanted)

    mesh = Mesh(np.array(jax.devices()[:1]), ("cores",))
    split = PartitionSpec("cores")

    def replica(stacked, x, mask):
        return lax.map(lambda parameters: train(parameters, x, mask), stacked)

    for checked in (True, False):
        mapped = jax.shard_map(
            replica,
            mesh=mesh,
            in_specs=(split, PartitionSpec(), PartitionSpec()),
            out_specs=split,
            check_vma=checked,
        )
        assert_close(jax.jit(mapped)(stacked, x, mask), replicas)

    batch_split = jax.shard_map(
        lambda p, x, mask: gradients(
            p, x, mask
        ),  # the weights don't vary over the cores: their gradients add up
        mesh=mesh,
        in_specs=(PartitionSpec(), split, split),
        out_specs=PartitionSpec(),
    )
    assert_close(jax.jit(batch_split)(parameters, x, mask), gradients(parameters, x, mask))


def test_no_steps_give_the_initial_state():
    weights, states, _ = arrays("lstm", 2, 0, 3, 4)
    outputs, last = recurrent.lstm(*weights, initial_state=states)
    assert outputs.shape == (2, 0, 4)
    assert_close(last, states)
