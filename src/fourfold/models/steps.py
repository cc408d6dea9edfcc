"""Models that say themselves what a step is, what is minimised or what is reported: Keras's methods for it, on JAX.

`train_step`, `test_step`, `compute_loss`, `compute_metrics` and `metrics` can be overridden, and metrics be attributes.
The program of such a model carries the values that these methods work on: weights, the optimizer's variables, metrics.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from fourfold.core.calls import CURRENT, Call
from fourfold.layers.written import drawing
from fourfold.metrics import Metric
from fourfold.ops import random as keys
from fourfold.training.objective import Batch, summed
from fourfold.training.program import Program, TrainState

if TYPE_CHECKING:
    from fourfold.models.compiling import Compiled
    from fourfold.models.trainer import Trainer

Logs = dict[str, Any]


class Shown:
    """What the methods of a model report, as the objective of its program: metrics' values, the last step's logs."""

    losses = ()

    def __init__(self, model: Trainer, shown: Any) -> None:
        self._model, self._shown = model, shown

    def init(self) -> Logs:
        first = [value for metric in self._model.metrics for value in metric.stateless_reset_state()]
        return {"state": first, "shown": jax.tree.map(lambda leaf: jnp.zeros(leaf.shape), self._shown)}

    def compute(self, logs: Logs) -> dict[str, Any]:
        return _flat(logs["shown"])

    def keep(self, logs: Logs) -> None:
        """The metrics have the values of logs."""
        variables = [variable for metric in self._model.metrics for variable in metric.variables]
        for variable, value in zip(variables, logs["state"]):
            variable.assign(value)


class StepProgram(Program):
    """The program whose steps are a model's `train_step` and `test_step`."""

    def __init__(self, compiled: Compiled, example: Batch) -> None:
        model = compiled.model
        super().__init__(model.graph, Shown(model, {}), compiled.optimizer)  # type: ignore[arg-type]
        self.model, self._example = model, example
        paths = {id(handle): path for path, handle in model.graph.handles.items()}
        self._trained = compiled.trained_paths()
        self._kept = [paths[id(weight)] for weight in model.non_trainable_weights]
        self._draws = len(model.non_trainable_variables) > len(self._kept)
        self._tested: StepProgram | None = None
        self.optimizer.build(model.trainable_weights, self._trained)
        self.objective = Shown(model, self._shown(self._one_step))  # type: ignore[assignment]

    def testing(self) -> Program:
        """The same program with the logs of `test_step`."""
        if self._tested is None:
            self._tested = copy.copy(self)
            self._tested.objective = Shown(self.model, self._shown(self._one_test))  # type: ignore[assignment]
        return self._tested

    def _shown(self, run: Callable[..., tuple]) -> Any:
        """The shapes of what a kind of step reports."""
        rows = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct((2, *leaf.shape[1:]), leaf.dtype), self._example)
        values = {path: jax.ShapeDtypeStruct(w.shape, w.dtype) for path, w in self.graph.handles.items()}
        metrics = Shown(self.model, {}).init()["state"]
        return jax.eval_shape(lambda *given: run(*given)[0], values, metrics, rows)

    def _one_step(self, values: dict[str, Any], metrics: Any, batch: Batch) -> tuple:
        own = self.optimizer.init({path: values[path] for path in self._trained})
        own = self.optimizer.packed(own, self._trained, jnp.float32(0))
        fixed = self._fixed(values, jnp.zeros(2, jnp.uint32))
        with self._methods():
            return self.model.train_step((self._weights(values), fixed, own, metrics), self._data(batch))

    def _one_test(self, values: dict[str, Any], metrics: Any, batch: Batch) -> tuple:
        fixed = self._fixed(values, jnp.zeros(2, jnp.uint32))
        with self._methods():
            return self.model.test_step((self._weights(values), fixed, metrics), self._data(batch))

    def step(
        self, state: TrainState, logs: Logs, batch: Batch, learning_rate: Any = None
    ) -> tuple[TrainState, Logs]:
        own = self.optimizer.packed(state.optimizer, self._trained, learning_rate)
        fixed = self._fixed(state.fixed, keys.fold_in(state.key, state.step))
        with self._methods():
            given = self._weights(state.weights), fixed, own, logs["state"]
            shown, (weights, fixed, own, metrics) = self.model.train_step(given, self._data(batch))
        optimizer, _ = self.optimizer.unpacked(own, self._trained, state.optimizer)
        optimizer = jax.tree.map(lambda new, old: jnp.asarray(new, old.dtype), optimizer, state.optimizer)
        new = state._replace(
            weights=dict(zip(self._trained, weights)),
            fixed={**state.fixed, **dict(zip(self._kept, fixed))},
            optimizer=optimizer,
            step=state.step + 1,
        )
        return new, {"state": _like(metrics, logs["state"]), "shown": _like(shown, logs["shown"])}

    def test_step(self, values: dict[str, Any], logs: Logs, batch: Batch) -> tuple[dict[str, Any], Logs]:
        shown, (_, _, metrics) = self._one_test(values, logs["state"], batch)
        logs = {"state": _like(metrics, logs["state"]), "shown": _like(shown, logs["shown"])}
        return {path: values[path] for path in self.states}, logs

    def _weights(self, values: dict[str, Any]) -> list[Any]:
        return [values[path] for path in self._trained]

    def _fixed(self, values: dict[str, Any], key: Any) -> list[Any]:
        return [*(values[path] for path in self._kept), *([key] if self._draws else [])]

    def _data(self, batch: Batch) -> Any:
        """A batch as Keras hands it to a step: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``."""
        y, weights = (_as_outputs(self.model, leaves) for leaves in (batch.targets, batch.weights))
        if weights is not None:
            return batch.inputs, y, weights
        if y is not None:
            return batch.inputs, y
        return (batch.inputs,) if isinstance(batch.inputs, (list, tuple)) else batch.inputs

    @contextmanager
    def _methods(self) -> Iterator[None]:
        """The methods of the model run as part of a computation: masks are found, handles keep their values."""
        call = Call(False, drawing(None))
        token = CURRENT.set(call)
        try:
            yield
        finally:
            CURRENT.reset(token)
            call.end()


# ---- what the methods do where they are not overridden -----------------------------------------------------


def train_step(model: Trainer, state: tuple, data: Any) -> tuple[Logs, tuple]:
    weights, fixed, own, metrics = state
    x, y, sample_weight = unpacked(data)
    gradient = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)
    (_, found), grads = gradient(
        weights, fixed, metrics, x, y, sample_weight, training=True, optimizer_variables=own
    )
    loss, y_pred, fixed, metrics = found
    weights, own = model.optimizer.stateless_apply(own, grads, weights)
    constraints = [handle.spec.constraint for handle in model.trainable_weights]
    weights = [value if c is None else c(value) for c, value in zip(constraints, weights)]
    shown, metrics = _reported(model, metrics, loss, x, y, y_pred, sample_weight)
    return shown, (weights, fixed, own, metrics)


def test_step(model: Trainer, state: tuple, data: Any) -> tuple[Logs, tuple]:
    weights, fixed, metrics = state
    x, y, sample_weight = unpacked(data)
    _, found = model.compute_loss_and_updates(weights, fixed, metrics, x, y, sample_weight, training=False)
    loss, y_pred, fixed, metrics = found
    shown, metrics = _reported(model, metrics, loss, x, y, y_pred, sample_weight)
    return shown, (weights, fixed, metrics)


def compute_loss_and_updates(
    model: Trainer, weights: Any, fixed: Any, metrics: Any, x: Any, y: Any, sample_weight: Any, training: bool
) -> tuple[Any, tuple]:
    with holding(model.metrics, metrics):
        y_pred, fixed, losses = model.stateless_call(weights, fixed, x, return_losses=True, training=training)
        metrics = _now(model.metrics)
    model._losses_override = losses
    loss, (weights, fixed, metrics) = model.stateless_compute_loss(
        weights, fixed, metrics, x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training
    )
    model._losses_override = []
    return loss, (loss, y_pred, fixed, metrics)


def stateless_compute_loss(
    model: Trainer, weights: Sequence[Any], fixed: Sequence[Any], metrics: Any, **given: Any
) -> tuple[Any, tuple[list[Any], list[Any], list[Any]]]:
    """`compute_loss` as a function of the variables' values: (loss, their values after it).

    Layers that it calls compute with these values, so that gradients reach their weights; as in Keras they don't train
    unless they are told to.
    """
    variables = [*model.trainable_variables, *model.non_trainable_variables]
    values = dict(zip(variables, [*weights, *fixed], strict=True))
    seed = next((values[variable] for variable in model._seeds()), None)
    with holding(model.metrics, metrics):
        running = Call(False, drawing(None if seed is None else keys.fold_in(seed, 1)), CURRENT.get())
        for variable, value in values.items():
            running.put(variable, value)
        token = CURRENT.set(running)
        try:
            loss = model.compute_loss(**given)
            metrics, after = _now(model.metrics), [variable.value for variable in variables]
        finally:
            CURRENT.reset(token)
            running.end()
    return loss, (after[: len(weights)], after[len(weights) :], metrics)


def compute_loss(model: Trainer, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> Any:
    batch, outputs, masks = compared(model, x, y, y_pred, sample_weight)
    objective = model._needs_compiled().objective(tuple(map(_shape, batch.targets)))
    losses = objective.losses_of(batch, outputs, masks)
    return objective.total(losses, summed(model.losses, jnp.zeros(())))


def compute_metrics(model: Trainer, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> Logs:
    """The logs, after the metrics that `compile` was given have seen a batch."""
    batch, outputs, masks = compared(model, x, y, y_pred, sample_weight)
    compiled = model._needs_compiled()
    if compiled.metrics_as_one is not None:
        compiled.metrics_as_one.update_state(y, y_pred, sample_weight)
    if parts := compiled.trackers[1:]:
        losses = compiled.objective(tuple(map(_shape, batch.targets))).losses_of(batch, outputs, masks)
        for tracker, value in zip(parts, losses):
            _count(tracker, value, batch)
    return model.get_metrics_result()


def unpacked(data: Any) -> tuple[Any, Any, Any]:
    """x, y and sample_weight, of which the latter may be missing."""
    if not isinstance(data, tuple):
        return data, None, None
    return (*data, None, None)[:3]  # type: ignore[return-value]


@contextmanager
def holding(metrics: Sequence[Metric], values: Sequence[Any]) -> Iterator[None]:
    """The metrics have these values of their variables until the end."""
    values = list(values)
    with ExitStack() as stack:
        for metric in metrics:
            names = list(metric._now())
            stack.enter_context(metric._holding(dict(zip(names, values))))
            values = values[len(names) :]
        yield


def _now(metrics: Sequence[Metric]) -> list[Any]:
    return [value for metric in metrics for value in metric._now().values()]


def _reported(
    model: Trainer, metrics: Any, loss: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any
) -> tuple[Logs, list[Any]]:
    with holding(model.metrics, metrics):
        tracker = model._needs_compiled().trackers[0]
        if any(metric is tracker for metric in model.metrics):
            _count(tracker, loss, Batch(x))
        shown = model.compute_metrics(x, y, y_pred, sample_weight)
        return shown, _now(model.metrics)


def _count(tracker: Metric, loss: Any, batch: Batch) -> None:
    """A batch's loss counts with the batch's rows."""
    rows = jax.tree.leaves(batch.inputs)[0].shape[0]
    tracker.update_state(jnp.asarray(loss)[None], sample_weight=jnp.full(1, float(rows)))


def compared(model: Trainer, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> tuple[Batch, list, list]:
    """Targets and outputs side by side, one an output."""
    outputs, call = jax.tree.leaves(y_pred), CURRENT.get()
    given = []
    for of in (y, sample_weight):
        leaves = [of] * len(outputs) if of is None or len(outputs) == 1 else jax.tree.leaves(of)
        given.append(tuple(None if leaf is None else jnp.asarray(leaf) for leaf in leaves))
    masks = [None if call is None else call.mask_of(leaf) for leaf in outputs]
    return Batch(x, *given), outputs, masks


def _shape(target: Any) -> tuple[int | None, ...] | None:
    return None if target is None else (None, *target.shape[1:])


def _as_outputs(model: Trainer, leaves: Sequence[Any]) -> Any:
    """One array an output in the structure of the model's outputs; None where there is none."""
    if all(leaf is None for leaf in leaves):
        return None
    structure = jax.tree.structure(model.graph.outputs)
    return leaves[0] if len(leaves) == 1 else jax.tree.unflatten(structure, leaves)


def _like(values: Any, old: Any) -> Any:
    return jax.tree.map(lambda new, before: jnp.asarray(new).astype(before.dtype).reshape(before.shape), values, old)


def _flat(logs: Logs) -> dict[str, Any]:
    """Logs without logs among them."""
    flat: dict[str, Any] = {}
    for name, value in logs.items():
        flat |= _flat(value) if isinstance(value, dict) else {name: jnp.asarray(value)}
    return flat


def own_metrics(model: Any) -> list[Metric]:
    """The metrics among the attributes of a model and of its layers."""
    found = {id(value): value for layer in [model, *model.inside()] for value in vars(layer).values()}
    return [value for value in found.values() if isinstance(value, Metric)]


OVERRIDABLE = ("train_step", "test_step", "compute_loss", "compute_loss_and_updates", "compute_metrics", "metrics")


def is_written(model: Any, base: type) -> bool:
    """Whether a model says itself what a step is, or what is minimised or reported."""
    cls = type(model)
    return any(getattr(cls, name) is not getattr(base, name) for name in OVERRIDABLE) or bool(own_metrics(model))
