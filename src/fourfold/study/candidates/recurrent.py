"""The recurrent candidate: an LSTM whose last state and maximum over time are read.

Where each step has an answer, it runs in both directions, and the state at each step is read (Graves and Schmidhuber,
"Framewise phoneme classification with bidirectional LSTM", 2005).

The forget gate starts with a bias of 1 (Jozefowicz et al., "An empirical exploration of recurrent network
architectures", 2015), the recurrent kernel orthogonal.
"""

from __future__ import annotations

from typing import Any

from fourfold.core.symbols import Symbol
from fourfold.layers import LSTM, Bidirectional, Concatenate, Dropout, LayerNormalization
from fourfold.study.candidates.base import (
    PERMUTED,
    Candidate,
    Problem,
    as_sequence,
    counted,
    frame_count,
    highest,
)

LONGEST = 64
COLUMN_WIDTH = 8


def build(
    x: Symbol, problem: Problem, width: int, units: int | None = None, direction: str | None = None
) -> Symbol:
    direction = direction or _direction(problem)
    x = as_sequence(x, problem, LONGEST, COLUMN_WIDTH, masked=True)
    cell = LSTM(units or width, return_sequences=True, return_state=True)
    if direction == "forward":
        outputs, last, _ = cell(x)
        ends = [last]
    else:
        outputs, last, _, first, _ = Bidirectional(cell)(x)
        ends = [last, first]
    masked = problem.masked or (direction == "both" and outputs.mask is not None)  # whose way back begins in padding
    x = outputs if problem.stepwise else Concatenate()([*ends, highest(outputs, masked)])
    return Dropout(0.1)(LayerNormalization()(x))


def _direction(problem: Problem) -> str:
    """Where each step has an answer, the other families see what comes after it, and so does this one."""
    return "both" if problem.stepwise else "forward"


def reads(problem: Problem) -> str:
    steps = frame_count(problem.shape[0], LONGEST)
    if problem.layout == "image":
        return f"{steps} rows of the image, one after the other"
    if problem.layout == "flat":
        if steps != problem.shape[0]:
            return f"{steps} groups of columns{PERMUTED}"
        return counted(steps, "column") + (PERMUTED if steps > 1 else "")
    frame = -(-problem.shape[0] // steps)
    return counted(steps, "step") if frame == 1 else f"{counted(steps, 'frame')} of {frame} steps"


def describe(problem: Problem, width: int, units: int | None = None, direction: str | None = None) -> str:
    direction = direction or _direction(problem)
    cell = f"LSTM({units or width})" + ("" if direction == "forward" else " in both directions")
    read = "the state at each step" if problem.stepwise else "last state and maximum over time"
    return f"{cell}, {read}, LayerNormalization, Dropout(0.1)"


def factors(problem: Problem, width: int) -> dict[str, tuple[Any, Any]]:
    other = "forward" if problem.stepwise else "both"
    return {"units": (width, width // 2), "direction": (_direction(problem), other)}


CANDIDATE = Candidate("recurrent", "Recurrent", build, reads, describe, factors, ordered_columns=True)
