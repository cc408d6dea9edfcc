"""The attention candidate: two pre-normalised blocks over tokens with learned positions.

Source: Vaswani et al., "Attention is all you need", 2017; Xiong et al., "On layer normalization in the transformer
architecture", 2020 (pre-normalisation); Dosovitskiy et al., "An image is worth 16x16 words", 2021 (patches);
Gorishniy et al., "Revisiting deep learning models for tabular data", 2021 (one token a column, of a category the
vector of its level).
"""

from __future__ import annotations

from typing import Any

from fourfold.core.symbols import Symbol
from fourfold.layers import (
    Add,
    Concatenate,
    Dense,
    EinsumDense,
    GlobalAveragePooling1D,
    LayerNormalization,
    MultiHeadAttention,
)
from fourfold.study.candidates.base import (
    SPREAD,
    Candidate,
    Problem,
    as_sequence,
    carried,
    counted,
    frame_count,
    highest,
    learned_places,
    of_a_frame,
    patches,
    without_padding,
)
from fourfold.study.candidates.columns import column_count, column_vectors, is_grouped

MOST_TOKENS, MOST_WORDS = 32, 64
LARGE_SIDE = 16
BLOCKS = 2


def build(
    x: Symbol,
    problem: Problem,
    width: int,
    heads: int | None = None,
    positions: str = "learned",
    depth: int = BLOCKS,
) -> Symbol:
    heads = heads or _heads(width)
    x = _tokens(x, problem, width, positions)
    for _ in range(depth):
        normal = LayerNormalization()(x)
        x = Add()([x, MultiHeadAttention(heads, width // heads)(normal, normal)])
        hidden = Dense(2 * width, activation="gelu")(LayerNormalization()(x))
        x = Add()([x, Dense(width)(hidden)])
    x = LayerNormalization()(x)
    if problem.layout == "text":
        return GlobalAveragePooling1D()(x)
    x = carried(x, x)
    if problem.stepwise:
        return x
    return Concatenate()([GlobalAveragePooling1D()(x), highest(x, problem.masked)])


def _tokens(x: Symbol, problem: Problem, width: int, positions: str) -> Symbol:
    """Tokens (N, T, W): a linear embedding of what is read, plus a learned vector for each place; padding is masked."""
    if problem.layout == "flat":
        return column_vectors(x, problem, width)
    if problem.layout == "image":
        read, tokens = patches(x, problem.shape, _patch(problem))
    else:
        read = as_sequence(x, problem, _most(problem), spread=None if problem.many_words else SPREAD)
        tokens = frame_count(problem.shape[0], _most(problem))
    if positions == "none":
        embedded = Dense(width)(read)
    else:
        learned = learned_places()
        embed = EinsumDense("ntc,cw->ntw", (tokens, width), bias_axes="tw", bias_initializer=learned)
        embedded = carried(embed(read), read)
    if problem.layout == "text":
        return without_padding(embedded, x, problem, _most(problem))
    return embedded


def _most(problem: Problem) -> int:
    return MOST_WORDS if problem.layout == "text" or problem.stepwise else MOST_TOKENS


def _heads(width: int) -> int:
    return 4 if width >= 16 else 2


def _patch(problem: Problem) -> int:
    """The side of a patch: 2 below 16 pixels, 4 up to 32, then such that about 64 patches cover the image."""
    side = max(problem.shape[:2])
    return 2 if side < LARGE_SIDE else 4 if side <= 32 else -(-side // 8)


def reads(problem: Problem) -> str:
    if problem.layout == "image":
        side = _patch(problem)
        count = -(-problem.shape[0] // side) * -(-problem.shape[1] // side)
        return f"{count} patches of {side} x {side}"
    if problem.layout == "flat":
        group = "group of columns" if is_grouped(problem) else "column"
        return f"{counted(column_count(problem), 'token')}, one a {group}"
    tokens = frame_count(problem.shape[0], _most(problem))
    frames = "" if tokens == problem.shape[0] else f", frames of {of_a_frame(problem, _most(problem))}"
    return counted(tokens, "token") + frames


def describe(
    problem: Problem, width: int, heads: int | None = None, positions: str = "learned", depth: int = BLOCKS
) -> str:
    heads = heads or _heads(width)
    block = f"LayerNormalization, MultiHeadAttention({heads} heads), feed-forward({2 * width})"
    known = "learned positions" if positions == "learned" else "no positions"
    read = "a vector a token" if problem.stepwise else "average and maximum over tokens"
    read = "average over tokens" if problem.layout == "text" else read
    return f"[{block}] x {depth}, width {width}, {known}; {read}"


def factors(problem: Problem, width: int) -> dict[str, tuple[Any, Any]]:
    """On a table the vectors of the columns are what tells them apart, so depth is varied in place of positions."""
    varied = (
        {"depth": (BLOCKS, BLOCKS // 2)} if problem.layout == "flat" else {"positions": ("learned", "none")}
    )
    return {"heads": (_heads(width), 1), **varied}


CANDIDATE = Candidate("attention", "Attention", build, reads, describe, factors, step=4)
