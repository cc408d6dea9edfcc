"""What starting costs: whole processes, wall seconds, the smallest and the median of several runs.

    uv run python -m benchmarks start [--runs 5] [--study]

With ``--study`` also the phases of `fourfold compare digits --effort quick`, with a cold and with a warm compilation
cache, and what the program of each family takes to compile.
"""

from __future__ import annotations

import argparse
import json
import os
import re
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
    (FIRST := "first step of fit, cold"): [PYTHON, "-c", FIRST_STEP],
}
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of a command: modules are compiled to bytecode once, as they are where Fourfold is installed."""
PHASES = ("import", "data", "train", "measure", "model", "report", "rest", "all")
CANDIDATES = ("dense", "convolution", "recurrent", "attention")


def seconds(command: list[str], environment: dict[str, str] | None = None) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=INSTALLED | (environment or {}))
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
    with tempfile.TemporaryDirectory() as cache:
        kept = {"JAX_COMPILATION_CACHE_DIR": cache, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
        _, *times = [seconds(COMMANDS[FIRST], kept) for _ in range(1 + options.runs)]
        print(f"{'first step of fit, warm':32} {min(times):8.3f} {statistics.median(times):8.3f}")
    if options.study:
        study()


def study() -> None:
    """The phases of a comparison, and each family's compilation."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"\n{'compare digits, quick':24}", *(f"{phase:>8}" for phase in PHASES), "  compiling, in the worker")
        for state in ("cold", "warm"):
            phases, programs = compared(f"{folder}/{state}", f"{folder}/cache", "--effort", "quick")
            rest = phases["all"] - sum(phases[phase] for phase in PHASES[:-2])
            cells = (f"{phases.get(phase, rest):8.1f}" for phase in PHASES)
            print(f"{state:24}", *cells, f"{sum(programs):8.1f} of {len(programs)} programs", flush=True)
        print(f"\n{'its program, cold':24} {'seconds':>8}")
        for family in CANDIDATES:
            out, cache = f"{folder}/{family}", f"{folder}/cache-{family}"
            _, programs = compared(out, cache, "--effort", "tiny", "--families", family)
            print(f"{family:24} {max(programs):8.1f}", flush=True)


def compared(out: str, cache: str, *options: str) -> tuple[dict[str, float], list[float]]:
    """The seconds of a comparison's phases, and those in which each of its programs was compiled or read again."""
    command = [PYTHON, "-m", "benchmarks.phases", "digits", out, *options]
    told = {"JAX_COMPILATION_CACHE_DIR": cache, "JAX_LOG_COMPILES": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=INSTALLED | told)
    programs = re.findall(r"Finished XLA compilation of \S+ in ([\d.e-]+) sec", done.stderr)
    return json.loads(done.stdout.splitlines()[-1]), [float(took) for took in programs]
