"""Training from a mapped file beside the same training from memory: seconds an epoch in turns, and memory.

python -m benchmarks streaming --models dense_s conv_s --megabytes 500

Three processes take turns. One holds the arrays in memory; one reads the file, which the system keeps in memory too,
as far as there is room; one reads the file after the system was told to forget it, so that it comes from the disk.
"""

from __future__ import annotations

import argparse
import mmap
import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

import fourfold
from benchmarks.machine import machine
from benchmarks.models import Benchmarked, model, named

MEMORY, CACHED, DISK = "memory", "file, cached", "file, from disk"


EPOCHS = 2
"""Epochs of a turn: what is measured is the quickest, without the placing of data that one `fit` does once."""


class Clock(fourfold.callbacks.Callback):
    """The seconds of each epoch, without what is done before it."""

    def __init__(self, before: Callable[[], None] | None) -> None:
        self.before, self.seconds = before, []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.before is not None:
            self.before()
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds.append(time.perf_counter() - self.started)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", nargs="+", default=["dense_s", "conv_s", "lstm_s"])
    parser.add_argument("--megabytes", type=int, default=500, help="of the file")
    parser.add_argument("--steps", type=int, default=10**6, help="of an epoch, at most")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where the file is written")


def run(options: argparse.Namespace) -> None:
    print(machine())
    print(
        f"a file of {options.megabytes} MB; seconds of an epoch, least of {options.rounds} in turns; peak resident MB"
    )
    print(
        f"{'model':12}{'steps':>7}{MEMORY:>10}{CACHED:>14}{DISK:>17}{'ratios':>14}{'resident, memory and file':>28}"
    )
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for name in options.models:
            row = named(name)
            path = Path(folder) / "x.npy"
            rows = _write(path, row, options.megabytes)
            steps = min(options.steps, rows // row.batch)
            seconds, resident = _measured(row, path, steps, options.rounds)
            ratios = " ".join(f"{seconds[MEMORY] / seconds[how]:6.2f}" for how in (CACHED, DISK))
            print(
                f"{name:12}{steps:7}{seconds[MEMORY]:10.2f}{seconds[CACHED]:14.2f}{seconds[DISK]:17.2f}{ratios:>14}"
                f"{resident[MEMORY]:15.0f} {resident[DISK]:12.0f}",
                flush=True,
            )


def _write(path: Path, row: Benchmarked, megabytes: int) -> int:
    """The file of a model's inputs, and its rows."""
    some, _ = row.data(1000)
    times = max(megabytes * 10**6 // some.nbytes, 1)
    array = np.lib.format.open_memmap(path, "w+", "float32", (times * len(some), *row.shape))
    for start in range(0, len(array), len(some)):
        array[start : start + len(some)] = some
    array.flush()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return len(array)


def _measured(
    row: Benchmarked, path: Path, steps: int, rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """The least seconds of an epoch and the peak of resident megabytes, by how the data are read."""
    spawn = multiprocessing.get_context("spawn")
    workers: dict[str, tuple[Connection, Any]] = {}
    for how in (MEMORY, CACHED, DISK):
        mine, its = spawn.Pipe()
        process = spawn.Process(target=_serve, args=(its, row.name, str(path), how, steps), daemon=True)
        process.start()
        workers[how] = mine, process
    least = dict.fromkeys(workers, float("inf"))
    for number in range(rounds + 1):
        for how, (connection, _) in workers.items():
            connection.send("epochs")
            seconds = connection.recv()
            least[how] = min(least[how], seconds) if number else least[how]  # the first compiles
    resident = {}
    for how, (connection, process) in workers.items():
        connection.send("end")
        resident[how] = connection.recv()
        process.join()
    return least, resident


def _serve(connection: Connection, name: str, path: str, how: str, steps: int) -> None:
    """In a process of its own: one epoch each time it is asked; at last the peak of resident memory."""
    row = named(name)
    net = model(fourfold, row)
    x = np.load(path, mmap_mode=None if how == MEMORY else "r")
    y = (np.arange(len(x)) % 10).astype("int32")
    while connection.recv() == "epochs":
        clock = Clock(partial(_remember if how == CACHED else _forget, path, x) if how != MEMORY else None)
        net.fit(
            x, y, batch_size=row.batch, steps_per_epoch=steps, epochs=EPOCHS, callbacks=[clock], verbose=0
        )
        connection.send(min(clock.seconds))
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    connection.send(int(peak[1]) / 1e3 if peak else float("nan"))


def _remember(path: str, x: Any) -> None:
    """Reads a file once, so that the system keeps a copy."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def _forget(path: str, x: Any) -> None:
    """Tells the system to drop its copy of a file, which stays where another process maps its pages."""
    x._mmap.madvise(mmap.MADV_DONTNEED)
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
