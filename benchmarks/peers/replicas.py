"""Trains the replicas of a study in Fourfold's one program, over all cores: `python -m benchmarks.peers.replicas`."""

from __future__ import annotations

import time
from typing import Any

import jax.numpy as jnp
import numpy as np

import fourfold
from benchmarks.models import STUDY_EPOCH_STEPS, Benchmarked, model, named
from benchmarks.peers.serve import serve, study_order
from fourfold import layers, losses, models, optimizers  # noqa: F401 (else loaded when asked for: no part of a study)
from fourfold.core.streams import Stream
from fourfold.ops import random as keys
from fourfold.training.objective import Objective
from fourfold.training.program import Program
from fourfold.training.replicas import EVALUATION_BATCH, Replica, Shared, Sweep

LARGEST_WAVE = 32
"""Replicas that a program is compiled for at most; more are trained wave after wave."""


class Trainer:
    def study(self, model: str, runs: list[tuple[int, float]], epochs: int) -> dict[str, Any]:
        """Seconds for all runs (seed, learning rate), compilation included, and the last training losses."""
        row, started = named(model), time.perf_counter()
        x, y = row.study_data()
        sweep, graph = swept(row, epochs)
        replicas = [replica(row, graph, seed, rate, epochs) for seed, rate in runs]
        trained = sweep(Shared(x[None], y[None, :, None]), replicas, min(len(runs), LARGEST_WAVE))
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "losses": [float(run.training_loss[-1]) for run in trained]}


def swept(row: Benchmarked, epochs: int) -> tuple[Sweep, Any]:
    """The engine of a study, at constant learning rates and with one look at the losses an epoch."""
    built = model(fourfold, row)
    loss = built.loss
    program = Program(built.graph, Objective((loss,), (1.0,)), built.optimizer)

    def per_example(targets, outputs):
        found = loss.call(targets, outputs)
        return found, -found

    return Sweep(program, per_example, lambda step, steps: jnp.ones(()), checks=epochs, patience=epochs), built.graph


def replica(row: Benchmarked, graph: Any, seed: int, rate: float, epochs: int) -> Replica:
    values, trainable = graph.init(Stream(seed)), set(graph.trainable_paths())
    return Replica(
        weights={path: value for path, value in values.items() if path in trainable},
        fixed={path: value for path, value in values.items() if path not in trainable},
        key=np.asarray(keys.key(seed)),
        learning_rate=np.float32(rate),
        indices=study_order(row, seed, epochs),
        steps=np.int32(epochs * STUDY_EPOCH_STEPS),
        fold=np.int32(0),
        labels=np.int32(0),
        evaluation=np.arange(EVALUATION_BATCH, dtype=np.int32),
        evaluation_weights=np.ones(EVALUATION_BATCH, np.float32),
        validation_batches=np.int32(1),
    )


if __name__ == "__main__":
    serve(Trainer())
