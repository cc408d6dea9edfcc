"""The recurrent candidate: an LSTM whose last state and maximum over time are read.

Where each step has an answer, it runs in both directions, and the state at each step is read (Graves and Schmidhuber,
"Framewise phoneme classification with bidirectional LSTM", 2005).

A quarter of the units starts with gates that hold for as long as the series is (Tallec and Ollivier, "Can recurrent
neural networks warp time?", 2018), the others with a bias of 1 of the forget gate (Jozefowicz et al., "An empirical
exploration of recurrent network architectures", 2015); the recurrent kernel is orthogonal.
"""

from __future__ import annotations

import math
from typing import Any

from fourfold.core.symbols import Symbol
from fourfold.initializers import Constant
from fourfold.layers import LSTM, Bidirectional, Concatenate, Dropout, LayerNormalization
from fourfold.study.candidates.base import (
    Candidate,
    Problem,
    as_sequence,
    counted,
    frame_count,
    highest,
    of_a_frame,
)
from fourfold.study.candidates.columns import COLUMN_WIDTH, column_count, permuted_vectors, reads_in_order

LONGEST = 64
SLOW = 4
"""One unit in so many starts slow."""


def build(
    x: Symbol, problem: Problem, width: int, units: int | None = None, direction: str | None = None
) -> Symbol:
    direction = direction or _direction(problem)
    flat = problem.layout == "flat"
    x = permuted_vectors(x, problem, COLUMN_WIDTH) if flat else as_sequence(x, problem, LONGEST, masked=True)
    units = units or width
    biases = gates(units, _steps(problem))
    cell = LSTM(units, bias_initializer=biases, unit_forget_bias=False, return_sequences=True, return_state=True)
    if direction == "forward":
        outputs, last, _ = cell(x)
        ends = [last]
    else:
        outputs, last, _, first, _ = Bidirectional(cell)(x)
        ends = [last, first]
    masked = problem.masked or (direction == "both" and outputs.mask is not None)  # whose way back begins in padding
    x = outputs if problem.stepwise else Concatenate()([*ends, highest(outputs, masked)])
    return Dropout(0.1)(LayerNormalization()(x))


def gates(units: int, steps: int) -> Constant:
    """Biases (4 U,) of the input, forget, candidate and output gates at the start.

    A unit whose forget gate has a bias b holds its value for about 1 + exp(b) steps, if its input gate, with -b, lets
    in as little. For slow units these are the steps of the series: b = log(T - 1), at least the 1 of the others.

    >>> gates(4, 21).value
    [-3.0, 0.0, 0.0, 0.0, 3.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    slow = units // SLOW
    fast, bias = units - slow, round(max(math.log(max(steps - 1, 1)), 1.0), 2)
    return Constant([-bias] * slow + [0.0] * fast + [bias] * slow + [1.0] * fast + [0.0] * (2 * units))


def _steps(problem: Problem) -> int:
    return column_count(problem) if problem.layout == "flat" else frame_count(problem.shape[0], LONGEST)


def _direction(problem: Problem) -> str:
    """Where each step has an answer, the other families see what comes after it, and so does this one."""
    return "both" if problem.stepwise else "forward"


def reads(problem: Problem) -> str:
    steps = _steps(problem)
    if problem.layout == "image":
        return f"{steps} rows of the image, one after the other"
    if problem.layout == "flat":
        return reads_in_order(problem)
    if steps == problem.shape[0]:
        return counted(steps, problem.place)
    return f"{counted(steps, 'frame')} of {of_a_frame(problem, LONGEST)}"


def describe(problem: Problem, width: int, units: int | None = None, direction: str | None = None) -> str:
    direction = direction or _direction(problem)
    cell = f"LSTM({units or width})" + ("" if direction == "forward" else " in both directions")
    read = "the state at each step" if problem.stepwise else "last state and maximum over time"
    return f"{cell}, a quarter of the units slow at first, {read}, LayerNormalization, Dropout(0.1)"


def factors(problem: Problem, width: int) -> dict[str, tuple[Any, Any]]:
    other = "forward" if problem.stepwise else "both"
    return {"units": (width, width // 2), "direction": (_direction(problem), other)}


CANDIDATE = Candidate("recurrent", "Recurrent", build, reads, describe, factors, ordered_columns=True)
