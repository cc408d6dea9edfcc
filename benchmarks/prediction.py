"""Prediction beside the peers: rows a second at batch 256, and the latency of one sample.

python -m benchmarks predict --peers-python PATH [--models NAME ...] [--peers NAME ...]
"""

from __future__ import annotations

import argparse

from benchmarks import training
from benchmarks.machine import machine
from benchmarks.models import named
from benchmarks.workers import start

MODELS = ["dense_m", "conv_m", "lstm_s", "attn_s"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    training.add_arguments(parser)
    parser.set_defaults(models=MODELS, rounds=3)


def run(options: argparse.Namespace) -> None:
    workers, missing = start(options.peers, options.peers_python)
    try:
        print(machine())
        print(f"{'rows/s, ms of one sample':26}" + "".join(f"{worker.name:>18}" for worker in workers))
        for row in map(named, options.models):
            cells = []
            rounds = [
                [worker.ask("predict", model=row.name) for worker in workers] for _ in range(options.rounds)
            ]
            for answers in zip(*rounds):
                if failed := [answer for answer in answers if "error" in answer]:
                    missing.append(f"{row.name}: {failed[0]['error']}")
                    cells.append("-")
                    continue
                throughput = max(answer["throughput"] for answer in answers)
                latency = min(answer["latency"] for answer in answers)
                cells.append(f"{throughput:,.0f}, {latency * 1e3:.2f}")
            print(f"{row.name:26}" + "".join(f"{cell:>18}" for cell in cells), flush=True)
        print(*missing, sep="\n")
    finally:
        for worker in workers:
            worker.close()
