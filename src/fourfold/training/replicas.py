"""A replica is one training run, and it is data.

Seeds, learning rates, folds, sample sizes, shuffled labels and permuted inputs are replicas of one compiled
program: only another architecture or batch size compiles anew. A replica of zero steps costs nothing, so a
block of fewer replicas runs in the program that was compiled for more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from fourfold.errors import OutOfMemoryError
from fourfold.training.objective import Batch
from fourfold.training.placement import across_replicas, deal, padded
from fourfold.training.program import Program, TrainState

Array = jax.Array
logger = logging.getLogger(__name__)

TRAINED, STOPPED, DIVERGED = 0, 1, 2
EVALUATION_BATCH = 96


class Shared(NamedTuple):
    """What all replicas read: prepared inputs of each fold (K, n, ...), label sets (L, n, ...), weights (n,).

    ``weights`` are those of the rows in the training loss; None are all alike.
    """

    inputs: Any
    targets: Any
    weights: Any = None


class Replica(NamedTuple):
    """One run: S steps at most of batches of B rows, E rows to predict, P positions.

    The rows to predict begin with the validation rows, and fill whole evaluation batches (`padded_rows`);
    ``evaluation_weights`` (E,) are the rows' weights in the validation score, 0 for all others, and
    ``validation_batches`` counts the evaluation batches that hold validation rows.
    ``order`` permutes the positions of an input (all axes but the last, or the columns of a table); None where
    no replica of the program permutes.
    """

    weights: dict[str, Any]
    fixed: dict[str, Any]
    key: Any
    learning_rate: Any
    indices: Any
    steps: Any
    fold: Any
    labels: Any
    evaluation: Any
    evaluation_weights: Any
    validation_batches: Any
    order: Any = None


class Trained(NamedTuple):
    """What is left of a run: outputs (E, units), curves by check (C,), status, steps done."""

    weights: dict[str, Any]
    fixed: dict[str, Any]
    outputs: Any
    check_steps: Any
    training_loss: Any
    validation_loss: Any
    validation_score: Any
    status: Any
    steps: Any


class Sweep:
    """Trains stacks of replicas of one program.

    Args:
        program: graph, objective, optimizer.
        per_example: (targets, outputs) -> (loss, score) of each example; higher scores are better.
        schedule: (step, steps) -> factor of the learning rate.
        checks: how often the validation rows are looked at.
        patience: a run stops when for this many checks its validation score lay below its best, and goes back
            to its best; otherwise the final weights are kept (with an annealed rate they match or beat the best
            validation checkpoint).
    """

    def __init__(
        self,
        program: Program,
        per_example: Callable[[Array, Array], tuple[Array, Array]],
        schedule: Callable[[Array, Array], Array],
        checks: int = 12,
        patience: int = 6,
    ) -> None:
        self.program, self.per_example, self.schedule = program, per_example, schedule
        self.checks, self.patience = checks, patience
        self._train = across_replicas(self.train)

    def __call__(self, shared: Shared, replicas: list[Replica], size: int) -> list[Trained]:
        """Trains replicas in waves of at most ``size``, in the program compiled for ``size``.

        A wave that does not fit into memory is halved, and said.

        Raises:
            OutOfMemoryError: ``memory``, if a wave of one replica a device does not fit.
        """
        trained: list[Trained] = []
        while len(trained) < len(replicas):
            try:
                trained += self._wave(shared, replicas[len(trained) : len(trained) + size], size)
            except jax.errors.JaxRuntimeError as error:
                if "RESOURCE_EXHAUSTED" not in str(error):
                    raise
                if padded(size // 2 or 1) == padded(size):
                    raise OutOfMemoryError(
                        "memory",
                        "a training run needs more memory than there is",
                        got=str(error).splitlines()[0],
                        do="fewer rows or columns, or --effort quick",
                    ) from error
                size = size // 2
                logger.warning("out of memory: %d training runs at a time", size)
        return trained

    def _wave(self, shared: Shared, replicas: list[Replica], size: int) -> list[Trained]:
        idle = replicas[0]._replace(steps=np.int32(0))
        dealt = deal(padded(size))
        stack = [replicas[i] if i < len(replicas) else idle for i in dealt]
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *stack)
        trained = jax.device_get(self._train(shared, stacked))
        places = np.argsort(dealt)[: len(replicas)]
        return [jax.tree.map(lambda leaf, place=place: leaf[place], trained) for place in places]

    def train(self, shared: Shared, replica: Replica) -> Trained:
        """One replica, from its initial weights to its predictions. Pure."""
        program, checks = self.program, self.checks
        weights, fixed = replica.weights, replica.fixed
        state = TrainState(
            weights, fixed, program.optimizer.init(weights), replica.key, jnp.zeros((), jnp.int32)
        )
        every = (replica.steps + checks - 1) // checks
        curves = jnp.zeros((4, checks))
        outputs = jnp.zeros(self._output_shape(replica))

        def unfinished(carry):
            return ~carry[-1]

        def until_next_check(carry):
            """Trains and looks at the validation rows; the last time, instead, predicts with what is kept."""
            state, best, best_score, stale, status, curves, _, _ = carry
            last = (status >= 0) | (state.step >= replica.steps)
            status = jnp.where(last & (status < 0), TRAINED, status)
            kept = jax.tree.map(partial(jnp.where, status > TRAINED), best, (state.weights, state.fixed))
            state = state._replace(weights=kept[0], fixed=kept[1])
            stop = jnp.where(last, state.step, jnp.minimum(state.step + every, replica.steps))
            check = state.step // jnp.maximum(every, 1)
            state, logs = lax.fori_loop(
                state.step, stop, partial(self._step, shared, replica), (state, program.objective.init())
            )
            batches = jnp.where(last, len(replica.evaluation) // EVALUATION_BATCH, replica.validation_batches)
            outputs = self._outputs(shared, replica, state, batches)
            loss = program.objective.compute(logs)["loss"]
            validation_loss, score = self._validate(shared, replica, outputs)
            finite = jnp.isfinite(loss) & jnp.isfinite(validation_loss)
            better = finite & (score >= best_score)
            best = jax.tree.map(partial(jnp.where, better), (state.weights, state.fixed), best)
            stale = jnp.where(better, 0, stale + 1)
            found = jnp.where(finite, jnp.where(stale >= self.patience, STOPPED, -1), DIVERGED)
            curve = jnp.stack([state.step.astype(jnp.float32), loss, validation_loss, score])
            curves = jnp.where(last, curves, curves.at[:, check].set(curve))
            status = jnp.where(last, status, found)
            return state, best, jnp.where(better, score, best_score), stale, status, curves, outputs, last

        start = (state, (weights, fixed), jnp.float32(-jnp.inf), jnp.int32(0), jnp.int32(-1), curves, outputs)
        idle = replica.steps == 0
        state, _, _, _, status, curves, outputs, _ = lax.while_loop(
            unfinished, until_next_check, (*start, idle)
        )
        check_steps, training_loss, validation_loss, score = curves
        status = jnp.maximum(status, TRAINED)
        return Trained(
            state.weights,
            state.fixed,
            outputs,
            check_steps,
            training_loss,
            validation_loss,
            score,
            status,
            state.step,
        )

    def _step(self, shared: Shared, replica: Replica, i: Array, carry: Any) -> Any:
        rows = replica.indices[i]
        targets = shared.targets.at[replica.labels, rows].get(mode="promise_in_bounds")
        weights = None if shared.weights is None else shared.weights[rows]
        batch = Batch(self._inputs(shared, replica, rows), (targets,), (weights,))
        rate = replica.learning_rate * self.schedule(i.astype(jnp.float32), replica.steps.astype(jnp.float32))
        state, logs = carry
        return self.program.step(state, logs, batch, rate)

    def _inputs(self, shared: Shared, replica: Replica, rows: Array) -> Array:
        inputs = shared.inputs.at[replica.fold, rows].get(mode="promise_in_bounds")
        if replica.order is None:
            return inputs
        return permute(inputs, replica.order)

    def _outputs(self, shared: Shared, replica: Replica, state: TrainState, batches: Array) -> Array:
        """Outputs (E, units) of the first evaluation batches; 0 for the rows after them."""
        values = {**state.weights, **state.fixed}

        def batch(i, outputs):
            first = i * EVALUATION_BATCH
            rows = lax.dynamic_slice_in_dim(replica.evaluation, first, EVALUATION_BATCH)
            found = self.program.graph.apply(values, self._inputs(shared, replica, rows)).outputs
            return lax.dynamic_update_slice_in_dim(outputs, found, first, 0)

        return lax.fori_loop(0, batches, batch, jnp.zeros(self._output_shape(replica)))

    def _output_shape(self, replica: Replica) -> tuple[int, ...]:
        (output,) = self.program.graph.output_symbols
        return (len(replica.evaluation), *(int(axis) for axis in output.shape[1:] if axis is not None))

    def _validate(self, shared: Shared, replica: Replica, outputs: Array) -> tuple[Array, Array]:
        targets = shared.targets.at[replica.labels, replica.evaluation].get(mode="promise_in_bounds")
        loss, score = self.per_example(targets, outputs)
        weights = replica.evaluation_weights
        total = weights.sum()
        return jnp.where(weights > 0, loss * weights, 0.0).sum() / total, (score * weights).sum() / total


def permute(inputs: Array, order: Array) -> Array:
    """Inputs (N, ..., C) with their positions in another order; a table (N, F) with its columns."""
    positions = order.shape[0]
    flat = inputs.reshape(inputs.shape[0], positions, -1)
    return flat.at[:, order].get(mode="promise_in_bounds").reshape(inputs.shape)


def padded_rows(rows: np.ndarray) -> np.ndarray:
    """Rows repeated from the first until a multiple of the evaluation batch."""
    missing = -len(rows) % EVALUATION_BATCH
    return np.concatenate([rows, np.full(missing, rows[0])]).astype(np.int32)


def warm_up_then_cosine(warm_up: float = 0.1, final: float = 0.01) -> Callable[[Array, Array], Array]:
    """A linear rise over the first share of the steps, then half a cosine down to a share of the peak.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
    """

    def factor(step: Array, steps: Array) -> Array:
        rise = jnp.maximum(warm_up * steps, 1.0)
        progress = jnp.clip((step - rise) / jnp.maximum(steps - rise, 1.0), 0.0, 1.0)
        cosine = final + (1 - final) * 0.5 * (1 + jnp.cos(jnp.pi * progress))
        return jnp.where(step < rise, (step + 1) / rise, cosine)

    return factor
