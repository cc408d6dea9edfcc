"""Tables as one vector a column, for the families that read columns one by one.

A category is one column, not one for each of its levels, so that what depends on two categories lies in two vectors. Of
3,000 rows whose class depends on a pair of 30 levels each attention has 100 % in place of 51, and the convolution in
place of 55, for a twentieth of the operations. Measured in docs/candidates.md.

Source: Gorishniy et al., "Revisiting deep learning models for tabular data", 2021 (feature tokenizer).
"""

from __future__ import annotations

from itertools import groupby

import numpy as np

from fourfold.core.symbols import Symbol
from fourfold.initializers import Identity
from fourfold.layers import Concatenate, Cropping1D, EinsumDense, Reshape
from fourfold.study.candidates.base import (
    MOST_COLUMNS,
    PERMUTED,
    Problem,
    counted,
    frame_count,
    frame_length,
    framed,
    learned_places,
)

COLUMN_WIDTH = 8
"""The width of the vectors that are read one after the other."""


def column_vectors(x: Symbol, problem: Problem, width: int) -> Symbol:
    """A table (N, F) as one vector a column (N, T, W), of wide tables one a group of columns.

    A number's is its value times a vector, a category's the vector of its level; plus one of the column.
    """
    if not problem.by_category:
        return _numbers(x, problem.shape[0], MOST_COLUMNS, width)
    parts, start = [], problem.numbers
    columns = Reshape((*problem.shape, 1))(x)
    if start:
        room = MOST_COLUMNS - len(problem.levels)
        parts.append(_numbers(_between(columns, 0, start, problem), start, room, width))
    for size, alike in groupby(problem.levels):
        count = len(list(alike))
        end = start + count * size
        embed = EinsumDense(
            "ncl,clw->ncw",
            (count, width),
            bias_axes="cw",
            kernel_initializer=learned_places(),
            bias_initializer=learned_places(),
        )
        parts.append(embed(Reshape((count, size))(_between(columns, start, end, problem))))
        start = end
    return Concatenate(axis=1)(parts) if len(parts) > 1 else parts[0]


def permuted_vectors(x: Symbol, problem: Problem, width: int) -> Symbol:
    """The same in an order that is drawn with the first weights, unless each run permutes the columns themselves."""
    vectors, count = column_vectors(x, problem, width), column_count(problem)
    if not problem.by_category or count == 1:
        return vectors
    permute = EinsumDense("ntw,ts->nsw", (count, width), kernel_initializer=Permutation(), trainable=False)
    return permute(vectors)


class Permutation(Identity):
    """The identity (T, T), its rows in an order that is drawn."""

    def values(self, shape, source):
        return super().values(shape, source)[np.argsort(source.normal(shape[:1], 0.0, 1.0))]


def column_count(problem: Problem) -> int:
    """How many vectors there are."""
    if not problem.by_category:
        return frame_count(problem.shape[0], MOST_COLUMNS)
    categories = len(problem.levels)
    return categories + (frame_count(problem.numbers, MOST_COLUMNS - categories) if problem.numbers else 0)


def is_grouped(problem: Problem) -> bool:
    """Whether vectors stand for several columns."""
    every = problem.numbers + len(problem.levels) if problem.by_category else problem.shape[0]
    return column_count(problem) < every


def reads_in_order(problem: Problem) -> str:
    """How many are read one after the other, in words."""
    count = column_count(problem)
    if is_grouped(problem):
        return f"{count} groups of columns{PERMUTED}"
    return counted(count, "column") + (PERMUTED if count > 1 else "")


def _numbers(x: Symbol, columns: int, most: int, width: int) -> Symbol:
    """Numbers (N, F) as one vector each, or one a group."""
    group = frame_length(columns, most)
    if group == 1:
        embed = EinsumDense("nf,fw->nfw", (columns, width), bias_axes="fw", bias_initializer=learned_places())
        return embed(x)
    steps = frame_count(columns, most)
    x = framed(Reshape((columns, 1))(x), columns, 1, most)
    return EinsumDense("ntc,tcw->ntw", (steps, width), bias_axes="tw", bias_initializer=learned_places())(x)


def _between(columns: Symbol, first: int, end: int, problem: Problem) -> Symbol:
    """Columns of a table (N, F, 1) from the first to before the end: (N, end - first)."""
    others = (first, problem.shape[0] - end)
    return Reshape((end - first,))(Cropping1D(others)(columns) if any(others) else columns)
