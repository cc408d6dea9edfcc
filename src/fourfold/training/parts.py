"""A batch in equal parts, one after the other, whose gradients are added up: where that is faster, and the same.

    L = mean_p L_p,    dL / dw = mean_p dL_p / dw

What the forward pass of a part leaves for its backward pass is still in the core's cache when it is read there; that
of a whole batch may not be. It holds for losses that are means over rows, without masks, of graphs that treat rows
apart and keep no state (no moments of a batch). The regularizers are added once. Dropout is drawn by a row's place in
the whole batch: the numbers are those of the whole, but for the order of sums.

A step's time in 2 and in 4 parts over that of the whole, two replicas on two cores of an EPYC (Zen 4, a second-level
cache of 1 MB each), by the megabytes that the whole leaves: LSTMs 1.1 1.03 1.21; 2.0 .90 .99; 3.3 .95 .84; 3.5 .74 .74;
6.8 .81 .73; 62 1.09 1.01. Attention 1.6 .98 1.07; 5.5 .92 .82; 7.4 .99 .95; 9.3 1.04 .90; 20 .99 .96; 60 .98 1.04.
Convolution and pooling 7.8 .90 .85; 24 .96 .94. Dense layers, whose weights are as large, .6 1.05; 7.0 1.20 (in 2).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from fourfold.graph import Graph
from fourfold.ops import rows
from fourfold.training.independence import rows_apart
from fourfold.training.objective import Batch, Objective

PART_BYTES, LARGEST_PART = 3 << 19, 1 << 23
"""How many bytes a part leaves about, and at most: if four parts leave more, no cache holds them, and none are made."""
MOST, FEWEST_ROWS = 4, 8
"""Parts at most, and rows of a part at least."""
WEIGHTS = 16
"""How many times the weights' bytes a part leaves at least: each part reads them, and adds to their gradients."""


def number_of_parts(left: Any, weights: Any, batch: Batch) -> int:
    """Into how many parts a batch is cut whose forward pass leaves the arrays ``left``; 1 on other than a CPU."""
    if jax.default_backend() != "cpu":
        return 1
    size, least = _bytes(left), max(PART_BYTES, WEIGHTS * _bytes(weights))
    most = min(MOST, batch.size // FEWEST_ROWS, 1 + size // least)
    parts = next((count for count in range(most, 1, -1) if batch.size % count == 0), 1)
    return parts if size <= parts * LARGEST_PART else 1


def may_be_cut(graph: Graph, objective: Objective, batch: Batch, outputs: list[Array]) -> bool:
    """Whether a batch's loss is the mean of its parts', of a graph that gave no masks and no losses of its own."""
    means = (
        loss is None or loss.mean_of_parts(target, output)
        for loss, target, output in zip(objective.losses, batch.targets, outputs)
    )
    stateless = all(spec.trainable for spec in graph.specs().values())
    return stateless and all(means) and rows_apart(graph)


def gradients_in_parts(
    loss: Callable[[Any, Batch], tuple[Array, Any]], weights: Any, batch: Batch, parts: int
) -> tuple[Any, Any]:
    """The mean over parts of d loss(weights, part) / d weights, and what ``loss`` gives beside it, stacked (P, ...).

    Of a batch that is split over devices these are the parts of a device's own rows.
    """
    before = rows.first(parts)

    def add(total: Any, numbered: tuple[Array, Batch]) -> tuple[Any, Any]:
        number, part = numbered
        with rows.part(before + number):
            grads, found = jax.grad(loss, has_aux=True)(weights, part)
        return jax.tree.map(jnp.add, total, grads), found

    cut = jax.tree.map(lambda x: x.reshape(parts, x.shape[0] // parts, *x.shape[1:]), batch)
    start = jax.tree.map(jnp.zeros_like, weights)
    total, found = lax.scan(add, start, (jnp.arange(parts), cut))
    return jax.tree.map(lambda x: x / parts, total), found


def _bytes(tree: Any) -> int:
    return sum(math.prod(x.shape) * x.dtype.itemsize for x in map(jax.typeof, jax.tree.leaves(tree)))
