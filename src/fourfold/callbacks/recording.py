"""Callbacks that keep or show the logs: the history, a csv file, the progress bar."""

from __future__ import annotations

import csv
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from fourfold.callbacks.base import Callback, Logs
from fourfold.core.files import writing


class History(Callback):
    """Collects the logs of every epoch: ``history`` (dict of lists), ``epoch``, ``params``. `fit` returns it."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch: list[int] = []
        self.history = {}

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class CSVLogger(Callback):
    """Writes the logs of each epoch as a row of a csv file; with ``append`` behind what is there."""

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = filename, separator, append

    def on_train_begin(self, logs: Logs | None = None) -> None:
        there = self.append and os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self.names: list[str] | None = None
        self.headed = there
        if not self.append:
            with writing(Path(self.filename)):
                open(self.filename, "w").close()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if self.names is None:
            self.names = sorted(logs)
            if not any(name.startswith("val_") for name in self.names):  # a later epoch may have them
                self.names += [f"val_{name}" for name in self.names]
        with writing(Path(self.filename)), open(self.filename, "a", newline="") as file:
            writer = csv.writer(file, delimiter=self.separator)
            if not self.headed:
                writer.writerow(["epoch", *self.names])
                self.headed = True
            writer.writerow([epoch, *(logs.get(name, "NA") for name in self.names)])


class ProgressBar(Callback):
    """One line an epoch, or a pass of `evaluate` or `predict`; on a terminal that of an epoch moves while it runs,
    unless ``verbose`` is 2.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout

    @classmethod
    def of(cls, verbose: Any) -> ProgressBar | None:
        """One, unless nothing is to be shown."""
        if verbose in (0, "0"):
            return None
        bar = cls()
        bar.set_params({"verbose": verbose, "epochs": 1, "steps": None})
        return bar

    def start(self) -> None:
        self.started = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.params["epochs"] > 1:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}", file=self.stream)
        self.start()

    def progress(self, done: int, logs: Logs) -> None:
        """Told after each chunk of steps; not a batch hook, so that it costs no steps."""
        if self._moves():
            print("\r" + self._line(done, self.params["steps"], logs), end="", file=self.stream, flush=True)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.finish(self.params["steps"], logs or {})

    def finish(self, steps: int, logs: Logs) -> None:
        """The line that stays."""
        print(("\r" if self._moves() else "") + self._line(steps, steps, logs), file=self.stream, flush=True)

    def _moves(self) -> bool:
        return self.stream.isatty() and self.params["verbose"] != 2

    def _line(self, done: int, steps: int | None, logs: Logs) -> str:
        seconds = time.perf_counter() - self.started
        filled = 20 * done // max(steps or done, 1)
        pace = _pace(seconds / max(done, 1))
        numbers = "".join(f" - {name}: {_short(value)}" for name, value in logs.items())
        count = f"{done:{len(str(steps))}}/{steps}" if steps else f"{done}/?"
        if self.params["verbose"] == 2:
            return f"{count} - {seconds:.0f}s - {pace}{numbers}"
        return f"{count} {'━' * filled}{'─' * (20 - filled)} {seconds:.0f}s {pace}{numbers}"


def _pace(seconds: float) -> str:
    """The time of a step.

    >>> _pace(16.9), _pace(0.0123), _pace(4e-5)
    ('17s/step', '12ms/step', '40us/step')
    """
    unit, size = next((each for each in (("s", 1.0), ("ms", 1e-3)) if seconds >= each[1]), ("us", 1e-6))
    return f"{seconds / size:.0f}{unit}/step"


def _short(value: float | np.ndarray) -> str:
    """A number; the numbers of a metric that has one for each class.

    >>> _short(0.25), _short(0.00012)
    ('0.2500', '1.2000e-04')
    """
    if np.ndim(value):
        return np.array2string(np.asarray(value), precision=4)
    return f"{value:.4e}" if abs(value) <= 1e-3 else f"{value:.4f}"
