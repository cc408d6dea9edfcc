"""The fully connected candidate: two hidden layers of relu, the second with a residual, normalised unless it reads a
table.

Smooth activations do not learn the parity of 8 bits in 300 steps (gelu 52 %, relu 100 %), neither of columns nor of a
series' steps. On tables the noise of batch statistics and of dropout costs most where numbers are predicted (an arm's
reach by its angles, 1,280 rows: RMSE 0.159, without them 0.093). Measured in docs/candidates.md.

Where each step of a series has an answer, one network reads all steps and gives the answers of all, with weights of its
own for each: the same weights at each step would be a convolution.

Texts of many words are read as the mean of their words' vectors: few words are seen twice in one place, so that weights
for each place learn little (docstrings of six packages: 87 %, flattened 74).

Source: Iyyer et al., "Deep unordered composition rivals syntactic methods for text classification", 2015 (texts).
"""

from __future__ import annotations

from math import prod
from typing import Any

from fourfold.core.symbols import Symbol
from fourfold.layers import (
    Activation,
    Add,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling1D,
)
from fourfold.study.candidates.base import Candidate, Problem, counted, embedded, without_padding

DEPTH = 2


def build(
    x: Symbol,
    problem: Problem,
    width: int,
    units: int | None = None,
    depth: int = DEPTH,
    dropout: float | None = None,
) -> Symbol:
    if problem.averaged:
        x = GlobalAveragePooling1D()(without_padding(embedded(x, problem), x, problem, problem.shape[0]))
    elif problem.layout == "text":
        x = embedded(x, problem)
    if len(x.shape) > 2:
        x = Flatten()(x)
    rate = _rate(problem) if dropout is None else dropout
    units = units or width
    x = _block(x, problem, units, rate)
    for _ in range(depth - 1):
        x = Add()([x, _block(x, problem, units, rate)])
    return x


def _block(x: Symbol, problem: Problem, units: int, rate: float) -> Symbol:
    x = Dense(units)(x)
    if _is_normalised(problem):
        x = BatchNormalization(momentum=0.9)(x)
    x = Activation("relu")(x)
    return Dropout(rate)(x) if rate else x


def _is_normalised(problem: Problem) -> bool:
    return problem.layout != "flat"


def _rate(problem: Problem) -> float:
    """Of dropout: none where numbers are predicted from a table of many rows."""
    return 0.0 if problem.layout == "flat" and problem.numeric and not problem.small else 0.1


def reads(problem: Problem) -> str:
    what = counted(prod(problem.shape), "token" if problem.layout == "text" else "number")
    return f"the mean of the vectors of {what}" if problem.averaged else f"{what}, flattened"


def describe(
    problem: Problem,
    width: int,
    units: int | None = None,
    depth: int = DEPTH,
    dropout: float | None = None,
) -> str:
    rate = _rate(problem) if dropout is None else dropout
    normalised = "BatchNormalization, " if _is_normalised(problem) else ""
    dropped = f", Dropout({rate:g})" if rate else ""
    block = f"[Dense({units or width}), {normalised}relu{dropped}]"
    told = f"; {problem.shape[0]} x {problem.units} outputs" if problem.stepwise else ""
    return (f"{block} x {depth}, residual" if depth > 1 else block) + told


def factors(problem: Problem, width: int) -> dict[str, tuple[Any, Any]]:
    rate = _rate(problem)
    return {"units": (width, width // 2), "depth": (DEPTH, DEPTH // 2), "dropout": (rate, 0.0 if rate else 0.1)}


CANDIDATE = Candidate("dense", "Fully connected", build, reads, describe, factors)
