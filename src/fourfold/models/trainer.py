"""What a model says of its training step by step: its metrics, and Keras's methods that a class may override."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from fourfold.errors import OptionError
from fourfold.layers.base import Layer
from fourfold.metrics import Metric
from fourfold.models import steps

if TYPE_CHECKING:
    from fourfold.models.compiling import Compiled


class Trainer(Layer):
    """The part of a model between `compile` and the program that trains it."""

    _compiled: Compiled | None
    _losses_override: list[Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("train_step", "test_step", "predict_step"):
            step = vars(cls).get(name)
            if step is not None and (name == "predict_step" or "state" not in inspect.signature(step).parameters):
                raise OptionError(
                    "model-steps",
                    "fit has one compiled step, that is a function of values",
                    got=f"{cls.__name__}.{name}{inspect.signature(step)}",
                    wanted="train_step(self, state, data) or test_step(self, state, data), as for Keras on JAX",
                    do="override compute_loss, which is simpler, or write the step with stateless_call",
                )

    @property
    def has_own_steps(self) -> bool:
        """Whether the class says itself what a step is, or what is minimised or reported."""
        return steps.is_written(self, Trainer)

    @property
    def wants_targets(self) -> bool:
        """Whether `fit` and `evaluate` must be given targets."""
        return not self.has_own_steps and (self._compiled is None or self._compiled.wants_targets)

    @property
    def losses(self) -> list[Any]:
        """Inside `compute_loss` those of the batch: what layers added, and the regularizers."""
        return list(self.__dict__.get("_losses_override") or super().losses)

    @property
    def metrics(self) -> list[Metric]:
        """The mean loss, the metrics of `compile` once the targets are known, and metrics of one's own."""
        compiled = [] if self._compiled is None else self._compiled.trackers
        reported = () if self._compiled is None else self._compiled.reported
        own = steps.own_metrics(self)
        return [*compiled, *(r.metric for r in reported), *own]

    @property
    def metrics_variables(self) -> list[Any]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def reset_metrics(self) -> None:
        """All metrics forget what they saw."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of `metrics` by name."""
        reported = () if self._compiled is None else self._compiled.reported
        names = {id(r.metric): r.name for r in reported}
        return {names.get(id(metric), metric.name): metric.result() for metric in self.metrics}

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """What is minimised on a batch: the loss of `compile`, and `losses`. A class may say otherwise."""
        return steps.compute_loss(self, x, y, y_pred, sample_weight)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """What is reported after a batch. A class may say otherwise."""
        return steps.compute_metrics(self, x, y, y_pred, sample_weight)

    def compute_loss_and_updates(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Any = None,
    ) -> tuple[Any, tuple]:
        """The loss as a function of the weights' values, for `jax.value_and_grad`: (loss, what else was found)."""
        return steps.compute_loss_and_updates(
            self, trainable_variables, non_trainable_variables, metrics_variables, x, y, sample_weight, training
        )

    def train_step(self, state: tuple, data: Any) -> tuple[dict[str, Any], tuple]:
        """One step of training from values: (logs, the values after it). A class may say otherwise, as in Keras on JAX.

        ``state`` holds the values of `trainable_variables`, `non_trainable_variables`, of the optimizer's ``variables``
        and of `metrics_variables`.
        """
        return steps.train_step(self, state, data)

    def test_step(self, state: tuple, data: Any) -> tuple[dict[str, Any], tuple]:
        """The same for evaluation, where ``state`` has no optimizer's variables."""
        return steps.test_step(self, state, data)
