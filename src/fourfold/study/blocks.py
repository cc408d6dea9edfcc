"""A block: one architecture and a fixed number of replicas. A pure function of its inputs whose result is a file.

The key of a block hashes all that its result depends on, so a block that is on disk is not run again: that is
all there is to resuming, to more seeds and to more effort.
"""

from __future__ import annotations

import gc
import hashlib
import json
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from fourfold import losses, optimizers
from fourfold.core import machine
from fourfold.core.files import load_sealed, save_sealed
from fourfold.core.streams import Stream
from fourfold.data.splits import Split
from fourfold.ops import random as keys
from fourfold.preprocessing.task import jaccard
from fourfold.study.architecture import Architecture, Settings, architecture
from fourfold.study.candidates import Problem, candidate
from fourfold.study.prepared import Prepared
from fourfold.study.stepwise import counted, mean
from fourfold.study.variants import varied
from fourfold.training.objective import Objective
from fourfold.training.program import Program
from fourfold.training.replicas import (
    EVALUATION_BATCH,
    Replica,
    Shared,
    Sweep,
    Trained,
    padded_rows,
    warm_up_then_cosine,
)

VERSION = 17
"""Counts changes of the recipe: blocks of another version are not reused."""

CHECKS, PATIENCE = 10, 5
CROWDED = 0.5
"""Of the memory mappings that a process may have. An architecture's programs take 500 to 1,000, and at Linux's limit
XLA aborts: before that, those of earlier architectures go."""
SCARCE = 300 * 2**20
"""Bytes. With less left the programs of other architectures go, 40 to 50 MB each, before the next block is begun; they
are read from the compilation cache when they are wanted again. Digits at quick effort under a limit of 700 MB lost its
worker four times without that, in 5.0 minutes; with it never, in 2.5."""
SMALLEST_BATCH, LARGEST_BATCH = 16, 32


@dataclass(frozen=True)
class Run:
    """One training: its learning rate, its seed and its split (the number of a fold in the plan)."""

    learning_rate: float
    seed: int
    split: int


@dataclass(frozen=True)
class Block:
    """Runs of one architecture. The program is compiled for ``capacity`` replicas of at most ``room`` steps.

    ``variant`` names the data that a probe trains on (`variants.VARIANTS`); "" are the data themselves.
    ``settings`` are the architecture's departures from its family's recipe. ``absolute``: numbers are trained and
    scored by their absolute errors, and not by squared ones.
    """

    data: str
    family: str
    size: str
    problem: Problem
    output: str
    steps: int
    batch: int
    runs: tuple[Run, ...]
    capacity: int
    keep_weights: bool = False
    variant: str = ""
    settings: Settings = ()
    absolute: bool = False
    room: int = 0

    @property
    def net(self) -> Architecture:
        return architecture(self.family, self.problem, self.size, self.output, self.settings)

    @property
    def key(self) -> str:
        content = asdict(self) | {"version": VERSION}
        del content["capacity"], content["room"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def expected_seconds(self) -> float:
        """About what it takes on one core, compilation left out."""
        return len(self.runs) * self.steps * self.net.seconds_a_step(self.batch)

    def path(self, folder: Path) -> Path:
        return folder / "blocks" / f"{self.family}-{self.size}-{self.key}.npz"

    def run(self, folder: Path) -> None:
        """Trains the replicas and writes what came of them; called in a worker."""
        prepared = prepared_of(folder, self.data)
        save_sealed(self.path(folder), _stack(train(self, prepared), self))

    def smaller(self, last: bool) -> Block:
        """The same runs, half as many at a time so that they need less memory, and one by one at the ``last``."""
        return replace(self, capacity=1 if last else max(self.capacity // 2, 1))

    def load(self, folder: Path) -> dict[str, np.ndarray] | None:
        """The result, or None when it is not on disk (or damaged, and so to be run again)."""
        return load_sealed(self.path(folder))


@dataclass(frozen=True)
class Compilation:
    """A task that only starts to compile a block's program, on one core, beside what the worker does next; where memory
    is short, nothing."""

    block: Block

    @property
    def data(self) -> str:
        return self.block.data

    def run(self, folder: Path) -> None:
        prepared = prepared_of(folder, self.block.data)
        sweep = sweep_for(self.block, prepared)
        if sweep not in _begun and machine.available_memory() > 2 * SCARCE:
            idle = replace(self.block, runs=self.block.runs[:1])
            _begun[sweep] = _beside.submit(_train, sweep, *_asked(idle, prepared, steps=0), self.block.capacity)

    def load(self, folder: Path) -> dict[str, np.ndarray] | None:
        return self.block.load(folder)


_begun: dict[Sweep, Future] = {}
_beside = ThreadPoolExecutor(1, "compilations")


def batch_size(rows: int) -> int:
    """The power of two nearest below rows / 16, from 16 to 32; never more than the rows."""
    power = 2 ** int(np.log2(max(rows / 16, 1)))
    return min(max(SMALLEST_BATCH, min(power, LARGEST_BATCH)), rows)


def train(block: Block, prepared: Prepared) -> list[Trained]:
    """What the replicas came to, in the order of the block's runs."""
    if machine.mapped() > CROWDED or machine.available_memory() < SCARCE:
        _forget_programs()
    sweep = sweep_for(block, prepared)
    if begun := _begun.pop(sweep, None):
        wait([begun])
    return _train(sweep, *_asked(block, prepared), block.capacity)


def _train(sweep: Sweep, shared: Shared, replicas: list[Replica], capacity: int) -> list[Trained]:
    """What the replicas came to; what compiling took, 300 MB and more, goes back to the system."""
    trained = sweep(shared, replicas, capacity)
    machine.return_memory()
    return trained


def _forget_programs() -> None:
    """The compiled programs of all architectures; they are in the compilation cache."""
    for begun in _begun.values():
        begun.cancel()
    _begun.clear()
    sweep_of.cache_clear()
    gc.collect()
    machine.return_memory()


def sweep_for(block: Block, prepared: Prepared) -> Sweep:
    """The compiled trainings of a block."""
    weights = prepared.class_weights
    return sweep_of(block.net, block.absolute, () if weights is None else tuple(weights.tolist()))


def _asked(block: Block, prepared: Prepared, steps: int | None = None) -> tuple[Shared, list[Replica]]:
    """What the runs of a block read, and these, of so many ``steps`` if that is given."""
    longest = prepared.longest_evaluation()
    prepared = varied(prepared, block.variant, block.runs[0].seed)
    replicas = [replica_of(block, run, block.net, prepared, longest) for run in block.runs]
    if steps is not None:
        replicas = [replica._replace(steps=np.int32(steps)) for replica in replicas]
    return Shared(prepared.inputs, prepared.targets, prepared.given), replicas


@lru_cache(maxsize=32)
def sweep_of(net: Architecture, absolute: bool = False, class_weights: tuple[float, ...] = ()) -> Sweep:
    """The compiled trainings of one architecture. One object for all who ask.

    ``class_weights``: by which classes are predicted; where steps have targets, how much each counts in the score, too.
    """
    loss = loss_of(net, absolute)
    objective = Objective((loss,), (1.0,))
    program = Program(net.trained, objective, _optimizer(net))

    def per_example(targets, outputs):
        score = _score_of_steps if net.problem.stepwise else _score
        return loss.call(targets, outputs), score(net.output, targets, outputs, absolute, class_weights)

    return Sweep(program, per_example, warm_up_then_cosine(), CHECKS, PATIENCE)


def loss_of(net: Architecture, absolute: bool) -> losses.Loss:
    """The loss that a network trains with."""
    loss = losses.MeanAbsoluteError() if absolute else LOSSES[net.output]()
    return OverSteps(loss) if net.problem.stepwise else loss


LOSSES = {
    "softmax": partial(losses.SparseCategoricalCrossentropy, from_logits=True),
    "sigmoid": partial(losses.BinaryCrossentropy, from_logits=True),
    "linear": losses.MeanSquaredError,
    "softplus": losses.MeanSquaredError,
    "tanh": losses.MeanSquaredError,
}


class OverSteps(losses.Loss):
    """A loss of steps as a loss of series (N,): the mean over the steps that count; masks of layers say no more."""

    def __init__(self, each: losses.Loss) -> None:
        super().__init__(f"{each.name}_over_steps")
        self.each = each

    def call(self, y_true, y_pred):
        there = counted(y_true)
        safe = jnp.where(there, y_true, jnp.zeros_like(y_true))
        return mean(self.each.call(safe[..., None], y_pred), y_true)

    def of_batch(self, y_true, y_pred, sample_weight, mask):
        return self(y_true, y_pred, sample_weight)


def _score(
    output: str, targets: Any, outputs: Any, absolute: bool, class_weights: tuple[float, ...] = ()
) -> Any:
    """A score of each example, higher is better: correct or not, the Jaccard index, or minus the mean error."""
    if output == "softmax" or class_weights:
        return (_predicted_class(outputs, class_weights) == targets[..., 0]).astype("float32")
    if output == "sigmoid":
        return jaccard(outputs > 0, targets > 0.5).astype("float32")
    return -abs(outputs - targets).mean(-1) if absolute else -((outputs - targets) ** 2).mean(-1)


def _score_of_steps(
    output: str, targets: Any, outputs: Any, absolute: bool, class_weights: tuple[float, ...]
) -> Any:
    """The mean of the steps' scores; where classes are weighted 1 - the mean weight of the steps that are wrong."""
    if output not in ("sigmoid", "softmax"):
        return mean(_score(output, targets[..., None], outputs, absolute), targets)
    right = _predicted_class(outputs, class_weights) == targets
    if not class_weights:
        return mean(right.astype("float32"), targets)
    return 1 - mean(jnp.where(right, 0.0, jnp.asarray(class_weights)[targets]), targets)


def _predicted_class(logits: Any, class_weights: tuple[float, ...]) -> Any:
    """`predicted_class` from logits (..., K), of two classes (..., 1): the argmax of log w_k p_k."""
    if logits.shape[-1] == 1:
        logits = jnp.concatenate([jnp.zeros_like(logits), logits], axis=-1)
    return (logits + jnp.log(jnp.asarray(class_weights)) if class_weights else logits).argmax(-1)


def _optimizer(net: Architecture) -> Any:
    """AdamW with decay on matrices only, and gradients clipped at norm 1: one protocol for all families."""
    problem = net.problem
    decay = 1.0 if problem.layout == "flat" and problem.small else 0.3
    optimizer = optimizers.AdamW(learning_rate=1e-3, beta_2=0.99, weight_decay=decay, global_clipnorm=1.0)
    names = [
        path for path, spec in net.trained.specs().items() if len(spec.shape) < 2 or path.endswith("bias")
    ]
    optimizer.exclude_from_weight_decay(var_names=names)
    return optimizer


def replica_of(block: Block, run: Run, net: Architecture, prepared: Prepared, longest: int) -> Replica:
    """A run as data: its initial weights and everything that it reads. ``longest``: rows to predict at most."""
    split = prepared.splits[run.split]
    seeds = np.random.SeedSequence([run.seed, run.split])
    initial, order, dropout = (int(word) for word in seeds.generate_state(3))
    values = net.trained.init(Stream(initial))
    trainable = set(net.trained.trainable_paths())
    rng = np.random.default_rng([order, 0])
    batches = _batches(split.train, block.steps, block.batch, rng)
    evaluation, evaluation_weights = _evaluation(split, prepared, longest)
    permuted = candidate(block.family).permutes(block.problem)
    return Replica(
        weights={path: value for path, value in values.items() if path in trainable},
        fixed={path: value for path, value in values.items() if path not in trainable},
        key=np.asarray(keys.key(dropout)),
        learning_rate=np.float32(run.learning_rate),
        indices=_with_room(_copied(batches, prepared, rng), block.room),
        steps=np.int32(block.steps),
        fold=np.int32(run.split % len(prepared.inputs)),
        labels=np.int32(run.split % len(prepared.targets)),
        evaluation=evaluation,
        evaluation_weights=evaluation_weights,
        validation_batches=np.int32(-(-len(split.validation) // EVALUATION_BATCH)),
        order=column_order(run.seed, run.split, block.problem.shape[0]) if permuted else None,
    )


def column_order(seed: int, split: int, columns: int) -> np.ndarray:
    """The order in which a run of a family that reads columns in order sees them."""
    return np.random.default_rng([seed, split, 1]).permutation(columns).astype(np.int32)


def _batches(rows: np.ndarray, steps: int, batch: int, rng: np.random.Generator) -> np.ndarray:
    """Row numbers (steps, batch): the training rows in a new order each epoch, epochs joined end to end."""
    epochs = -(-steps * batch // len(rows))
    orders = np.concatenate([rng.permutation(rows) for _ in range(epochs)])
    return orders[: steps * batch].reshape(steps, batch).astype(np.int32)


def _copied(rows: np.ndarray, prepared: Prepared, rng: np.random.Generator) -> np.ndarray:
    """Each row number, or that of one of the row's copies."""
    if not prepared.copies:
        return rows
    return (rows + prepared.rows * rng.integers(1 + prepared.copies, size=rows.shape)).astype(np.int32)


def _with_room(rows: np.ndarray, room: int) -> np.ndarray:
    """Row numbers (steps, batch) and steps that are never taken, ``room`` in all: trainings of one program have one."""
    return np.pad(rows, ((0, max(room - len(rows), 0)), (0, 0)))


def _evaluation(split: Split, prepared: Prepared, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows to predict, validation first, as many as the longest split has; and their weights in its score."""
    rows = np.concatenate([split.validation, split.test])
    rows = padded_rows(np.concatenate([rows, np.full(longest - len(rows), rows[0])]))
    weights = np.zeros(len(rows), np.float32)
    weights[: len(split.validation)] = prepared.weights_of(split.validation)
    return rows, weights


def _stack(trained: list[Trained], block: Block) -> dict[str, np.ndarray]:
    """The arrays of a block's file: one row a run."""
    names = ("check_steps", "training_loss", "validation_loss", "validation_score", "status", "steps")
    arrays = {name: np.stack([getattr(result, name) for result in trained]) for name in names}
    arrays["outputs"] = np.stack([result.outputs for result in trained]).astype(np.float32, copy=False)
    if block.keep_weights:
        best = trained[0]
        arrays |= {f"weight:{path}": value for path, value in {**best.weights, **best.fixed}.items()}
    return arrays


@lru_cache(maxsize=2)
def prepared_of(folder: Path, data: str) -> Prepared:
    """The study's data on disk, kept for the next block."""
    return Prepared.load(folder, data)
