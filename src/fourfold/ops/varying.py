"""Arrays inside `shard_map`: over which axes of the mesh they differ."""

from __future__ import annotations

from typing import Any

import jax
from jax import lax


def varying_alike(arrays: Any) -> Any:
    """The same arrays, all marked as varying over each mesh axis that one of them varies over.

    A loop's carry must be marked like what is computed from it, and a gradient written by hand like its
    argument: the marks' own transpose then adds the gradients of replicated weights up over the devices.
    Outside `shard_map` it changes nothing.
    """

    def axes(leaf: Any) -> frozenset:
        return jax.typeof(leaf).manual_axis_type.varying

    every = frozenset().union(*map(axes, jax.tree.leaves(arrays)))
    return jax.tree.map(lambda leaf: lax.pcast(leaf, tuple(every - axes(leaf)), to="varying"), arrays)
