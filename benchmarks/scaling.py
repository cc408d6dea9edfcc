"""A study on 1, 2 and 4 workers of this machine, beside what the model of its time says.

python -m benchmarks scaling --workers 1 2 4

    seconds = (runs x steps x seconds a step + compilations x seconds a compilation) / w + (1 - 1/w) x the longest block

w is the workers, or the cores where there are fewer. Seconds a step and a compilation are those of one worker: of each
architecture a first block compiles, the later ones don't. Each number of workers begins with nothing compiled. The
model's range goes from each architecture compiled once and no waiting to each worker compiling all, and waiting most.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from fourfold.core.machine import cores
from fourfold.data import from_arrays
from fourfold.study.blocks import Block
from fourfold.study.cluster import Cluster
from fourfold.study.efforts import EFFORTS
from fourfold.study.runner import Done, run_blocks
from fourfold.study.study import Study

ROWS, STEPS_OF_A_SERIES, SEEDS = 400, 24, 4
FAMILIES = ("dense", "convolution", "recurrent", "attention")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2, 4])
    parser.add_argument("--steps", type=int, default=400)


def run(options: argparse.Namespace) -> None:
    print(machine())
    found = {count: _measured(count, options.steps) for count in options.workers}
    one = found[min(found)]
    training, compiling = _parts(one[1])
    runs = sum(len(done.block.runs) for done in one[1] if isinstance(done.block, Block))
    architectures = len(compiling)
    print(
        f"{runs} runs of {options.steps} steps in {len(one[1])} blocks of {architectures} architectures: "
        f"{1e3 * sum(training.values()) / (runs * options.steps):.2f} ms a step, "
        f"{sum(compiling.values()) / architectures:.1f} s a compilation"
    )
    print(f"{'workers':>8}{'measured s':>12}{'modelled s':>18}{'same bytes':>12}")
    longest = max(done.seconds or 0.0 for done in one[1])
    least, blocks_of_each = sum(compiling.values()), len(training) // architectures
    for count, (seconds, _, files) in found.items():
        w = min(count, cores())
        most = sum(training.values()) + least * min(count, blocks_of_each)
        low, high = (sum(training.values()) + least) / w, most / w + (1 - 1 / w) * longest
        same = "yes" if files == one[2] else "NO"
        print(f"{count:8}{seconds:12.1f}{f'{low:.1f} to {high:.1f}':>18}{same:>12}")


def _measured(count: int, steps: int) -> tuple[float, list[Done], dict[str, bytes]]:
    """Seconds from the first block to the last, the blocks' ends, and what they left on disk."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, STEPS_OF_A_SERIES, 2))
    y = np.where(x[:, -1, 0] + x[:, 0, 1] > 0, "up", "down")
    rates = (1e-3, 3e-3)
    effort = replace(EFFORTS["quick"], steps=steps, sizes=("S",), learning_rates=rates, extensions=0)
    with tempfile.TemporaryDirectory() as place:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(place) / "compiled")
        folder = Path(place) / "study"
        dataset = from_arrays(x, y, layout="sequence")
        study = Study(dataset, effort, list(range(SEEDS)), 0, folder, families=FAMILIES)
        study.prepared.save(folder)
        with Cluster(workers=count) as cluster:
            while cluster.workers < count:
                time.sleep(0.1)
            started = time.perf_counter()
            ended = run_blocks(study.blocks(rates), folder, cluster)
            seconds = time.perf_counter() - started
        files = {path.name: path.read_bytes() for path in (folder / "blocks").glob("*.npz")}
    return seconds, ended, files


def _parts(ended: list[Done]) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Of one worker's blocks: the seconds of training by block, and of compiling by architecture."""
    by_architecture: dict[tuple[str, str], list[Done]] = defaultdict(list)
    for done in ended:
        assert isinstance(done.block, Block)
        by_architecture[done.block.family, done.block.size].append(done)
    training, compiling = {}, {}
    for architecture, blocks in by_architecture.items():
        seconds = [done.seconds or 0.0 for done in blocks]
        usual = float(np.median(seconds[1:]))
        compiling[architecture] = max(seconds[0] - usual, 0.0)
        training |= {done.block.key: usual for done in blocks if isinstance(done.block, Block)}
    return training, compiling
