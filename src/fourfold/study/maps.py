"""Maps over an input: what shares of them lie where, and how alike two are. NumPy only.

A map (N, P...) gives each of N rows a number of 0 or more at every place: a step of a series, a pixel, a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
from scipy.stats import rankdata

Array = np.ndarray


def translated(inputs: Array, axis: int, steps: int) -> Array:
    """Inputs moved by ``steps`` places along an axis (N, ..., P, ...); the edge is repeated, or padding for tokens.

    >>> numbers, tokens = np.array([[1.0, 2.0, 3.0]]), np.array([[1, 2, 3]])
    >>> translated(numbers, axis=1, steps=1).tolist(), translated(tokens, axis=1, steps=-2).tolist()
    ([[1.0, 1.0, 2.0]], [[3, 0, 0]])
    """
    places = np.arange(inputs.shape[axis]) - steps
    moved = np.take(inputs, places, axis, mode="clip")
    if np.issubdtype(inputs.dtype, np.integer):
        new = (places < 0) | (places >= inputs.shape[axis])
        moved[(slice(None),) * axis + (new,)] = 0
    return moved


def normalised(maps: Array) -> Array:
    """Each row's map over its sum; a map of zeros becomes uniform."""
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    total = flat.sum(axis=1, keepdims=True)
    return np.where(total > 0, flat / np.where(total > 0, total, 1), 1 / flat.shape[1]).reshape(maps.shape)


def places_holding(maps: Array, share: float = 0.9) -> Array:
    """The smallest part of the places that holds a share of each row's map (N,).

    >>> places_holding(np.array([[0.0, 9.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]]))
    array([0.25, 1.  ])
    """
    ordered = -np.sort(-normalised(maps).reshape(len(maps), -1), axis=1)
    return ((np.cumsum(ordered, axis=1) < share - 1e-9).sum(axis=1) + 1) / ordered.shape[1]


def by_distance(maps: Array) -> Array:
    """The share of maps (N, H, W) by the distance from each map's own centre of mass, in whole pixels; mean of rows.

    >>> by_distance(np.array([[[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]])).tolist()
    [1.0, 0.0, 0.0]
    """
    share = normalised(maps)
    rows, columns = np.meshgrid(*map(np.arange, maps.shape[1:]), indexing="ij")
    centre = [(share * axis).sum(axis=(1, 2), keepdims=True) for axis in (rows, columns)]
    distance = np.rint(np.hypot(rows - centre[0], columns - centre[1])).astype(int)
    return np.bincount(distance.ravel(), share.ravel() / len(maps))


def by_lag(values: Array, lengths: Array) -> Array:
    """Means over the rows of values (N, T) by their lag to each row's last step (T,); NaN where no row reaches.

    >>> by_lag(np.array([[1.0, 2.0, 0.0], [5.0, 6.0, 7.0]]), np.array([2, 3])).tolist()
    [4.5, 3.5, 5.0]
    """
    lags = np.arange(values.shape[1])
    places = np.asarray(lengths)[:, None] - 1 - lags
    found = np.take_along_axis(values, np.maximum(places, 0), axis=1)
    there = places >= 0
    counts = there.sum(axis=0)
    return np.where(counts > 0, (found * there).sum(axis=0) / np.maximum(counts, 1), np.nan)


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's correlation of two maps, mean over the rows; a map that is constant correlates with nothing.

    >>> rank_correlation(np.array([[1.0, 5.0, 9.0]]), np.array([[0.1, 0.2, 0.9]]))
    1.0
    """
    a, b = (rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (first, second))
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return float(np.mean(np.where(scale > 0, (a * b).sum(axis=1) / np.where(scale > 0, scale, 1), 0.0)))


# ---- attention ---------------------------------------------------------------------------------------------


def rollout(scores: Sequence[Array]) -> Array:
    """How much of each token reaches the mean over the last block's tokens (N, T).

        R = (P_B + I)/2 ... (P_1 + I)/2,  P_b the mean over the heads of block b's attention (N, H, T, T)

    Source: Abnar and Zuidema, "Quantifying attention flow in transformers" (ACL 2020).

    >>> rollout([np.full((1, 2, 4, 4), 0.25)]).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    tokens = scores[0].shape[-1]
    reached = np.broadcast_to(np.eye(tokens), (len(scores[0]), tokens, tokens))
    for block in scores:
        reached = (block.mean(axis=1) + np.eye(tokens)) / 2 @ reached
    return reached.mean(axis=1)


def token_grid(tokens: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """How tokens lie: in rows and columns like an image (H, W, C) if their number allows it, else in a line.

    >>> token_grid(24, (8, 12, 1)), token_grid(32, (100, 3))
    ((4, 6), (32,))
    """
    if len(shape) == 3:
        rows = max(1, round((tokens * shape[0] / shape[1]) ** 0.5))
        if tokens % rows == 0:
            return rows, tokens // rows
    return (tokens,)


def token_distances(grid: tuple[int, ...]) -> Array:
    """Euclidean distances (T, T) between the tokens of a grid, in tokens."""
    places = np.stack([axis.ravel() for axis in np.meshgrid(*map(np.arange, grid), indexing="ij")], axis=1)
    return np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=-1))


def attention_distance(scores: Array, distances: Array) -> float:
    """The mean over rows, heads and queries of sum_s P[t, s] distance[t, s].

    Source: Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021), section 4.5.
    """
    return float((scores * distances).sum(axis=-1).mean())


def attention_entropy(scores: Array) -> float:
    """-sum_s P[t, s] ln P[t, s] over ln T, mean over rows, heads and queries: 1 reads all tokens alike, 0 reads one.

    >>> attention_entropy(np.full((1, 1, 2, 2), 0.5)), attention_entropy(np.eye(2)[None, None])
    (1.0, 0.0)
    """
    tokens = scores.shape[-1]
    terms = scores * np.log(np.where(scores > 0, scores, 1.0))
    return max(0.0, float(-terms.sum(axis=-1).mean() / log(tokens))) if tokens > 1 else 0.0
