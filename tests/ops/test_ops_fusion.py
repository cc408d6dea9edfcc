"""What is kept in memory is the same, is differentiated, and is computed once and by itself."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.sharding import AxisType, PartitionSpec

from fourfold.ops.fusion import in_memory

X = jnp.asarray(np.random.default_rng(0).normal(size=(4, 6)), jnp.float32)


def plain(x):
    return jnp.sin(x) * 2


def kept(x):
    return in_memory(jnp.sin(x)) * 2


def over_devices(function):
    mesh = jax.make_mesh((2,), ("rows",), axis_types=(AxisType.Auto,), devices=jax.devices()[:2])
    split = PartitionSpec("rows")
    return jax.shard_map(function, mesh=mesh, in_specs=split, out_specs=split)


@pytest.mark.parametrize(
    "transformed",
    [
        jax.jit,
        jax.vmap,
        jax.grad,
        over_devices,
        jax.checkpoint,
        lambda f: lambda x: lax.map(f, x),
        lambda f: lambda x: jax.jvp(f, (x,), (x,))[1],
    ],
    ids=["jit", "vmap", "grad", "shard_map", "checkpoint", "scan", "jvp"],
)
def test_values_and_derivatives_are_those_of_the_plain_computation(transformed):
    scalar = transformed is jax.grad
    of = [(lambda x, f=f: f(x).sum()) if scalar else f for f in (kept, plain)]
    np.testing.assert_allclose(*(transformed(f)(X) for f in of), rtol=1e-6)


def test_it_ends_a_loop_of_the_compiled_program():
    """The one promise that a compiler could break: without it, all is one loop, and the sine is computed in it."""
    one, two = (jax.jit(f).lower(X).compile().as_text() for f in (plain, kept))
    assert len(re.findall(r" call\(", one)) == 0 and len(re.findall(r" call\(", two)) == 1
    assert len(re.findall(r" fusion\(", two)) > len(re.findall(r" fusion\(", one))


def test_a_gpu_fuses_as_it_likes(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert in_memory(X) is X
