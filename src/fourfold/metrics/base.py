"""What every metric is: three pure functions, and Keras's face on top of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold import initializers
from fourfold.core.calls import CURRENT, Call
from fourfold.core.catalog import Configured, snake_case
from fourfold.core.specs import WeightSpec
from fourfold.core.weights import Weight

State = dict[str, Array]


class Metric(Configured):
    """The base: a subclass writes ``init``, ``update`` and ``compute``; all are pure.

    ``direction`` is "up" where more is better, "down" where less is.

    Or it is written as for Keras, with `add_weight` in its constructor, ``update_state`` and ``result``; then the
    three follow from these:

    >>> class Largest(Metric):
    ...     def __init__(self, name="largest"):
    ...         super().__init__(name)
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

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        self.name, self.dtype = name or snake_case(type(self).__name__), dtype or "float32"
        self._state: State | None = None
        self._variables: dict[str, Weight] = {}

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: str | None = None, name: str | None = None
    ) -> Weight:
        """A number, or an array of them, that a metric written as for Keras keeps over batches; 0 at first."""
        initializer = initializers.get("zeros" if initializer is None else initializer)
        spec = WeightSpec(tuple(shape), initializer, trainable=False, dtype=dtype or "float32")
        name = name or f"variable_{len(self._variables)}"
        variable = Weight(name, spec, np.asarray(initializer(spec.shape), spec.dtype))
        self._variables[name] = variable
        return variable

    add_variable = add_weight

    @property
    def variables(self) -> list[Weight]:
        return list(self._variables.values())

    def fit_to(self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]) -> None:
        """Told of the shapes of targets and outputs before `init`: a state may have a number for each column."""

    def init(self) -> State:
        """The state before any batch."""
        first = {name: v.spec.initializer(v.shape) for name, v in self._variables.items()}
        return {name: jnp.asarray(value, self._variables[name].dtype) for name, value in first.items()}

    def update(
        self, state: State, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> State:
        """The state with a batch added."""
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        with self._holding(state):
            self.update_state(jnp.asarray(y_true), jnp.asarray(y_pred), **weights)
            return {name: variable.__jax_array__() for name, variable in self._variables.items()}

    def compute(self, state: State) -> Array:
        """The number that the state stands for."""
        with self._holding(state):
            return jnp.asarray(self.result(), jnp.float32)

    @contextmanager
    def _holding(self, state: State) -> Iterator[None]:
        """The variables have the values of a state until the end."""
        call = Call(False, lambda: None)
        for name, variable in self._variables.items():
            call.put(variable, state[name])
        token = CURRENT.set(call)
        try:
            yield
        finally:
            CURRENT.reset(token)
            call.end()

    def update_state(self, *batch: Any, **options: Any) -> None:
        """Add a batch to the metric's own state."""
        if self._state is None:
            shapes = [jnp.shape(part) for part in (*batch, *options.values())][:2]
            self.fit_to(shapes[0], shapes[-1])
            self._state = self.init()
        self._state = self.update(self._state, *batch, **options)

    def result(self) -> Array:
        """The value over all batches since the last reset."""
        return self.compute(self.init() if self._state is None else self._state)

    def reset_state(self) -> None:
        """Forget all batches."""
        self._state = None
        for variable in self._variables.values():
            variable.assign(variable.spec.initializer(variable.shape))

    def __call__(self, *batch: Any, **options: Any) -> Array:
        self.update_state(*batch, **options)
        return self.result()
