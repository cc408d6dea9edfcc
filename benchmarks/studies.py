"""A study: many trainings of one architecture in one program, beside loops over them in Keras and PyTorch.

    python -m benchmarks studies --peers-python PATH [--models NAME ...] [--peers NAME ...] [--replicas 32]
        [--epochs 5]

A replica is one training from its own seed at its own learning rate, of epochs of 100 steps: 500 unless told. Fourfold
trains all of them in one process on all cores; a peer is a loop as people write it (a new model, then its training) in
a process of one thread a core, each with its part of the replicas. Wall time from the order to the last answer:
compilation counts, imports don't. A ratio is the peer's time over Fourfold's. The second table is Fourfold alone: time
against replicas.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor

from benchmarks import training
from benchmarks.machine import machine
from benchmarks.models import STUDY_EPOCH_STEPS, named
from benchmarks.workers import BY_NAME, Peer, Worker, has

MODELS = ["dense_s", "conv_s", "lstm_s", "attn_s"]
PEERS = ["keras-jax", "torch"]
RATES = (1e-3, 3e-3, 1e-2, 3e-2)
COUNTS = (1, 8, 32, 128)
FOURFOLD = Peer("fourfold", ("replicas",), ())
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    training.add_arguments(parser)
    parser.set_defaults(models=MODELS, peers=PEERS)
    parser.add_argument("--replicas", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=5, help=f"of {STUDY_EPOCH_STEPS} steps each")
    parser.add_argument(
        "--counts", type=int, nargs="*", default=COUNTS, help="for the table of Fourfold alone"
    )


def run(options: argparse.Namespace) -> None:
    print(machine())
    names = [name for name in options.peers if all(has(options.peers_python, m) for m in BY_NAME[name].needs)]
    print(*(f"{name}: missing" for name in options.peers if name not in names), sep="\n", end="")
    head, epochs = f"seconds, {options.replicas} replicas", options.epochs
    print(f"{head:24}{'fourfold':>12}" + "".join(f"{name:>22}" for name in names))
    ratios: dict[str, list[float]] = {name: [] for name in names}
    for row in map(named, options.models):
        ours = seconds([Worker(FOURFOLD, sys.executable)], row.name, options.replicas, epochs)
        cells = []
        for name in names:
            theirs = seconds(looping(BY_NAME[name], options.peers_python), row.name, options.replicas, epochs)
            ratios[name].append(theirs / ours)
            cells.append(f"{theirs:.1f} (x {theirs / ours:.2f})")
        print(f"{row.name:24}{ours:12.1f}" + "".join(f"{cell:>22}" for cell in cells), flush=True)
    for name, found in ratios.items():
        print(f"geometric mean over {name}: {statistics.geometric_mean(found):.2f}")
    if options.counts:
        print(f"{'fourfold, seconds for':24}" + "".join(f"{count:7} replicas" for count in options.counts))
    for row in map(named, options.models if options.counts else ()):
        found = [seconds([Worker(FOURFOLD, sys.executable)], row.name, count, epochs) for count in options.counts]
        print(f"{row.name:24}" + "".join(f"{second:16.1f}" for second in found), flush=True)


def looping(peer: Peer, python: str) -> list[Worker]:
    """A process of one thread on each core."""
    cores = sorted(os.sched_getaffinity(0))
    return [Worker(peer, python, ONE_THREAD, core) for core in cores]


def seconds(workers: list[Worker], model: str, count: int, epochs: int) -> float:
    """Wall time of a study whose replicas are dealt to workers, each of which works on its own; they end after it."""
    runs = [(seed, RATES[seed % len(RATES)]) for seed in range(count)]
    try:
        for worker in workers:
            worker.ask("ready")
        with ThreadPoolExecutor(len(workers)) as pool:
            parts = [runs[i :: len(workers)] for i in range(len(workers))]
            asked = [
                pool.submit(worker.ask, "study", model=model, runs=part, epochs=epochs)
                for worker, part in zip(workers, parts)
            ]
            answers = [answer.result() for answer in asked]
    finally:
        for worker in workers:
            worker.close()
    if failed := [answer["error"] for answer in answers if "error" in answer]:
        raise RuntimeError(f"{workers[0].name}, {model}: {failed[0]}")
    return max(answer["seconds"] for answer in answers)
