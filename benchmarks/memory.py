"""The memory of a comparison, said beforehand and measured: `fourfold compare` on data of several forms and sizes.

    uv run python -m benchmarks memory [--only NAME ...]

Said is what the line of its cost says, measured the largest sum of the memory of all its processes (on Linux), looked
at ten times a second; a page that several processes share counts once (their proportional set size). The first run
compiles, the second finds its programs in the cache. The ratio is the first's memory over what is said.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from benchmarks.start import FOURFOLD

CASES: dict[str, tuple[str | tuple[int, ...], list[str]]] = {
    "wine, quick": ("wine", ["--effort", "quick"]),
    "wine, quick, hyperparameters": ("wine", ["--effort", "quick", "--hyperparameters"]),
    "digits, tiny": ("digits", ["--effort", "tiny"]),
    "digits, quick": ("digits", ["--effort", "quick"]),
    "20,000 images of 28 x 28, tiny": ((20_000, 28, 28, 1), ["--effort", "tiny"]),
    "50,000 rows of 40 columns, tiny": ((50_000, 40), ["--effort", "tiny"]),
    "300 series of 1,000 steps, quick": ((300, 1_000, 3), ["--effort", "quick"]),
    "500 series of 4,000 steps, tiny": ((500, 4_000, 1), ["--effort", "tiny"]),
}
"""The data, by name or by the shape of random numbers with two classes, and the options."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES), metavar="NAME")


def run(options: argparse.Namespace) -> None:
    print(machine())
    print(f"{'data, effort':36}{'said':>10}{'first':>10}{'ratio':>8}{'again':>10}")
    for name in options.only:
        data, wanted = CASES[name]
        with tempfile.TemporaryDirectory() as folder:
            if not isinstance(data, str):
                data = _written(Path(folder) / "data.npz", data)
            said, first = _compared([FOURFOLD, "compare", data, *wanted, "--out", f"{folder}/first"], folder)
            _, again = _compared([FOURFOLD, "compare", data, *wanted, "--out", f"{folder}/again"], folder)
        print(f"{name:36}{said:7,.0f} MB{first:7,.0f} MB{first / said:8.2f}{again:7,.0f} MB", flush=True)


def _written(path: Path, shape: tuple[int, ...]) -> str:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, shape[0])
    x = rng.standard_normal(shape, dtype=np.float32) + y.reshape(-1, *[1] * (len(shape) - 1))
    np.savez(path, x=x, y=y)
    return str(path)


def _compared(command: list[str], cache: str) -> tuple[float, float]:
    """Megabytes that a comparison says it will take, and the most that its processes held together."""
    environment = {**os.environ, "FOURFOLD_CACHE": f"{cache}/cache"}
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, text=True, env=environment)
        most = 0.0
        while process.poll() is None:
            most = max(most, _megabytes(process.pid))
            time.sleep(0.1)
        printed.seek(0)
        said = re.search(r"about ([\d,]+)\s+MB\s+of\s+memory", text := printed.read())
    if process.returncode or not said:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{text}")
    return float(said[1].replace(",", "")), most


def _megabytes(process: int) -> float:
    """Of this one and all that it started."""
    try:
        memory = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # it has ended
        return 0.0
    share = re.search(r"^Pss:\s+(\d+) kB", memory, re.MULTILINE)
    return (int(share[1]) / 1e3 if share else 0.0) + sum(_megabytes(int(child)) for child in children)
