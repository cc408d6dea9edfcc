"""Learning rates that depend on the step: pure functions of a step that may be traced, with Keras's names.

Step t counts the updates made before, from 0; each formula gives float32.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.catalog import Catalog, Configured
from fourfold.errors import OptionError


class LearningRateSchedule(Configured):
    """The base: a subclass writes ``__call__(step) -> learning rate``."""

    def __call__(self, step: Any) -> Array:
        raise NotImplementedError

    def __float__(self) -> float:
        raise OptionError(
            "rate-of-a-schedule",
            "a schedule has a learning rate for each step, not one",
            got=repr(self),
            wanted="a number",
            do="float(schedule(step)), or a number as learning_rate where a callback sets it",
        )


class ExponentialDecay(LearningRateSchedule):
    """``initial decay_rate^(t / decay_steps)``; ``staircase`` rounds the exponent down.

    >>> print(ExponentialDecay(1.0, decay_steps=10, decay_rate=0.5)(20))
    0.25
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, _positive(decay_steps)
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Array:
        periods = _float(step) / self.decay_steps
        periods = jnp.floor(periods) if self.staircase else periods
        return self.initial_learning_rate * _float(self.decay_rate) ** periods


class InverseTimeDecay(LearningRateSchedule):
    """``initial / (1 + decay_rate t / decay_steps)``; ``staircase`` rounds ``t / decay_steps`` down."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, _positive(decay_steps)
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Array:
        periods = _float(step) / self.decay_steps
        periods = jnp.floor(periods) if self.staircase else periods
        return self.initial_learning_rate / (1 + self.decay_rate * periods)


class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[i]``, where i boundaries lie before the step: ``values[0]`` up to and with the first.

    >>> rate = PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.1])
    >>> [float(rate(step)) for step in (10, 11)]
    [1.0, 0.5]
    """

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(values) != len(boundaries) + 1:
            raise OptionError(
                "boundaries",
                "a piecewise constant needs a value before, between and after its boundaries",
                got=f"{len(values)} values for {len(boundaries)} boundaries",
                wanted=f"{len(boundaries) + 1} values",
            )
        self.boundaries, self.values, self.name = list(boundaries), list(values), name

    def __call__(self, step: Any) -> Array:
        passed = sum((step > boundary for boundary in self.boundaries), jnp.int32(0))
        return jnp.asarray(self.values, jnp.float32)[passed]


class PolynomialDecay(LearningRateSchedule):
    """``(initial - end) (1 - t / T)^power + end`` with T = decay_steps, and ``end`` from then on.

    ``cycle`` goes on instead: T becomes the next multiple of ``decay_steps``.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, _positive(decay_steps)
        self.end_learning_rate, self.power, self.cycle, self.name = end_learning_rate, power, cycle, name

    def __call__(self, step: Any) -> Array:
        t, last = _float(step), _float(self.decay_steps)
        if self.cycle:
            last = last * jnp.maximum(1.0, jnp.ceil(t / self.decay_steps))
        remaining = 1 - jnp.minimum(t, last) / last
        height = self.initial_learning_rate - self.end_learning_rate
        return height * remaining**self.power + self.end_learning_rate


class CosineDecay(LearningRateSchedule):
    """``initial [(1 - alpha) (1 + cos(pi t / T)) / 2 + alpha]`` with T = decay_steps, constant from then on.

    With ``warmup_target`` the rate first climbs in a line from ``initial`` to the target, during
    ``warmup_steps``, and decays from there. Loshchilov & Hutter, SGDR, ICLR 2017.

    >>> rate = CosineDecay(0.0, decay_steps=10, warmup_target=1.0, warmup_steps=4)
    >>> [round(float(rate(step)), 3) for step in (0, 2, 4, 9, 14)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, _positive(decay_steps)
        self.alpha, self.name = alpha, name
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step: Any) -> Array:
        t, start = _float(step), self.initial_learning_rate
        if self.warmup_target is None:
            return start * self._decayed(t)
        climb = start + (self.warmup_target - start) * t / max(1, self.warmup_steps)
        after = self.warmup_target * self._decayed(jnp.maximum(t - self.warmup_steps, 0.0))
        return jnp.where(t < self.warmup_steps, climb, after)

    def _decayed(self, t: Array) -> Array:
        cosine = 0.5 * (1 + jnp.cos(math.pi * (jnp.minimum(t, float(self.decay_steps)) / self.decay_steps)))
        return (1 - self.alpha) * cosine + self.alpha


class CosineDecayRestarts(LearningRateSchedule):
    """`CosineDecay` over and over: period i has ``first_decay_steps t_mul^i`` steps and begins at ``initial m_mul^i``.

    Loshchilov & Hutter, SGDR, ICLR 2017.

    >>> rate = CosineDecayRestarts(1.0, first_decay_steps=4, m_mul=0.5)
    >>> [round(float(rate(step)), 3) for step in (0, 2, 4, 8, 12)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate, self.first_decay_steps = initial_learning_rate, _positive(first_decay_steps)
        self.t_mul, self.m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name

    def __call__(self, step: Any) -> Array:
        done = _float(step) / self.first_decay_steps
        if self.t_mul == 1:
            period = jnp.floor(done)
            done = done - period
        else:
            growth = _float(self.t_mul)
            period = jnp.floor(jnp.log(1 - done * (1 - growth)) / jnp.log(growth))
            done = (done - (1 - growth**period) / (1 - growth)) / growth**period
        cosine = 0.5 * _float(self.m_mul) ** period * (1 + jnp.cos(math.pi * done))
        return self.initial_learning_rate * ((1 - self.alpha) * cosine + self.alpha)


def _float(step: Any) -> Array:
    return jnp.asarray(step).astype(jnp.float32)


def _positive(decay_steps: int) -> int:
    if not decay_steps > 0:
        raise OptionError(
            "decay-steps", "decay_steps must be positive", got=repr(decay_steps), wanted="a number of steps"
        )
    return decay_steps


_CATALOG = Catalog(
    "learning rate schedule",
    "keras.optimizers.schedules",
    [
        *(ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay),
        *(CosineDecay, CosineDecayRestarts),
    ],
)
serialize, deserialize = _CATALOG.serialize, _CATALOG.deserialize
