"""The trainings of `fourfold compare digits` as loops that people write: for each a new model, its training, its tests.

    python -m benchmarks.peers.trainings torch | keras

AdamW with a gradient norm of at most 1, a warm-up and half a cosine; ten looks at the validation rows; at last the
outputs for all rows that are held out. Each family's network is the comparison's (`docs/candidates.md`): PyTorch's is
`torch_candidates`, and Keras reads the comparison's own from a file.
"""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.peers.serve import serve

BATCH, CHECKS, VALIDATION = 32, 10, 288
"""Rows of a step, looks at the validation rows, and how many of the rows that are held out these are."""


def factor(step: int, steps: int) -> float:
    """The learning rate at a step as a share of its peak."""
    rise = max(0.1 * steps, 1)
    if step < rise:
        return (step + 1) / rise
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(steps - rise, 1)))


class Torch:
    """The loop in PyTorch, eager."""

    def hello(self) -> dict[str, Any]:
        torch = importlib.import_module("torch")
        return {"versions": {"torch": torch.__version__}}

    def trainings(self, family: str, runs: list[tuple[int, float, int]], data: str, model: str) -> dict[str, Any]:
        """Seconds of the trainings, each a (seed, learning rate, steps), and the last test accuracies."""
        torch = importlib.import_module("torch")
        networks = importlib.import_module("benchmarks.peers.torch_candidates").NETWORKS
        x, y, held_x, held_y = (torch.from_numpy(array) for array in arrays(data))
        right, size, started = [], 0, time.perf_counter()
        for seed, rate, steps in runs:
            torch.manual_seed(seed)
            net = networks[family]()
            size = sum(weight.numel() for weight in net.parameters())
            matrices = [weight for weight in net.parameters() if weight.ndim > 1]
            others = [weight for weight in net.parameters() if weight.ndim < 2]
            groups = [{"params": matrices, "weight_decay": 0.3}, {"params": others, "weight_decay": 0.0}]
            optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99), eps=1e-7, fused=True)
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step, steps=steps: factor(step, steps))
            order = torch.cat([torch.randperm(len(x)) for _ in range(-(-steps * BATCH // len(x)))])
            for step, rows in enumerate(order[: steps * BATCH].split(BATCH), 1):
                net.train()
                optimizer.zero_grad(set_to_none=True)
                loss = torch.nn.functional.cross_entropy(net(x[rows]), y[rows])
                loss.backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                if step % (steps // CHECKS) == 0:
                    net.eval()
                    with torch.inference_mode():
                        float(torch.nn.functional.cross_entropy(net(held_x[:VALIDATION]), held_y[:VALIDATION]))
            net.eval()
            with torch.inference_mode():
                right.append(float((net(held_x).argmax(1) == held_y).float().mean()))
        return {"seconds": time.perf_counter() - started, "parameters": size, "accuracies": right}


class Keras:
    """The loop in Keras: `fit` for each training, of the network that the comparison wrote to a file."""

    def hello(self) -> dict[str, Any]:
        keras = importlib.import_module("keras")
        return {"versions": {"keras": keras.__version__}}

    def trainings(self, family: str, runs: list[tuple[int, float, int]], data: str, model: str) -> dict[str, Any]:
        keras = importlib.import_module("keras")
        x, y, held_x, held_y = arrays(data)
        right, size, started = [], 0, time.perf_counter()
        for seed, rate, steps in runs:
            keras.utils.set_random_seed(seed)
            net = keras.models.clone_model(keras.models.load_model(model, compile=False))
            size = sum(math.prod(weight.shape) for weight in net.trainable_weights)
            cosine = keras.optimizers.schedules.CosineDecay(
                0.0, steps - steps // 10, alpha=0.01, warmup_target=rate, warmup_steps=steps // 10
            )
            optimizer = keras.optimizers.AdamW(cosine, beta_2=0.99, weight_decay=0.3, global_clipnorm=1.0)
            net.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
            net.fit(x, y, batch_size=BATCH, epochs=CHECKS, steps_per_epoch=steps // CHECKS, verbose=0,
                    validation_data=(held_x[:VALIDATION], held_y[:VALIDATION]), validation_batch_size=288)  # fmt: skip
            right.append(float((net.predict(held_x, 256, verbose=0).argmax(1) == held_y).mean()))
        return {"seconds": time.perf_counter() - started, "parameters": size, "accuracies": right}


def arrays(path: str) -> tuple[np.ndarray, ...]:
    """x (N, 8, 8, 1) and y of the training rows, then of those that are held out."""
    with np.load(path) as stored:
        return tuple(stored[name] for name in ("x", "y", "held_x", "held_y"))


LOOPS: dict[str, Callable[[], Any]] = {"torch": Torch, "keras": Keras}

if __name__ == "__main__":
    serve(LOOPS[sys.argv[1]]())
