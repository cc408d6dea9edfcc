"""A small problem for tests of replicas. As a program it trains three and writes what came of them."""

import sys

import jax
import numpy as np

from fourfold import Input, Model, losses, optimizers
from fourfold.core.streams import Stream
from fourfold.layers import BatchNormalization, Dense, Dropout
from fourfold.ops import random as keys
from fourfold.training.objective import Objective
from fourfold.training.program import Program
from fourfold.training.replicas import (
    EVALUATION_BATCH,
    Replica,
    Shared,
    Sweep,
    padded_rows,
    warm_up_then_cosine,
)

STEPS, BATCH, CHECKS = 24, 8, 6
RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 90, 4)).astype(np.float32)  # as two folds prepare it
Y = (X[:1, :, :1] > 0).astype(np.int32) + (X[:1, :, 1:2] > 0.5)
ROWS = {"train": np.arange(50), "validation": np.arange(50, 70), "test": np.arange(70, 90)}


def contrary(labels):
    """The labels of the training rows turned around, the others as they are."""
    turned = labels.copy()
    turned[:, ROWS["train"]] = 2 - labels[:, ROWS["train"]]
    return turned


def shared():
    return Shared(X, np.concatenate([Y, contrary(Y)]))


def model(dropout=0.2):
    x = Input(shape=(4,))
    hidden = BatchNormalization(momentum=0.9)(Dense(5, activation="tanh")(x))
    return Model(x, Dense(3, activation="softmax")(Dropout(dropout)(hidden)))


def sweep(net, schedule=None, checks=CHECKS, patience=6, optimizer=None):
    loss = losses.SparseCategoricalCrossentropy()
    program = Program(net.graph, Objective((loss,), (1.0,)), optimizer or optimizers.SGD())

    def per_example(targets, outputs):
        return loss.call(targets, outputs), (outputs.argmax(-1) == targets[..., 0]).astype("float32")

    return Sweep(program, per_example, schedule or warm_up_then_cosine(), checks, patience)


def trainer(patience=6):
    return sweep(model(), patience=patience)


def replica(seed, rate=0.05, steps=STEPS, fold=0, labels=0, order=None, net=None):
    graph = (net or model()).graph
    values, trainable = graph.init(Stream(seed)), graph.trainable_paths()
    rng = np.random.default_rng(seed)
    evaluation = padded_rows(np.concatenate([ROWS["validation"], ROWS["test"]]))
    return Replica(
        weights={path: values[path] for path in trainable},
        fixed={path: value for path, value in values.items() if path not in trainable},
        key=np.asarray(keys.key(seed)),
        learning_rate=np.float32(rate),
        indices=rng.choice(ROWS["train"], (STEPS, BATCH)).astype(np.int32),
        steps=np.int32(steps),
        fold=np.int32(fold),
        labels=np.int32(labels),
        evaluation=evaluation,
        evaluation_weights=(np.arange(len(evaluation)) < len(ROWS["validation"])).astype(np.float32),
        validation_batches=np.int32(-(-len(ROWS["validation"]) // EVALUATION_BATCH)),
        order=order,
    )


if __name__ == "__main__":
    path, devices = sys.argv[1:]
    assert len(jax.devices()) == int(devices)
    run = trainer()
    replicas = [replica(seed, rate) for seed, rate in [(0, 0.03), (1, 0.1), (2, 1e30)]]
    trained = run(shared(), replicas, 3)
    for other in (run(shared(), replicas[::-1], 3)[::-1], [run(shared(), [one], 3)[0] for one in replicas]):
        for mine, theirs in zip(jax.tree.leaves(trained), jax.tree.leaves(other), strict=True):
            assert np.array_equal(mine, theirs, equal_nan=True), "a result depends on its place"
    np.savez(
        path, **{f"{i}-{n}": leaf for i, t in enumerate(trained) for n, leaf in enumerate(jax.tree.leaves(t))}
    )
