"""What an optimizer keeps, as variables: for loops of one's own, which call `apply` or the pure `stateless_apply`.

Within `fit` the same numbers travel in the state of training (`update`); these variables are then a view of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.core.specs import WeightSpec
from fourfold.core.weights import Weight
from fourfold.errors import OptionError

State = dict[str, Any]


class Rate(float):
    """A learning rate as it is now, which can be assigned to its optimizer.

    >>> from fourfold.optimizers import Adam
    >>> adam = Adam(0.1)
    >>> adam.learning_rate.assign(0.01)
    >>> adam.learning_rate
    0.01
    """

    def __new__(cls, value: Any, optimizer: Any) -> Rate:
        return super().__new__(cls, value)

    def __init__(self, value: Any, optimizer: Any) -> None:
        self._optimizer = optimizer

    def __reduce__(self) -> tuple[type, tuple[float]]:
        return float, (float(self),)

    def assign(self, value: Any) -> None:
        self._optimizer.learning_rate = float(value)

    @property
    def value(self) -> Any:
        return jnp.float32(self)

    def numpy(self) -> np.float32:
        return np.float32(self)


class Stepping:
    """The part of an optimizer that has variables. What it makes of weights, `init` and `update` say."""

    init: Callable[..., State]
    update: Callable[..., tuple[dict[str, Any], State]]
    in_keras_order: Callable[[Sequence[str], Mapping[str, Any]], list[tuple[str, str]]]
    schedule: Callable[[Any], Any] | None
    learning_rate: Any
    gradient_accumulation_steps: int | None

    seen: State | None = None
    """The state in which the last training left the optimizer."""
    seen_order: Callable[[], Sequence[str]] = tuple
    """The paths of the weights in that state, in their order."""
    seen_over: Callable[[], Sequence[Weight]] = tuple
    """These weights."""
    _trained: tuple[str, ...] | None = None
    _variables: list[Weight]
    _over: list[Weight]
    _shapes: State
    """A state like those of the weights that the variables are for, of shapes alone."""

    @property
    def iterations(self) -> Weight:
        """The steps made; where several batches make one, they are fewer than the batches seen."""
        every = self.gradient_accumulation_steps
        return _variable("iteration", self._batches // every) if every else self.variables[0]

    @property
    def _batches(self) -> Any:
        if self._trained is not None:
            return self._variables[0].value
        return np.int32(0) if self.seen is None else self.seen["iteration"]

    @property
    def variables(self) -> list[Weight]:
        """The iteration, the learning rate unless it is a schedule, what is kept of each weight, in Keras's order."""
        if self._trained is not None:
            return self._variables
        if self.seen is None:
            return self._listed((), {"iteration": self._batches})
        return self._listed(self.seen_order(), self.seen)

    def see(
        self, state: State | None, order: Callable[[], Sequence[str]], weights: Callable[[], Sequence[Weight]]
    ) -> None:
        """Takes the state in which a training leaves the optimizer, for weights of these paths, into view."""
        self.seen, self.seen_order, self.seen_over = state, order, weights
        if state is None or self._trained is None:
            return
        paths = tuple(order())
        if paths == self._trained or list(map(id, weights())) == list(map(id, self._over)):
            rate = 0.0 if self.schedule else np.float32(self.learning_rate)
            for variable, value in zip(self._variables, self.packed(state, paths, rate)):
                variable.value = value

    def build(self, variables: Iterable[Weight], paths: Sequence[str] | None = None) -> None:
        """Makes the variables for these weights, once; ``paths`` are those in the model that trains them."""
        if self._trained is None:
            self._over = list(variables)
            weights = _by_path(self._over) if paths is None else dict(zip(paths, self._over, strict=True))
            state = self.init(_values(weights))
            self._variables, self._shapes = self._listed(tuple(weights), state), jax.eval_shape(lambda: state)
            self._trained = tuple(weights)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Weight]]) -> Weight:
        """`apply` for pairs of a gradient and a weight."""
        grads, weights = zip(*grads_and_vars)
        self.apply(grads, weights)
        return self.iterations

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Weight] | None = None) -> None:
        """One step: the weights, and what the optimizer keeps, get their new values."""
        if trainable_variables is not None:
            weights = list(trainable_variables)
            self.build(weights)
        else:
            weights = [] if self._trained is None else self._over
        own = [variable.value for variable in self.variables]
        values, grads = [jnp.asarray(weight.value) for weight in weights], list(grads)
        absent = [path for path, grad in zip(self._trained or (), grads) if grad is None]
        if absent:
            _say_absent(absent, len(grads))
            grads = [jnp.zeros_like(v) if grad is None else grad for v, grad in zip(values, grads)]
        new, after = self.stateless_apply(own, grads, values)
        if absent:
            new, after = self._without(absent, values, own, new, after)
        new = [value if (c := weight.spec.constraint) is None else c(value) for weight, value in zip(weights, new)]
        for handle, value in zip([*weights, *self.variables], [*new, *after]):
            handle.assign(value)

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Iterable[Any], trainable_variables: Iterable[Any]
    ) -> tuple[list[Any], list[Any]]:
        """A pure step: the new values of the weights and of the optimizer's variables, from values. After `build`."""
        grads, values = list(grads), list(trainable_variables)
        self._check(grads, values)
        paths = self._trained or ()
        state, rate = self.unpacked(optimizer_variables, paths, self._shapes)
        weights, state = self.update(dict(zip(paths, grads)), state, dict(zip(paths, values)), rate)
        return [weights[path] for path in paths], self.packed(state, paths, rate)

    def _without(self, absent: Sequence[str], values: Any, own: Any, new: Any, after: Any) -> tuple[list, list]:
        """New weights and variables, of which those of some paths are as they were."""
        paths = self._trained or ()
        of = [""] * (1 if self.schedule else 2) + [path for _, path in self.in_keras_order(paths, self._shapes)]
        weights = [was if path in absent else value for path, was, value in zip(paths, values, new)]
        return weights, [was if path in absent else value for path, was, value in zip(of, own, after)]

    def set_weights(self, weights: Iterable[Any]) -> None:
        """Takes these values of `variables`. After `build`."""
        values = list(weights)
        known = self.variables if self._trained is not None else []
        if len(values) != len(known):
            raise OptionError(
                "optimizer-set-weights",
                f"{type(self).__name__} has other variables",
                got=f"{len(values)} arrays",
                wanted=f"{len(known)}" if known else "a built optimizer",
                do="" if known else "optimizer.build(model.trainable_variables) before",
            )
        for variable, value in zip(known, values):
            variable.assign(value)

    def packed(self, state: State, paths: Sequence[str], rate: Any) -> list[Any]:
        """A state as a list, in the order of `variables`."""
        first = [state["iteration"]] + ([] if self.schedule else [rate])
        return [*first, *(state[name][path] for name, path in self.in_keras_order(paths, state))]

    def unpacked(self, values: Sequence[Any], paths: Sequence[str], like: Mapping) -> tuple[State, Any]:
        """The state, with arrays where ``like`` has some, and the learning rate of such a list; none of a schedule."""
        first = 1 if self.schedule else 2
        state: State = {name: {} for name in like} | {"iteration": jnp.asarray(values[0], jnp.int32)}
        for (name, path), value in zip(self.in_keras_order(paths, like), values[first:], strict=True):
            state[name][path] = value
        return state, None if self.schedule else values[1]

    def _listed(self, paths: Sequence[str], state: State) -> list[Weight]:
        first = [_variable("iteration", state["iteration"])]
        if not self.schedule:
            first.append(_variable("learning_rate", np.float32(self.learning_rate)))
        kept = [
            _variable(f"{path.replace('/', '_')}_{name}", state[name][path])
            for name, path in (self.in_keras_order(paths, state) if paths else [])
        ]
        return first + kept

    def _check(self, grads: Sequence[Any], weights: Sequence[Any]) -> None:
        if self._trained is None or len(grads) != len(self._trained) or len(weights) != len(grads):
            known = "none" if self._trained is None else str(len(self._trained))
            raise OptionError(
                "optimizer-weights",
                f"{type(self).__name__} steps over the weights that it was built for",
                got=f"{len(grads)} gradients for {len(weights)} weights, built for {known}",
                wanted="a gradient for each of these weights",
                do="optimizer.build(model.trainable_variables) before",
            )


def _say_absent(absent: Sequence[str], number: int) -> None:
    if len(absent) == number:
        raise OptionError(
            "optimizer-no-gradient",
            "no weight has a gradient",
            got=f"None for {', '.join(absent)}",
            wanted="arrays",
            do="take the gradient of a loss that depends on these weights",
        )
    warnings.warn(f"these weights have no gradient and stay as they are: {', '.join(absent)}", stacklevel=4)


def _variable(name: str, value: Any) -> Weight:
    value = np.asarray(value) if not isinstance(value, jax.Array) else value
    kind = "int32" if value.dtype.kind in "iu" else "float32"
    spec = WeightSpec(tuple(value.shape), lambda *_: np.asarray(value), trainable=False, dtype=kind)
    return Weight(name, spec, value.astype(kind))


def _by_path(weights: Iterable[Weight]) -> Mapping[str, Weight]:
    """Weights by their paths; where two share one, the later has a number before its own."""
    found: dict[str, Weight] = {}
    for number, weight in enumerate(weights):
        found[f"{number}/{weight.path}" if weight.path in found else weight.path] = weight
    return found


def _values(weights: Mapping[str, Weight]) -> dict[str, Any]:
    return {path: jnp.asarray(weight.value) for path, weight in weights.items()}
