"""Where XLA's loops end.

On a CPU XLA fuses elementwise operations and moves of memory with what uses them. Mostly that is right: one loop reads
and writes less. It is wrong where each of several users then computes the same again, and where LLVM no longer makes
vector instructions of a loop: because a change of shape makes each index a division, or because it doesn't see that
what the loop writes is none of what it reads (such as the number of a scan's step).
"""

from __future__ import annotations

from typing import Any

import jax
from jax import Array
from jax.experimental.xla_metadata import set_xla_metadata


@jax.jit
def _same(x: Any) -> Any:
    return x


def in_memory(x: Array) -> Array:
    """x, written to memory by the loop that computes it, and read from there by what uses it.

    A call that XLA is told not to inline. It costs nothing else, but where XLA would have written over a loop's own
    state: then a copy. On other devices than a CPU x as it is. (`jax.lax.optimization_barrier` is gone before XLA
    fuses.)

    >>> import jax.numpy as jnp
    >>> in_memory(jnp.ones(2)).tolist()
    [1.0, 1.0]
    """
    if jax.default_backend() != "cpu":
        return x
    with set_xla_metadata(inlineable="false"):
        return _same(x)
