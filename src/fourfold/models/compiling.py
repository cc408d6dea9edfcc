"""From what `compile` was given (names, objects, lists, dicts) to an objective and an optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import jax

from fourfold import losses, metrics, optimizers
from fourfold.core.specs import Shape
from fourfold.errors import OptionError, closest
from fourfold.metrics import Mean
from fourfold.models.compiled_metrics import CompileMetrics
from fourfold.models.steps import StepProgram
from fourfold.training.objective import Batch, Objective, Reported
from fourfold.training.program import Program, TrainState
from fourfold.training.splitting import SplitProgram, split_devices

if TYPE_CHECKING:
    from fourfold.models.trainer import Trainer


class Asked(NamedTuple):
    """What `compile` was given."""

    optimizer: Any
    loss: Any
    loss_weights: Any
    metrics: Any
    weighted_metrics: Any

    def after(self, before: Asked | None) -> Asked:
        """It, with the loss or the metrics of the time before where none are given, as Keras keeps them."""
        if before is None:
            return self
        kept = self
        if self.loss is None:
            kept = kept._replace(loss=before.loss, loss_weights=before.loss_weights)
        if self.metrics is None and self.weighted_metrics is None:
            kept = kept._replace(metrics=before.metrics, weighted_metrics=before.weighted_metrics)
        return kept


class Compiled:
    """What a compiled model knows: its optimizer, losses and metrics an output, and the state of training.

    Metrics named "accuracy" are resolved by the shapes of target and output, so the program is made when the
    first data comes.
    """

    def __init__(
        self, model: Trainer, optimizer: Any, loss: Any, loss_weights: Any, metric: Any, weighted_metrics: Any
    ) -> None:
        self.model = model
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        names = model.target_names
        self.losses = per_output(loss, names, "loss")
        for item in self.losses:
            if item is not None and item not in ("ce", "crossentropy"):
                losses.loss_of(item)
        self.loss_weights = [_weight(item) for item in per_output(loss_weights, names, "loss_weights")]
        self.metrics = [as_list(item) for item in per_output(metric, names, "metrics", several=True)]
        self.weighted = [
            as_list(item) for item in per_output(weighted_metrics, names, "weighted_metrics", several=True)
        ]
        self._state: TrainState | None = None
        self._program: tuple[Any, Program] | None = None
        self._split: tuple[Any, Program] | None = None
        self._made: tuple[Any, Objective] | None = None
        self._as_one: CompileMetrics | None = None
        self._trackers: dict[str, Mean] = {}

    @property
    def state(self) -> TrainState | None:
        """Where the last training ended; its optimizer's part is shown by the optimizer, too."""
        return self._state

    @state.setter
    def state(self, state: TrainState | None) -> None:
        self._state = state
        if self.optimizer is not None:
            left = None if state is None else state.optimizer
            self.optimizer.see(left, self.trained_paths, lambda: self.model.trainable_weights)

    def trained_paths(self) -> list[str]:
        """The paths of the trained weights, in the order of the model's."""
        paths = {id(handle): path for path, handle in self.model.graph.handles.items()}
        return [paths[id(weight)] for weight in self.model.trainable_weights]

    def program(self, target_shapes: tuple[Shape | None, ...], example: Batch) -> Program:
        """The program for targets of these shapes (the batch axis apart), made anew when what trains changes.

        A model that says itself what a step is has a program of its own, for batches like the example.
        """
        trainable = tuple(self.model.graph.trainable_paths())
        known = (
            trainable,
            target_shapes,
            id(self.model.graph),
            tuple(l.trainable for l in self.model.layers),
        )
        if self._program is None or self._program[0] != known:
            objective = self.objective(target_shapes)
            own = StepProgram(self, example) if self.model.has_own_steps else None
            self._program = (known, own or Program(self.model.graph, objective, self.optimizer))
            if self.state is not None and set(self.state.weights) != set(trainable):
                self.state = None
        return self._program[1]

    def split(self, program: Program, inputs: Any, bytes_of_data: int) -> Program:
        """The program that trains on batches of inputs of these shapes: on one device, or each split over several."""
        known = (program, tuple(leaf.shape for leaf in jax.tree.leaves(inputs)), bytes_of_data)
        if isinstance(program, StepProgram):
            return program
        if self._split is None or self._split[0] != known:
            devices = split_devices(program.graph, inputs, bytes_of_data)
            self._split = (known, SplitProgram(program, devices) if len(devices) > 1 else program)
        return self._split[1]

    def names(self, logs: Mapping[str, Any] | None = None) -> list[str]:
        """The names of the numbers in lists, in Keras's order, and others that logs have.

        The loss, metrics by names of their own, losses of outputs; at the end metrics that an output's name stands
        before, by the alphabet.
        """
        losses, reported = () if self._made is None else self._made[1].loss_names, self._reported
        first = ["loss", *(m.name for m in reported if m.plain), *losses]
        last = sorted(m.name for m in reported if not m.plain)
        if logs is None:
            return [*first, *last]
        others = [name for name in logs if name not in (*first, *last)]
        return [name for name in (*first, *others, *last) if name in logs]

    def objective(self, target_shapes: tuple[Shape | None, ...]) -> Objective:
        """What is minimised and reported for targets of these shapes."""
        if self._made is None or self._made[0] != target_shapes:
            self._made = (target_shapes, self._objective(target_shapes))
            reported = self._made[1].metrics
            self._as_one = CompileMetrics(self.model, reported) if reported else None
        return self._made[1]

    @property
    def _reported(self) -> tuple[Reported, ...]:
        return () if self._made is None else self._made[1].metrics

    @property
    def trackers(self) -> list[Mean]:
        """Means of the loss, and of each output's where there are several."""
        names = () if self._made is None else self._made[1].loss_names
        self._trackers = {name: self._trackers.get(name) or Mean(name) for name in ("loss", *names)}
        return list(self._trackers.values())

    def keep(self, program: Program, logs: Any) -> None:
        """The metrics have the state of logs, so that they can be asked afterwards."""
        program.objective.keep(logs)
        if not isinstance(program, StepProgram):
            for tracker in self.trackers:
                tracker.keep(logs[tracker.name])

    @property
    def metrics_as_one(self) -> CompileMetrics | None:
        """The metrics, when the shapes of targets are known."""
        return self._as_one

    @property
    def wants_targets(self) -> bool:
        return any(loss is not None for loss in self.losses)

    def _objective(self, target_shapes: tuple[Shape | None, ...]) -> Objective:
        resolved = tuple(
            None if loss is None or shape is None else losses.resolve(loss, shape, symbol.shape)
            for loss, shape, symbol in zip(self.losses, target_shapes, self.model.outputs)
        )
        names = _distinct(self.model.target_names)
        several = len(names) > 1
        nameless = self.model.is_class and not self.model.has_keys
        reported: list[Reported] = []
        counts: dict[str, int] = {}
        for i, (name, symbol) in enumerate(zip(names, self.model.outputs)):
            for given, weighted in [(self.metrics[i], False), (self.weighted[i], True)]:
                for item in given:
                    metric = self._metric(item, target_shapes[i], symbol.shape, resolved[i])
                    label = own = item if isinstance(item, str) else metric.name
                    before = f"{name}_" if several and not nameless else ""
                    if weighted and before + label in counts:
                        label = f"weighted_{label}"
                    label = _numbered(before + label, counts)
                    reported.append(Reported(label, i, metric, weighted, label == own))
        if nameless:
            names = _distinct(
                given if isinstance(given, str) else getattr(loss, "name", "")
                for given, loss in zip(self.losses, resolved)
            )
        trained = [name for name, loss in zip(names, resolved) if loss is not None]
        loss_names = tuple(f"{name}_loss" for name in trained) if len(trained) > 1 else ()
        return Objective(resolved, tuple(self.loss_weights), loss_names, tuple(reported))

    @staticmethod
    def _metric(item: Any, target: Shape | None, output: Shape, loss: Any) -> Any:
        if target is not None:
            return metrics.resolve(item, target, output, loss)
        return metrics.get(item)


def per_output(value: Any, names: list[str], what: str, several: bool = False) -> list[Any]:
    """One item an output, from a single item, a list or a dict by output name."""
    if isinstance(value, dict):
        unknown = [name for name in value if name not in names]
        if unknown:
            raise OptionError(
                "unknown-output",
                f"{what} names an output that the model lacks",
                got=f"{unknown[0]!r}{closest(unknown[0], names)}",
                wanted=", ".join(names),
            )
        given = [value.get(name) for name in names]
        return given if several else [_alone(item) for item in given]
    if value is None:
        return [None] * len(names)
    if not isinstance(value, (list, tuple)):
        return [value] * len(names)
    if several and len(names) == 1:
        return [value[0] if len(value) == 1 and isinstance(value[0], (list, tuple)) else list(value)]
    if len(value) != len(names):
        raise OptionError(
            "per-output",
            f"{what} does not fit the outputs",
            got=f"{len(value)} items",
            wanted=f"{len(names)}",
        )
    return list(value) if several else [_alone(item) for item in value]


def _weight(given: Any) -> float:
    """The weight of an output's loss."""
    try:
        return 1.0 if given is None else float(given)
    except (TypeError, ValueError):
        raise OptionError(
            "loss-weight",
            "loss_weights are numbers",
            got=repr(given),
            wanted="a number for each output",
            do="name the arguments after loss, as in compile(optimizer, loss, metrics=[...])",
        ) from None


def _alone(item: Any) -> Any:
    """An item, or the one in a list."""
    return item[0] if isinstance(item, (list, tuple)) and len(item) == 1 else item


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _distinct(names: Iterable[str]) -> list[str]:
    counts: dict[str, int] = {}
    return [_numbered(name, counts) for name in names]


def _numbered(name: str, counts: dict[str, int]) -> str:
    """The name, with a number behind it from the second time on."""
    count = counts.get(name, 0)
    counts[name] = count + 1
    return f"{name}_{count}" if count else name
