"""Trains with the Keras API: fourfold itself, or Keras on the backend that KERAS_BACKEND names.

python -m benchmarks.peers.keras_api fourfold | keras
"""

from __future__ import annotations

import importlib
import itertools
import os
import sys
import time
from typing import Any

import numpy as np

from benchmarks.models import Benchmarked, named
from benchmarks.models import model as build
from benchmarks.peers.serve import AGREEMENT_EPOCHS, PREDICTED_ROWS, agreement_rows, best, serve

SETTINGS = {  # what is tried before the timing, the fastest is kept; Fourfold has nothing to set
    "fourfold": {},
    "jax": {"steps_per_execution": (1, 8)},
    "tensorflow": {"steps_per_execution": (1, 16), "jit_compile": (False, True)},
    "torch": {},
}


class Trainer:
    def __init__(self, framework: str) -> None:
        self.framework = importlib.import_module(framework)
        self.backend = os.environ.get("KERAS_BACKEND", "") if framework == "keras" else "fourfold"
        modules = {"fourfold": ["fourfold", "jax"]}.get(self.backend, ["keras", self.backend])
        self.versions = {name: importlib.import_module(name).__version__ for name in modules}

    def hello(self) -> dict[str, Any]:
        return {"versions": self.versions, "threads": threads(self.backend)}

    def prepare(self, model: str, weights: str) -> dict[str, Any]:
        """The losses of a few epochs from the stored weights (Fourfold stores them), then the fastest settings."""
        self.row = named(model)
        started = time.perf_counter()
        losses = self._losses(weights)
        first = time.perf_counter() - started
        self.data = self.row.data()
        timed = []
        names = SETTINGS[self.backend]
        for values in itertools.product(*names.values()):
            settings = dict(zip(names, values))
            self.model = self._model(settings)
            timed.append((self.train()["seconds"], str(settings or "defaults"), self.model))
        _, chosen, self.model = min(timed, key=lambda entry: entry[0])
        return {"losses": losses, "first": first, "settings": chosen}

    def train(self) -> dict[str, Any]:
        """One epoch of `fit` between the two callbacks of the epoch, after one that is not counted."""
        clock = self._clock()
        self.model.fit(
            *self.data, batch_size=self.row.batch, epochs=2, shuffle=False, verbose=0, callbacks=[clock]
        )
        return {"seconds": clock.seconds[-1] / self.row.steps}

    def study(self, model: str, runs: list[tuple[int, float]], epochs: int) -> dict[str, Any]:
        """The loop that people write: for each seed and learning rate a new model and its training."""
        row, losses, started = named(model), [], time.perf_counter()
        x, y = row.study_data()
        for seed, rate in runs:
            self.framework.utils.set_random_seed(seed)
            built = build(self.framework, row, learning_rate=rate)
            fitted = built.fit(x, y, batch_size=row.batch, epochs=epochs, verbose=0)
            losses.append(float(fitted.history["loss"][-1]))
        return {"seconds": time.perf_counter() - started, "losses": losses}

    def predict(self, model: str) -> dict[str, Any]:
        row = named(model)
        built = self._build(row, None)
        x, _ = row.data(PREDICTED_ROWS)
        built.predict(x, batch_size=256, verbose=0)
        throughput = best(2, lambda: built.predict(x, batch_size=256, verbose=0))
        one = x[:1]
        built.predict_on_batch(one)
        latency = best(30, lambda: np.asarray(built.predict_on_batch(one)))
        return {"throughput": PREDICTED_ROWS / throughput, "latency": latency}

    def _model(self, settings: dict[str, Any]) -> Any:
        built = self._build(self.row, None)
        if settings:
            built.compile(optimizer=built.optimizer, loss=built.loss, **settings)
        return built

    def _build(self, row: Benchmarked, rate: float | None) -> Any:
        return build(self.framework, row, rate)

    def _losses(self, weights: str) -> list[float]:
        built = self._build(self.row, 0.0)
        if self.backend == "fourfold" and not os.path.exists(weights):
            np.savez(weights, *built.get_weights())
        with np.load(weights) as stored:
            built.set_weights([stored[f"arr_{i}"] for i in range(len(stored.files))])
        x, y = self.row.data(agreement_rows(self.row), seed=1)
        fitted = built.fit(x, y, batch_size=self.row.batch, epochs=AGREEMENT_EPOCHS, shuffle=False, verbose=0)
        return [float(loss) for loss in fitted.history["loss"]]

    def _clock(self) -> Any:
        class Clock(self.framework.callbacks.Callback):
            def __init__(self):
                super().__init__()
                self.seconds = []

            def on_epoch_begin(self, epoch, logs=None):
                self.started = time.perf_counter()

            def on_epoch_end(self, epoch, logs=None):
                self.seconds.append(time.perf_counter() - self.started)

        return Clock()


def threads(backend: str) -> int:
    if backend == "torch":
        return importlib.import_module("torch").get_num_threads()
    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    serve(Trainer(sys.argv[1]))
