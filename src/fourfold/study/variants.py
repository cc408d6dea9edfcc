"""Variants of a study's data: validation rows that train, too; fewer rows, shuffled labels, permuted positions.

A variant is data of the same shapes, so the replicas that train on it run in programs that the sweep compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod

import numpy as np

from fourfold.data.splits import Split
from fourfold.study.prepared import Prepared
from fourfold.study.stepwise import counted, without

Draw = np.random.Generator
ALL_ROWS, ORDER = "all", "order"
PIECES = 8
"""In how many pieces the local and the block permutation cut each axis, at most."""


def varied(prepared: Prepared, variant: str, seed: int) -> Prepared:
    """The data of a variant, a pure function of its arguments."""
    if not variant:
        return prepared
    kind, _, detail = variant.partition(":")
    return VARIANTS[kind](prepared, detail, _draw(seed))


def in_place(outputs: np.ndarray, prepared: Prepared, variant: str, seed: int) -> np.ndarray:
    """What a network told of a variant's test rows (rows, ...), steps that the variant permuted back in their places.

    The targets of steps move with them, so what is told does, too.
    """
    kind, _, how = variant.partition(":")
    if kind != ORDER or not prepared.stepwise:
        return outputs
    return outputs[:, np.argsort(_order(prepared, how, _draw(seed)))]


def _draw(seed: int) -> Draw:
    return np.random.default_rng([seed, 7])


def all_rows(prepared: Prepared, detail: str, draw: Draw) -> Prepared:
    """The validation rows of each split are training rows, too: what is chosen is trained on all but the test rows."""

    def joined(split: Split) -> Split:
        return replace(split, train=np.union1d(split.train, split.validation))

    return replace(prepared, splits=tuple(joined(split) for split in prepared.splits))


def fewer_rows(prepared: Prepared, share: str, draw: Draw) -> Prepared:
    """So many training rows of each split as are a share of the smallest one's, in the classes' shares; smaller shares
    lie inside larger."""
    labels = np.unique(prepared.targets[0], axis=0, return_inverse=True)[1].reshape(-1)
    count = max(1, round(float(share) * min(len(split.train) for split in prepared.splits)))

    def subset(split: Split) -> Split:
        order = draw.permutation(split.train)
        rows = order[np.argsort(_ranks_within(labels[order]), kind="stable")]
        return replace(split, train=np.sort(rows[:count]))

    return replace(prepared, splits=tuple(subset(split) for split in prepared.splits))


def _ranks_within(labels: np.ndarray) -> np.ndarray:
    """The place of each row within its class, as a share of the class: sorting by it mixes classes evenly."""
    _, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    ranks = np.empty(len(labels))
    for number, count in enumerate(counts):
        ranks[inverse == number] = (np.arange(count) + 0.5) / count
    return ranks


def shuffled_labels(prepared: Prepared, detail: str, draw: Draw) -> Prepared:
    """Targets permuted among the training rows of each split; the rows to predict are training rows, too.

    With several splits and one set of targets, all targets are permuted together, and with them what each counts: so a
    guess is worth what it was. Targets of steps move from series to series, and those count that both have.
    """
    order = np.tile(draw.permutation(prepared.rows), 1 + prepared.copies)

    def seen(split: Split) -> Split:
        rows = draw.permutation(split.train)
        return replace(
            split, validation=_some(rows, len(split.validation)), test=_some(rows[::-1], len(split.test))
        )

    splits = tuple(seen(split) for split in prepared.splits)
    targets = prepared.targets[:, order]
    if prepared.stepwise:
        targets = np.where(counted(prepared.targets), targets, without(targets))
    given = None if prepared.given is None else prepared.given[order]
    weights = prepared.weights[order[: prepared.rows]]
    return replace(prepared, targets=targets, weights=weights, given=given, splits=splits)


def _some(rows: np.ndarray, count: int) -> np.ndarray:
    return np.resize(rows, count)


def permuted_positions(prepared: Prepared, how: str, draw: Draw) -> Prepared:
    """One fixed permutation of positions for all rows: ``whole``, ``local`` (inside pieces), ``block`` (of pieces).

    Positions are all axes but the last; those of an image are permuted jointly over both axes, since a permutation
    of each leaves structure. Steps that have targets move with them, so that each keeps its own.
    """
    order = _order(prepared, how, draw)
    flat = prepared.inputs.reshape(*prepared.inputs.shape[:2], len(order), -1)
    targets = prepared.targets[:, :, order] if prepared.stepwise else prepared.targets
    return replace(prepared, inputs=flat[:, :, order].reshape(prepared.inputs.shape), targets=targets)


def _order(prepared: Prepared, how: str, draw: Draw) -> np.ndarray:
    positions = prepared.inputs.shape[2:-1] if prepared.inputs.ndim > 3 else prepared.inputs.shape[2:3]
    return position_order(positions, how, draw)


def position_order(shape: tuple[int, ...], how: str, draw: Draw) -> np.ndarray:
    """A permutation of the positions of a grid.

    >>> order = position_order((8,), "block", np.random.default_rng(0))
    >>> sorted(order.tolist()) == list(range(8))
    True
    """
    if how == "whole":
        return draw.permutation(prod(shape))
    numbers = np.arange(prod(shape)).reshape(shape)
    pieces = _pieces(numbers)
    if how == "block":
        # pieces of one shape change places with each other, so that the grid stays whole
        order = numbers.copy()
        for side in {piece.shape for piece in pieces}:
            alike = [piece for piece in pieces if piece.shape == side]
            for here, there in zip(alike, draw.permutation(len(alike))):
                order.reshape(-1)[here] = alike[there]
        return order.ravel()
    order = numbers.ravel().copy()
    for piece in pieces:
        order[piece.ravel()] = draw.permutation(piece.ravel())
    return order


def _pieces(numbers: np.ndarray) -> list[np.ndarray]:
    """The grid cut along each axis in pieces of at least two positions."""
    pieces = [numbers]
    for axis, length in enumerate(numbers.shape):
        cuts = max(1, min(PIECES if numbers.ndim == 1 else PIECES // 2, length // 2))
        pieces = [part for piece in pieces for part in np.array_split(piece, cuts, axis=axis)]
    return pieces


VARIANTS: dict[str, Callable[[Prepared, str, Draw], Prepared]] = {
    ALL_ROWS: all_rows,
    "rows": fewer_rows,
    "labels": shuffled_labels,
    ORDER: permuted_positions,
}
