"""How a model is compiled, fitted, evaluated and asked, and Keras's methods of a step that a class may override."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import numpy as np

from fourfold import optimizers
from fourfold.callbacks import History, ProgressBar
from fourfold.core.symbols import Symbol
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.metrics import Metric
from fourfold.models import fitting, predicting, steps
from fourfold.models.batches import Batches, as_batches
from fourfold.models.compiling import Asked, Compiled
from fourfold.models.feeding import given
from fourfold.models.structure import Structured
from fourfold.models.subclassed import specs_of
from fourfold.training.splitting import SplitPrediction, prediction_devices


class Trainer(Structured):
    """The part of a model between `compile` and the program that trains it."""

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

    def _begin(self) -> None:
        """A model that has no graph, and was not compiled."""
        self._compiled: Compiled | None = None
        self._compile_with: Asked | None = None
        self._set: dict[str, Any] = {}
        self.stop_training = False
        self.initial_epoch = 0
        self.history: History | None = None

    def _set_graph(self, graph: Graph) -> None:
        super()._set_graph(graph)
        if self._compile_with is not None:
            self._compiled = Compiled(self, *self._compile_with)

    def _see(self, x: Any) -> Any:
        """Makes the graph for the first data, which are given back."""
        if self._has_graph or x is None:
            return x
        x = x if isinstance(x, Symbol) else as_batches(x)
        self._build_for(specs_of(x.first.x if isinstance(x, Batches) else x))
        return x

    # ---- the whole training ------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Says how the model is trained: optimizer, loss(es), metrics; names or objects, as in Keras.

        ``run_eagerly``, ``steps_per_execution``, ``jit_compile`` and ``auto_scale_loss`` are accepted and change
        nothing: every training is one compiled program over as many steps as nobody has to look. Compiled again, a
        model keeps its loss where none is given, and its metrics.
        """
        asked = Asked(optimizers.get(optimizer), loss, loss_weights, metrics, weighted_metrics)
        self._compile_with = asked.after(self._compile_with)
        for name in ("optimizer", *(["loss"] if loss is not None else [])):
            self._set.pop(name, None)
        self._compiled = Compiled(self, *self._compile_with) if self._has_graph else None

    @property
    def compiled(self) -> bool:
        return self._compile_with is not None

    @property
    def optimizer(self) -> Any:
        """That of `compile`; None before. One that is set later on is trained with from then on."""
        return self._set.get("optimizer", getattr(self._compile_with, "optimizer", None))

    @optimizer.setter
    def optimizer(self, optimizer: Any) -> None:
        if self.compiled:
            self.compile(optimizer)
        else:
            self._set["optimizer"] = optimizer

    @property
    def loss(self) -> Any:
        """As `compile` was told; None before. One that is set is for a `compute_loss` of one's own."""
        return self._set.get("loss", getattr(self._compile_with, "loss", None))

    @loss.setter
    def loss(self, loss: Any) -> None:
        self._set["loss"] = loss

    @property
    def metrics_names(self) -> list[str]:
        """A name for each number that `evaluate` gives; none before `compile`."""
        return self._needs_compiled().names() if self.compiled else []

    def _needs_compiled(self) -> Compiled:
        if self._compiled is None and self._compile_with is not None:
            raise self._not_built()
        if self._compiled is None:
            raise OptionError(
                "not-compiled",
                "the model does not know yet how to train",
                got="fit or evaluate before compile",
                do="model.compile(optimizer='adam', loss=...)",
            )
        return self._compiled

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | list[int] = 1,
    ) -> Any:
        """Trains for ``epochs`` epochs and returns the `History`. Arguments as in Keras.

        Ctrl-C stops after the running chunk of steps (at most about a second) and leaves the weights reached.
        """
        x = self._see(x)
        return fitting.fit(
            self,
            self._needs_compiled(),
            x,
            y,
            batch_size=batch_size,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
        )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics on data: a number, a list, or a dict with ``return_dict``."""
        x = self._see(x)
        compiled = self._needs_compiled()
        data = given(self, x, y, sample_weight)
        told = fitting.told_of(self, callbacks, verbose=verbose, epochs=1, steps=steps)
        logs = fitting.evaluate(self, compiled, data, batch_size or 32, steps, told, ProgressBar.of(verbose))
        if return_dict:
            return logs
        values = [logs[name] for name in compiled.names(logs)]
        return values[0] if len(values) == 1 else values

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Outputs for data, as NumPy arrays, computed batch by batch."""
        x = self._see(x)
        told = fitting.told_of(self, callbacks, verbose=verbose, epochs=1, steps=steps)
        return predicting.predict(self, x, batch_size or 32, steps, told, ProgressBar.of(verbose))

    def split_prediction(self) -> SplitPrediction:
        """What computes many rows at once, on all cores where rows don't depend on each other."""
        if self._split_prediction is None:
            self._split_prediction = SplitPrediction(self.graph, prediction_devices(self.graph))
        return self._split_prediction

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """One step on one batch; the loss and metrics of that batch."""
        x = self._see(x)
        compiled = self._needs_compiled()
        logs = fitting.train_on_batch(self, compiled, x, y, sample_weight, class_weight)
        values = [logs[name] for name in compiled.names(logs)]
        return logs if return_dict else (values[0] if len(values) == 1 else values)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """The loss and metrics of one batch."""
        size = len(np.asarray(jax.tree.leaves(x)[0]))
        return self.evaluate(x, y, size, 0, sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch, as NumPy arrays."""
        return jax.tree.map(np.asarray, self(x, training=False))

    # ---- one step, that a class may say otherwise ---------------------------------------------------------

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
        """The mean loss, the metrics of `compile` as one once the targets are known, and metrics of one's own."""
        trackers = [] if self._compiled is None else self._compiled.trackers
        as_one = None if self._compiled is None else self._compiled.metrics_as_one
        return [*trackers[:1], *([] if as_one is None else [as_one]), *trackers[1:], *steps.own_metrics(self)]

    @property
    def metrics_variables(self) -> list[Any]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def reset_metrics(self) -> None:
        """All metrics forget what they saw."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of `metrics` by name."""
        found = [(metric.name, metric.result()) for metric in self.metrics]
        parts = [value if isinstance(value, dict) else {name: value} for name, value in found]
        return {name: value for part in parts for name, value in part.items()}

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """What is minimised on a batch: the loss of `compile`, and `losses`. A class may say otherwise."""
        return steps.compute_loss(self, x, y, y_pred, sample_weight)

    def stateless_compute_loss(
        self, trainable_variables: Any, non_trainable_variables: Any, metrics_variables: Any, **given: Any
    ) -> tuple[Any, tuple[list[Any], list[Any], list[Any]]]:
        """`compute_loss(**given)` as a function of the variables' values: (loss, their values after it)."""
        return steps.stateless_compute_loss(
            self, trainable_variables, non_trainable_variables, metrics_variables, **given
        )

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
