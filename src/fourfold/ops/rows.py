"""The rows of a batch that is split, over devices or in time: what an operation must know of those that lie elsewhere.

Inside a `shard_map` over the mesh axis `AXIS` each device holds an equal part of a batch's rows, in order; inside
`part` one equal part is at work, after those before it. Most operations treat rows one by one and need none of this.
Those that do not (moments of a batch, random numbers that are drawn by a row's place) ask here, and outside get the
answer for a whole batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

AXIS = "rows of a batch"
ASKED: ContextVar[list[str] | None] = ContextVar("asked for the rows of a batch", default=None)
"""A list that notes whoever asks here, while there is one."""
PART: ContextVar[int | Array | None] = ContextVar("the number of the part in time", default=None)
"""Which part of a batch is at work, where its parts come one after the other."""
ALONE = 1 << 16
"""Arrays of at least this many numbers are added up over devices on their own; smaller ones go together."""


def parts() -> int:
    """Over how many devices the batch is split; 1 outside.

    >>> parts(), first(8)
    (1, 0)
    """
    if PART.get() is not None:
        raise RuntimeError("a part of a batch in time knows the place of its rows, and nothing of the others")
    asked = ASKED.get()
    if asked is not None:
        asked.append(AXIS)
    try:
        return int(lax.axis_size(AXIS))
    except NameError:
        return 1


@contextmanager
def part(number: int | Array) -> Iterator[None]:
    """In here the rows are those of one of a batch's equal parts, which come one after the other.

    >>> with part(3):
    ...     first(8)
    24
    """
    token = PART.set(number)
    try:
        yield
    finally:
        PART.reset(token)


def first(count: int) -> int | Array:
    """The place in the whole batch of the first row here, each part having ``count``; the number 0 in a whole batch."""
    number = PART.get()
    if number is not None:
        return number * count
    return lax.axis_index(AXIS) * count if parts() > 1 else 0


def total(x: Array) -> Array:
    """The sum over devices of what each found for its rows."""
    return lax.psum(x, AXIS) if parts() > 1 else x


def own(tree: Any) -> Any:
    """This device's rows of arrays that hold the whole batch."""
    count = parts()

    def slice_of(x: Array) -> Array:
        size = x.shape[0] // count
        return lax.dynamic_slice_in_dim(x, first(size), size)

    return tree if count == 1 else jax.tree.map(slice_of, tree)


def whole(tree: Any) -> Any:
    """The whole batch on each device, from the rows of all."""
    if parts() == 1:
        return tree
    return jax.tree.map(lambda x: lax.all_gather(x, AXIS, tiled=True), tree)


def total_of_all(tree: Any) -> Any:
    """`total` of many arrays of one type: the small ones as a single vector, since each sum makes devices meet."""
    leaves, structure = jax.tree.flatten(tree)
    small = [i for i, leaf in enumerate(leaves) if leaf.size < ALONE]
    if parts() == 1 or len(small) < 2:
        return jax.tree.map(total, tree)
    summed = [leaf if i in small else total(leaf) for i, leaf in enumerate(leaves)]
    vector = lax.optimization_barrier(jnp.concatenate([leaves[i].ravel() for i in small]))
    vector, start = lax.optimization_barrier(total(vector)), 0
    for i in small:
        size = math.prod(leaves[i].shape)
        summed[i] = vector[start : start + size].reshape(leaves[i].shape)
        start += size
    return jax.tree.unflatten(structure, summed)
