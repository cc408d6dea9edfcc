"""What all optimizers share: clipping, weight decay, the step counter, and one update rule a weight.

g = clip(gradients);   w = w - learning_rate weight_decay w,  where w decays;   w = w + rule(g)
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jax import Array

from fourfold.core.catalog import Configured
from fourfold.errors import OptionError
from fourfold.optimizers import schedules

Weights = dict[str, Array]
State = dict[str, Any]
Slots = dict[str, Array]
Rate = float | Callable[[Any], Any]

# Arguments of Keras's optimizers that have no effect at these values; a config may hold them.
_IDLE = {"use_ema": False, "loss_scale_factor": None, "gradient_accumulation_steps": None}
_OF_EMA = ("ema_momentum", "ema_overwrite_frequency")


class Optimizer(Configured):
    """The base: a subclass names its ``slots`` and writes ``rule``.

    ``init`` and ``update`` are pure; weights, gradients and each slot are dicts from path to array, and the
    state is ``{"iteration": steps made, slot: ...}``.

    Args:
        learning_rate: a number, or a function of the step such as ``schedules.CosineDecay``.
        weight_decay: each step takes ``learning_rate weight_decay w`` off the weights that decay.
        clipnorm: the gradient of each weight is scaled down to this norm.
        clipvalue: the elements of gradients are cut at this absolute value.
        global_clipnorm: all gradients together are scaled down to this norm.
        name: a name of its own.
        decay_exclude: as in ``exclude_from_weight_decay(var_names=...)``.
    """

    def __init__(
        self,
        learning_rate: Rate | Mapping[str, Any],
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        decay_exclude: Sequence[str] = (),
    ) -> None:
        if sum(clip is not None for clip in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise OptionError(
                "clip",
                "gradients can be clipped in one way only",
                got=f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}",
                wanted="one of them",
            )
        self.learning_rate = _rate(learning_rate)
        self.weight_decay, self.decay_exclude = weight_decay, tuple(decay_exclude)
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.name = name or type(self).__name__.lower()

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered of each weight; all start at zero."""
        raise NotImplementedError

    def rule(self, g: Array, slots: Slots, rate: Array, t: Array) -> tuple[Array, Slots]:
        """(what is added to a weight, its new slots), from its gradient at step t = 1, 2, ..."""
        raise NotImplementedError

    def init(self, weights: Mapping[str, Array]) -> State:
        """The state before the first step."""
        state: State = {"iteration": jnp.zeros((), jnp.int32)}
        for slot in self.slots:
            state[slot] = {path: jnp.zeros_like(value) for path, value in weights.items()}
        return state

    def update(
        self,
        grads: Mapping[str, Array],
        state: State,
        weights: Mapping[str, Array],
        learning_rate: Any = None,
    ) -> tuple[Weights, State]:
        """One step: (new weights, new state). ``learning_rate`` overrides the optimizer's own."""
        rate = self.rate_at(state["iteration"]) if learning_rate is None else learning_rate
        rate = jnp.asarray(rate, jnp.float32)
        t = state["iteration"] + 1
        new_weights: Weights = {}
        new_state: State = {"iteration": t, **{slot: {} for slot in self.slots}}
        for path, g in self._clipped(dict(grads)).items():
            w = weights[path]
            added, slots = self.rule(
                g, {slot: state[slot][path] for slot in self.slots}, rate.astype(w.dtype), t.astype(w.dtype)
            )
            if self.weight_decay is not None and self.decays(path):
                w = w - w * (self.weight_decay * rate).astype(w.dtype)
            new_weights[path] = w + added
            for slot in self.slots:
                new_state[slot][path] = slots[slot]
        return new_weights, new_state

    def rate_at(self, step: Any) -> Any:
        """The learning rate after ``step`` updates."""
        return self.learning_rate(step) if callable(self.learning_rate) else self.learning_rate

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Weights that don't decay: handles (by their path), or patterns found in weights' own names.

        A weight's own name is the last part of its path; a whole path names that weight alone.
        """
        self.decay_exclude = (*(handle.path for handle in var_list or ()), *(var_names or ()))

    def decays(self, path: str) -> bool:
        """Whether weight decay acts on the weight of this path."""
        own = path.rpartition("/")[2]
        return not any(pattern == path or re.search(pattern, own) for pattern in self.decay_exclude)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if isinstance(self.learning_rate, schedules.LearningRateSchedule):
            config["learning_rate"] = schedules.serialize(self.learning_rate)
        config["decay_exclude"] = list(self.decay_exclude)
        return config if self.decay_exclude else _without(config, ["decay_exclude"])

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        idle = [name for name, value in _IDLE.items() if config.get(name, value) == value]
        return super().from_config(_without(config, [*idle, *(_OF_EMA if "use_ema" in idle else ())]))

    def _clipped(self, grads: Weights) -> Weights:
        if self.clipnorm is not None:
            return {path: _clip_norm(g, self.clipnorm) for path, g in grads.items()}
        if self.clipvalue is not None:
            return _transformed(optax.clip(self.clipvalue), grads)
        if self.global_clipnorm is not None:
            return _transformed(optax.clip_by_global_norm(self.global_clipnorm), grads)
        return grads


def _transformed(transformation: optax.GradientTransformation, grads: Weights) -> Weights:
    updates, _ = transformation.update(grads, transformation.init(grads))
    return dict(updates)  # type: ignore[arg-type]


def _clip_norm(g: Array, limit: float) -> Array:
    norm = jnp.sqrt(jnp.sum(jnp.square(g)))
    return g * limit / jnp.maximum(norm, limit)


def _without(config: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name not in set(names)}


def _rate(learning_rate: Any) -> Any:
    if isinstance(learning_rate, Mapping):
        return schedules.deserialize(learning_rate)
    if callable(learning_rate) or isinstance(learning_rate, jax.Array):
        return learning_rate
    try:
        rate = float(learning_rate)
    except (TypeError, ValueError):
        rate = math.nan
    if not rate >= 0 or math.isinf(rate):
        raise OptionError(
            "learning-rate",
            "this is no learning rate",
            got=repr(learning_rate),
            wanted="a number of at least 0 or a schedule",
            do="for example learning_rate=0.001",
        )
    return rate
