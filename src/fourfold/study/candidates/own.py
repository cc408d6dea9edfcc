"""A user's own candidate: what a function builds on the prepared input, kept as a description of its layers.

The description, not the function, is what blocks are named by, what workers get and what a model's file holds: it
can be hashed, sent and read back without anybody's code. The width and the cap on parameters don't apply.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import prod
from typing import Any

from fourfold.core import streams
from fourfold.core.naming import several
from fourfold.core.symbols import Input, Symbol
from fourfold.errors import FourfoldError, OptionError
from fourfold.graph import Graph
from fourfold.interop.description import describe as describe_graph
from fourfold.interop.description import rebuild
from fourfold.study.candidates.base import Candidate, Problem

SIZE = "own"
"""Stands where the others have S, M or L."""
Builder = Callable[[Symbol], Symbol]
LAYERS_SHOWN = 12


def described(name: str, builder: Builder, problem: Problem) -> str:
    """The layers that a builder puts on the prepared input, as JSON.

    The input has the shape (F,), (T, C), (H, W, C), or (T,) of whole numbers for text; the builder returns
    features (N, F), on which the study puts the output layer.

    Raises:
        OptionError: ``own-candidate``, if the builder fails or returns something else, or uses what can't be
            described.

    >>> from fourfold.layers import Dense
    >>> table = Problem("flat", (4,), units=3, rows=100)
    >>> json.loads(described("mine", lambda x: Dense(8, activation="relu")(x), table))["layers"][0][0]
    'Dense'
    """
    with streams.use(streams.Stream(0)):
        x = Input(shape=problem.shape, dtype=problem.dtype)
        try:
            features = builder(x)
        except Exception as error:
            raise _refused(
                name,
                "failed to build",
                got=str(error) if isinstance(error, FourfoldError) else f"{type(error).__name__}: {error}",
                wanted=f"layers that take an input of shape {problem.shape} ({problem.layout}, {problem.dtype})",
            ) from error
        if not isinstance(features, Symbol):
            raise _refused(
                name,
                "returned no symbol",
                got=type(features).__name__,
                wanted="the symbol of its features, as in `return Dense(32)(x)`",
            )
        axes = (2, 3) if problem.stepwise else (2,)
        if features.ndim not in axes or features.shape[-1] is None or "float" not in features.dtype:
            raise _refused(
                name,
                "returned no features (N, F)",
                got=f"{features.dtype} of shape {features.shape}",
                wanted=f"one vector of numbers a {'step (N, T, F)' if problem.stepwise else 'row'}",
                do="" if problem.stepwise else "end with Flatten() or a global pooling layer",
            )
        try:
            text = json.dumps(describe_graph(Graph(x, features)), sort_keys=True)
            rebuild(json.loads(text), x)
        except FourfoldError as error:
            raise _refused(
                name,
                "can't be kept",
                got=str(error),
                wanted="layers of fourfold.layers on the input it is given",
            ) from error
    return text


def _refused(name: str, what: str, got: str, wanted: str, do: str = "") -> OptionError:
    return OptionError("own-candidate", f"the candidate {name!r} {what}", got=got, wanted=wanted, do=do)


def build(x: Symbol, problem: Problem, width: int, layers: str) -> Symbol:
    return rebuild(json.loads(layers), x)


def reads(problem: Problem) -> str:
    kind = "token" if problem.layout == "text" else "number"
    several_of = kind if prod(problem.shape) == 1 else several(kind)
    return f"{' x '.join(map(str, problem.shape))} {several_of}, as prepared"


def describe(problem: Problem, width: int, layers: str) -> str:
    description = json.loads(layers)
    words = [_words(*description["layers"][number]) for number, _, _ in description["calls"]]
    return ", ".join(words[:LAYERS_SHOWN]) + (", ..." if len(words) > LAYERS_SHOWN else "")


def _words(kind: str, arguments: dict[str, Any]) -> str:
    size = next((arguments[name] for name in ("units", "filters", "rate") if name in arguments), None)
    return kind if size is None else f"{kind}({size:g})"


OWN = Candidate("", "", build, reads, describe)
