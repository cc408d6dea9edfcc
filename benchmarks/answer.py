"""The answer: `fourfold compare digits --effort quick` beside loops over its trainings in PyTorch and Keras.

    python -m benchmarks answer --peers-python PATH [--peers torch] [--families dense recurrent]

Fourfold's seconds are those of the whole command, with its baselines, measures, report and model, with a cold and with
a warm compilation cache. A peer trains the same networks as often and for as many steps, looks ten times at validation
rows and predicts all that are held out, in a process of one thread a core; imports don't count. It fits no baselines
and measures nothing else. A ratio is the peer's time over Fourfold's.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import start
from benchmarks.machine import machine
from benchmarks.studies import looping
from benchmarks.workers import BY_NAME, Peer, has
from fourfold.study.architecture import architecture
from fourfold.study.candidates import Problem

PEERS = ["torch", "keras-jax", "keras-tensorflow"]
FAMILIES = ("dense", "convolution", "recurrent", "attention")
RATES = (1e-3, 3e-3, 1e-2, 3e-2)
LEARNT = 1_150
"""Rows of digits that a training of five folds learns from; the others are validation and test rows."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peers-python", default=argparse.SUPPRESS, help="the interpreter that has the peers")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    parser.add_argument("--families", nargs="*", choices=FAMILIES, default=FAMILIES)


def run(options: argparse.Namespace) -> None:
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        chosen = ("--effort", "quick", "--families", ",".join(options.families))
        ours = {}
        for state in ("cold", "warm"):
            phases, _ = start.compared(f"{folder}/{state}", f"{folder}/cache", *chosen)
            ours[state] = phases["all"]
            print(f"fourfold, {state:5} {phases['all']:8.1f} s", flush=True)
        runs = {family: trainings(Path(folder) / "warm", family) for family in options.families}
        for family, asked in runs.items():
            print(f"{family}: {len(asked)} trainings, {sum(steps for *_, steps in asked):,} steps")
        write(Path(folder), options.families)
        for name in options.peers:
            if not all(has(options.peers_python, module) for module in BY_NAME[name].needs):
                print(f"{name}: missing")
                continue
            seconds, accuracies = looped(name, options.peers_python, runs, folder)
            told = ", ".join(f"{family} {took:.1f}" for family, took in seconds.items())
            total = sum(seconds.values())
            ratios = ", ".join(f"{state} x {total / took:.2f}" for state, took in ours.items())
            print(f"{name}: {total:.1f} s ({told}); {ratios}; test accuracies {accuracies}", flush=True)


def trainings(folder: Path, family: str) -> list[tuple[int, float, int]]:
    """(seed, learning rate, steps) of as many trainings as a family had in a study, of as many steps each."""
    found = []
    for path in sorted((folder / "blocks").glob(f"{family}-*.npz")):
        with np.load(path, allow_pickle=False) as block:
            found += [int(steps) for steps in np.atleast_1d(block["steps"])]
    return [(seed, RATES[seed % len(RATES)], steps) for seed, steps in enumerate(found)]


def write(folder: Path, families: list[str]) -> None:
    """The digits, and each family's network for Keras."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = x.reshape(-1, 8, 8, 1).astype(np.float32) / 16
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order].astype(np.int64)
    np.savez(folder / "digits.npz", x=x[:LEARNT], y=y[:LEARNT], held_x=x[LEARNT:], held_y=y[LEARNT:])
    problem = Problem("image", (8, 8, 1), 10, LEARNT)
    for family in families:
        architecture(family, problem, "M", "softmax", ()).model.save(folder / f"{family}.keras")


def looped(
    name: str, python: str, runs: dict[str, list[tuple[int, float, int]]], folder: str
) -> tuple[dict[str, float], dict[str, str]]:
    """Wall seconds of each family's trainings, dealt to a process a core, and their median test accuracies."""
    kind = "torch" if name == "torch" else "keras"
    peer = Peer(name, ("trainings", kind), BY_NAME[name].needs, BY_NAME[name].environment)
    workers = looping(peer, python)
    seconds, accuracies = {}, {}
    try:
        for worker in workers:
            worker.ask("hello")
        with ThreadPoolExecutor(len(workers)) as pool:
            for family, asked in runs.items():
                files = {"data": f"{folder}/digits.npz", "model": f"{folder}/{family}.keras"}
                answers: list[dict[str, Any]] = [
                    answer.result()
                    for answer in [
                        pool.submit(worker.ask, "trainings", family=family, runs=asked[i :: len(workers)], **files)
                        for i, worker in enumerate(workers)
                    ]
                ]
                if failed := [answer["error"] for answer in answers if "error" in answer]:
                    raise RuntimeError(f"{name}, {family}: {failed[0]}")
                seconds[family] = max(answer["seconds"] for answer in answers)
                right = [score for answer in answers for score in answer["accuracies"]]
                size = answers[0]["parameters"]
                accuracies[family] = f"{100 * float(np.median(right)):.1f} % of {size:,} weights"
    finally:
        for worker in workers:
            worker.close()
    return seconds, accuracies
