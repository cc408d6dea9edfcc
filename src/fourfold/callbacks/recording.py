"""Callbacks that keep the logs: the history, a csv file."""

from __future__ import annotations

import csv
import os
from pathlib import Path

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
