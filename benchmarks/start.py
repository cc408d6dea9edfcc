"""What starting costs: whole processes, wall seconds, the smallest and the median of several runs.

    uv run python -m benchmarks start [--runs 5] [--study]

With ``--study`` also `fourfold compare digits --effort quick`, with a cold and with a warm compilation cache.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import machine

PYTHON = sys.executable
FOURFOLD = str(Path(sys.executable).with_name("fourfold"))
FIRST_STEP = """
import numpy as np, fourfold
model = fourfold.Sequential([fourfold.Input((4,)), fourfold.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4)), np.ones(8), verbose=0)
"""
COMMANDS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "import fourfold": [PYTHON, "-c", "import fourfold"],
    "fourfold --version": [FOURFOLD, "--version"],
    "fourfold --help": [FOURFOLD, "--help"],
    "import jax (for scale)": [PYTHON, "-c", "import jax"],
    "first step of fit, cold": [PYTHON, "-c", FIRST_STEP],
}


def seconds(command: list[str], environment: dict[str, str] | None = None) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **(environment or {})})
    return time.perf_counter() - started


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--study", action="store_true")


def run(options: argparse.Namespace) -> None:
    print(machine())
    print(f"{'command':32} {'min':>8} {'median':>8}")
    for name, command in COMMANDS.items():
        times = [seconds(command) for _ in range(options.runs)]
        print(f"{name:32} {min(times):8.3f} {statistics.median(times):8.3f}")
    if options.study:
        with tempfile.TemporaryDirectory() as folder:
            for state in ("cold", "warm"):
                command = [
                    FOURFOLD,
                    "compare",
                    "digits",
                    "--effort",
                    "quick",
                    "--quiet",
                    "--out",
                    f"{folder}/{state}",
                ]
                took = seconds(command, {"JAX_COMPILATION_CACHE_DIR": f"{folder}/cache"})
                print(f"compare digits, quick, {state:10} {took:8.1f}")
