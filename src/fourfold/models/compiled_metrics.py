"""The metrics of `compile` as one, as Keras has them among a model's `metrics`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fourfold.metrics import Metric
from fourfold.metrics.base import State
from fourfold.models import steps
from fourfold.training.objective import Reported

if TYPE_CHECKING:
    from fourfold.models.trainer import Trainer


class CompileMetrics(Metric):
    """What `compile` was given as metrics: a step of one's own tells it targets and outputs, as the model has them.

    Its result is a dict: the numbers by the names that the logs have.
    """

    def __init__(self, model: Trainer, reported: Sequence[Reported]) -> None:
        super().__init__(name="compile_metrics")
        self.reported = tuple(reported)
        self._model = model

    def _parts(self) -> dict[str, Metric]:
        return {r.name: r.metric for r in self.reported}

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """The metric of each output sees a batch."""
        batch, outputs, masks = steps.compared(self._model, None, y_true, y_pred, sample_weight)
        for reported in self.reported:
            *pair, weights = reported.seen(batch, outputs, masks)
            reported.metric.update_state(*pair, **({} if weights is None else {"sample_weight": weights}))

    def update(self, state: State, *batch: Any, **options: Any) -> State:
        with self._holding(state):
            self.update_state(*batch, **options)
            return self._now()

    def result(self) -> dict[str, Any]:  # type: ignore[override]
        """The numbers over all batches since the last reset."""
        return {r.name: r.metric.result() for r in self.reported}

    def compute(self, state: State) -> dict[str, Any]:  # type: ignore[override]
        with self._holding(state):
            return self.result()
