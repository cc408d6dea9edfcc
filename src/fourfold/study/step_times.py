"""How long one training step takes here, against length, batch and cores. Seconds, so never part of the results.

A run of few and a run of many steps differ in their steps only: both look at no validation rows, and learn at rate 0,
so that neither stops early.

    time a step = (T(many) - T(few)) / (many - few),    each T the least of a few repeats

At the study's own length and batch that runs in the program that the sweep compiled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from fourfold.core.files import write_whole
from fourfold.study.architecture import at_length
from fourfold.study.blocks import Block, prepared_of, replica_of, sweep_for, sweep_of
from fourfold.study.candidates.own import SIZE as OWN_SIZE
from fourfold.study.prepared import Prepared
from fourfold.study.study import Study
from fourfold.study.trials import Trials
from fourfold.training.placement import batched, padded
from fourfold.training.replicas import Shared

FEW, MANY = 2, 52  # steps, where a run has as many
REPEATS = 3
FACTORS = {"standard": (2.0,), "thorough": (0.5, 2.0)}
"""By effort, what length and batch are multiplied by. A quick look compiles nothing for this."""
COLUMNS = ("length", "batch", "cores", "milliseconds")


@dataclass(frozen=True)
class StepTimes:
    """The times a step of one family's candidate, also at its length and its batch times each of the ``factors``.

    A setting is compiled anew for each factor.
    """

    block: Block
    factors: tuple[float, ...] = ()

    @property
    def family(self) -> str:
        return self.block.family

    @property
    def data(self) -> str:
        return self.block.data

    def path(self, folder: Path) -> Path:
        kind = "-".join(["steps", *map(str, self.factors)])
        return folder / "blocks" / f"{self.family}-{self.block.size}-{self.block.key}-{kind}.seconds.json"

    def run(self, folder: Path) -> None:
        """Times the steps and writes one row a setting that fits into memory; called in a worker."""
        prepared = prepared_of(folder, self.block.data)
        length, batch = self.block.problem.shape[0], self.block.batch
        lengths = [] if self.block.size == OWN_SIZE else [int(factor * length) for factor in self.factors]
        batches = [int(factor * batch) for factor in self.factors]
        settings = [
            (length, batch),
            *((n, batch) for n in lengths if n),
            *((length, b) for b in batches if b),
        ]
        rows = []
        for n, b in settings:
            try:
                rows += self._timed(prepared, n, b)
            except jax.errors.JaxRuntimeError as error:
                if "RESOURCE_EXHAUSTED" not in str(error):
                    raise
        write_whole(self.path(folder), json.dumps(rows).encode(), parents=False)

    def load(self, folder: Path) -> list[dict[str, Any]] | None:
        """Rows of length, batch, milliseconds a step of a run, and cores, each of which trains a run meanwhile."""
        try:
            return json.loads(self.path(folder).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _timed(self, prepared: Prepared, length: int, batch: int) -> list[dict[str, Any]]:
        """One run alone, and as many as there are devices; where replicas are batched, a whole batch of them."""
        net = at_length(self.block.net, length)
        block = replace(self.block, problem=net.problem, batch=batch)
        devices, together = len(jax.devices()), batched()
        capacity = self.block.capacity if block == self.block else devices
        prepared = _of_length(prepared, length)
        sweep = sweep_for(self.block, prepared) if net is self.block.net else sweep_of(net)
        shared = Shared(prepared.inputs, prepared.targets, prepared.given)
        still = replica_of(block, block.runs[0], net, prepared, prepared.longest_evaluation())
        still = still._replace(learning_rate=np.float32(0), validation_batches=np.int32(0))

        def seconds(runs: int, steps: int) -> float:
            replicas = [still._replace(steps=np.int32(steps))] * runs
            started = time.perf_counter()
            sweep(shared, replicas, capacity)
            return time.perf_counter() - started

        def a_step(runs: int) -> float:
            few, many = FEW, max(min(MANY, block.steps), FEW + 1)
            shorter, longer = (min(seconds(runs, steps) for _ in range(REPEATS)) for steps in (few, many))
            return max(longer - shorter, 0.0) / (many - few) / runs

        seconds(1, 1)  # compiles
        at_once = [padded(capacity)] if together else sorted({1, devices})
        times = [(length, batch, min(runs, devices), round(1e3 * a_step(runs), 4)) for runs in at_once]
        # more steps that took no longer than fewer, on a machine that does something else, measure nothing
        return [dict(zip(COLUMNS, row)) for row in times if row[-1] > 0]


def of_study(study: Study, trials: Mapping[str, Trials]) -> list[StepTimes]:
    """A family each at its chosen setting; a quick look times the study's own length and batch only."""
    factors = FACTORS.get(study.effort.name, ())
    blocks = [study.probe_blocks(found, "")[0] for found in trials.values()]
    return [StepTimes(replace(block, runs=block.runs[:1]), factors) for block in blocks]


def _of_length(prepared: Prepared, length: int) -> Prepared:
    """Inputs cut off, or repeated from their start, along their first axis."""
    if length == prepared.inputs.shape[2]:
        return prepared
    places = np.arange(length) % prepared.inputs.shape[2]
    return replace(prepared, inputs=prepared.inputs[:, :, places])
