"""What `fit` adds to a step: a tiny model in `fit` beside the bare loop, which is written in JAX alone.

python -m benchmarks overhead
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

import fourfold
from benchmarks.machine import machine

STEPS, FEATURES, UNITS = 4000, 8, 16
BATCHES = (1, 8, 32)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)


def run(options: argparse.Namespace) -> None:
    print(machine())
    print(f"{'microseconds a step':24}{'bare loop':>12}{'fit':>12}{'added':>12}")
    for batch in BATCHES:
        generator = np.random.default_rng(0)
        x = generator.standard_normal((STEPS * batch, FEATURES), dtype="float32")
        y = x.sum(axis=1, keepdims=True)
        bare, fit = bare_loop(x, y, batch), fitted(x, y, batch)
        pairs = [(bare(), fit()) for _ in range(options.rounds + 1)][1:]
        least_bare, least_fit = (min(times) / STEPS * 1e6 for times in zip(*pairs))
        print(f"{f'batch {batch}':24}{least_bare:12.1f}{least_fit:12.1f}{least_fit - least_bare:12.1f}")


def fitted(x: np.ndarray, y: np.ndarray, batch: int) -> Callable[[], float]:
    """Seconds of one epoch of `fit`, all that a call does included."""
    layers = fourfold.layers
    model = fourfold.Sequential(
        [fourfold.Input((FEATURES,)), layers.Dense(UNITS, activation="relu"), layers.Dense(1)]
    )
    model.compile("sgd", "mse")

    def once() -> float:
        started = time.perf_counter()
        model.fit(x, y, batch_size=batch, epochs=1, verbose=0)
        return time.perf_counter() - started

    return once


def bare_loop(x: np.ndarray, y: np.ndarray, batch: int) -> Callable[[], float]:
    """Seconds of the same epoch as one compiled loop over shuffled data that is on the device already."""
    generator = np.random.default_rng(1)
    weights = [generator.normal(size=s).astype("float32") for s in [(FEATURES, UNITS), UNITS, (UNITS, 1), 1]]
    data_x, data_y = jnp.asarray(x), jnp.asarray(y)

    def loss(weights, x, y):
        a, b, c, d = weights
        return jnp.mean((jax.nn.relu(x @ a + b[None]) @ c + d[None] - y) ** 2)

    @jax.jit
    def epoch(weights, order):
        def step(i, weights):
            rows = order[i]
            grads = jax.grad(loss)(weights, data_x[rows], data_y[rows])
            return [w - 0.01 * g for w, g in zip(weights, grads)]

        return jax.lax.fori_loop(0, STEPS, step, weights)

    def once() -> float:
        order = generator.permutation(len(x)).reshape(STEPS, batch)
        started = time.perf_counter()
        jax.block_until_ready(epoch(weights, jnp.asarray(order)))
        return time.perf_counter() - started

    return once
