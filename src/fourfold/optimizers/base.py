"""What all optimizers share: clipping, weight decay, the step counter, averages, and one update rule a weight.

g = clip(gradients);   w = w - learning_rate weight_decay w,  where w decays;   w = w + rule(g, w)
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import optax
from jax import Array, lax

from fourfold.core.catalog import Configured, snake_case, unknown_name
from fourfold.core.weights import Weight
from fourfold.errors import OptionError
from fourfold.optimizers import schedules
from fourfold.optimizers.variables import Rate, Stepping

Weights = dict[str, Array]
State = dict[str, Any]
Slots = dict[str, Array]

AVERAGE, ACCUMULATOR = "average", "gradient_accumulator"
"""What is kept of each weight beside an optimizer's own slots."""


class Optimizer(Stepping, Configured):
    """The base: a subclass names its ``slots`` and writes ``rule``.

    ``init`` and ``update`` are pure; weights, gradients and each slot are dicts from path to array, and the
    state is ``{"iteration": batches seen, slot: ...}``. A slot has the shape that ``first`` gives it, of those weights
    alone for which it gives one. A constructor that takes ``*shared, **named`` hands them on
    to the base, whose arguments are so those of all optimizers.

    Args:
        learning_rate: a number, or a function of the step such as ``schedules.CosineDecay``, or of nothing.
        weight_decay: each step takes ``learning_rate weight_decay w`` off the weights that decay.
        clipnorm: the gradient of each weight is scaled down to this norm.
        clipvalue: the elements of gradients are cut at this absolute value.
        global_clipnorm: all gradients together are scaled down to this norm.
        use_ema: a moving average of each weight is kept, and takes the weight's place when `fit` ends.
        ema_momentum: how much of the average stays at each step.
        ema_overwrite_frequency: the average takes the weight's place also each time after so many steps.
        loss_scale_factor: None; it belongs to mixed precision, which is not here.
        gradient_accumulation_steps: so many batches make a step, with the mean of their gradients.
        name: a name of its own.
        decay_exclude: as in ``exclude_from_weight_decay(var_names=...)``.
    """

    together: ClassVar[tuple[str, ...]] = ()
    """The slots that Keras keeps weight by weight; the others for all weights, one slot after the other."""
    __signature__: ClassVar[inspect.Signature]

    def __init__(
        self,
        learning_rate: float | Callable[[Any], Any] | Mapping[str, Any],
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        decay_exclude: Sequence[str] = (),
        **strange: Any,
    ) -> None:
        for argument in strange:
            known = inspect.signature(type(self)).parameters
            raise unknown_name(f"argument of {type(self).__name__}", argument, known)
        if sum(clip is not None for clip in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise OptionError(
                "clip",
                "gradients can be clipped in one way only",
                got=f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}",
                wanted="one of them",
            )
        for option, fits, got, wanted in (
            ("ema_momentum", 0 <= ema_momentum <= 1, ema_momentum, "a number from 0 to 1"),
            (
                "ema_overwrite_frequency",
                ema_overwrite_frequency is None or ema_overwrite_frequency >= 1,
                ema_overwrite_frequency,
                "a number of steps, or None",
            ),
            ("loss_scale_factor", loss_scale_factor is None, loss_scale_factor, "None: all is float32"),
            (
                "gradient_accumulation_steps",
                not gradient_accumulation_steps or gradient_accumulation_steps >= 2,
                gradient_accumulation_steps,
                "2 batches or more, or None",
            ),
        ):
            if not fits:
                raise OptionError(
                    "optimizer-option", f"{option} can't be this", got=repr(got), wanted=wanted
                )
        self._rate = _rate(learning_rate)
        self.weight_decay, self.decay_exclude = weight_decay, tuple(decay_exclude)
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency, self.loss_scale_factor = ema_overwrite_frequency, loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.name = name or snake_case(type(self).__name__)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__signature__ = _whole_signature(cls)

    @property
    def schedule(self) -> Callable[[Any], Any] | None:
        """The function of the step that the learning rate follows, if it does."""
        return self._rate if callable(self._rate) else None

    @property
    def learning_rate(self) -> Any:
        """The learning rate as it is now."""
        rate = self.schedule(self._batches) if self.schedule else self._rate
        return rate if isinstance(self._rate, jax.Array) else Rate(rate, self)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        new = _rate(value)
        if self.schedule and not callable(new):
            raise OptionError(
                "schedule-set",
                "a learning rate that follows a schedule can't be set",
                got=f"{new} for {self._rate!r}",
                do="a number as learning_rate, where a callback sets it",
            )
        self._rate = new
        if self._trained is not None and not callable(new):
            self._variables[1].assign(new)

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what the rule remembers of each weight."""
        raise NotImplementedError

    def first(self, slot: str, path: str, w: Array) -> Array | None:
        """What a slot of a weight begins with; None if a weight of this path or shape has no such slot."""
        return jnp.zeros_like(w)

    def rule(self, g: Array, w: Array, slots: Slots, rate: Array, t: Array) -> tuple[Array, Slots]:
        """(what is added to a weight w, its new slots), from its gradient at step t = 1, 2, ..."""
        raise NotImplementedError

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of all that is kept of each weight, the slots and what the options need."""
        average = (AVERAGE,) if self.use_ema else ()
        return (*average, *((ACCUMULATOR,) if self.gradient_accumulation_steps else ()), *self.slots)

    def in_keras_order(self, paths: Sequence[str], state: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(name, path) of each array that a state keeps, as Keras's optimizers have them one after the other."""
        alone = [name for name in self.kept if name not in self.together]
        first, last = (
            [(name, path) for name in alone if (name in self.slots) is own for path in paths]
            for own in (False, True)
        )
        together = [name for name in self.slots if name in self.together]
        every = [*first, *((name, path) for path in paths for name in together), *last]
        return [(name, path) for name, path in every if path in state[name]]

    def counted(self, steps: int) -> list[float]:
        """Numbers that Keras's optimizers have behind these arrays; here they follow from the steps made."""
        return []

    def init(self, weights: Mapping[str, Array]) -> State:
        """The state before the first step."""
        state: State = {"iteration": jnp.zeros((), jnp.int32)}
        for name in self.kept:
            own = name in self.slots
            made = {path: self.first(name, path, w) if own else jnp.zeros_like(w) for path, w in weights.items()}
            state[name] = {path: value for path, value in made.items() if value is not None}
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
        rate, every = jnp.asarray(rate, jnp.float32), self.gradient_accumulation_steps
        before = {path: jnp.asarray(weights[path]) for path in grads}
        made = state["iteration"] // every if every else state["iteration"]
        new = dict(state)
        if every:
            total = {path: g + state[ACCUMULATOR][path] for path, g in grads.items()}

            def step():
                mean = {path: g / every for path, g in total.items()}
                return *self._step(mean, state, before, rate, made + 1), jax.tree.map(jnp.zeros_like, total)

            def wait():
                return before, {slot: state[slot] for slot in self.slots}, total

            after, slots, new[ACCUMULATOR] = lax.cond((state["iteration"] + 1) % every == 0, step, wait)
        else:
            after, slots = self._step(dict(grads), state, before, rate, made + 1)
        new |= {**slots, "iteration": state["iteration"] + 1}
        if self.use_ema:
            after, new[AVERAGE] = self._averaged(after, state[AVERAGE], made)
        return after, new

    def _step(
        self, grads: Weights, state: State, weights: Weights, rate: Array, t: Array
    ) -> tuple[Weights, dict[str, Slots]]:
        """New weights and slots after the step t = 1, 2, ..."""
        after: Weights = {}
        new: dict[str, Slots] = {slot: {} for slot in self.slots}
        for path, g in self._clipped(grads).items():
            w = weights[path]
            own = {slot: state[slot][path] for slot in self.slots if path in state[slot]}
            decay = self.decay_of(own)
            if decay is not None and self.decays(path):
                w = w - w * (decay * rate).astype(w.dtype)
            added, own = self.rule(g, w, own, rate.astype(w.dtype), t.astype(w.dtype))
            after[path] = w + added
            for slot, value in own.items():
                new[slot][path] = value
        return after, new

    def _averaged(self, weights: Weights, averages: Weights, made: Array) -> tuple[Weights, Weights]:
        """The weights, in whose place the averages are where that is due, and the averages."""
        kept = jnp.where(made == 0, 0.0, self.ema_momentum)
        averages = {
            path: kept.astype(w.dtype) * averages[path] + (1 - kept).astype(w.dtype) * w
            for path, w in weights.items()
        }
        if self.ema_overwrite_frequency:
            due = (made + 1) % self.ema_overwrite_frequency == 0
            weights = {path: jnp.where(due, averages[path], w) for path, w in weights.items()}
        return weights, averages

    def final(self, weights: Weights, state: State) -> Weights:
        """The weights when training ends: their averages, where these are kept."""
        return dict(state[AVERAGE]) if self.use_ema else weights

    def averages(self) -> list[tuple[Weight, Any]]:
        """Each trained weight with its moving average; none where no step was made that kept one."""
        if self._trained is not None:
            values = [variable.value for variable in self._variables]
            state, paths, over = self.unpacked(values, self._trained, self._shapes)[0], self._trained, self._over
        else:
            state, paths, over = self.seen, self.seen_order(), self.seen_over()
        kept = (state or {}).get(AVERAGE, {})
        return [(weight, kept[path]) for path, weight in zip(paths, over) if path in kept]

    def rate_at(self, step: Any) -> Any:
        """The learning rate after ``step`` updates."""
        return self._rate(step) if callable(self._rate) else self._rate

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Weights that don't decay: handles (by their path), or patterns found in weights' own names.

        A weight's own name is the last part of its path; a whole path names that weight alone.
        """
        self.decay_exclude = (*(handle.path for handle in var_list or ()), *(var_names or ()))

    def decay_of(self, slots: Slots) -> float | None:
        """The decay of a weight that has these slots."""
        return self.weight_decay

    def decays(self, path: str) -> bool:
        """Whether weight decay acts on the weight of this path."""
        own = path.rpartition("/")[2]
        return not any(pattern == path or re.search(pattern, own) for pattern in self.decay_exclude)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config() | {"learning_rate": self._rate}
        if isinstance(self._rate, schedules.LearningRateSchedule):
            config["learning_rate"] = schedules.serialize(self._rate)
        config["decay_exclude"] = list(self.decay_exclude)
        return config if self.decay_exclude else _without(config, ["decay_exclude"])

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


def _whole_signature(cls: type[Optimizer]) -> inspect.Signature:
    """A constructor's arguments, with those that it hands on to `Optimizer`."""
    own = list(inspect.signature(cls.__init__).parameters.values())[1:]
    named = [p for p in own if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if not any(p.kind == p.VAR_KEYWORD for p in own):
        return inspect.Signature(named)
    shared = inspect.signature(Optimizer.__init__).parameters.values()
    handed = [p for p in shared if p.kind != p.VAR_KEYWORD and p.name not in {q.name for q in named}][1:]
    by_place = any(p.kind == p.VAR_POSITIONAL for p in own)
    before, after = ([p for p in named if (p.kind == p.KEYWORD_ONLY) is only] for only in (False, True))
    keyword = inspect.Parameter.KEYWORD_ONLY
    *handed, last = [p if by_place else p.replace(kind=keyword) for p in handed]
    return inspect.Signature([*before, *handed, *after, last.replace(kind=keyword) if after else last])


def _takes_one(function: Callable[..., Any]) -> bool:
    try:
        return bool(inspect.signature(function).parameters)
    except ValueError:  # it does not say
        return True


def _of_no_step(function: Callable[[], Any]) -> Callable[[Any], Any]:
    return lambda step: function()


def _rate(learning_rate: Any) -> Any:
    if isinstance(learning_rate, Mapping):
        return schedules.deserialize(learning_rate)
    if callable(learning_rate):
        return learning_rate if _takes_one(learning_rate) else _of_no_step(learning_rate)
    if isinstance(learning_rate, jax.Array):
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
