"""From a candidate, a problem and a cap on parameters to a model, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import jax
import numpy as np

from fourfold.core import streams
from fourfold.core.symbols import Input, Symbol
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.initializers import VarianceScaling
from fourfold.layers import Activation, Cropping1D, Dense, Reshape
from fourfold.models import Model
from fourfold.ops.counting import Count, count
from fourfold.study.candidates import Problem, candidate
from fourfold.study.candidates.own import SIZE as OWN_SIZE

CAPS = {"S": 3_000, "M": 20_000, "L": 100_000}
"""Parameters at most, by size. Input and output layers count, so wide inputs leave less for the rest."""

WIDE, VECTOR = 16, 4
"""From which width on it is a multiple of what."""

Settings = tuple[tuple[str, Any], ...]
"""Departures from a family's recipe, by name; a user's own candidate has its layers there."""

FLOPS_A_SECOND = 30e9
"""Of a training step on one core, small matrices included: with it `compare` took .77 to 1.67 times the minutes that
are said of a fast machine, on digits and on five series and tables of 300 to 4,000 rows, beside other programs."""
SECONDS_A_DEPENDENT_OPERATION = 6e-6


@dataclass(frozen=True, eq=False)
class Architecture:
    """One family's network for one problem and size, whose ``output`` is the name of an activation.

    ``model`` ends in the activation that the target asks for. ``trained`` is what training sees: the same
    weights up to the logits for classification, where the loss takes logits, and the whole model otherwise.
    """

    family: str
    size: str
    width: int
    problem: Problem
    output: str
    model: Model
    trained: Graph
    settings: Settings = ()

    @property
    def parameters(self) -> int:
        return sum(weight.size for weight in self.model.weights if weight.trainable)

    @cached_property
    def cost(self) -> Count:
        """FLOPs of one sample's prediction and the longest chain of dependent operations in it."""
        graph = self.model.graph
        weights = {path: jax.ShapeDtypeStruct(spec.shape, spec.dtype) for path, spec in graph.specs().items()}
        sample = jax.ShapeDtypeStruct((1, *self.problem.shape), self.problem.dtype)
        return count(lambda weights, x: graph.apply(weights, x).outputs, weights, sample, fixed=1)

    def seconds_a_step(self, batch: int) -> float:
        """About how long a training step of a batch takes on one core."""
        return 3 * (self.cost.flops * batch / FLOPS_A_SECOND + self.cost.span * SECONDS_A_DEPENDENT_OPERATION)

    @property
    def description(self) -> str:
        return candidate(self.family).describe(self.problem, self.width, **dict(self.settings))


@lru_cache(maxsize=64)
def architecture(family: str, problem: Problem, size: str, output: str, settings: Settings) -> Architecture:
    """The network of a family that is the largest under a size's cap on parameters, or a user's own.

    Settings change it at the width that the recipe would have. One object for all who ask.
    """
    width = 0 if size == OWN_SIZE else fitting_width(family, problem, size)
    return build(family, problem, size, output, width, settings)


def build(
    family: str, problem: Problem, size: str, output: str, width: int, settings: Settings = ()
) -> Architecture:
    """A network of a given width, with weights of its own."""
    with streams.use(streams.Stream(0)):
        x = Input(shape=problem.shape, dtype=problem.dtype)
        features = candidate(family).build(x, problem, width, **dict(settings))
        logits = head(features, problem)
        outputs = logits if output == "linear" else Activation(output)(logits)
        model = Model(x, outputs, name=family)
    trained = Graph(x, logits) if output in ("softmax", "sigmoid") else model.graph
    return Architecture(family, size, width, problem, output, model, trained, settings)


def head(features: Symbol, problem: Problem) -> Symbol:
    """The output layer: features (N, F) to (N, units).

    Of a stepwise problem features (N, T', F) to (N, T, units): each vector stands for f = ceil(T / T') steps and gives
    their f outputs, one after the other; features (N, F) stand for the whole series.
    """
    small = VarianceScaling(0.1)
    if not problem.stepwise:
        return Dense(problem.units, kernel_initializer=small)(features)
    steps = problem.shape[0]
    places = features.shape[1] if len(features.shape) == 3 else 1
    frame = -(-steps // int(places or 1))
    outputs = Dense(frame * problem.units, kernel_initializer=small)(features)
    if frame > 1:
        outputs = Reshape((-1, problem.units))(outputs)
    spare = frame * int(places or 1) - steps
    return Cropping1D((0, spare))(outputs) if spare else outputs


def at_length(net: Architecture, length: int) -> Architecture:
    """The same family and width for inputs of another length: columns, steps, rows of an image, tokens."""
    if length == net.problem.shape[0]:
        return net
    return build(net.family, net.problem.of_length(length), net.size, net.output, net.width, net.settings)


def cap(problem: Problem, size: str) -> int:
    """The parameters that a network may have; a text's embedding, which all families have alike, comes on top."""
    return CAPS[size] + problem.embedding


def fitting_width(family: str, problem: Problem, size: str) -> int:
    """The largest width whose parameters stay under the cap, at least the smallest that the family can have.

    From `WIDE` on a multiple of `VECTOR`, as processors work on so many numbers at once. Milliseconds of a step of two
    runs on two cores of an EPYC (Zen 4), batches of 32: images of 8 x 8 with 17 filters 2.0, with 16 1.4, of 28 x 28
    7.5 and 4.9, of 8 x 8 with 39 6.8, with 36 4.6; series of 150 steps with LSTMs of 67 4.4, of 64 3.6.

    Parameters are a polynomial of second degree in the width, so three small networks give it exactly.
    """
    if size not in CAPS:
        raise OptionError("size", "unknown size", got=repr(size), wanted=", ".join(CAPS))
    step = candidate(family).step
    smallest = max(step * -(-4 // step), 4)
    widths = np.array([smallest + 4 * step * i for i in (3, 4, 5)])
    counts = [_parameters(family, problem, int(width)) for width in widths]
    polynomial = np.polynomial.Polynomial.fit(widths, counts, 2)
    grid = np.array([width for width in range(smallest, 2049, step) if width < WIDE or width % VECTOR == 0])
    fits = grid[np.round(polynomial(grid)) <= cap(problem, size)]
    return int(fits[-1]) if len(fits) else smallest


def _parameters(family: str, problem: Problem, width: int) -> int:
    with streams.use(streams.Stream(0)):
        x = Input(shape=problem.shape, dtype=problem.dtype)
        outputs = head(candidate(family).build(x, problem, width), problem)
    return sum(handle.size for handle in Graph(x, outputs).handles.values() if handle.trainable)
