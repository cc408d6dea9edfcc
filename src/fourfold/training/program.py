"""The one training program: a step, and many steps between two moments at which somebody must look.

    for i in start..stop:
        batch = data[indices[i]]
        g = gradient of (loss + regularizers) at the weights, on the batch
        weights, optimizer state = optimizer(g);  state (moving averages) = what the layers say

It is pure, and `start`, `stop`, the learning rate and the indices are traced: one compilation serves every
epoch, chunk and replica. `Model.fit` runs it once; a sweep runs it for each replica (`replicas.py`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from fourfold.errors import OptionError
from fourfold.graph import Graph, Result
from fourfold.ops import random as keys
from fourfold.training.objective import Batch, Logs, Objective, constrain, regularization, summed
from fourfold.training.parts import gradients_in_parts, may_be_cut, number_of_parts

Array = jax.Array


class TrainState(NamedTuple):
    """All that changes while training. ``fixed`` holds frozen weights and the layers' state."""

    weights: dict[str, Array]
    fixed: dict[str, Array]
    optimizer: Any
    key: Array
    step: Array


class Found(NamedTuple):
    """What a step finds beside the gradients: outputs and masks an output, new state, the loss and its parts."""

    outputs: list[Array]
    masks: list[Array | None]
    updates: dict[str, Array]
    total: Array
    losses: list[Array]


class Program:
    """The steps of one graph under one objective and one optimizer.

    Args:
        graph: what is trained.
        objective: what is minimised and reported.
        optimizer: has ``init(weights)`` and ``update(grads, state, weights, learning_rate)``; None to evaluate only.
    """

    def __init__(self, graph: Graph, objective: Objective, optimizer: Any = None) -> None:
        self.graph, self.objective, self.optimizer = graph, objective, optimizer
        specs, trainable = graph.specs(), set(graph.trainable_paths())
        self.specs = {path: spec for path, spec in specs.items() if path in trainable}
        self.states = [path for path, spec in specs.items() if not spec.trainable]
        self.run = jax.jit(self._run)
        self.run_batch = jax.jit(self.step)
        self.test = jax.jit(self._test)
        self.test_batch = jax.jit(self.test_step)
        self.predict = jax.jit(self._predict)
        self.take = jax.jit(take)

    def start(self, values: dict[str, Any], trainable: list[str], key: Array) -> TrainState:
        """The state before the first step."""
        weights = {path: jnp.asarray(values[path]) for path in values if path in set(trainable)}
        fixed = {path: jnp.asarray(values[path]) for path in values if path not in weights}
        return TrainState(weights, fixed, self.optimizer.init(weights), key, jnp.zeros((), jnp.int32))

    def place(self, data: Batch) -> Batch:
        """The data where `run` reads them."""
        return jax.tree.map(jnp.asarray, data)

    def place_part(self, data: Batch) -> Batch:
        """Data that nobody changes, where `run` reads them: they need not be copied."""
        return jax.device_put(data)

    def rows(self, data: Batch, numbers: Any) -> Batch:
        """Some rows of placed data as a batch for `run_batch`. They must exist."""
        return self.take(data, numbers)

    def testing(self) -> Program:
        """The program that evaluates."""
        return self

    # ---- one step ----------------------------------------------------------------------------------------

    def step(
        self, state: TrainState, logs: Logs, batch: Batch, learning_rate: Array | None = None
    ) -> tuple[TrainState, Logs]:
        """One update of the weights; the batch is added to the logs."""
        grads, found = self.gradients(state, batch)
        weights, optimizer = self.optimizer.update(grads, state.optimizer, state.weights, learning_rate)
        logs = self.objective.update(logs, batch, found.outputs, found.masks, found.total, found.losses)
        updates = {path: value for path, value in found.updates.items() if path in state.fixed}
        fixed = {**state.fixed, **updates}
        return TrainState(constrain(self.specs, weights), fixed, optimizer, state.key, state.step + 1), logs

    def gradients(self, state: TrainState, batch: Batch) -> tuple[dict[str, Array], Found]:
        """The gradients of a batch's loss, and what was found on the way: of the whole at once, or of its parts."""

        def loss(weights):
            result = self.forward(weights, state, batch)
            outputs = jax.tree.leaves(result.outputs)
            total, losses = self.minimised(batch, result, {**state.fixed, **weights})
            return total, (Found(outputs, result.masks, result.updates, total, losses), result.losses)

        total, backward, (found, losses) = jax.vjp(loss, state.weights, has_aux=True)
        parts = self.parts_of(batch, backward, state.weights, found.outputs, found.masks, losses)
        if parts == 1:
            return backward(jnp.ones_like(total))[0], found
        grads, outputs, losses = self.gradients_of_parts(state, batch, parts)
        added, d_added = self.regularization(state)
        found = Found(outputs, [None] * len(outputs), {}, self.objective.total(losses, added), losses)
        return jax.tree.map(jnp.add, grads, d_added), found

    def parts_of(
        self, batch: Batch, left: Any, weights: Any, outputs: list[Array], masks: list[Any], losses: list[Array]
    ) -> int:
        """Into how many parts a batch is cut, whose forward pass leaves, gives and adds to the loss what is told."""
        parts = number_of_parts(left, weights, batch)
        plain = parts > 1 and not losses and all(mask is None for mask in masks)
        return parts if plain and may_be_cut(self.graph, self.objective, batch, outputs) else 1

    def gradients_of_parts(
        self, state: TrainState, batch: Batch, parts: int
    ) -> tuple[dict[str, Array], list[Array], list[Array]]:
        """The gradients of a batch in parts, without the regularizers'; its outputs; each trained output's loss."""

        def loss(weights, part):
            result = self.forward(weights, state, part)
            outputs = jax.tree.leaves(result.outputs)
            losses = self.objective.losses_of(part, outputs, result.masks)
            return self.objective.total(losses, jnp.zeros(())), (outputs, losses)

        grads, (outputs, losses) = gradients_in_parts(loss, state.weights, batch, parts)
        outputs = [y.reshape(batch.size, *y.shape[2:]) for y in outputs]
        return grads, outputs, [values.mean() for values in losses]

    def regularization(self, state: TrainState) -> tuple[Array, dict[str, Array]]:
        """The regularizers' terms and their gradients."""
        return jax.value_and_grad(lambda weights: regularization(self.specs, {**state.fixed, **weights}))(state.weights)

    def minimised(self, batch: Batch, result: Result, values: dict[str, Array]) -> tuple[Array, list[Array]]:
        """The loss of a batch, and each output's part of it."""
        losses = self.objective.losses_of(batch, jax.tree.leaves(result.outputs), result.masks)
        if not losses and not result.losses and all(spec.regularizer is None for spec in self.specs.values()):
            raise OptionError(
                "no-loss",
                "the model has nothing to minimise",
                got="no loss",
                do="model.compile(loss='mse'), say, or self.add_loss(...) in a layer",
            )
        return self.objective.total(losses, summed(result.losses, regularization(self.specs, values))), losses

    def forward(self, weights: dict[str, Array], state: TrainState, batch: Batch) -> Result:
        """Outputs in training, with the random numbers of this step."""
        key = keys.fold_in(state.key, state.step)
        return self.graph.apply({**state.fixed, **weights}, batch.inputs, training=True, key=key)

    def batch(self, data: Batch, rows: Array) -> Batch:
        """A step's examples."""
        return take(data, rows)

    def _run(
        self,
        state: TrainState,
        logs: Logs,
        data: Batch,
        indices: Array,
        start: Array,
        stop: Array,
        learning_rate: Array | None = None,
    ) -> tuple[TrainState, Logs]:
        """The steps from ``start`` to ``stop``; step i takes the examples ``indices[i]`` (steps, batch)."""

        def body(i, carry):
            state, logs = carry
            return self.step(state, logs, self.batch(data, indices[i]), learning_rate)

        return lax.fori_loop(start, stop, body, (state, logs))

    # ---- evaluation and prediction -----------------------------------------------------------------------

    def test_step(self, values: dict[str, Array], logs: Logs, batch: Batch) -> tuple[dict[str, Array], Logs]:
        """The states that layers keep after a batch, which is added to the logs."""
        result = self.graph.apply(values, batch.inputs)
        outputs = jax.tree.leaves(result.outputs)
        total, losses = self.minimised(batch, result, values)
        states = {path: result.updates.get(path, values[path]) for path in self.states}
        return states, self.objective.update(logs, batch, outputs, result.masks, total, losses)

    def _test(
        self, values: dict[str, Array], logs: Logs, data: Batch, indices: Array, stop: Array
    ) -> tuple[dict[str, Array], Logs]:
        """The same after the first ``stop`` batches ``indices[i]`` (steps, batch)."""

        def body(i, carry):
            states, logs = carry
            return self.test_step(values | states, logs, take(data, indices[i]))

        return lax.fori_loop(0, stop, body, ({path: values[path] for path in self.states}, logs))

    def _predict(self, values: dict[str, Array], inputs: Any) -> Any:
        return self.graph.apply(values, inputs).outputs


def take(data: Any, rows: Array) -> Any:
    """The rows of every array in a tree. The rows must exist."""
    return jax.tree.map(lambda array: array.at[rows].get(mode="promise_in_bounds"), data)
