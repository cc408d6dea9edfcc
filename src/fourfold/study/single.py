"""One family alone, trained as the comparison trains it: its recipe, its grid, its choice on validation rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fourfold.core.settings import usual_settings
from fourfold.data.dataset import Dataset
from fourfold.data.splits import plan_without_test
from fourfold.errors import OptionError
from fourfold.study.blocks import (
    SMALLEST_BATCH,
    Block,
    Run,
    batch_size,
    column_order,
    sweep_for,
    train,
)
from fourfold.study.candidates import Problem, candidate
from fourfold.study.candidates.base import SMALL_DATA
from fourfold.study.efforts import DEFAULT_EFFORT, effort
from fourfold.study.prepared import Prepared, prepare
from fourfold.study.saved_model import SavedModel, padded, rebuilt
from fourfold.training.replicas import DIVERGED, Trained


@usual_settings()
def train_family(
    dataset: Dataset,
    family: str,
    *,
    size: str,
    learning_rates: Sequence[float],
    steps: int | None,
    batch: int | None,
    seed: int,
) -> SavedModel:
    """The best of one training a learning rate, on validation rows that are a fifth of the data.

    It runs in this process, for so many steps, or as many as the comparison's usual effort takes. Data sets of similar
    sizes share one compiled program: rows are padded to a power of two, and the padding is never read.

    Raises:
        OptionError: ``diverged``, if no training stayed finite.
    """
    split = plan_without_test(dataset, seed=seed)
    prepared, (preparation,) = prepare(dataset, [split])
    rows, task = len(split.train), dataset.task
    room = padded(rows)
    batch = min(batch, room) if batch else batch_size(max(rows, SMALLEST_BATCH))
    problem = Problem(
        dataset.layout,
        prepared.inputs.shape[2:],
        task.units,
        min(room, SMALL_DATA - 1) if rows < SMALL_DATA else room,
        preparation.vocabulary_size,
        preparation.masked,
        task.stepwise,
        task.kind == "regression",
        dataset.forecast is not None,
        preparation.levels,
    )
    block = Block(
        data=prepared.key,
        family=family,
        size=size,
        problem=problem,
        output=task.output,
        steps=steps or effort(DEFAULT_EFFORT).over(rows, batch).steps,
        batch=batch,
        runs=tuple(Run(rate, seed, 0) for rate in learning_rates),
        capacity=len(learning_rates),
    )
    trained = train(block, _with_room(prepared, padded(dataset.rows)))
    best = max(range(len(trained)), key=lambda i: _rank(trained[i], block, prepared))
    if trained[best].status == DIVERGED:
        raise OptionError(
            "diverged",
            f"the training of {family} diverged",
            got=f"learning rate {', '.join(f'{rate:g}' for rate in learning_rates)}",
            wanted="a training whose loss stays finite",
            do=f"learning_rate={min(learning_rates) / 10:g}",
        )
    net = block.net
    permuted = candidate(family).permutes(problem)
    order = column_order(seed, 0, problem.shape[0]) if permuted else None
    recipe = (net.family, net.problem, net.size, net.output, net.width, net.settings)
    facts = {"learning_rate": block.runs[best].learning_rate, "seed": seed, "split": 0, "data": dataset.name}
    weights = {**trained[best].weights, **trained[best].fixed}
    return rebuilt(recipe, weights, preparation, order, facts)


def _with_room(prepared: Prepared, rows: int) -> Prepared:
    """The same with zeros for the rows up to a number; no split names them."""
    missing = rows - prepared.inputs.shape[1]

    def longer(array: np.ndarray) -> np.ndarray:
        return np.pad(array, [(0, 0), (0, missing), *[(0, 0)] * (array.ndim - 2)])

    return replace(prepared, inputs=longer(prepared.inputs), targets=longer(prepared.targets))


def _rank(trained: Trained, block: Block, prepared: Prepared) -> tuple[bool, float, float]:
    """How good a training is on its validation rows: the mean score, ties by loss; a diverged one comes last."""
    rows = prepared.splits[0].validation
    loss, score = sweep_for(block, prepared).per_example(prepared.targets[0, rows], trained.outputs[: len(rows)])
    weights = prepared.weights_of(rows)
    return (
        trained.status != DIVERGED,
        float(np.average(score, weights=weights)),
        -float(np.average(loss, weights=weights)),
    )
