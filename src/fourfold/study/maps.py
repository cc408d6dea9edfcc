"""Maps over an input: what shares of them lie where, and how alike two are. NumPy only.

A map (N, P...) gives each of N rows a number of 0 or more at every place: a step of a series, a pixel, a column.
``real`` (N, P) tells the places that a row has from those behind its end, where series or texts differ in length: at
these all maps are alike, whatever was learnt. Without it all places are.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def summed(maps: Array, owners: Sequence[str]) -> tuple[tuple[str, ...], Array]:
    """The owners of places, each once, and the sums (N, owners) of maps (N, P) over the places of each.

    >>> names, sums = summed(np.array([[1.0, 2.0, 4.0]]), ["age", "sex", "age"])
    >>> names, sums.tolist()
    (('age', 'sex'), [[5.0, 2.0]])
    """
    names = tuple(dict.fromkeys(owners))
    of = np.array([[owner == name for name in names] for owner in owners], dtype=np.float64)
    return names, maps @ of


def within(lengths: Array, places: int) -> Array:
    """The places (N, P) of rows that end after so many.

    >>> within(np.array([1, 3]), 3).astype(int).tolist()
    [[1, 0, 0], [1, 1, 1]]
    """
    return np.arange(places) < np.asarray(lengths)[:, None]


def _flat(maps: Array, real: Array | None) -> tuple[Array, Array]:
    """Maps (N, P) and which places their rows have."""
    flat = maps.reshape(len(maps), -1)
    return flat, np.ones(flat.shape, bool) if real is None else real


def places_holding(maps: Array, real: Array | None = None, share: float = 0.9) -> Array:
    """The smallest part of a row's places that holds a share of its map (N,).

    >>> places_holding(np.array([[0.0, 9.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]]))
    array([0.25, 1.  ])
    >>> places_holding(np.array([[1.0, 1.0, 0.0, 0.0]]), within(np.array([2]), 4))
    array([1.])
    """
    flat, real = _flat(maps, real)
    held = np.where(real, flat, 0.0)
    held = np.where(held.any(axis=1, keepdims=True), held, real)  # a map of zeros is uniform
    ordered = -np.sort(-normalised(held), axis=1)
    return ((np.cumsum(ordered, axis=1) < share - 1e-9).sum(axis=1) + 1) / real.sum(axis=1)


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


def rank_correlation(first: Array, second: Array, real: Array | None = None) -> float:
    """Spearman's correlation of two maps, mean over the rows; a map that is constant correlates with nothing.

    >>> rank_correlation(np.array([[1.0, 5.0, 9.0]]), np.array([[0.1, 0.2, 0.9]]))
    1.0
    >>> rank_correlation(np.array([[2.0, 1.0, 0.0]]), np.array([[1.0, 2.0, 0.0]]), within(np.array([2]), 3))
    -1.0
    """
    (first, real), (second, _) = _flat(first, real), _flat(second, real)
    return float(np.mean([_spearman(a[own], b[own]) for a, b, own in zip(first, second, real)]))


def _spearman(a: Array, b: Array) -> float:
    a, b = (rankdata(values) - (len(values) + 1) / 2 for values in (a, b))
    scale = np.sqrt((a**2).sum() * (b**2).sum())
    return float(a @ b / scale) if scale > 0 else 0.0


# ---- attention ---------------------------------------------------------------------------------------------


def rollout(scores: Sequence[Array], real: Array | None = None) -> Array:
    """How much of each token reaches the mean over the last block's tokens (N, T), of those that the row has.

        R = (P_B + I)/2 ... (P_1 + I)/2,  P_b the mean over the heads of block b's attention (N, H, T, T)

    Source: Abnar and Zuidema, "Quantifying attention flow in transformers" (ACL 2020).

    >>> rollout([np.full((1, 2, 4, 4), 0.25)]).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    tokens = scores[0].shape[-1]
    reached = np.broadcast_to(np.eye(tokens), (len(scores[0]), tokens, tokens))
    for block in scores:
        reached = (block.mean(axis=1) + np.eye(tokens)) / 2 @ reached
    return np.einsum("nt,nts->ns", _queries(scores[0], real), reached)


def _queries(scores: Array, real: Array | None) -> Array:
    """What each query (N, T) of attention (N, H, T, T) counts in a mean over those that its row has."""
    real = np.ones((len(scores), scores.shape[-1]), bool) if real is None else real
    return real / real.sum(axis=1, keepdims=True)


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


def attention_distance(scores: Array, distances: Array, real: Array | None = None) -> float:
    """The mean over rows, heads and queries of sum_s P[t, s] distance[t, s].

    Source: Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021), section 4.5.
    """
    by_query = (scores * distances).sum(axis=-1).mean(axis=1)
    return float((_queries(scores, real) * by_query).sum(axis=1).mean())


def uniform_distance(distances: Array, real: Array | None = None) -> float:
    """`attention_distance`, if each token read all of its row alike.

    >>> distances = token_distances((4,))
    >>> uniform_distance(distances), uniform_distance(distances, within(np.array([1, 2]), 4))
    (1.25, 0.25)
    """
    if real is None:
        return float(distances.mean())
    share = real / real.sum(axis=1, keepdims=True)
    return float(np.einsum("nt,ts,ns->n", share, distances, share).mean())


def attention_entropy(scores: Array, real: Array | None = None) -> float:
    """-sum_s P[t, s] ln P[t, s] over ln T, mean over rows, heads and queries: 1 reads all tokens alike, 0 reads one.

    T are the tokens of the row; one of a single token is left out.

    >>> attention_entropy(np.full((1, 1, 2, 2), 0.5)), attention_entropy(np.eye(2)[None, None])
    (1.0, 0.0)
    >>> attention_entropy(np.array([[[[0.5, 0.5, 0.0]] * 3]]), within(np.array([2]), 3))
    1.0
    """
    queries = _queries(scores, real)
    tokens = (queries > 0).sum(axis=1)
    several = tokens > 1
    if not several.any():
        return 0.0
    terms = scores * np.log(np.where(scores > 0, scores, 1.0))
    by_row = -(queries * terms.sum(axis=-1).mean(axis=1)).sum(axis=1)
    return max(0.0, float((by_row[several] / np.log(tokens[several])).mean()))
