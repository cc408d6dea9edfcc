"""What training minimises and what it reports: losses and metrics of a graph's outputs, as pure functions.

    total = sum_o w_o L_o(target_o, output_o) + sum of the trained weights' regularizers

The logs of an epoch are means over its samples: the loss of a batch counts with the batch's size, as in Keras.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from fourfold.core.specs import WeightSpec

Array = jax.Array
Logs = dict[str, Any]


class Batch(NamedTuple):
    """Inputs in the graph's structure; targets and sample weights, one (or None) an output.

    Where a batch is split over devices (`splitting`), the inputs are a device's own rows, all else the whole batch.
    """

    inputs: Any
    targets: tuple[Any, ...] = ()
    weights: tuple[Any, ...] = ()

    @property
    def size(self) -> int:
        return jax.tree.leaves((self.targets, self.inputs))[0].shape[0]


@dataclass(frozen=True)
class Reported:
    """A metric in the logs: its name there, the output it looks at, whether sample weights count."""

    name: str
    output: int
    metric: Any
    weighted: bool = False
    plain: bool = True
    """Whether the name is the metric's own, with nothing before or behind it."""

    def seen(self, batch: Batch, outputs: list[Array], masks: list[Array | None]) -> tuple[Any, Array, Array | None]:
        """What the metric is told of a batch: targets, outputs, weights."""
        weight = batch.weights[self.output] if self.weighted else None
        target, output, mask = batch.targets[self.output], outputs[self.output], masks[self.output]
        hides = mask is not None and self.metric.of_each(target, output)
        return target, output, _masked(weight, mask if hides else None)


@dataclass(frozen=True)
class Objective:
    """One loss an output (None: the output is not trained), its weight, its name, and the metrics."""

    losses: tuple[Any, ...]
    loss_weights: tuple[float, ...]
    loss_names: tuple[str, ...] = ()
    metrics: tuple[Reported, ...] = ()

    def losses_of(self, batch: Batch, outputs: list[Array], masks: list[Array | None]) -> list[Array]:
        """Each trained output's loss on a batch."""
        return [
            loss.of_batch(batch.targets[i], outputs[i], batch.weights[i], masks[i])
            for i, loss in enumerate(self.losses)
            if loss is not None
        ]

    def total(self, losses: list[Array], regularizers: Array) -> Array:
        """What is minimised: the weighted sum of the outputs' losses, and the regularizers."""
        weights = [weight for weight, loss in zip(self.loss_weights, self.losses) if loss is not None]
        return sum((weight * loss for weight, loss in zip(weights, losses)), regularizers)

    def init(self) -> Logs:
        """Empty logs."""
        mean = {"total": jnp.zeros(()), "count": jnp.zeros(())}
        names = ["loss", *self.loss_names]
        return {name: dict(mean) for name in names} | {m.name: m.metric.init() for m in self.metrics}

    def update(
        self,
        logs: Logs,
        batch: Batch,
        outputs: list[Array],
        masks: list[Array | None],
        total: Array,
        losses: list[Array],
    ) -> Logs:
        """The logs with a batch added."""
        size = float(batch.size)
        new = {}
        parts = [("loss", total), *zip(self.loss_names, losses)]
        for name, value in parts:
            new[name] = {"total": logs[name]["total"] + value * size, "count": logs[name]["count"] + size}
        for m in self.metrics:
            new[m.name] = m.metric.update(logs[m.name], *m.seen(batch, outputs, masks))
        return new

    def compute(self, logs: Logs) -> dict[str, Array]:
        """The numbers that logs stand for."""
        names = ["loss", *self.loss_names]
        means = {name: logs[name]["total"] / jnp.maximum(logs[name]["count"], 1.0) for name in names}
        return means | {m.name: m.metric.compute(logs[m.name]) for m in self.metrics}

    def keep(self, logs: Logs) -> None:
        """The metrics have the state of logs, so that they can be asked afterwards."""
        for m in self.metrics:
            m.metric.keep(logs[m.name])


def regularization(specs: Mapping[str, WeightSpec], weights: Mapping[str, Array]) -> Array:
    """The sum of the terms that belong to the weights."""
    terms = [spec.regularizer(weights[path]) for path, spec in specs.items() if spec.regularizer is not None]
    return sum(terms, jnp.zeros(()))


def summed(losses: Iterable[Any], start: Any) -> Array:
    """The losses that layers added, of any shape, as one number."""
    return sum((jnp.sum(loss) for loss in losses), start)


def constrain(specs: Mapping[str, WeightSpec], weights: dict[str, Array]) -> dict[str, Array]:
    """The weights after their constraints."""
    constraints = {path: specs[path].constraint for path in weights}
    return {path: value if (c := constraints[path]) is None else c(value) for path, value in weights.items()}


def _masked(weight: Array | None, mask: Array | None) -> Array | None:
    if mask is None:
        return weight
    mask = mask.astype(jnp.float32)
    if weight is None:
        return mask
    return weight.reshape(weight.shape + (1,) * (mask.ndim - weight.ndim)) * mask
