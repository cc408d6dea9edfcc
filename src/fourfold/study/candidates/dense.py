"""The fully connected candidate: two hidden layers with batch normalisation, the second with a residual."""

from __future__ import annotations

from fourfold.core.symbols import Symbol
from fourfold.layers import Activation, Add, BatchNormalization, Dense, Dropout, Embedding, Flatten
from fourfold.study.candidates.base import EMBEDDING_WIDTH, Candidate, Problem, numbers_read


def build(x: Symbol, problem: Problem, width: int) -> Symbol:
    if problem.layout == "text":
        x = Embedding(problem.vocabulary, EMBEDDING_WIDTH)(x)
    if len(x.shape) > 2:
        x = Flatten()(x)
    hidden = _block(x, problem, width)
    return Add()([hidden, _block(hidden, problem, width)])


def _block(x: Symbol, problem: Problem, width: int) -> Symbol:
    x = Dense(width)(x)
    x = BatchNormalization(momentum=0.9)(x)
    x = Activation("gelu")(x)
    return Dropout(_rate(problem))(x)


def _rate(problem: Problem) -> float:
    return 0.3 if problem.small else 0.1


def describe(problem: Problem, width: int) -> str:
    return f"[Dense({width}), BatchNormalization, gelu, Dropout({_rate(problem)})] x 2, residual"


CANDIDATE = Candidate("dense", "Fully connected", build, numbers_read, describe)
