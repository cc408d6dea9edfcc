"""What every metric is: three pure functions, and Keras's face on top of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold import initializers
from fourfold.core.attributes import among_attributes, first_free
from fourfold.core.calls import CURRENT, Call, carried_mask
from fourfold.core.catalog import Configured, snake_case
from fourfold.core.specs import WeightSpec
from fourfold.core.weights import Weight
from fourfold.variables import Variable

State = dict[str, Array]


class Metric(Configured):
    """The base: a subclass writes ``init``, ``update`` and ``compute``; all are pure.

    ``direction`` is "up" where more is better, "down" where less is.

    Or it is written as for Keras, with `add_weight` in its constructor, ``update_state`` and ``result``; then the
    three follow from these:

    >>> class Largest(Metric):
    ...     def __init__(self, name="largest"):
    ...         super().__init__(name=name)
    ...         self.largest = self.add_weight(name="largest")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(jnp.maximum(self.largest.value, jnp.max(jnp.asarray(y_pred))))
    ...     def result(self):
    ...         return self.largest
    >>> largest = Largest()
    >>> float(largest([0.0], [2.0])), float(largest([0.0], [1.0]))
    (2.0, 2.0)
    """

    direction: str | None = None
    known_as: ClassVar[Mapping[str, str]] = {}
    """Parts of the state that Keras's attributes call otherwise: their names here."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "update_state" in vars(cls) and "update" not in vars(cls) and cls.update is not Metric.update:
            cls.update = _through_update_state(cls.update)
        if "result" in vars(cls) and "compute" not in vars(cls) and cls.compute is not Metric.compute:
            cls.compute = _through_result(cls.compute)

    def __init__(self, dtype: str | None = None, name: str | None = None) -> None:
        self.name, self.dtype = name or snake_case(type(self).__name__), dtype or "float32"
        self._state: State | None = None
        self._held = False
        self._variables: dict[str, Weight] = {}

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: str | None = None, name: str | None = None
    ) -> Weight:
        """A number, or an array of them, that a metric written as for Keras keeps over batches; 0 at first."""
        initializer = initializers.get("zeros" if initializer is None else initializer)
        spec = WeightSpec(tuple(shape), initializer, trainable=False, dtype=dtype or "float32")
        name = first_free(name or "variable", self._variables)
        variable = Weight(name, spec, np.asarray(initializer(spec.shape), spec.dtype))
        self._variables[name] = variable
        return variable

    add_variable = add_weight

    def _own_variables(self) -> dict[str, Weight]:
        """What one written as for Keras keeps, by name: of `add_weight`, and the variables among its attributes."""
        for variable in among_attributes(self, Variable):
            if not any(variable is known for known in self._variables.values()):
                variable.spec = replace(variable.spec, initializer=initializers.get("zeros"))
                self._variables[first_free(variable.name, self._variables)] = variable
        return self._variables

    @property
    def variables(self) -> list[Weight]:
        """What is kept over batches."""
        own = [_Kept(self, name) for name in self._now()] if self._pure else list(self._own_variables().values())
        return [*own, *(variable for metric in self._parts().values() for variable in metric.variables)]

    @property
    def _written(self) -> bool:
        """Whether it is written as for Keras."""
        return type(self).update_state is not Metric.update_state

    @property
    def _pure(self) -> bool:
        """Whether its state is that of pure functions."""
        return type(self).init is not Metric.init

    def __getattr__(self, name: str) -> Any:
        """A part of the state, as a variable."""
        if not name.startswith("_") and self._pure:
            part = self.known_as.get(name, name)
            if part in self._now():
                return _Kept(self, part)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def _now(self) -> State:
        """The state that the metric has, which a first use makes."""
        if self._pure:
            self._state = self.init() if self._state is None else self._state
            return self._state
        own = {name: variable.__jax_array__() for name, variable in self._own_variables().items()}
        return own | _named({part: metric._now() for part, metric in self._parts().items()})

    def keep(self, state: State) -> None:
        """The metric has this state from now on."""
        if self._pure:
            self._state = state
            return
        for variable, value in zip(self.variables, state.values(), strict=True):
            variable.assign(value)

    def stateless_update_state(self, metric_variables: Sequence[Any], *batch: Any, **options: Any) -> list[Any]:
        """The values of `variables` with a batch added to these values; pure."""
        state = dict(zip(self._now(), metric_variables, strict=True))
        new = self.update(state, *batch, **options)
        return [new[name] for name in state]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Array:
        """The value that these values of `variables` stand for."""
        return self.compute(dict(zip(self._now(), metric_variables, strict=True)))

    def stateless_reset_state(self) -> list[Any]:
        """The values of `variables` before any batch."""
        return list(self.init().values())

    def fit_to(self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]) -> None:
        """Told of the shapes of targets and outputs before `init`: a state may have a number for each column."""

    def of_each(self, y_true: Any, y_pred: Any) -> bool:
        """Whether it looks at each row of a batch, some of which a mask may hide."""
        return True

    def init(self) -> State:
        """The state before any batch."""
        first = {name: v.spec.initializer(v.shape) for name, v in self._own_variables().items()}
        own = {name: jnp.asarray(value, self._variables[name].dtype) for name, value in first.items()}
        return own | _named({part: metric.init() for part, metric in self._parts().items()})

    def update(
        self, state: State, y_true: Any, y_pred: Any = None, sample_weight: Any = None, mask: Any = None
    ) -> State:
        """The state with a batch added."""
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        batch = (y_true,) if y_pred is None else (y_true, y_pred)
        with self._holding(state):
            self.update_state(*(jnp.asarray(part) for part in batch), **weights)
            return self._now()

    def compute(self, state: State) -> Array:
        """The number that the state stands for."""
        with self._holding(state):
            return jnp.asarray(self.result(), jnp.float32)

    def _parts(self) -> dict[str, Metric]:
        """The metrics among the attributes of one that is written as for Keras."""
        if not self._written:
            return {}
        return {name: value for name, value in vars(self).items() if isinstance(value, Metric)}

    @contextmanager
    def _holding(self, state: State) -> Iterator[None]:
        """The metric, and those that it is made of, have the values of a state until the end."""
        call = Call(False, lambda: None, CURRENT.get())
        for name, variable in self._own_variables().items():
            call.put(variable, state[name])
        before, held, token = self._state, self._held, CURRENT.set(call)
        self._state, self._held = state if self._pure else None, True
        try:
            with ExitStack() as parts:
                for name, metric in self._parts().items():
                    own = {key: state[f"{name}/{key}"] for key in metric._now()}
                    parts.enter_context(metric._holding(own))
                yield
        finally:
            CURRENT.reset(token)
            self._state, self._held = before, held
            call.end()

    def update_state(self, *batch: Any, **options: Any) -> None:
        """Add a batch to the metric's own state; nothing where a layer is called whose metrics nobody reports."""
        if CURRENT.get() is not None and not self._held:
            return
        if self._state is None:
            shapes = [jnp.shape(part) for part in (*batch, *options.values())][:2]
            self.fit_to(shapes[0], shapes[-1])
            self._state = self.init()
        if self._pure and options.get("mask") is None:
            carried = [mask for part in batch[1::-1] if (mask := carried_mask(part)) is not None]
            options |= {"mask": carried[0]} if carried else {}
        self._state = self.update(self._state, *batch, **options)

    def result(self) -> Array:
        """The value over all batches since the last reset."""
        return self.compute(self.init() if self._state is None else self._state)

    def reset_state(self) -> None:
        """Forget all batches."""
        self._state = None
        for metric in self._parts().values():
            metric.reset_state()
        for variable in self._own_variables().values():
            variable.assign(variable.spec.initializer(variable.shape))

    def __call__(self, *batch: Any, **options: Any) -> Array:
        self.update_state(*batch, **options)
        return self.result()


def _named(states: dict[str, State]) -> State:
    """The states of parts as one."""
    return {f"{part}/{name}": value for part, state in states.items() for name, value in state.items()}


def _through_update_state(pure: Any) -> Any:
    """An ``update`` that does what an ``update_state`` says, which itself may call the pure one beneath it."""

    def update(self: Metric, state: State, *batch: Any, **options: Any) -> State:
        if self._state is state:
            return pure(self, state, *batch, **options)
        mask = options.pop("mask", None)
        options |= {} if mask is None else {"mask": mask}
        with self._holding(state):
            self.update_state(*batch, **{name: value for name, value in options.items() if value is not None})
            return self._now()

    return update


def _through_result(pure: Any) -> Any:
    """A ``compute`` that is what a ``result`` says, which itself may ask the pure one beneath it."""

    def compute(self: Metric, state: State) -> Array:
        if self._state is state:
            return pure(self, state)
        with self._holding(state):
            return jnp.asarray(self.result(), jnp.float32)

    return compute


class _Kept(Weight):
    """A number or array of a metric's own state, as a variable."""

    def __init__(self, metric: Metric, name: str) -> None:
        self._metric, self._name = metric, name
        first = metric._now()[name]
        spec = WeightSpec(tuple(first.shape), lambda *_: np.asarray(first), None, None, False, str(first.dtype))
        super().__init__(name, spec, first)

    @property
    def value(self) -> Any:
        return self._metric._now()[self._name]

    @value.setter
    def value(self, value: Any) -> None:
        self._metric._state = self._metric._now() | {self._name: value}
